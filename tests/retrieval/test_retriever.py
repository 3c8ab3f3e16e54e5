"""Search by words and by meaning together, and by words alone where there are no vectors."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from bot.core.ports import Hit, Vectors
from bot.documents.model import Passage
from bot.errors import MissingService
from bot.retrieval.dense import ExactVectors
from bot.retrieval.index import Index, IndexedDocument
from bot.retrieval.retriever import CANDIDATES, DENSE_SHARE, MAX_EMBEDDED, MAX_QUERY_TERMS, HybridRetriever, fuse
from tests.fakes import FakeEmbedder

EXAMS = {
    "az-104": "AZ-104 is for administrators of Azure",
    "az-900": "AZ-900 is about the fundamentals of Azure",
    "az-305": "AZ-305 is for architects; AZ-104 comes first",
    "dp-104": "DP-104 does not exist, and room 104 does",
    "sy0-701": "SY0-701 is the exam for Security+",
}


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def index(embedder: FakeEmbedder) -> Iterator[Index]:
    opened = Index(":memory:", embedder.model)
    yield opened
    opened.close()


def fill(index: Index, texts: dict[str, str], embedder: FakeEmbedder | None = None) -> None:
    """A document with one passage for each text, embedded where there is an embedder."""
    for name, text in texts.items():
        document = IndexedDocument(id=name, origin="here", digest="", kind="general", title="")
        index.put(document, [Passage(id=f"{name}#0", document=name, kind="general", title="", heading="", text=text)])
    if embedder is not None:
        missing = index.missing_vectors()
        vectors = embedder.embed_passages([text for _, text in missing])
        index.put_vectors((key, vector) for (key, _), vector in zip(missing, vectors, strict=True))


def lexical(index: Index) -> HybridRetriever:
    return HybridRetriever(index, ExactVectors(), None)


def hybrid(index: Index, embedder: FakeEmbedder) -> HybridRetriever:
    return HybridRetriever(index, ExactVectors(), embedder)


def documents(hits: list[Hit]) -> list[str]:
    return [hit.passage.document for hit in hits]


class TestFusion:
    def test_each_leg_is_scaled_and_weighted_by_hand(self) -> None:
        """BM25 from zero, cosines from the lowest candidate."""
        fused = dict(fuse(lexical=[(1, 8.0), (2, 2.0)], dense=[(2, 0.9), (3, 0.8), (1, 0.7)]))
        share = DENSE_SHARE
        assert pytest.approx({1: 1 - share, 2: share + (1 - share) * 0.25, 3: share * 0.5}) == fused

    def test_the_best_comes_first_and_of_equals_the_first_passage(self) -> None:
        fused = fuse(lexical=[(5, 1.0), (3, 1.0)], dense=[(4, 0.9), (9, 0.9)])
        assert [4, 9, 3, 5] == [number for number, _ in fused]

    def test_a_passage_that_both_legs_find_comes_before_those_that_one_finds(self) -> None:
        fused = fuse(lexical=[(1, 9.0), (2, 8.0)], dense=[(3, 0.9), (2, 0.89), (4, 0.1)])
        assert 2 == fused[0][0]

    def test_words_alone_keep_their_order_and_are_scaled_to_one(self) -> None:
        assert [(7, 1.0), (8, 0.5)] == fuse(lexical=[(7, 4.0), (8, 2.0)], dense=[])

    def test_meaning_alone_counts_its_share(self) -> None:
        assert [(7, DENSE_SHARE), (8, 0.0)] == fuse(lexical=[], dense=[(7, 0.9), (8, 0.8)])

    def test_a_single_candidate_counts_in_full(self) -> None:
        assert [(7, 1.0)] == fuse(lexical=[(7, 0.001)], dense=[(7, 0.2)])

    def test_of_nothing_comes_nothing(self) -> None:
        assert [] == fuse([], [])


class TestCoverage:
    def test_it_is_the_share_of_terms_weighted_by_rarity(self, index: Index) -> None:
        fill(index, {"a": "cloud exam", "b": "cloud cost", "c": "cloud hours"})
        retriever = lexical(index)
        passage = index.passages_of("a")[0]
        common, rare = math.log(1 + 3.5 / 3.5), math.log(1 + 3.5 / 1.5)
        assert pytest.approx(common, rel=1e-9) == retriever.rarity("cloud")
        assert pytest.approx(rare, rel=1e-9) == retriever.rarity("cost")
        assert 1 == retriever.coverage(["cloud", "exam"], passage)
        assert pytest.approx(common / (common + rare)) == retriever.coverage(["cloud", "cost"], passage)
        assert 0 == retriever.coverage(["hour"], passage)

    def test_a_term_that_no_passage_holds_is_the_rarest(self, index: Index) -> None:
        fill(index, {"a": "cloud exam", "b": "cloud cost"})
        retriever = lexical(index)
        assert retriever.rarity("unheard") > retriever.rarity("exam") > retriever.rarity("cloud")
        assert (True, False) == (retriever.knows("exam"), retriever.knows("unheard"))

    def test_title_heading_and_aliases_cover_too(self, index: Index) -> None:
        passage = Passage(
            id="a#0", document="a", kind="guide", title="Title", heading="Heading", text="Text", aliases=("Alias",)
        )
        index.put(IndexedDocument(id="a", origin="", digest="", kind="guide", title="Title"), [passage])
        retriever = lexical(index)
        assert 1 == retriever.coverage(retriever.query_terms("title heading text alias"), passage)

    def test_a_query_without_terms_is_covered_by_nothing(self, index: Index) -> None:
        fill(index, {"a": "cloud"})
        assert 0 == lexical(index).coverage([], index.passages_of("a")[0])


class TestQueryTerms:
    def test_each_term_counts_once_the_rarest_first(self, index: Index) -> None:
        fill(index, {"a": "cloud exam", "b": "cloud cost"})
        assert ["exam", "cloud"] == lexical(index).query_terms("cloud exam cloud")

    def test_a_code_typed_with_a_space_counts_as_the_code_alone_where_there_is_such_a_code(self, index: Index) -> None:
        fill(index, {"a": "AZ-104 exam", "b": "room 104"})
        assert ["az-104"] == lexical(index).query_terms("az 104")
        assert {"az", "900", "az-900"} == set(lexical(index).query_terms("az 900"))

    def test_of_a_very_long_question_the_rarest_terms_are_kept(self, index: Index) -> None:
        fill(index, {name: "common " + " ".join(f"word{n}" for n in range(200)) for name in "abc"})
        kept = lexical(index).query_terms("common " + " ".join(f"word{n}" for n in range(200)) + " rarest")
        assert MAX_QUERY_TERMS == len(kept)
        assert "rarest" == kept[0]


@pytest.mark.parametrize("mode", ["lexical", "hybrid"])
class TestCodes:
    @pytest.fixture
    def retriever(self, index: Index, embedder: FakeEmbedder, mode: str) -> HybridRetriever:
        fill(index, EXAMS, embedder)
        return lexical(index) if mode == "lexical" else hybrid(index, embedder)

    @pytest.mark.parametrize("spelling", ["az104", "AZ-104", "az 104", "AZ_104", "AZ–104", "What is AZ104?"])
    async def test_an_exam_is_found_by_its_code_in_any_spelling(
        self, retriever: HybridRetriever, spelling: str
    ) -> None:
        assert "az-104" == documents(await retriever.retrieve(spelling, limit=1))[0]

    @pytest.mark.parametrize("spelling", ["sy0701", "SY0-701", "sy0 701"])
    async def test_a_code_with_a_figure_among_its_letters_is_found_too(
        self, retriever: HybridRetriever, spelling: str
    ) -> None:
        assert "sy0-701" == documents(await retriever.retrieve(spelling, limit=1))[0]

    @pytest.mark.parametrize("spelling", ["az104", "AZ-104", "az 104"])
    async def test_by_words_a_code_finds_what_holds_that_very_code(
        self, retriever: HybridRetriever, index: Index, spelling: str
    ) -> None:
        found = retriever.rank(spelling, retriever.query_terms(spelling), None).lexical
        passages = index.passages(number for number, _ in found)
        assert {"az-104", "az-305"} == {passage.document for passage in passages.values()}


class TestSearch:
    async def test_a_hit_says_what_speaks_for_it(self, index: Index, embedder: FakeEmbedder) -> None:
        fill(index, {"a": "cloud exam", "b": "cost of living", "c": "hours of study"}, embedder)
        (hit,) = await hybrid(index, embedder).retrieve("cloud exam", limit=1)
        assert ("a", "cloud exam", 1.0, 1.0) == (hit.passage.document, hit.passage.text, hit.score, hit.coverage)
        assert pytest.approx(1.0, abs=2e-3) == hit.similarity

    async def test_no_more_hits_than_wanted_come_and_the_best_first(self, index: Index, embedder: FakeEmbedder) -> None:
        fill(index, {str(number): f"cloud {'exam ' * number}words" for number in range(9)}, embedder)
        hits = await hybrid(index, embedder).retrieve("cloud exam", limit=4)
        scores = [hit.score for hit in hits]
        assert 4 == len(hits)
        assert sorted(scores, reverse=True) == scores
        assert all(0 <= score <= 1 for score in scores)

    async def test_meaning_finds_what_words_do_not(self, index: Index, embedder: FakeEmbedder) -> None:
        """With a passage that shares no term with the question, only its vector can find it."""
        fill(index, {"a": "cloud exam", "b": "other words"})
        numbers = index.numbers_of(["b"])
        question = embedder.embed_query("unheard")
        keys = dict(index.missing_vectors())
        index.put_vectors((key, question) for key, text in keys.items() if "other" in text)
        hits = await hybrid(index, embedder).retrieve("unheard")
        assert (["b"], 0.0, 1) == (documents(hits), hits[0].coverage, len(numbers))

    async def test_a_question_is_embedded_once_however_often_it_is_asked_for(
        self, index: Index, embedder: FakeEmbedder
    ) -> None:
        fill(index, EXAMS, embedder)
        retriever = hybrid(index, embedder)
        for documents_ in (None, frozenset({"az-900"}), None):
            await retriever.retrieve("azure", documents=documents_)
        retriever.embed("azure")
        assert ["azure"] == embedder.queries

    async def test_of_a_very_long_question_the_beginning_is_embedded(
        self, index: Index, embedder: FakeEmbedder
    ) -> None:
        fill(index, EXAMS, embedder)
        await hybrid(index, embedder).retrieve("azure " * MAX_EMBEDDED)
        assert [MAX_EMBEDDED] == [len(question) for question in embedder.queries]

    async def test_a_question_without_words_finds_nothing_by_words(self, index: Index) -> None:
        fill(index, EXAMS)
        for question in ("", "?!", "the of and"):
            assert [] == await lexical(index).retrieve(question)

    async def test_an_empty_index_finds_nothing(self, index: Index, embedder: FakeEmbedder) -> None:
        assert [] == await hybrid(index, embedder).retrieve("cloud")

    async def test_what_an_ingest_changes_is_found_after_a_refresh(self, index: Index, embedder: FakeEmbedder) -> None:
        fill(index, {"a": "cloud exam"}, embedder)
        retriever = hybrid(index, embedder)
        index.remove("a")
        fill(index, {"b": "cloud cost"}, embedder)
        retriever.refresh()
        assert ["b"] == documents(await retriever.retrieve("cloud cost"))
        assert (True, False) == (retriever.knows("cost"), retriever.knows("exam"))

    async def test_a_document_that_is_gone_since_the_last_refresh_is_no_hit(
        self, index: Index, embedder: FakeEmbedder
    ) -> None:
        fill(index, {"a": "cloud exam", "b": "cloud cost"}, embedder)
        retriever = hybrid(index, embedder)
        index.remove("a")
        assert ["b"] == documents(await retriever.retrieve("cloud exam"))


@pytest.mark.parametrize("mode", ["lexical", "hybrid"])
class TestRestriction:
    @pytest.fixture
    def retriever(self, index: Index, embedder: FakeEmbedder, mode: str) -> HybridRetriever:
        """More documents that fit well than either leg looks at, and one that fits badly."""
        many = {f"best-{number}": "cloud exam" for number in range(CANDIDATES + 20)}
        fill(index, {**many, "worst": "an exam, and much else that has to do with something different"}, embedder)
        return lexical(index) if mode == "lexical" else hybrid(index, embedder)

    async def test_it_holds_before_the_ranking(self, retriever: HybridRetriever) -> None:
        assert "worst" not in documents(await retriever.retrieve("cloud exam", limit=CANDIDATES))
        assert ["worst"] == documents(await retriever.retrieve("cloud exam", documents=frozenset({"worst"})))

    async def test_nothing_else_is_found(self, retriever: HybridRetriever) -> None:
        wanted = frozenset({"worst", "best-7", "best-8"})
        assert wanted == set(documents(await retriever.retrieve("cloud exam", limit=50, documents=wanted)))

    async def test_to_nothing_or_to_unknown_documents_finds_nothing(self, retriever: HybridRetriever) -> None:
        assert [] == await retriever.retrieve("cloud exam", documents=frozenset())
        assert [] == await retriever.retrieve("cloud exam", documents=frozenset({"unknown"}))


class TestDegrading:
    async def test_without_an_embedder_words_alone_answer(self, index: Index) -> None:
        fill(index, EXAMS)
        (hit, *_) = await lexical(index).retrieve("architects")
        assert ("az-305", 1.0, None) == (hit.passage.document, hit.score, hit.similarity)

    async def test_passages_that_have_no_vector_yet_are_found_by_words(
        self, index: Index, embedder: FakeEmbedder
    ) -> None:
        fill(index, {"a": "cloud exam"}, embedder)
        fill(index, {"b": "garden path"})
        hits = {hit.passage.document: hit.similarity for hit in await hybrid(index, embedder).retrieve("garden")}
        assert "b" in hits
        assert hits["b"] is None

    async def test_an_embedder_that_falls_silent_leaves_words_and_comes_back(
        self, index: Index, embedder: FakeEmbedder
    ) -> None:
        fill(index, EXAMS, embedder)
        retriever = hybrid(index, embedder)
        with_vectors = await retriever.retrieve("fundamentals of azure")
        embedder.down = True
        without = await retriever.retrieve("architects of azure")
        assert await lexical(index).retrieve("architects of azure") == without
        assert {None} == {hit.similarity for hit in without}
        embedder.down = False
        assert await retriever.retrieve("fundamentals of azure") == with_vectors
        assert None not in {hit.similarity for hit in await retriever.retrieve("architects of azure")}

    async def test_a_vector_store_that_falls_silent_leaves_words(self, index: Index, embedder: FakeEmbedder) -> None:
        fill(index, EXAMS, embedder)
        store = StoreThatMayFail()
        retriever = HybridRetriever(index, store, embedder)
        store.down = True
        without = await retriever.retrieve("architects")
        assert ["az-305"] == documents(without)
        assert {None} == {hit.similarity for hit in without}

    async def test_that_search_has_degraded_is_logged(
        self, index: Index, embedder: FakeEmbedder, caplog: pytest.LogCaptureFixture
    ) -> None:
        fill(index, EXAMS, embedder)
        embedder.down = True
        await hybrid(index, embedder).retrieve("architects")
        assert ["embedder.unreachable"] == [record.getMessage() for record in caplog.records]

    async def test_a_fault_that_is_no_missing_service_is_not_hidden(
        self, index: Index, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fill(index, EXAMS, embedder)

        def broken(_: str) -> Vectors:
            raise ZeroDivisionError

        monkeypatch.setattr(embedder, "embed_query", broken)
        with pytest.raises(ZeroDivisionError):
            await hybrid(index, embedder).retrieve("architects")


class StoreThatMayFail(ExactVectors):
    """Exact vectors, until its service is `down`."""

    down = False

    def nearest(self, vector: Vectors, limit: int, within: frozenset[int] | None) -> list[tuple[int, float]]:
        if self.down:
            raise MissingService("the store is down")
        return super().nearest(vector, limit, within)
