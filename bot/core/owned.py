"""Documents that belong to somebody: whose they are, what one holds, what is sent to become one. Plain data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from bot.documents.model import Passage
from bot.learning.learner import Identity, Room

# A person, by any identity of theirs, or a community, by a room that is not private.
Owner: TypeAlias = Identity | Room

# Why a file is not taken; each is a phrase (`file.` in prompts/dialogue) that says what to do instead.
Refusal = Literal["size", "pages", "text", "no_text", "picture", "kind", "broken", "time", "orders", "often", "full"]


class FileRefused(Exception):
    """A file that is not taken. `reason` says what to do about it; `detail` is for the log."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Refusal = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that came with a message. `fetch` gets its bytes, and is not called before they are wanted: not for one
    whose `size` (None: not told) is too large.
    """

    name: str
    fetch: Callable[[], Awaitable[bytes]]
    size: int | None = None
    media_type: str = ""


def is_picture(file: SentFile) -> bool:
    """As far as is told of it."""
    return file.media_type.startswith("image/")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDocument:
    """A document of somebody. `id` follows from its content, so that the same file is one document.

    `vectors` are the half-precision embeddings by `model` of the first `embedded` passages, one after the other.
    """

    id: str
    name: str
    at: datetime
    passages: tuple[Passage, ...]
    vectors: bytes = b""
    embedded: int = 0
    model: str = ""

    @property
    def characters(self) -> int:
        return sum(len(passage.text) for passage in self.passages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A line of the list of somebody's documents. The first `embedded` passages have vectors, by `model`."""

    id: str
    name: str
    at: datetime
    passages: int
    characters: int
    embedded: int = 0
    model: str = ""
