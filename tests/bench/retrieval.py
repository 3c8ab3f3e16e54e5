"""Retrieval: production hybrid and its legs beside plain BM25 and plain Chroma, how good and how fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.app import Library
from bot.core.ports import Vectors
from bot.evaluation.answers import Case, read_cases
from bot.evaluation.retrieval import Run, Scores, scores
from bot.retrieval.dense import ExactVectors
from bot.retrieval.index import Index
from bot.retrieval.retriever import CANDIDATES, HybridRetriever
from tests.bench.answers import QUESTIONS
from tests.bench.baselines import PlainBm25, PlainChroma, Ranked
from tests.bench.setting import Steps
from tests.bench.tables import Cell, Table, ratio, spread

Search = Callable[[str, Vectors], Ranked]

BM25, CHROMA = "plain BM25", "plain Chroma"
# Those that need no vector of the question.
_LEXICAL = frozenset({BM25, "lexical leg"})


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions that cite documents and stand alone, with their vectors and how long embedding each took."""

    cases: tuple[Case, ...]
    vectors: Mapping[str, Vectors]
    seconds: tuple[float, ...]

    def of(self, language: str | None) -> list[Case]:
        """English ones, or with None those in all other languages."""
        return [case for case in self.cases if (case.language == "en") == (language == "en")]


@dataclass(frozen=True, slots=True)
class Measured:
    """One system at one size: what it found for each question, and the seconds of each search."""

    size: int
    passages: int
    system: str
    run: Run = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """An embedder that has every question already, so that searching is timed without embedding."""

    model: str
    vectors: Mapping[str, Vectors]

    def embed_query(self, text: str) -> Vectors:
        return self.vectors[text]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError


def questions(library: Library) -> Questions:
    """Those that follow on from others are left out: by themselves they do not say what they are about."""
    cases = tuple(case for case in read_cases(QUESTIONS) if case.cites and not case.before)
    vectors, seconds = {}, []
    embedder = library.embedder
    if embedder is None:
        raise RuntimeError(f"cannot embed: {library.embedder_problem}")
    for case in cases:
        began = time.perf_counter()
        vectors[case.question] = embedder.embed_query(case.question)
        seconds.append(time.perf_counter() - began)
    return Questions(cases, vectors, tuple(seconds))


def baselines(index: Index, name: str) -> tuple[PlainBm25, PlainChroma]:
    """Both over what the product embeds: title, heading and text of each passage."""
    numbers, matrix = index.vectors()
    texts = {number: passage.indexed_text for number, passage in index.passages(numbers).items()}
    return PlainBm25(numbers, [texts[number] for number in numbers]), PlainChroma(name, numbers, matrix)


def legs(index: Index, vectors: Mapping[str, Vectors]) -> dict[str, Search]:
    """What production does for a question once it has the vector: each leg alone, and both fused."""
    store = ExactVectors()
    retriever = HybridRetriever(index, store, Known(index.model, vectors))
    return {
        "hybrid": lambda query, _: retriever.rank(query, retriever.query_terms(query), None).fused,
        "lexical leg": lambda query, _: index.match(retriever.query_terms(query), CANDIDATES, None),
        "dense leg": lambda _, vector: store.nearest(vector, CANDIDATES, None),
    }


def measure(library: Library, asked: Questions, bm25: PlainBm25, chroma: PlainChroma, steps: Steps) -> list[Measured]:
    """Every system on every question, one after the other so that none warms the processor's caches for another."""
    index = library.index
    owner = index.document_of_passages()
    size, passages = len(index.documents()), index.passage_count()
    systems = {**legs(index, asked.vectors), BM25: bm25.search, CHROMA: chroma.search}
    measured = []
    for done, (name, search) in enumerate(systems.items(), 1):
        result = Measured(size, passages, name)
        search(asked.cases[0].question, asked.vectors[asked.cases[0].question])
        for case in asked.cases:
            began = time.perf_counter()
            found = search(case.question, asked.vectors[case.question])
            result.seconds.append(time.perf_counter() - began)
            result.run[case.id] = by_document(found, owner)
        measured.append(result)
        steps("searching", done, len(systems))
    return measured


