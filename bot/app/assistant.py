"""The assistant: the advisor, and the abilities that serve a learner, behind one front door."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.app.advising import Advising, build_advising, build_claim_check, build_names
from bot.app.language_model import LanguageModel, build_agent_advisor
from bot.app.library import Library, build_retriever, prompts_folder, provider_names
from bot.app.owned import Keeping, build_own_documents
from bot.app.practising import Practice, build_practice
from bot.core.assistant import Assistant, utc_now
from bot.core.conversation import Advisor
from bot.core.ports import Budget, LearnerStore
from bot.core.reply import Quiz
from bot.core.shelf import OwnDocuments
from bot.dialogue.checking import Checking
from bot.dialogue.dialogue import Dialogue, Remind, no_reminders
from bot.dialogue.documents import Documents
from bot.dialogue.hearing import Ability, Speaker
from bot.dialogue.helping import Helping
from bot.dialogue.plan_wishes import PlanWishes
from bot.dialogue.planning import PlanMaker, Planning
from bot.dialogue.practising import Practising
from bot.dialogue.profile import Me, ProfileWords, TellingAbout
from bot.dialogue.ranking import Ranking
from bot.dialogue.reminder_switch import ReminderSwitch
from bot.dialogue.reminding import Reminding
from bot.dialogue.rights import Rights
from bot.dialogue.simulating import Simulating
from bot.dialogue.sourcing import Sourcing
from bot.dialogue.stacking import Stacking, StackWords
from bot.dialogue.telling import Telling
from bot.dialogue.wallet import WalletKeeping
from bot.dialogue.why import Explaining
from bot.learning.wallet import Entry
from bot.offline.cards import CardFinder
from bot.offline.claim_review import ClaimReview
from bot.offline.planning import PlanWords
from bot.offline.understanding import named_ids
from bot.offline.wallet import WalletWords
from bot.planning.model import LearningPath
from bot.practice.quizzes import Quizzes
from bot.retrieval.retriever import HybridRetriever
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a front end needs: the assistant, and what it tells people without being asked. `own_documents`: None where
    none are taken.
    """

    assistant: Assistant
    reminding: Reminding
    cards: CardFinder
    quiz_on: Callable[[str, str], Awaitable[Quiz | None]]
    own_documents: OwnDocuments | None = None


def build_assistant(
    library: Library,
    retriever: HybridRetriever | None = None,
    store: LearnerStore | None = None,
    now: Callable[[], datetime] = utc_now,
    model: LanguageModel | None = None,
) -> Assistant:
    """The assistant over a library that has been ingested; `store` is where it remembers learners, if anywhere;
    `model` words its answers, what it uses is not counted.
    """
    advising = build_advising(library, retriever or build_retriever(library))
    practice = build_practice(library, advising)
    return _assistant(library, advising, practice, store, now, _advisor(library, advising, model, store=store))


def build_service(
    library: Library,
    retriever: HybridRetriever | None = None,
    *,
    store: LearnerStore,
    now: Callable[[], datetime] = utc_now,
    model: LanguageModel | None = None,
    budget: Budget | None = None,
    keeping: Keeping | None = None,
) -> Service:
    """The assistant that remembers learners, and the reminders for them. `model` words its answers within `budget`;
    `keeping`: where documents of learners and communities are kept, if anywhere.
    """
    retriever = retriever or build_retriever(library)
    own = build_own_documents(library, retriever, keeping) if keeping is not None else None
    advising = build_advising(library, retriever, own)
    advisor = _advisor(library, advising, model, store=store, budget=budget)
    practice = build_practice(library, advising)
    return Service(
        assistant=_assistant(library, advising, practice, store, now, advisor, own),
        reminding=build_reminding(advising, store),
        cards=CardFinder(advising.advisor, advising.toolbox, advising.understanding, provider_names(library.index)),
        quiz_on=build_quizzes(advising, practice),
        own_documents=own,
    )


def _advisor(
    library: Library,
    advising: Advising,
    model: LanguageModel | None,
    *,
    store: LearnerStore | None = None,
    budget: Budget | None = None,
) -> Advisor:
    if model is None:
        return advising.advisor
    return build_agent_advisor(library, advising, model, store=store, budget=budget)


