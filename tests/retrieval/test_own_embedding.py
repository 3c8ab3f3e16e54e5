"""What could not be embedded while somebody waited is embedded afterwards, also by another process than began it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from bot.app import Stores
from bot.core.ports import Vectors
from bot.learning.learner import Identity, Room
from bot.retrieval.own_embedding import EmbeddingPace, OwnEmbedding
from bot.retrieval.own_search import OwnShelfSearch
from tests.contracts.people import DAY, NOW, Place, a_document
from tests.fakes import FakeEmbedder

ADA = Identity(platform="x", number="1")
GROUP = Room(platform="x", number="-1", private=False)
TEXTS = [f"Part {number} of the course." for number in range(10)]
HURRY = EmbeddingPace(look_every=0.01, keep_every=0.0, rest=0.0)


@pytest.fixture
async def stores(sqlite_place: Place) -> AsyncIterator[Stores]:
    async with sqlite_place.open_all() as opened:
        yield opened


async def until_done(stores: Stores, embedding: OwnEmbedding, model: str) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(embedding.run(stop))
    async with asyncio.timeout(30):
        while await stores.vectors.lacking(model) is not None:
            pass
    stop.set()
    await running


async def test_documents_of_everybody_are_completed(stores: Stores) -> None:
    for owner in (ADA, GROUP):
        await stores.shelf.put(owner, a_document("notes", *TEXTS))
    embedder = FakeEmbedder()
    await until_done(stores, OwnEmbedding(stores.vectors, embedder, HURRY), embedder.model)
    for owner in (ADA, GROUP):
        (document,) = await stores.shelf.read(owner, ["notes"])
        assert (10, embedder.model) == (document.embedded, document.model)
        assert 10 * embedder.dimension * 2 == len(document.vectors)


async def test_they_are_found_by_meaning_then(stores: Stores) -> None:
    await stores.shelf.put(ADA, a_document("notes", *TEXTS, "Mentors answer on Thursdays."))
    embedder = FakeEmbedder()
    search = OwnShelfSearch(stores.shelf, embedder.embed_query, embedder.model)
    assert all(hit.similarity is None for hit in await search.search("mentors Thursdays", ADA))
    await until_done(stores, OwnEmbedding(stores.vectors, embedder, HURRY), embedder.model)
    best = (await search.search("mentors Thursdays", ADA))[0]
    assert best.similarity is not None
    assert best.similarity > 0.3


async def test_another_process_goes_on_where_one_was_stopped(stores: Stores) -> None:
    await stores.shelf.put(ADA, a_document("notes", *TEXTS))
    stop = asyncio.Event()
    first = _Stopping(stop, after=4)
    await OwnEmbedding(stores.vectors, first, HURRY).run(stop)
    (begun,) = await stores.shelf.read(ADA, ["notes"])
    assert 4 == begun.embedded

    second = FakeEmbedder()
    await until_done(stores, OwnEmbedding(stores.vectors, second, HURRY), second.model)
    assert 6 == len(second.passages)
    whole = FakeEmbedder()
    await stores.shelf.put(GROUP, a_document("notes", *TEXTS))
    await until_done(stores, OwnEmbedding(stores.vectors, whole, HURRY), whole.model)
    (ended,), (at_once,) = await stores.shelf.read(ADA, ["notes"]), await stores.shelf.read(GROUP, ["notes"])
    assert ended.vectors == at_once.vectors


async def test_what_a_killed_process_had_kept_is_not_embedded_again(stores: Stores) -> None:
    await stores.shelf.put(ADA, a_document("notes", *TEXTS))
    dying = _Dying(after=8)
    await_killed = OwnEmbedding(stores.vectors, dying, HURRY)
    with pytest.raises(_KilledError):
        await await_killed.run(asyncio.Event())
    (begun,) = await stores.shelf.read(ADA, ["notes"])
    assert 8 == begun.embedded
    other = FakeEmbedder()
    await until_done(stores, OwnEmbedding(stores.vectors, other, HURRY), other.model)
    assert 2 == len(other.passages)


async def test_of_another_model_all_is_embedded_anew(stores: Stores) -> None:
    await stores.shelf.put(ADA, a_document("notes", *TEXTS))
    for model in ("old", "new"):
        embedder = FakeEmbedder(model)
        await until_done(stores, OwnEmbedding(stores.vectors, embedder, HURRY), model)
        assert 10 == len(embedder.passages)


async def test_what_is_deleted_or_sent_again_meanwhile_stays_as_it_is(stores: Stores) -> None:
    notes = a_document("notes", *TEXTS)
    await stores.shelf.put(ADA, notes)
    lacking = await stores.vectors.lacking("fake/hashed-words")
    assert lacking is not None
    await stores.shelf.remove(ADA, "notes")
    assert not await stores.vectors.keep_vectors(lacking, replace(notes, embedded=10, model="fake/hashed-words"))
    await stores.shelf.put(ADA, replace(notes, at=NOW + DAY))
    embedder = FakeEmbedder()
    await until_done(stores, OwnEmbedding(stores.vectors, embedder, HURRY), embedder.model)
    assert 10 == len(embedder.passages)


async def test_a_model_that_is_away_is_asked_again(stores: Stores) -> None:
    await stores.shelf.put(ADA, a_document("notes", *TEXTS))
    embedder = _Recovering()
    await until_done(stores, OwnEmbedding(stores.vectors, embedder, HURRY), embedder.model)
    assert 10 == len(embedder.passages)


async def test_one_that_cannot_be_embedded_does_not_keep_the_others_waiting(
    stores: Stores, caplog: pytest.LogCaptureFixture
) -> None:
    await stores.shelf.put(ADA, a_document("strange", "poison"))
    await stores.shelf.put(ADA, a_document("notes", *TEXTS))
    stop, embedder = asyncio.Event(), _Poisoned()
    running = asyncio.create_task(OwnEmbedding(stores.vectors, embedder, HURRY).run(stop))
    async with asyncio.timeout(30):
        while (await stores.shelf.read(ADA, ["notes"]))[0].embedded < 10:
            pass
    stop.set()
    await running
    assert 1 == caplog.text.count("documents.not_embedded place=own:")


class _KilledError(BaseException):
    pass


class _Dying(FakeEmbedder):
    def __init__(self, *, after: int) -> None:
        super().__init__()
        self._after = after

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if len(self.passages) >= self._after:
            raise _KilledError
        return super().embed_passages(texts)


class _Stopping(FakeEmbedder):
    """The process is told to stop as soon as so many passages are embedded."""

    def __init__(self, stop: asyncio.Event, *, after: int) -> None:
        super().__init__()
        self._stop = stop
        self._after = after
        self._loop = asyncio.get_running_loop()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = super().embed_passages(texts)
        if len(self.passages) >= self._after:
            self._loop.call_soon_threadsafe(self._stop.set)
        return vectors


class _Recovering(FakeEmbedder):
    """Away for the first two times."""

    def __init__(self) -> None:
        super().__init__()
        self._away = 2

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self._away -= 1
        self.down = self._away >= 0
        return super().embed_passages(texts)


class _Poisoned(FakeEmbedder):
    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if any("poison" in text for text in texts):
            raise ValueError("no text for this model")
        return super().embed_passages(texts)
