"""Ingest: fresh, with nothing changed, and what embedding would cost; beside indexing the same in the baselines."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bot.app import Library
from bot.retrieval.index import Index
from bot.retrieval.ingest import BATCH
from tests.bench.baselines import PlainBm25, PlainChroma
from tests.bench.setting import NOT_SHIPPED, Bench, passages_of
from tests.bench.tables import Cell, Table, ratio, spread

_FRESH, _AGAIN, _SAMPLE = 3, 5, 64


def section(bench: Bench, bm25: PlainBm25, chroma: PlainChroma) -> Table:
    library = bench.library
    documents, passages = len(library.index.documents()), library.index.passage_count()
    baseline = spread([bm25.built]).p50
    fresh = [_fresh(library) for _ in range(_FRESH)] if bench.shipped else []
    again, computed = zip(*(_again(library) for _ in range(_AGAIN)), strict=True)
    rows = [
        _row("plain BM25: index the same passages (baseline)", [bm25.built], baseline, (documents, passages)),
        _row("plain Chroma: add the same vectors", [chroma.built], baseline, (documents, passages)),
        _row("fresh ingest: read, parse, cut, index", fresh, baseline, (documents, passages)),
        _row(f"nothing changed: {sum(computed)} embeddings computed", list(again), baseline, (documents, passages)),
        _sample_row(library, baseline),
    ]
    return Table(
        title="3. Ingest of the packaged knowledge",
        columns=("work", "n", "p50 s", "p95 s", "documents/s", "passages/s", "× plain BM25"),
        rows=rows,
        notes=() if bench.shipped else (f"fresh ingest: {NOT_SHIPPED}",),
    )


def _row(name: str, seconds: list[float], baseline: float, sizes: tuple[int | None, int]) -> tuple[Cell, ...]:
    if not seconds:
        return name, 0, None, None, None, None, None
    times = spread(seconds)
    each = (None if size is None else size / times.p50 for size in sizes)
    return name, times.count, times.p50, times.p95, *each, ratio(times.p50, baseline)


def _fresh(library: Library) -> float:
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder) / "index.db", library.index.model)
        began = time.perf_counter()
        report = replace(library, index=index).ingest()
        seconds = time.perf_counter() - began
        index.close()
    if report.embedded:
        raise RuntimeError(f"{report.embedded} passages had to be embedded, so this was no ingest with shipped vectors")
    return seconds


def _again(library: Library) -> tuple[float, int]:
    began = time.perf_counter()
    report = library.ingest()
    return time.perf_counter() - began, report.embedded


def _sample_row(library: Library, baseline: float) -> tuple[Cell, ...]:
    """Passages from all over the knowledge, in the batches that an ingest takes."""
    everything = passages_of(library)
    texts = [passage.indexed_text for passage in everything[:: max(1, len(everything) // _SAMPLE)][:_SAMPLE]]
    name = f"embedding: {len(texts)} passages of {spread([len(t.split()) for t in texts]).p50:.0f} words, by {BATCH}"
    if library.embedder is None:
        return _row(name, [], baseline, (None, BATCH))
    seconds = []
    for start in range(0, len(texts), BATCH):
        began = time.perf_counter()
        library.embedder.embed_passages(texts[start : start + BATCH])
        seconds.append(time.perf_counter() - began)
    return _row(name, seconds, baseline, (None, BATCH))
