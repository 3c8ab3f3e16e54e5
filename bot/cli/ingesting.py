"""`ingest`: the packaged knowledge, or files and folders of one's own, into the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.output import progress, say, say_json
from bot.cli.session import open_library
from bot.text.words import clean

if TYPE_CHECKING:
    from bot.retrieval.ingest import Report

_SHOWN = 10


def ingest(paths: Sequence[Path], *, dry_run: bool, as_json: bool) -> int:
    """Returns the exit status: a refused file is reported, and fails the work only where nothing else was read."""
    with open_library() as library, progress() as steps:
        report = library.ingest(paths, dry_run=dry_run, progress=steps)
    if as_json:
        say_json(report_object(report))
    else:
        say("\n".join(report_lines(report, dry_run=dry_run)))
    read = len(report.added) + len(report.changed) + report.unchanged
    return 1 if report.refused and not read else 0


def report_object(report: Report) -> dict[str, Any]:
    return {
        "added": [clean(document) for document in report.added],
        "changed": [clean(document) for document in report.changed],
        "removed": [clean(document) for document in report.removed],
        "unchanged": report.unchanged,
        "refused": [{key: clean(value) for key, value in asdict(problem).items()} for problem in report.refused],
        "left_out": [{key: clean(value) for key, value in asdict(problem).items()} for problem in report.left_out],
        "embedded": report.embedded,
        "passages": report.passages,
    }


def report_lines(report: Report, *, dry_run: bool) -> list[str]:
    lines = [
        _listed("to add" if dry_run else "added", report.added),
        _listed("to change" if dry_run else "changed", report.changed),
        _listed("to remove" if dry_run else "removed", report.removed),
        f"{'unchanged':<10}{report.unchanged:>7,}",
        f"{'refused':<10}{len(report.refused):>7,}",
        *(f"  {clean(str(problem))}" for problem in report.refused),
    ]
    if report.left_out:
        lines += [
            f"{'left out':<10}{len(report.left_out):>7,}",
            *(f"  {clean(str(problem))}" for problem in report.left_out[:_SHOWN]),
            *(["  …"] if len(report.left_out) > _SHOWN else []),
        ]
    if not dry_run:
        lines.append(f"{report.passages:,} passages in the index, {report.embedded:,} newly embedded")
    return lines


def _listed(what: str, documents: Sequence[str]) -> str:
    """How many, and the names while they fit a few lines."""
    names = ", ".join(clean(document) for document in documents[:_SHOWN])
    more = ", …" if len(documents) > _SHOWN else ""
    return f"{what:<10}{len(documents):>7,}  {names}{more}".rstrip()
