"""The benchmark's own arithmetic and data, on tiny sizes: no time is asserted."""

from __future__ import annotations

import asyncio
import math
import time
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bot.app import Library, open_library
from bot.core.ports import Vectors
from bot.evaluation.answers import Case
from bot.retrieval.index import IndexedDocument
from tests.bench import memory, planning, retrieval
from tests.bench.answers import STAGES, Timing, Watch, ask_all, watched_assistant
from tests.bench.answers import _rows as stage_rows
from tests.bench.baselines import PlainBm25
from tests.bench.distractors import MOST, distractors
from tests.bench.process import imports
from tests.bench.setting import Bench, enlarged, kept_vectors, own_settings
from tests.bench.tables import Table, as_object, plain, ratio, shown, spread


class LetterEmbedder:
    """Texts as how often each letter stands in them: alike texts are near, and nothing is loaded."""

    model = "letters"

    def __init__(self) -> None:
        self.embedded = 0

    def embed_passages(self, texts: list[str]) -> Vectors:
        self.embedded += len(texts)
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        counts = np.array([text.lower().count(letter) + 0.01 for letter in "abcdefghijklmnopqrstuvwxyz"])
        return (counts / np.linalg.norm(counts)).astype(np.float32)


def library_at(home: Path) -> Library:
    """A library without documents that embeds with letters."""
    library = open_library(own_settings(home).model_copy(update={"embeddings": "none"}), date(2026, 11, 1))
    library.index.model = LetterEmbedder.model
    library.embedder = LetterEmbedder()
    return library


def put_courses(library: Library, count: int) -> None:
    for passage in distractors(count):
        document = IndexedDocument(id=passage.document, origin="test", digest="1", kind="general", title=passage.title)
        library.index.put(document, [passage])
    library.embed()


def test_plans_are_measured_by_what_is_wanted() -> None:
    """Every catalogue is asked for every kind of path, and the same catalogue comes every time."""
    table = planning.section((20,))
    assert {planning.SEEDS * 3} == {row[2] for row in table.rows}
    assert {"5 skills", "3 goals, limits"} <= {row[1] for row in table.rows}
    assert planning.catalogue(20, 1) == planning.catalogue(20, 1) != planning.catalogue(20, 2)


def test_percentiles_are_measured_values_by_nearest_rank() -> None:
    """The 95th percentile is a value that was measured: of five the greatest, of a hundred the 95th."""
    assert spread([5.0, 1.0, 3.0, 2.0, 4.0]).p50 == 3.0
    assert spread([5.0, 1.0, 3.0, 2.0, 4.0]).p95 == 5.0
    assert spread([float(value) for value in range(1, 101)]).p95 == 95.0


def test_of_nothing_there_is_no_median_and_no_ratio() -> None:
    """What was not measured is shown as a dash, not as zero."""
    assert spread([]).count == 0
    assert shown(spread([]).p50) == shown(None) == "–"
    assert ratio(2.0, 0.0) is None
    assert ratio(None, 2.0) is None
    assert ratio(3.0, 2.0) == 1.5


@pytest.mark.parametrize(
    ("cell", "text"),
    [(12345, "12,345"), (1234.5, "1,234"), (12.34, "12.3"), (1.234, "1.23"), (0.1234, "0.123"), ("x", "x")],
)
def test_figures_keep_three_places_that_count(cell: float | str, text: str) -> None:
    assert shown(cell) == text


def test_a_plain_table_has_words_to_the_left_and_figures_to_the_right() -> None:
    table = Table(title="T", columns=("what", "ms"), rows=[("a", 1.0), ("longer", 100.0)], notes=("so",))
    assert plain(table).splitlines() == ["T", "what      ms", "a       1.00", "longer   100", "  so"]


def test_json_has_null_where_nothing_was_measured() -> None:
    table = Table(title="T", columns=("what", "ms"), rows=[("a", math.nan), ("b", None), ("c", 1.0)])
    assert as_object(table)["rows"] == [["a", None], ["b", None], ["c", 1.0]]


def test_imports_are_summed_by_package() -> None:
    report = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       100 |        100 |   numpy.linalg\n"
        "import time:       200 |        300 | numpy\n"
        "import time:        50 |         50 | bot.app\n"
        "warning: something else\n"
    )
    seconds = imports(report)
    assert next(iter(seconds)) == "numpy"
    assert math.isclose(seconds["numpy"], 0.0003)
    assert math.isclose(seconds["bot"], 0.00005)


def test_made_up_courses_are_all_different_and_always_the_same() -> None:
    """A run with more of them finds those of a smaller run already embedded."""
    everything = distractors(MOST)
    assert len({passage.indexed_text for passage in everything}) == MOST
    assert len({passage.id for passage in everything}) == MOST
    assert distractors(7) == everything[:7]
    assert everything[0].indexed_text == (
        "Network security, introduction\nNorthgate College: four weeks online with weekly quizzes."
    )


def test_there_are_enough_made_up_courses_and_no_more_than_can_differ() -> None:
    assert MOST >= 10_000
    with pytest.raises(ValueError, match="only"):
        distractors(MOST + 1)


def test_a_watch_counts_a_stage_that_is_gone_through_twice_as_one() -> None:
    class Part:
        def work(self, value: int, *, more: int = 0) -> int:
            return value + more

    watch, part = Watch(), Part()
    watch.on(part, "work", "working")
    assert part.work(1, more=2) == 3
    once = watch.seconds["working"]
    part.work(1)
    assert list(watch.seconds) == ["working"]
    assert watch.seconds["working"] > once


