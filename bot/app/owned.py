"""Documents that belong to learners and communities: read apart, kept on the shelf, searched for their owner only."""

from __future__ import annotations

from typing import Protocol

from bot.app.library import Library
from bot.core.ports import Keepsakes
from bot.core.shelf import OwnDocuments, Shelf
from bot.documents.apart import ReadingApart
from bot.retrieval.index import NO_MODEL
from bot.retrieval.own_reading import OwnFileReading
from bot.retrieval.own_search import OwnShelfSearch
from bot.retrieval.retriever import HybridRetriever


class Keeping(Protocol):
    """Where owned documents are kept, and how often somebody has sent one: `Stores` are such."""

    @property
    def shelf(self) -> Shelf: ...

    @property
    def keepsakes(self) -> Keepsakes: ...


def build_own_documents(library: Library, retriever: HybridRetriever, keeping: Keeping) -> OwnDocuments:
    model = library.embedder.model if library.embedder is not None else NO_MODEL
    return OwnDocuments(
        keeping.shelf,
        OwnFileReading(ReadingApart(), library.orders, library.embedder),
        OwnShelfSearch(keeping.shelf, retriever.embed, model),
        keeping.keepsakes,
    )
