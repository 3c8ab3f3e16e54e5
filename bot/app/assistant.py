"""The assistant: the advisor, and the abilities that serve a learner, behind one front door."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from bot.app.advising import Advising, build_advising
from bot.app.library import Library, build_retriever, prompts_folder
from bot.core.assistant import Assistant, utc_now
from bot.core.ports import LearnerStore
from bot.dialogue.dialogue import Dialogue, no_reminders
from bot.dialogue.hearing import Ability, Speaker
from bot.dialogue.helping import Helping
from bot.dialogue.practising import Practising
from bot.dialogue.profile import Me, ProfileWords, TellingAbout
from bot.dialogue.rights import Rights
from bot.dialogue.telling import Telling
from bot.dialogue.wallet import WalletKeeping
from bot.offline.wallet import WalletWords
from bot.practice.book import ItemBook
from bot.practice.grading import Grader
from bot.practice.session import PracticeSessions
from bot.practice.workshop import Workshop
from bot.retrieval.retriever import HybridRetriever
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases


def build_assistant(
    library: Library,
    retriever: HybridRetriever | None = None,
    store: LearnerStore | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Assistant:
    """The assistant over a library that has been ingested; `store` is where it remembers learners, if anywhere."""
    advising = build_advising(library, retriever or build_retriever(library))
    commands = Lexicon.load(prompts_folder(library.settings, "commands"))
    speaker = Speaker(advising.gate, Phrases.load(prompts_folder(library.settings, "dialogue")))
    abilities: list[Ability] = [Helping(speaker)]
    if store is not None:
        abilities = [*remembering(library, advising, commands, speaker, store), *abilities]
    dialogue = Dialogue(advising.advisor, advising.understanding, commands, advising.languages, abilities, no_reminders)
    return Assistant(dialogue, library.phrases, store, now)


def remembering(
    library: Library, advising: Advising, commands: Lexicon, speaker: Speaker, store: LearnerStore
) -> list[Ability]:
    """What can be done for a learner who is remembered, in the order in which a turn is offered."""
    catalog = advising.toolbox.catalog
    own_words = ProfileWords(catalog, speaker)
    telling = Telling(catalog, advising.understanding, commands)
    return [
        Rights(speaker, store),
        build_practising(library, advising, speaker, store),
        WalletKeeping(advising.toolbox, WalletWords(advising.toolbox), speaker),
        Me(own_words, speaker, store),
        TellingAbout(advising.toolbox, telling, own_words, WalletWords(advising.toolbox), speaker, advising.advisor),
    ]


def build_practising(library: Library, advising: Advising, speaker: Speaker, store: LearnerStore) -> Practising:
    phrases = Phrases.load(prompts_folder(library.settings, "practice"))
    reader = advising.understanding.facts
    book = ItemBook(
        Workshop(advising.toolbox, phrases, advising.gate, reader),
        library.index.passages_of,
        {
            document.id: tuple(json.loads(document.data).get("topics", ()))
            for document in library.index.documents().values()
            if document.kind in {"guide", "provider"}
        },
    )
    return Practising(PracticeSessions(book, phrases, Grader(phrases, reader)), book, speaker, store)
