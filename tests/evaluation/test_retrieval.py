"""Retrieval measured on a BEIR folder, with the index and the retriever of the product."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.ports import Embedder
from bot.errors import InputError
from bot.evaluation.retrieval import DEPTH, Beir, index_corpus, read_beir, scores, search, write_trec
from bot.retrieval.index import Index
from tests.fakes import FakeEmbedder

CORPUS = [
    {"_id": "d1", "title": "Clouds", "text": "An exam about clouds."},
    {"_id": "d2", "title": "Gardens", "text": "Paths and flowers."},
    {"_id": "d3", "title": "", "text": "Clouds over gardens."},
]
QUERIES = [{"_id": "q1", "text": "cloud exam"}, {"_id": "q2", "text": "flowers"}, {"_id": "q3", "text": "zzz"}]
GRADED = {"q": {"a": 3, "b": 2, "c": 1}}
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td3\t1\nq2\td2\t1\n"


def write(folder: Path, corpus: list[dict[str, object]], queries: list[dict[str, object]], qrels: str) -> Path:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(qrels, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "beir", CORPUS, QUERIES, QRELS)


class TestReading:
    def test_a_folder_is_read(self, folder: Path) -> None:
        expected = Beir(
            corpus={
                "d1": ("Clouds", "An exam about clouds."),
                "d2": ("Gardens", "Paths and flowers."),
                "d3": ("", "Clouds over gardens."),
            },
            queries={"q1": "cloud exam", "q2": "flowers", "q3": "zzz"},
            qrels={"q1": {"d1": 2, "d3": 1}, "q2": {"d2": 1}},
        )
        assert expected == read_beir(folder)

    def test_a_title_may_be_missing_or_null_and_an_id_a_number(self, tmp_path: Path) -> None:
        corpus: list[dict[str, object]] = [{"_id": 1, "text": "a"}, {"_id": "2", "title": None, "text": "b"}]
        beir = read_beir(write(tmp_path, corpus, [{"_id": 7, "text": "a"}], "7\t1\t1\n"))
        assert ({"1": ("", "a"), "2": ("", "b")}, {"7": "a"}, {"7": {"1": 1}}) == (
            beir.corpus,
            beir.queries,
            beir.qrels,
        )

    def test_line_separators_within_a_text_do_not_end_a_row(self, tmp_path: Path) -> None:
        text = "one\u2028two\u0085three\x0cfour"
        beir = read_beir(write(tmp_path, [{"_id": "d", "text": text}], [{"_id": "q", "text": "a"}], "q\td\t1\n"))
        assert {"d": ("", text)} == beir.corpus

    def test_empty_lines_do_no_harm(self, folder: Path) -> None:
        path = folder / "corpus.jsonl"
        path.write_text("\n" + path.read_text().replace("\n", "\r\n\n"))
        assert 3 == len(read_beir(folder).corpus)

    @pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
    def test_a_missing_file_is_named(self, folder: Path, name: str) -> None:
        (folder / name).unlink()
        with pytest.raises(InputError, match=f"{name} is missing"):
            read_beir(folder)

    def test_a_folder_that_is_none_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="nowhere"):
            read_beir(tmp_path / "nowhere")

    @pytest.mark.parametrize(
        "line",
        [
            "{",
            "[]",
            '"text"',
            '{"_id": "d9"}',
            '{"text": "a"}',
            '{"_id": "d", "text": 3}',
            '{"_id": "d", "text": null}',
        ],
    )
    @pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl"])
    def test_a_row_that_is_none_is_named(self, folder: Path, name: str, line: str) -> None:
        path = folder / name
        path.write_text(path.read_text() + line + "\n")
        with pytest.raises(InputError, match=f"{name}:4"):
            read_beir(folder)

    @pytest.mark.parametrize("line", ["q1 d1 1", "q1\td1", "q1\td1\tyes", "q1\td1\t0.5", "q1\t0\td1\t1"])
    def test_a_judgement_that_is_none_is_named(self, folder: Path, line: str) -> None:
        (folder / "qrels" / "test.tsv").write_text(QRELS + line + "\n")
        with pytest.raises(InputError, match=r"test\.tsv:5"):
            read_beir(folder)

    def test_no_judgements_are_an_error_and_no_score_of_nought(self, folder: Path) -> None:
        (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n")
        with pytest.raises(InputError, match="no judgements"):
            read_beir(folder)

    def test_a_file_that_is_no_text_is_named(self, folder: Path) -> None:
        (folder / "corpus.jsonl").write_bytes(b"\xff\xfe")
        with pytest.raises(InputError, match=r"corpus\.jsonl"):
            read_beir(folder)


class TestScores:
    def test_ndcg_of_an_example_done_by_hand(self) -> None:
        """Grades 3, 0, 2 stand at ranks 1, 2, 3, and the ideal is 3, 2, 1."""
        run = {"q": [("a", 0.9), ("x", 0.8), ("b", 0.7)]}
        gained = 3 / math.log2(2) + 0 / math.log2(3) + 2 / math.log2(4)
        ideal = 3 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4)
        assert pytest.approx(4.0) == gained
        assert pytest.approx(4.7618595) == ideal
        assert pytest.approx(gained / ideal) == scores("hand", run, GRADED).ndcg

    def test_the_ideal_order_scores_one(self) -> None:
        score = scores("ideal", {"q": [("a", 3.0), ("b", 2.0), ("c", 1.0)]}, GRADED)
        assert ("ideal", 1.0, 1.0, 1.0) == (score.name, score.ndcg, score.recall, score.mrr)

    def test_recall_is_the_share_of_what_is_relevant_among_the_first_ten(self) -> None:
        found = [("a", 1.0), *((f"x{n}", 1.0) for n in range(8)), ("b", 1.0), ("c", 1.0)]
        assert pytest.approx(2 / 3) == scores("ten", {"q": found}, GRADED).recall

    @pytest.mark.parametrize(("rank", "expected"), [(1, 1.0), (2, 1 / 2), (4, 1 / 4), (10, 1 / 10), (11, 0.0)])
    def test_mrr_is_one_over_the_first_rank_up_to_ten(self, rank: int, expected: float) -> None:
        found = [*((f"x{n}", 1.0) for n in range(rank - 1)), ("b", 1.0), ("a", 1.0)]
        assert pytest.approx(expected) == scores("mrr", {"q": found}, GRADED).mrr

    def test_what_is_judged_not_relevant_or_worse_gains_nothing(self) -> None:
        qrels = {"q": {"a": 1, "n": 0, "spam": -2}}
        run = {"q": [("spam", 1.0), ("n", 0.9), ("a", 0.8)]}
        score = scores("graded", run, qrels)
        assert pytest.approx((1 / 2, 1.0, 1 / 3)) == (score.ndcg, score.recall, score.mrr)

    def test_a_query_without_a_hit_counts_as_nought(self) -> None:
        qrels = {"q": {"a": 1}, "unanswered": {"a": 1}}
        score = scores("half", {"q": [("a", 1.0)]}, qrels)
        assert (0.5, 0.5, 0.5) == (score.ndcg, score.recall, score.mrr)

    def test_a_query_without_anything_relevant_does_not_count(self) -> None:
        qrels = {"q": {"a": 1}, "hopeless": {"a": 0}}
        assert 1.0 == scores("one", {"q": [("a", 1.0)]}, qrels).ndcg

    def test_of_nothing_the_score_is_nought(self) -> None:
        assert 0.0 == scores("none", {}, {}).ndcg


class TestSearch:
    @pytest.fixture(params=["lexical", "hybrid"])
    def embedder(self, request: pytest.FixtureRequest) -> FakeEmbedder | None:
        return FakeEmbedder() if request.param == "hybrid" else None

    @pytest.fixture
    def index(self, folder: Path, tmp_path: Path, embedder: Embedder | None) -> Iterator[Index]:
        opened = index_corpus(read_beir(folder), tmp_path / "beir.db", embedder)
        yield opened
        opened.close()

    def test_each_leg_has_a_run_of_every_query(self, folder: Path, index: Index, embedder: FakeEmbedder | None) -> None:
        runs = search(read_beir(folder), index, embedder)
        assert {"lexical", "dense", "hybrid"} == runs.keys()
        assert all(["q1", "q2", "q3"] == list(run) for run in runs.values())
        assert ["d1", "d3"] == [document for document, _ in runs["lexical"]["q1"]]
        assert [] == runs["lexical"]["q3"]
        assert (3 if embedder else 0) == len(runs["dense"]["q1"])
        assert "d1" == runs["hybrid"]["q1"][0][0]

    def test_without_an_embedder_both_legs_together_are_the_words_alone(self, folder: Path, tmp_path: Path) -> None:
        beir = read_beir(folder)
        index = index_corpus(beir, tmp_path / "beir.db", None)
        runs = search(beir, index, None)
        index.close()
        ranked = [[document for document, _ in runs[leg]["q1"]] for leg in ("lexical", "hybrid")]
        assert ranked[0] == ranked[1]

    def test_a_second_run_embeds_nothing_again(self, folder: Path, tmp_path: Path, index: Index) -> None:
        index.close()
        embedder = FakeEmbedder()
        index_corpus(read_beir(folder), tmp_path / "beir.db", embedder).close()
        before = len(embedder.passages)
        index_corpus(read_beir(folder), tmp_path / "beir.db", embedder).close()
        assert before == len(embedder.passages)

    def test_another_embedder_is_measured_by_its_own_vectors(self, folder: Path, tmp_path: Path, index: Index) -> None:
        index.close()
        other = FakeEmbedder(model="other")
        index_corpus(read_beir(folder), tmp_path / "beir.db", other).close()
        assert 3 == len(other.passages)

    def test_a_corpus_that_has_changed_is_indexed_as_it_is_now(
        self, folder: Path, tmp_path: Path, index: Index
    ) -> None:
        index.close()
        write(folder, [{"_id": "d1", "text": "Other words."}, {"_id": "d4", "text": "New."}], QUERIES, QRELS)
        again = index_corpus(read_beir(folder), tmp_path / "beir.db", None)
        assert ["d1", "d4"] == list(again.documents())
        assert ["Other words."] == [passage.text for passage in again.passages_of("d1")]
        again.close()

    def test_a_long_document_is_found_once_by_its_best_passage(self, tmp_path: Path) -> None:
        long = "\n".join(f"Line {n} of a long text that goes on about other things." for n in range(60))
        corpus: list[dict[str, object]] = [{"_id": "long", "text": f"flowers\n{long}\nflowers flowers"}, *CORPUS]
        beir = read_beir(write(tmp_path / "long", corpus, [{"_id": "q", "text": "long flowers"}], "q\tlong\t1\n"))
        index = index_corpus(beir, tmp_path / "long.db", None)
        found = search(beir, index, None)["hybrid"]["q"]
        ranked = index.match(["long", "flower"], 10, None)
        owner = index.document_of_passages()
        index.close()
        best = [max(score for number, score in ranked if owner[number] == document) for document in ("d2", "long")]
        assert 3 < len(ranked)
        assert [("d2", 1.0), ("long", pytest.approx(best[1] / best[0]))] == found

    def test_a_document_without_text_does_no_harm(self, tmp_path: Path) -> None:
        corpus: list[dict[str, object]] = [
            {"_id": "empty", "text": ""},
            {"_id": "titled", "title": "Gardens", "text": ""},
        ]
        beir = read_beir(write(tmp_path / "b", corpus, [{"_id": "q", "text": "gardens"}], "q\ttitled\t1\n"))
        index = index_corpus(beir, tmp_path / "b.db", FakeEmbedder())
        assert [("titled", 1.0)] == [(d, round(s, 1)) for d, s in search(beir, index, None)["hybrid"]["q"]]
        index.close()

    def test_no_more_than_a_hundred_documents_are_found(self, tmp_path: Path) -> None:
        corpus: list[dict[str, object]] = [{"_id": f"d{n}", "text": f"gardens {n}"} for n in range(DEPTH + 20)]
        beir = read_beir(write(tmp_path / "b", corpus, [{"_id": "q", "text": "gardens"}], "q\td1\t1\n"))
        embedder = FakeEmbedder()
        index = index_corpus(beir, tmp_path / "b.db", embedder)
        assert [DEPTH] * 3 == [len(run["q"]) for run in search(beir, index, embedder).values()]
        index.close()


class TestTrec:
    def test_a_line_says_query_document_rank_score_and_tag(self, tmp_path: Path) -> None:
        run = {"q1": [("d2", 0.75), ("d1", 0.5)], "q2": [], "q3": [("d1", 1.0)]}
        write_trec(run, tmp_path / "run.trec", tag="test")
        assert [
            "q1 Q0 d2 1 0.750000 test",
            "q1 Q0 d1 2 0.500000 test",
            "q3 Q0 d1 1 1.000000 test",
        ] == (tmp_path / "run.trec").read_text().splitlines()

    def test_what_is_written_scores_as_the_run_does(self, folder: Path, tmp_path: Path) -> None:
        beir = read_beir(folder)
        index = index_corpus(beir, tmp_path / "beir.db", FakeEmbedder())
        run = search(beir, index, FakeEmbedder())["hybrid"]
        index.close()
        write_trec(run, tmp_path / "run.trec")
        read: dict[str, list[tuple[str, float]]] = {}
        for line in (tmp_path / "run.trec").read_text().splitlines():
            query, _, document, rank, score, _ = line.split()
            read.setdefault(query, []).append((document, float(score)))
            assert int(rank) == len(read[query])
        assert scores("hybrid", run, beir.qrels) == scores("hybrid", read, beir.qrels)
