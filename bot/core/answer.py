"""What an advisor says: claims with their verdicts, the citations they rest on, and what one could ask next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.catalog.fields import Verdict
from bot.documents.model import Passage

Status = Literal["answered", "abstained", "clarify"]
Mode = Literal["offline", "llm"]
Fit = Literal["settled", "open", "tentative"]
Shape = Literal["sentence", "item", "continued", "heading"]
Rule = Literal["after", "before", "sum", "begins", "finishes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A value that stands in no source but follows by a rule from terms that do; the gate works it out again.

    Value and terms are told as in a text: `Derived(value="2026-12-01", rule="after", terms=("2023-12-01",
    "36 months"))`. `after` and `before` take a day and a span of months or days. A day may be the learner's own or
    derived itself, by an entry that stands before; a span has to stand in what is cited.

    `sum` adds up amounts of one kind: prices, hours. `begins` and `finishes` are days of a path: their terms are its
    first day, the hours a week, and the hours studied before the step, or by its end. How many hours someone studies is
    theirs to say, or an assumption that the answer tells.
    """

    value: str
    rule: Rule
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A piece of an answer before the gate: what is said and the passages that it is said from.

    Without passages it is framing (a lead-in, an abstention): it may then hold no fact but the learner's own.
    `shape` says how it stands in the text: running on, as an item of a list, going on with the statement before it
    (and gone with it), or on a line of its own. `derived` are values in it that were worked out.
    """

    text: str
    passages: tuple[Passage, ...] = ()
    verdict: Verdict = "supported"
    shape: Shape = "sentence"
    derived: tuple[Derived, ...] = ()


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

    @classmethod
    def of(cls, passage: Passage, n: int) -> Citation:
        return cls(
            n=n,
            document=passage.document,
            title=passage.title,
            heading=passage.heading,
            passage=passage.text,
            url=passage.url,
            source=passage.source,
            as_of=passage.as_of,
        )

    @property
    def full_title(self) -> str:
        """The title with its section, where the section says more."""
        return self.title if self.heading in {"", self.title} else f"{self.title} · {self.heading}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A statement of fact that has passed the gate, and the numbers of the citations that back it."""

    text: str
    verdict: Verdict
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What an answer was made with, so that it can be explained and made again later.

    `prompts` are prompt files as `name@version/hash`, `model` is None where no language model worded it, `index` is
    the digest of the documents that were searched.
    """

    prompts: tuple[str, ...] = ()
    model: str | None = None
    index: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is shown: Markdown with `[n]` after what citation n backs. `dropped` is what the gate kept back."""

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
    provenance: Provenance | None = None