def by_document(ranked: Ranked, owner: Mapping[int, str]) -> list[tuple[str, float]]:
    """Documents by their best passage."""
    best: dict[str, float] = {}
    for number, score in ranked:
        best.setdefault(owner[number], score)
    return list(best.items())


def quality(measured: Sequence[Measured], asked: Questions) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, language in (("English", "en"), ("other languages", None)):
        cases = asked.of(language)
        for size in _sizes(measured):
            rows += _quality_rows(name, cases, [result for result in measured if result.size == size])
    return Table(
        title="4. Retrieval quality: do the documents come up that the evaluation questions cite",
        columns=(
            "questions", "n", "documents", "system", "nDCG@10", "recall@10", "MRR@10", "nDCG × BM25", "nDCG × Chroma",
        ),
        rows=rows,
        notes=(
            "questions that say what to cite and stand alone, of all splits; documents by their best passage",
            *(_overlap_note([result for result in measured if result.size == size]) for size in _sizes(measured)),
        ),
    )  # fmt: skip


def _overlap_note(measured: Sequence[Measured]) -> str:
    """Chroma's graph is approximate and the dense leg exact: what that costs before anything else differs."""
    runs = {result.system: result.run for result in measured}
    exact, approximate = (
        [{document for document, _ in found[:10]} for found in runs[name].values()] for name in ("dense leg", CHROMA)
    )
    shared = sum(len(a & b) for a, b in zip(exact, approximate, strict=True)) / sum(map(len, exact))
    return f"{measured[0].size:,} documents: plain Chroma finds {shared:.0%} of the ten nearest, the dense leg all"


def _quality_rows(name: str, cases: Sequence[Case], measured: Iterable[Measured]) -> list[tuple[Cell, ...]]:
    qrels = {case.id: dict.fromkeys(case.cites, 1) for case in cases}
    found = {result.system: (result.size, scores(result.system, result.run, qrels)) for result in measured}
    bm25, chroma = found[BM25][1].ndcg, found[CHROMA][1].ndcg
    return [
        (name, len(cases), size, *_figures(told), ratio(told.ndcg, bm25), ratio(told.ndcg, chroma))
        for size, told in found.values()
    ]


def _figures(told: Scores) -> tuple[Cell, ...]:
    return told.name, told.ndcg, told.recall, told.mrr


def speed(measured: Sequence[Measured], asked: Questions) -> Table:
    embedding = spread(asked.seconds)
    rows: list[tuple[Cell, ...]] = [
        ("all", None, "embedding the question", embedding.count, *_milliseconds(asked.seconds), None, None, None)
    ]
    for size in _sizes(measured):
        here = [result for result in measured if result.size == size]
        whole = {result.system: _whole(result, asked.seconds) for result in here}
        for result in here:
            against = (ratio(whole[result.system], whole[name]) for name in (BM25, CHROMA))
            told = (result.size, result.passages, result.system, len(result.seconds), *_milliseconds(result.seconds))
            rows.append((*told, whole[result.system] * 1000, *against))
    return Table(
        title="4. Retrieval speed",
        columns=(
            "documents", "passages", "system", "n", "search p50 ms", "p95 ms",
            "with embedding p50 ms", "× BM25", "× Chroma",
        ),
        rows=rows,
        notes=("ratios are of the time with embedding, which plain BM25 and the lexical leg do without",),
    )  # fmt: skip


def _sizes(measured: Sequence[Measured]) -> list[int]:
    return list(dict.fromkeys(result.size for result in measured))


def _milliseconds(seconds: Sequence[float]) -> tuple[float, float]:
    times = spread(seconds)
    return times.p50 * 1000, times.p95 * 1000


def _whole(result: Measured, embedding: Sequence[float]) -> float:
    if result.system in _LEXICAL:
        return spread(result.seconds).p50
    return float(np.median(np.asarray(result.seconds) + np.asarray(embedding)))