def _assistant(
    library: Library,
    advising: Advising,
    practice: Practice,
    store: LearnerStore | None,
    now: Callable[[], datetime],
    advisor: Advisor,
    own: OwnDocuments | None = None,
) -> Assistant:
    commands = Lexicon.load(prompts_folder(library.settings, "understanding_commands"))
    speaker = Speaker(advising.gate, Phrases.load(prompts_folder(library.settings, "dialogue")))
    everybody: list[Ability] = [
        Simulating(practice.simulations, speaker),
        Checking(build_claim_review(library, advising), speaker),
        Stacking(advising.toolbox, StackWords(advising.toolbox), speaker),
        build_planning(library, advising, commands, speaker),
    ]
    abilities: list[Ability] = [*everybody, Helping(speaker)]
    remind: Remind = no_reminders
    if store is not None:
        remind = build_reminding(advising, store).wanted
        # In this order a turn is offered: what is under way first, what is told in passing last.
        abilities = [
            Rights(speaker, store),
            *([Documents(own, advising.toolbox.catalog, speaker, advisor)] if own is not None else []),
            Ranking(speaker, store),
            ReminderSwitch(speaker),
            Practising(practice.sessions, practice.book, speaker, store),
            *everybody,
            WalletKeeping(advising.toolbox, WalletWords(advising.toolbox), speaker, wallet_drawing(library)),
            Me(ProfileWords(advising.toolbox.catalog, speaker), speaker, store),
            Explaining(speaker, store),
            Sourcing(advising.toolbox, speaker, store),
            build_telling(advising, commands, speaker, advisor),
            Helping(speaker),
        ]
    dialogue = Dialogue(advisor, advising.understanding, commands, advising.languages, abilities, remind)
    return Assistant(dialogue, library.phrases, store, now)


def build_quizzes(advising: Advising, practice: Practice) -> Callable[[str, str], Awaitable[Quiz | None]]:
    """Makes a question for everybody on what a text names."""
    quizzes = Quizzes(practice.book, advising.gate, random.Random())  # noqa: S311 - chooses questions, keeps no secret

    async def quiz_on(text: str, language: str) -> Quiz | None:
        asked = advising.understanding.read(text)
        named = [f"credentials/{identity}" for identity in named_ids(asked)]
        about = [document for topic in asked.constraints.topics for document in practice.book.about(topic)]
        if text and not named and not about:
            return None
        return quizzes.on(named or about, language)

    return quiz_on


def build_reminding(advising: Advising, store: LearnerStore) -> Reminding:
    return Reminding(advising.toolbox.catalog, WalletWords(advising.toolbox), advising.gate, store)


def build_telling(advising: Advising, commands: Lexicon, speaker: Speaker, advisor: Advisor) -> TellingAbout:
    toolbox = advising.toolbox
    return TellingAbout(
        toolbox,
        Telling(toolbox.catalog, advising.understanding, commands),
        ProfileWords(toolbox.catalog, speaker),
        WalletWords(toolbox),
        speaker,
        advisor,
    )


def build_claim_review(library: Library, advising: Advising) -> ClaimReview:
    catalog = advising.toolbox.catalog
    check = build_claim_check(library, build_names(library, catalog), catalog)
    return ClaimReview(advising.toolbox, advising.understanding, check, library.index.passages_of, advising.knows)


def build_claim_findings(library: Library) -> Callable[[str, str], Awaitable[list[str]]]:
    """Reviews a text in a language as `/check` does, and gives what is found of each of its claims."""
    reviewing = build_claim_review(library, build_advising(library, build_retriever(library)))

    async def review(text: str, language: str) -> list[str]:
        return [reviewed.finding for reviewed in await reviewing.review(text, language)]

    return review


def build_planning(library: Library, advising: Advising, commands: Lexicon, speaker: Speaker) -> Planning:
    toolbox = advising.toolbox
    return Planning(
        PlanWishes(toolbox.catalog, advising.understanding, commands),
        PlanMaker(toolbox),
        toolbox,
        PlanWords(toolbox.wording, toolbox),
        StackWords(toolbox),
        speaker,
        path_drawing(library),
    )


def path_drawing(library: Library) -> Callable[[LearningPath, str, str], bytes]:
    """Draws a path; matplotlib takes a second to load, and most conversations draw nothing."""

    def draw(path: LearningPath, title: str, language: str) -> bytes:
        from bot.pictures.path import path_picture  # noqa: PLC0415

        return path_picture(path, title, library.phrases, language)

    return draw


def wallet_drawing(library: Library) -> Callable[[Sequence[Entry], date, str], bytes]:
    def draw(entries: Sequence[Entry], today: date, language: str) -> bytes:
        from bot.pictures.wallet import wallet_picture  # noqa: PLC0415

        return wallet_picture(entries, today, library.phrases, language)

    return draw
