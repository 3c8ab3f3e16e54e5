"""Figures and how they are shown: a table on a terminal, aligned columns elsewhere, plain values in JSON."""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One section of the report. A cell of None was not measured; a note says why, or what was measured how."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """What is told of repeated measurements, in the unit they have."""

    count: int
    p50: float
    p95: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    """The median, the 95th percentile by nearest rank (of five values their greatest) and the greatest."""
    if not values:
        return Spread(0, math.nan, math.nan, math.nan)
    ordered = sorted(values)
    return Spread(len(ordered), statistics.median(ordered), ordered[math.ceil(0.95 * len(ordered)) - 1], ordered[-1])


def ratio(value: float | None, baseline: float | None) -> float | None:
    return value / baseline if value is not None and baseline else None


def shown(cell: Cell) -> str:
    """Three figures that count: more would be noise."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return "–"
    if isinstance(cell, float):
        size = abs(cell)
        digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
        return f"{cell:,.{digits}f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def as_object(table: Table) -> dict[str, Any]:
    """A table for JSON, which has no word for what is not a number."""
    rows = [[None if isinstance(cell, float) and math.isnan(cell) else cell for cell in row] for row in table.rows]
    return {**asdict(table), "rows": rows}


def plain(table: Table) -> str:
    lines = [table.columns, *(tuple(map(shown, row)) for row in table.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.columns))]
    texts = _texts(table)
    aligned = [
        "  ".join(
            cell.ljust(width) if column in texts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([table.title, *aligned, *(f"  {note}" for note in table.notes), ""])


def _texts(table: Table) -> frozenset[int]:
    """The columns that hold words; figures stand to the right."""
    return frozenset(
        column for column in range(len(table.columns)) if any(isinstance(row[column], str) for row in table.rows)
    )


def show(table: Table) -> None:
    if sys.stdout.isatty():
        _show_rich(table)
    else:
        sys.stdout.write(plain(table) + "\n")
        sys.stdout.flush()


def _show_rich(table: Table) -> None:
    from rich import box  # noqa: PLC0415 - only where a person looks; the memory of what is measured stays small
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table as RichTable  # noqa: PLC0415

    caption = "\n".join(table.notes)
    drawn = RichTable(
        title=table.title, caption=caption, box=box.SIMPLE_HEAD, title_justify="left", caption_justify="left"
    )
    texts = _texts(table)
    for column, name in enumerate(table.columns):
        drawn.add_column(name, justify="left" if column in texts else "right")
    for row in table.rows:
        drawn.add_row(*map(shown, row))
    Console(markup=False, highlight=False).print(drawn)
