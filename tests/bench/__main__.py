"""Runs every section in one process and prints each table as soon as it is there."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

from bot.cli.output import progress
from tests.bench import answers, flow, ingesting, planning, process, retrieval, setting, wording
from tests.bench.setting import Bench, Steps
from tests.bench.tables import Table, as_object, show, shown

_SIZE, _QUICK_SIZE = 10_000, 2_000
# When embedding made-up courses stops, so that a first run on two cores ends within ten minutes.
_EMBEDDING_ENDS = 7.5 * 60


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    told, before, began = setting.machine(), setting.cores_in_use(), time.monotonic()
    sys.stdout.write(_machine_line(told) + "\n\n")
    # An answer's warnings belong to the product's log, not between the tables.
    logging.getLogger("bot").setLevel(logging.ERROR)
    tables = []
    for table in chain(_sections(options, began), _planning(options), _flow(options)):
        show(table)
        tables.append(table)
    told |= _meanwhile(before, time.monotonic() - began)
    sys.stdout.write(f"measured in {told['seconds']} s; other processes used {shown(told['others'])} cores meanwhile\n")
    if options.json:
        report = {"machine": told, "quick": options.quick, "tables": [as_object(table) for table in tables]}
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def _meanwhile(before: tuple[float, float] | None, seconds: float) -> dict[str, Any]:
    """How long it took and how many cores others kept busy on average: the load at the start is not all."""
    after = setting.cores_in_use()
    others = None
    if before and after:
        others = max(0.0, after[0] - before[0] - (after[1] - before[1])) / seconds
    return {"seconds": round(seconds), "others": others}


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Credway measured beside plain tools.")
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK_SIZE:,} documents in place of {_SIZE:,}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    options = parser.parse_args(arguments)
    if options.json and not options.json.absolute().parent.is_dir():
        parser.error(f"there is no folder {options.json.parent} to write to")
    if find_spec("bm25s") is None:
        parser.error("bm25s, the plain BM25 to compare with, is not installed; run `make setup`")
    return options


def _machine_line(told: dict[str, Any]) -> str:
    state = "BUSY, so times are too long" if told["busy"] else "quiet"
    return (
        f"{told['date']}  {told['processor']}, {told['cores']} cores, Python {told['python']}, {told['system']}\n"
        f"load at the start: {told['load']} ({state}); times are medians (p50) and 95th percentiles (p95) of n"
    )


def _sections(options: argparse.Namespace, began: float) -> Iterator[Table]:
    with progress() as steps:
        bench = setting.prepare(steps)
    yield process.section(bench)
    if bench.missing or bench.library.embedder is None:
        reason = bench.library.embedder_problem or f"{bench.missing:,} passages have no vector; run make vectors"
        yield Table(title="2. to 5. are not measured", columns=(reason,), rows=[])
        return
    asked = answers.ask(bench)
    yield answers.section(asked)
    size = _QUICK_SIZE if options.quick else _SIZE
    with progress() as steps:
        yield from _searching(bench, size, began + _EMBEDDING_ENDS, steps)
    yield answers.memory_section(asked, bench)
    yield wording.section(bench)


def _planning(options: argparse.Namespace) -> Iterator[Table]:
    yield planning.section(planning.QUICK_SIZES if options.quick else planning.SIZES)


def _flow(options: argparse.Namespace) -> Iterator[Table]:
    yield flow.section(quick=options.quick)


def _searching(bench: Bench, size: int, until: float, steps: Steps) -> Iterator[Table]:
    packaged = bench.library
    plain = retrieval.baselines(packaged.index, "packaged")
    yield ingesting.section(bench, *plain)
    asked = retrieval.questions(packaged)
    measured = retrieval.measure(packaged, asked, *plain, steps)
    large = setting.enlarged(bench, size, until, steps)
    measured += retrieval.measure(large, asked, *retrieval.baselines(large.index, "enlarged"), steps)
    yield retrieval.quality(measured, asked)
    yield retrieval.speed(measured, asked)
    documents = len(large.index.documents())
    if documents < size:
        told = f"only {documents:,} of {size:,} documents are embedded; the next run goes on from there"
        yield Table(title="4. Time was up", columns=(told,), rows=[])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
