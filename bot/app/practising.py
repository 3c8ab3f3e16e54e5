"""Practice: the items, the sessions over them, the simulations; and what is wrong with a simulation."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bot.app.advising import Advising, build_fact_reader
from bot.app.library import Library, prompts_folder
from bot.catalog.catalog import Catalog
from bot.catalog.wording import Wording
from bot.documents.model import Passage
from bot.documents.passages import passages_of
from bot.documents.schema import parse_document
from bot.errors import DocumentError, Problem
from bot.grounding.gate import Gate
from bot.practice.book import ItemBook
from bot.practice.grading import Grader
from bot.practice.scripts import check_simulations, load_simulations
from bot.practice.session import PracticeSessions
from bot.practice.simulation import Simulations
from bot.practice.workshop import Workshop
from bot.retrieval.index import Index
from bot.settings import Settings, content_folder
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases


@dataclass(frozen=True, slots=True)
class Practice:
    """What is practised with. Items are made, and simulations loaded, when they are asked for."""

    book: ItemBook
    sessions: PracticeSessions
    simulations: Callable[[], Simulations]


def build_practice(library: Library, advising: Advising) -> Practice:
    """Practice over a library that has been ingested."""
    phrases = Phrases.load(prompts_folder(library.settings, "practice"))
    facts = advising.understanding.facts
    shop = Workshop(advising.toolbox, phrases, advising.gate, facts)
    book = ItemBook(shop, library.index.passages_of, page_topics(library.index))

    def simulations() -> Simulations:
        return Simulations(load_simulations(content_folder("knowledge")), library.index.passages_of, phrases)

    return Practice(
        book=book, sessions=PracticeSessions(book, phrases, Grader(phrases, facts)), simulations=simulations
    )


def page_topics(index: Index) -> dict[str, tuple[str, ...]]:
    """The topics of each guide and provider page, by document."""
    pages = [document for document in index.documents().values() if document.kind in {"guide", "provider"}]
    return {page.id: tuple(json.loads(page.data)["topics"]) for page in pages}


def simulation_problems(settings: Settings) -> list[Problem]:
    """Everything wrong with the packaged simulations, held against the packaged documents as they stand."""
    folder = content_folder("knowledge")
    documents = []
    for path in sorted(folder.rglob("*.md")):
        try:
            documents.append(parse_document(path.relative_to(folder).as_posix(), path.read_text("utf-8")))
        except (DocumentError, UnicodeDecodeError):
            continue  # told by the check of the documents; what cites it is told here
    catalog = Catalog([document.credential for document in documents if document.credential], date.today)
    wording = Wording(Phrases.load(settings.prompts_dir / "offline"), catalog)
    passages: dict[str, list[Passage]] = {document.id: passages_of(document, wording) for document in documents}
    gate = Gate(build_fact_reader(Lexicon.load(settings.prompts_dir / "understanding")))
    return check_simulations(folder, lambda document: passages.get(document, ()), gate)
