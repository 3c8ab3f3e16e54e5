"""What commands write: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from bot.text.words import clean


def say(text: str = "") -> None:
    """A line of the result."""
    print(text, flush=True)  # noqa: T201


def say_json(value: Any) -> None:
    """The result, or one of many, as JSON on one line."""
    say(json.dumps(value, ensure_ascii=False))


def tell(text: str) -> None:
    """A line beside the result. It may repeat what was typed, so it is cleaned."""
    print(clean(text).replace("\n", " "), file=sys.stderr, flush=True)  # noqa: T201


def is_terminal(stream: Any) -> bool:
    """Whether a person sees this stream; false where it is closed or not there."""
    try:
        return stream is not None and bool(stream.isatty())
    except ValueError:
        return False


class Steps(Protocol):
    """Told how far each stage of some work is."""

    def __call__(self, stage: str, done: int, total: int, /) -> None: ...


@contextmanager
def progress() -> Iterator[Steps]:
    """Shows how far work is: a bar on a terminal, else a line for each stage. Nothing appears until work begins."""
    if not is_terminal(sys.stderr):
        yield _lines()
        return
    bar = _Bar()
    try:
        yield bar
    finally:
        bar.close()


def _lines() -> Steps:
    begun: set[str] = set()

    def step(stage: str, _done: int, total: int, /) -> None:
        if stage not in begun and total > 1:
            begun.add(stage)
            tell(f"{stage} {total:,} …")

    return step


class _Bar:
    """A bar a stage, which vanishes when the work is done."""

    def __init__(self) -> None:
        self._shown: Any = None
        self._tasks: dict[str, Any] = {}

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        if self._shown is None:
            from rich.console import Console
            from rich.progress import Progress

            self._shown = Progress(console=Console(stderr=True), transient=True)
            self._shown.start()
        if stage not in self._tasks:
            self._tasks[stage] = self._shown.add_task(stage, total=total)
        self._shown.update(self._tasks[stage], completed=done)

    def close(self) -> None:
        if self._shown is not None:
            self._shown.stop()
