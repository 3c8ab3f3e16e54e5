"""Practice over the packaged knowledge, made once for all tests here, without an index or a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.app import build_fact_reader
from bot.catalog.catalog import Catalog, on
from bot.catalog.wording import Wording
from bot.core.ports import Hit
from bot.core.toolbox import Toolbox
from bot.documents.model import Document, Passage
from bot.documents.passages import passages_of
from bot.documents.schema import parse_document
from bot.grounding.facts import FactReader
from bot.grounding.gate import Gate
from bot.practice.book import ItemBook
from bot.practice.grading import Grader
from bot.practice.session import PracticeSessions
from bot.practice.workshop import Workshop
from bot.settings import content_folder
from bot.text.lexicon import Lexicon
from bot.text.prompts import Phrases

TODAY = date(2026, 11, 23)
KNOWLEDGE = content_folder("knowledge")


class NoSearch:
    """A retriever for those who must not search: practice looks up, it never guesses."""

    async def retrieve(self, query: str, *, limit: int = 5, documents: frozenset[str] | None = None) -> list[Hit]:
        raise AssertionError("practice searched")


@dataclass(frozen=True, repr=False)
class Desk:
    documents: Sequence[Document]
    passages: dict[str, list[Passage]]
    reader: FactReader
    gate: Gate
    phrases: Phrases
    book: ItemBook
    grader: Grader
    sessions: PracticeSessions


def packaged_desk() -> Desk:
    paths = sorted(KNOWLEDGE.glob("*/*.md"))
    documents = [parse_document(path.relative_to(KNOWLEDGE).as_posix(), path.read_text("utf-8")) for path in paths]
    catalog = Catalog([document.credential for document in documents if document.credential], on(TODAY))
    wording = Wording(Phrases.load(content_folder("prompts") / "offline"), catalog)
    passages = {document.id: passages_of(document, wording) for document in documents}
    reader = build_fact_reader(Lexicon.load(content_folder("prompts") / "understanding"))
    gate = Gate(reader)
    phrases = Phrases.load(content_folder("prompts") / "practice")
    shop = Workshop(Toolbox(catalog, wording, NoSearch()), phrases, gate, reader)
    pages = {document.id: tuple(document.topics) for document in documents if document.kind != "credential"}
    book = ItemBook(shop, lambda document: passages[document], pages)
    grader = Grader(phrases, reader)
    return Desk(documents, passages, reader, gate, phrases, book, grader, PracticeSessions(book, phrases, grader))
