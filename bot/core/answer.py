"""What an advisor says: claims with their verdicts, the citations they rest on, and what one could ask next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.catalog.fields import Verdict
from bot.documents.model import Passage

Status = Literal["answered", "abstained", "clarify"]
Mode = Literal["offline", "llm"]
Fit = Literal["settled", "open", "tentative"]
Shape = Literal["sentence", "item", "heading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A piece of an answer before the gate: what is said and the passages that it is said from.

    Without passages it is framing (a lead-in, an abstention): it may then hold no fact but the learner's own.
    `shape` says how it stands in the text: running on, as an item of a list, or on a line of its own.
    """

    text: str
    passages: tuple[Passage, ...] = ()
    verdict: Verdict = "supported"
    shape: Shape = "sentence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A next step one tap away: what is shown and what is asked."""

    label: str
    ask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer before the gate.

    `fit` is how it fits the question: `settled` leaves nothing to add, `open` may be completed by what else is asked,
    `tentative` is what was said for want of better and gives way to a nearer passage.
    """

    status: Status
    statements: tuple[Statement, ...]
    suggestions: tuple[Suggestion, ...] = ()
    fit: Fit = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source of an answer, numbered from 1. `as_of` is when the source was last known to say it."""

    n: int
    document: str
    title: str
    heading: str
    passage: str
    url: str | None
    source: str | None
    as_of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement of fact that has passed the gate, and the numbers of the citations that back it."""

    text: str
    verdict: Verdict
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is shown. `text` is Markdown with `[n]` after what citation n backs."""

    question: str
    status: Status
    language: str
    mode: Mode
    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    elapsed_ms: float = 0.0
    dropped: tuple[str, ...] = field(default=())
