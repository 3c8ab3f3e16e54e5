"""A fact with its source: known, unknown with the reason, or in conflict. Knows nothing of what the fact is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, Literal, TypeVar

T = TypeVar("T")

Confidence = Literal["high", "medium", "low"]

# Read by the schema that parses front matter: a misspelt key is an error, and `004` or `2026` may stand unquoted.
STRICT: dict[str, object] = {"extra": "forbid", "coerce_numbers_to_str": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[T]):
    """What one source says. `source` holds keys of the document's `sources`; `as_of` is `YYYY[-MM[-DD]]`.

    `earned_before` (`YYYY-MM-DD`) is on a superseded reading that still holds for what was earned before that day.
    """

    __pydantic_config__: ClassVar = STRICT

    value: T
    source: tuple[str, ...]
    as_of: str | None = None
    note: str | None = None
    earned_before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced(Generic[T]):
    """Exactly one of `value`, `unknown` (the reason) and `conflict` (two or more readings).

    `note` qualifies the value in a few words ("US list price"). `older` holds readings that a newer source has
    superseded: they are shown on request, never as the answer. `earned_since` (`YYYY-MM-DD`) is the day from which on
    a credential has to be earned for the value to hold; None: for all.
    """

    __pydantic_config__: ClassVar = STRICT

    value: T | None = None
    unknown: str | None = None
    conflict: tuple[Reading[T], ...] = ()
    source: tuple[str, ...] = ()
    as_of: str | None = None
    confidence: Confidence | None = None
    note: str | None = None
    older: tuple[Reading[T], ...] = ()
    earned_since: str | None = None

    def __post_init__(self) -> None:
        forms = [self.value is not None, self.unknown is not None, bool(self.conflict)]
        if sum(forms) != 1:
            raise ValueError("give exactly one of value, unknown (the reason) or conflict (the readings)")
        if self.value is not None and not self.source:
            raise ValueError("a value needs a source: a key of this file's sources")
        if len(self.conflict) == 1:
            raise ValueError("a conflict needs at least two readings")

    @property
    def readings(self) -> tuple[Reading[T], ...]:
        """What the sources say now: none when unknown, one when agreed, several in conflict."""
        if self.value is not None:
            return (Reading(value=self.value, source=self.source, as_of=self.as_of, note=self.note),)
        return self.conflict