def test_a_watch_counts_what_fails() -> None:
    class Part:
        def work(self) -> None:
            raise KeyError

    watch, part = Watch(), Part()
    watch.on(part, "work", "working")
    with pytest.raises(KeyError):
        part.work()
    assert "working" in watch.seconds


def test_every_stage_is_found_in_the_product(tmp_path: Path) -> None:
    """The stages hang on the product's inner names: this fails when one of those changes."""
    library = library_at(tmp_path)
    put_courses(library, 20)
    watch = Watch()
    assistant = watched_assistant(library, watch)
    cases = [
        Case(id="1", kind="open", question="which courses teach network security", status=("answered",)),
        Case(id="2", kind="open", question="and welding?", status=("answered",), before=("hello", "a cloud course")),
    ]
    timings = asyncio.run(ask_all(assistant, cases, watch))
    assert [timing.case for timing in timings] == ["1", "2"]
    assert set(STAGES) == timings[0].stages.keys()
    assert all(timing.whole >= sum(timing.stages.values()) for timing in timings)
    library.close()


def test_the_shares_of_the_stages_make_up_the_whole() -> None:
    timings = [Timing("1", 0.010, 0.010, {"gate": 0.004, "dense": 0.001}), Timing("2", 0.010, 0.010, {"gate": 0.002})]
    rows = {row[0]: row for row in stage_rows(timings, 0.005)}
    assert rows["gate"][1:6] == (2, 3.0, 4.0, 4.0, "30%")
    assert rows["lexical"][1] == 0
    assert rows["everything else"][5] == "65%"
    assert rows["whole answer"][1:3] == (2, 10.0)
    assert rows["whole answer"][6] == 2.0


def test_the_enlarged_library_is_embedded_once_and_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When time is up, what is there is whole: no document without its vector."""
    monkeypatch.setattr("tests.bench.setting.bench_folder", lambda: tmp_path)
    monkeypatch.setattr("tests.bench.setting.open_library", lambda settings: library_at(settings.credway_home))
    monkeypatch.setattr("tests.bench.setting.stock", lambda *_: 0)
    bench = Bench(home=tmp_path, library=library_at(tmp_path / "packaged"), shipped=True, missing=0)

    def grown(size: int, until: float) -> tuple[int, int, int]:
        library = enlarged(bench, size, until, lambda *_: None)
        told = len(library.index.documents()), len(library.index.missing_vectors()), library.embedder.embedded
        library.close()
        return told

    assert grown(100, time.monotonic() - 1) == (0, 0, 0)
    assert grown(100, math.inf) == (100, 0, 100)
    assert grown(100, math.inf) == (100, 0, 0)
    assert grown(30, time.monotonic() - 1) == (30, 0, 0), "a smaller size takes its vectors from the larger"
    bench.library.close()


def test_vectors_are_read_from_another_index_without_touching_it(tmp_path: Path) -> None:
    library = library_at(tmp_path)
    put_courses(library, 3)
    held = library.index.keyed_vectors()
    library.close()
    assert kept_vectors(tmp_path / "index.db").keys() == held.keys()
    assert kept_vectors(tmp_path / "absent.db") == {}
    (tmp_path / "broken.db").write_text("no database")
    assert kept_vectors(tmp_path / "broken.db") == {}


def test_plain_bm25_finds_what_holds_the_words_and_nothing_else() -> None:
    bm25 = PlainBm25([10, 20, 30], ["welding course", "network security course", "cloud course"])
    vector = np.zeros(1, dtype=np.float32)
    assert [number for number, _ in bm25.search("network security", vector)] == [20]
    assert bm25.search("证书 नमस्ते", vector) == []
    assert bm25.built > 0


def test_every_leg_of_production_is_measured_over_the_same_documents(tmp_path: Path) -> None:
    library = library_at(tmp_path)
    put_courses(library, 50)
    wanted = distractors(50)[0]
    case = Case(id="1", kind="k", question=wanted.indexed_text, status=("answered",), cites=(wanted.document,))
    vectors = {case.question: library.embedder.embed_query(case.question)}
    asked = retrieval.Questions((case,), vectors, (0.001,))
    numbers, _ = library.index.vectors()
    texts = {number: passage.indexed_text for number, passage in library.index.passages(numbers).items()}
    bm25 = PlainBm25(numbers, [texts[number] for number in numbers])
    chroma = PlainBm25(numbers, [texts[number] for number in numbers])  # what loads Chroma is measured, not tested
    measured = retrieval.measure(library, asked, bm25, chroma, lambda *_: None)
    rows = retrieval.quality(measured, asked).rows
    english = [row for row in rows if row[0] == "English"]
    assert [row[3] for row in english] == ["hybrid", "lexical leg", "dense leg", "plain BM25", "plain Chroma"]
    assert all(row[4] == 1.0 for row in english)
    speeds = retrieval.speed(measured, asked).rows
    assert [row[2] for row in speeds] == ["embedding the question", *(row[3] for row in english)]
    library.close()


def test_documents_are_ranked_by_their_best_passage() -> None:
    assert retrieval.by_document([(1, 0.9), (2, 0.8), (3, 0.7)], {1: "a", 2: "b", 3: "a"}) == [("a", 0.9), ("b", 0.8)]


def test_memory_is_told_in_bytes() -> None:
    assert 1_000_000 < memory.resident() <= memory.peak() < 100_000_000_000
