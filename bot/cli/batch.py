"""Batch files: JSON Lines in, one item out for each line, readable or not. Knows nothing of what is asked."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bot.core.assistant import MAX_QUESTION
from bot.errors import InputError
from bot.text.words import clean

# Longer lines are not read into memory: no question needs them.
_LONGEST_LINE = 1_000_000
LONGEST_LEARNER = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line that can be worked on. `id` is the line's own, or its number."""

    line: int
    id: str | int
    text: str
    learner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A line that cannot, and why. `id` is None where the line gives none."""

    line: int
    error: str
    id: str | int | None = None

    def as_object(self) -> dict[str, Any]:
        identity = {} if self.id is None else {"id": self.id}
        return {"line": self.line, **identity, "error": self.error}


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """The file's bytes; `-` is standard input. Raises `InputError` when it cannot be read."""
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - closed below; only opening may become an InputError
    except (OSError, ValueError) as error:
        raise InputError(
            f"the batch file {file} cannot be read ({error}); give a file, or - for standard input"
        ) from error
    with stream:
        yield stream


def items(stream: BinaryIO, key: str) -> Iterator[Item | Unreadable]:
    """Every line in order; `key` names the field with the text."""
    for number, raw in enumerate(_lines(stream), 1):
        yield _item(number, raw, key)


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines as they arrive; None for one that is too long."""
    while line := stream.readline(_LONGEST_LINE):
        if line.endswith(b"\n") or len(line) < _LONGEST_LINE:
            yield line
            continue
        while (rest := stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass
        yield None


def _item(number: int, raw: bytes | None, key: str) -> Item | Unreadable:
    if raw is None:
        return Unreadable(line=number, error=f"the line is longer than {_LONGEST_LINE:,} bytes")
    try:
        # Bytes that are no UTF-8 become lone surrogates here, which cleaning drops.
        data = json.loads(raw.decode("utf-8", "surrogateescape").removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return Unreadable(line=number, error="the line is not JSON")
    if not isinstance(data, dict):
        return Unreadable(line=number, error="the line is not a JSON object")
    identity = _identity(data.get("id"))
    problem = _problem(data, key)
    if problem is not None:
        return Unreadable(line=number, id=identity, error=problem)
    return Item(
        line=number,
        id=str(number) if identity is None else identity,
        text=data[key],
        learner=data.get("learner"),
    )


def fit_learner(learner: str) -> bool:
    """Whether an id of a learner can be kept: not empty, not too long, nothing in it that cannot be seen."""
    return 0 < len(learner.strip()) <= LONGEST_LEARNER and clean(learner) == learner.strip()


def _problem(data: dict[str, Any], key: str) -> str | None:
    if key not in data:
        return f"the field {key} is missing"
    if not isinstance(data[key], str):
        return f"the field {key} is not a string"
    if len(data[key]) > MAX_QUESTION:
        return f"the field {key} is longer than {MAX_QUESTION:,} characters"
    if not isinstance(data.get("learner"), str | None):
        return "the field learner is not a string"
    if (learner := data.get("learner")) is not None and not fit_learner(learner):
        return f"the field learner is no id of 1 to {LONGEST_LEARNER} plain characters"
    if not isinstance(data.get("id"), str | int | None) or isinstance(data.get("id"), bool):
        return "the field id is not a string"
    return None


def _identity(value: Any) -> str | int | None:
    """The id to give back: as it came, but for control characters and lone surrogates."""
    if isinstance(value, str):
        return "".join(char for char in value if unicodedata.category(char) not in {"Cc", "Cs"})
    return value if isinstance(value, int) and not isinstance(value, bool) else None
