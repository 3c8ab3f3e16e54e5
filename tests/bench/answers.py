"""One offline answer in process: every evaluation question asked, with the time of each stage."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.app import Library, build_assistant, build_retriever
from bot.core.assistant import Assistant
from bot.core.conversation import Context
from bot.evaluation.answers import Case, read_cases
from tests.bench.setting import Bench
from tests.bench.tables import Cell, Table, ratio, spread

QUESTIONS = Path(__file__).resolve().parents[1] / "evals"
STAGES = ("understanding", "embedding the question", "lexical", "dense", "gate")

_ALONE = 50


@dataclass(slots=True)
class Watch:
    """Seconds by stage of the answer that is being given; a stage that an answer goes through twice counts twice."""

    seconds: dict[str, float] = field(default_factory=dict)

    def on(self, owner: Any, method: str, stage: str) -> None:
        """Time one method of one object. The product knows nothing of it and is otherwise as it is."""
        inner = getattr(owner, method)

        def timed(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return inner(*arguments, **named)
            finally:
                self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began

        setattr(owner, method, timed)


@dataclass(frozen=True, slots=True)
class Timing:
    case: str
    whole: float
    stages: dict[str, float]


def watched_assistant(library: Library, watch: Watch) -> Assistant:
    retriever = build_retriever(library)
    assistant = build_assistant(library, retriever)
    advisor: Any = assistant._advisor
    watch.on(advisor._understanding, "read", "understanding")
    if library.embedder is not None:
        watch.on(library.embedder, "embed_query", "embedding the question")
    watch.on(library.index, "match", "lexical")
    watch.on(retriever._vectors, "nearest", "dense")
    watch.on(advisor._gate, "release", "gate")
    return assistant


async def ask_all(assistant: Assistant, cases: Sequence[Case], watch: Watch) -> list[Timing]:
    """Time the question of each case; those that lead up to it are asked, but not counted."""
    timings = []
    for case in cases:
        context: Context | None = None
        for earlier in case.before:
            _, context = await assistant.ask(earlier, context)
        watch.seconds = {}
        began = time.perf_counter()
        await assistant.ask(case.question, context)
        timings.append(Timing(case.id, time.perf_counter() - began, watch.seconds))
    return timings


def section(bench: Bench) -> Table:
    cases = read_cases(QUESTIONS)
    alone = spread(_embedding_alone(bench.library, cases))
    watch = Watch()
    assistant = watched_assistant(bench.library, watch)
    asyncio.run(ask_all(assistant, cases[:5], watch))
    timings = asyncio.run(ask_all(assistant, cases, watch))
    columns = ("2. one answer", "n", "p50 ms", "p95 ms", "max ms", "share of time", "× embedding alone")
    return Table(
        title="One offline answer, in process",
        columns=columns,
        rows=[_row("embedding a question alone (baseline)", alone, None, alone.p50), *_rows(timings, alone.p50)],
        notes=(
            f"n is how many of {len(cases)} answers go through the stage; five warm up first",
            f"slowest: {', '.join(f'{t.case} {t.whole * 1000:.0f} ms' for t in _slowest(timings))}",
        ),
    )


def _embedding_alone(library: Library, cases: Sequence[Case]) -> list[float]:
    if library.embedder is None:
        return []
    seconds = []
    for case in cases[:: max(1, len(cases) // _ALONE)]:
        began = time.perf_counter()
        library.embedder.embed_query(case.question)
        seconds.append(time.perf_counter() - began)
    return seconds


def _rows(timings: Sequence[Timing], baseline: float) -> list[tuple[Cell, ...]]:
    stages: dict[str, list[float]] = defaultdict(list)
    for timing in timings:
        for stage, seconds in timing.stages.items():
            stages[stage].append(seconds)
        stages["everything else"].append(timing.whole - sum(timing.stages.values()))
    total = sum(timing.whole for timing in timings)
    rows = [
        _row(f"  {stage}", spread(stages[stage]), ratio(sum(stages[stage]), total), baseline)
        for stage in (*STAGES, "everything else")
    ]
    return [*rows, _row("whole answer", spread([timing.whole for timing in timings]), 1.0, baseline)]


def _row(name: str, times: Any, share: float | None, baseline: float) -> tuple[Cell, ...]:
    told = None if share is None else f"{share:.0%}"
    return (
        name, times.count, times.p50 * 1000, times.p95 * 1000, times.most * 1000, told, ratio(times.p50, baseline),
    )  # fmt: skip


def _slowest(timings: Sequence[Timing]) -> list[Timing]:
    return sorted(timings, key=lambda timing: -timing.whole)[:3]
