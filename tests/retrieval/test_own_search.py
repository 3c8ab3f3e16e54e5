"""One owner's documents are searched exactly, and nothing of anybody else's is even looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from bot.core.owned import OwnDocument, Owner, Shelved
from bot.core.ports import Embedder
from bot.learning.learner import Identity, Room
from bot.retrieval.own_search import OwnShelfSearch
from tests.contracts.people import NOW, a_document
from tests.fakes import FakeEmbedder

ADA, BO = Identity(platform="x", number="1"), Identity(platform="x", number="2")
GROUP = Room(platform="x", number="1", private=False)


class MemoryShelf:
    """A `Shelf` in memory that knows how often documents were read whole."""

    def __init__(self) -> None:
        self.held: dict[Owner, dict[str, OwnDocument]] = {}
        self.reads = 0

    async def put(self, owner: Owner, document: OwnDocument) -> None:
        self.held.setdefault(owner, {})[document.id] = document

    async def remove(self, owner: Owner, document: str) -> bool:
        return self.held.get(owner, {}).pop(document, None) is not None

    async def clear(self, owner: Owner) -> int:
        return len(self.held.pop(owner, {}))

    async def documents(self, owner: Owner) -> list[Shelved]:
        return [
            Shelved(id=one.id, name=one.name, at=one.at, passages=len(one.passages), characters=one.characters)
            for one in self.held.get(owner, {}).values()
        ]

    async def read(self, owner: Owner, documents: Sequence[str]) -> list[OwnDocument]:
        self.reads += 1
        return [one for one in self.held.get(owner, {}).values() if one.id in documents]


def embedded(document: OwnDocument, embedder: Embedder, first: int | None = None) -> OwnDocument:
    """The document with the vectors of its first passages, or of all."""
    passages = document.passages[:first]
    vectors = embedder.embed_passages([passage.indexed_text for passage in passages]).astype(np.float16)
    return OwnDocument(
        id=document.id, name=document.name, at=document.at, passages=document.passages,
        vectors=vectors.tobytes(), embedded=len(passages), model=embedder.model,
    )  # fmt: skip


@pytest.fixture
def shelf() -> MemoryShelf:
    return MemoryShelf()


@pytest.fixture
def search(shelf: MemoryShelf) -> OwnShelfSearch:
    embedder = FakeEmbedder()
    return OwnShelfSearch(shelf, embedder.embed_query, embedder.model)


async def found(search: OwnShelfSearch, query: str, owner: Owner, **rest: object) -> list[str]:
    return [hit.passage.text for hit in await search.search(query, owner, **rest)]  # type: ignore[arg-type]


async def test_only_the_owners_documents_are_found(shelf: MemoryShelf, search: OwnShelfSearch) -> None:
    for owner in (ADA, BO, GROUP):
        await shelf.put(owner, a_document("notes", f"The door code is of {owner}."))
    for owner in (ADA, BO, GROUP):
        assert [f"The door code is of {owner}."] == await found(search, "door code", owner)
    assert [] == await found(search, "door code", Identity(platform="y", number="1"))


async def test_the_passage_with_the_rarer_words_comes_first(shelf: MemoryShelf, search: OwnShelfSearch) -> None:
    texts = ("The exam costs money.", "The exam room is on the third floor.", "The exam is in May.", "Nothing of it.")
    await shelf.put(ADA, a_document("notes", *texts))
    assert "The exam room is on the third floor." == (await found(search, "exam room", ADA))[0]
    assert 2 == len(await found(search, "exam room", ADA, limit=2))


async def test_only_named_documents_are_searched(shelf: MemoryShelf, search: OwnShelfSearch) -> None:
    for mark in ("one", "two"):
        await shelf.put(ADA, a_document(mark, f"The exam, says {mark}."))
    assert ["The exam, says two."] == await found(search, "exam", ADA, documents=frozenset({"two"}))
    assert [] == await found(search, "exam", ADA, documents=frozenset({"three"}))


async def test_figures_are_comparable_with_those_of_other_searches(shelf: MemoryShelf, search: OwnShelfSearch) -> None:
    document = a_document("notes", "The exam room.", "Something else.")
    await shelf.put(ADA, embedded(document, FakeEmbedder(), first=1))
    first, *_ = await search.search("exam room", ADA)
    assert 1.0 == first.coverage
    assert first.similarity is not None
    assert 0 < first.similarity <= 1.001


async def test_what_has_no_vector_is_found_by_its_words(shelf: MemoryShelf, search: OwnShelfSearch) -> None:
    document = a_document("notes", "Something else.", "The exam room.")
    await shelf.put(ADA, embedded(document, FakeEmbedder(), first=1))
    hits = {hit.passage.text: hit for hit in await search.search("exam room", ADA)}
    assert None is hits["The exam room."].similarity
    assert 1.0 == hits["The exam room."].coverage


async def test_what_has_no_vector_is_not_put_behind_for_that(shelf: MemoryShelf, search: OwnShelfSearch) -> None:
    document = a_document("notes", "In week 15 we read chapter 15.", "In week 25 we read.", "In week 150 we read it.")
    await shelf.put(ADA, embedded(document, FakeEmbedder(), first=2))
    assert "In week 150 we read it." == (await found(search, "what do we read in week 150", ADA))[0]


async def test_vectors_of_another_model_are_not_compared(shelf: MemoryShelf) -> None:
    await shelf.put(ADA, embedded(a_document("notes", "The exam room."), FakeEmbedder()))
    search = OwnShelfSearch(shelf, FakeEmbedder().embed_query, "another")
    (hit,) = await search.search("exam room", ADA)
    assert None is hit.similarity


async def test_a_document_is_read_once_and_gone_when_it_is_removed(shelf: MemoryShelf, search: OwnShelfSearch) -> None:
    await shelf.put(ADA, a_document("notes", "The exam room."))
    for _ in range(3):
        await search.search("exam", ADA)
    assert 1 == shelf.reads
    await shelf.put(ADA, a_document("notes", "The exam hall.", at=NOW + timedelta(minutes=1)))
    assert ["The exam hall."] == await found(search, "exam", ADA)
    await shelf.remove(ADA, "notes")
    assert [] == await found(search, "exam", ADA)


async def test_what_was_long_not_asked_for_is_not_kept_in_memory(shelf: MemoryShelf) -> None:
    now = [0.0]
    search = OwnShelfSearch(shelf, lambda _: None, "none", clock=lambda: now[0])
    await shelf.put(ADA, a_document("notes", "The exam room."))
    await search.search("exam", ADA)
    now[0] = 700.0
    await search.search("exam", BO)
    await search.search("exam", ADA)
    assert 2 == shelf.reads
