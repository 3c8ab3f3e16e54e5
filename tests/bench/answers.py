"""One offline answer in process: every evaluation question asked, with the time of each stage.

They are asked in a process of their own (`python -m tests.bench.answers FOLDER`), so that its memory is the product's.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bot.app import Library, build_assistant, build_retriever, open_library
from bot.core.assistant import Assistant
from bot.core.conversation import Context
from bot.evaluation.answers import Case, read_cases
from tests.bench import memory
from tests.bench.process import bare_python, output_of
from tests.bench.setting import Bench, own_settings
from tests.bench.tables import Cell, Spread, Table, ratio, shown, spread

QUESTIONS = Path(__file__).resolve().parents[1] / "evals"
STAGES = ("understanding", "embedding the question", "lexical", "dense", "gate")

_ALONE, _WARMING = 50, 5


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
    """One answer: seconds from question to answer, processor seconds, and seconds by stage."""

    case: str
    whole: float
    cpu: float
    stages: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking all questions. `alone`: seconds of embedding some of them; sizes in bytes."""

    alone: list[float]
    timings: list[Timing]
    ready: int
    resident: int
    peak: int


def watched_assistant(library: Library, watch: Watch) -> Assistant:
    retriever = build_retriever(library)
    assistant = build_assistant(library, retriever)
    dialogue: Any = assistant._responder
    advisor = dialogue._advisor
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
        worked, began = time.process_time(), time.perf_counter()
        await assistant.ask(case.question, context)
        whole, cpu = time.perf_counter() - began, time.process_time() - worked
        timings.append(Timing(case.id, whole, cpu, watch.seconds))
    return timings


def ask_in_this_process(home: Path) -> Asked:
    library = open_library(own_settings(home))
    library.ingest()
    cases, watch = read_cases(QUESTIONS), Watch()
    alone = _embedding_alone(library, cases)
    assistant = watched_assistant(library, watch)
    ready = memory.resident()
    asyncio.run(ask_all(assistant, cases[:_WARMING], watch))
    timings = asyncio.run(ask_all(assistant, cases, watch))
    library.close()
    return Asked(alone=alone, timings=timings, ready=ready, resident=memory.resident(), peak=memory.peak())


def _embedding_alone(library: Library, cases: Sequence[Case]) -> list[float]:
    if library.embedder is None:
        return []
    seconds = []
    for case in cases[:: max(1, len(cases) // _ALONE)]:
        began = time.perf_counter()
        library.embedder.embed_query(case.question)
        seconds.append(time.perf_counter() - began)
    return seconds


def ask(bench: Bench) -> Asked:
    told = json.loads(output_of(("-m", "tests.bench.answers", str(bench.home))))
    return Asked(**{**told, "timings": [Timing(**timing) for timing in told["timings"]]})


def section(asked: Asked) -> Table:
    alone = spread(asked.alone)
    cpu = spread([timing.cpu * 1000 for timing in asked.timings])
    slowest = sorted(asked.timings, key=lambda timing: -timing.whole)[:3]
    return Table(
        title="2. One offline answer, in process",
        columns=("stage", "n", "p50 ms", "p95 ms", "max ms", "share of time", "× embedding alone"),
        rows=[_row("embedding a question alone (baseline)", alone, None, alone.p50), *_rows(asked.timings, alone.p50)],
        notes=(
            f"processor time of an answer: p50 {shown(cpu.p50)} ms, p95 {shown(cpu.p95)} ms, also on a busy machine",
            f"n is how many of {len(asked.timings)} answers go through the stage; {_WARMING} warm up first",
            f"slowest: {', '.join(f'{t.case} {t.whole * 1000:.0f} ms' for t in slowest)}",
        ),
    )


def _rows(timings: Sequence[Timing], baseline: float) -> list[tuple[Cell, ...]]:
    stages: dict[str, list[float]] = defaultdict(list)
    for timing in timings:
        for stage, seconds in timing.stages.items():
            stages[stage].append(seconds)
        stages["everything else"].append(timing.whole - sum(timing.stages.values()))
    total = sum(timing.whole for timing in timings)
    rows = [
        _row(stage, spread(stages[stage]), ratio(sum(stages[stage]), total), baseline)
        for stage in (*STAGES, "everything else")
    ]
    searched = spread([timing.whole for timing in timings if "dense" in timing.stages])
    whole = spread([timing.whole for timing in timings])
    return [
        *rows,
        _row("whole answer that searches", searched, None, baseline),
        _row("whole answer", whole, 1.0, baseline),
    ]


def _row(name: str, times: Spread, share: float | None, baseline: float) -> tuple[Cell, ...]:
    told = None if share is None else f"{share:.0%}"
    milliseconds = (seconds * 1000 for seconds in (times.p50, times.p95, times.most))
    return name, times.count, *milliseconds, told, ratio(times.p50, baseline)


def memory_section(asked: Asked, bench: Bench) -> Table:
    index = bench.library.index
    bare = bare_python().peak
    sizes = {
        "bare Python (baseline)": bare,
        "indexed knowledge and assistant, before the first question": asked.ready,
        "after all answers": asked.resident,
        "at its peak": asked.peak,
    }
    return Table(
        title="5. Memory of one process that has given all answers",
        columns=("when", "MB", "× bare Python"),
        rows=[(name, size / 1e6, ratio(size, bare)) for name, size in sizes.items()],
        notes=(f"{len(index.documents()):,} documents, {index.passage_count():,} passages",),
    )


def main() -> None:
    # An answer's warnings belong to the product's log.
    logging.getLogger("bot").setLevel(logging.ERROR)
    sys.stdout.write(json.dumps(asdict(ask_in_this_process(Path(sys.argv[1])))))


if __name__ == "__main__":
    main()
