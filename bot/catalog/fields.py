"""The fields that people ask about: their names, where they are shown together, how long they stay fresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.catalog.credential import Credential
from bot.catalog.sourced import Sourced

Group = Literal["overview", "cost", "exam", "validity", "prerequisites", "stacking", "status"]
Verdict = Literal["supported", "stale", "conflicting", "not_published"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """`fresh_months` is how long after its `as_of` a value may be told without a warning (our judgement).

    Prices and exam formats change about yearly; what a credential is for changes slowly.
    """

    name: str
    group: Group
    fresh_months: int


FIELDS: dict[str, FieldSpec] = {
    spec.name: spec
    for spec in (
        FieldSpec("awarding_body", "overview", 120),
        FieldSpec("codes", "overview", 120),
        FieldSpec("level", "overview", 36),
        FieldSpec("study_hours", "overview", 24),
        FieldSpec("length", "overview", 24),
        FieldSpec("courses", "overview", 24),
        FieldSpec("skills", "overview", 24),
        FieldSpec("languages", "overview", 24),
        FieldSpec("cost", "cost", 18),
        FieldSpec("retake", "cost", 18),
        FieldSpec("exam_questions", "exam", 24),
        FieldSpec("exam_minutes", "exam", 24),
        FieldSpec("exam_passing", "exam", 24),
        FieldSpec("validity", "validity", 24),
        FieldSpec("renewal", "validity", 24),
        FieldSpec("renewed_by", "validity", 24),
        FieldSpec("prerequisites", "prerequisites", 24),
        FieldSpec("stacks_into", "stacking", 24),
        FieldSpec("recognition", "stacking", 36),
        FieldSpec("status", "status", 18),
        FieldSpec("available_since", "status", 120),
        FieldSpec("retired_on", "status", 120),
        FieldSpec("replaced_by", "status", 120),
        FieldSpec("replaces", "status", 120),
    )
}
GROUPS: tuple[Group, ...] = ("overview", "cost", "exam", "validity", "prerequisites", "stacking", "status")


def fields_of(group: Group) -> list[str]:
    return [spec.name for spec in FIELDS.values() if spec.group == group]


def sourced(credential: Credential, field: str) -> Sourced[Any] | None:
    """The credential's value of a field, or None where the question does not arise for it."""
    if field in {"awarding_body", "codes"}:
        # Who issues a credential and under which code is as certain as that it exists.
        plain = credential.awarding_body if field == "awarding_body" else ", ".join(credential.codes)
        return Sourced(value=plain, source=credential.status.source or ("",)) if plain else None
    value: Sourced[Any] | None = getattr(credential, FIELDS[field].name)
    return value


def verdict(field: str, value: Sourced[Any] | None, today: date) -> Verdict:
    """How far a field may be relied on today."""
    if value is None or value.unknown is not None:
        return "not_published"
    if value.conflict:
        return "conflicting"
    return "stale" if is_stale(value.as_of, FIELDS[field].fresh_months, today) else "supported"


def is_stale(as_of: str | None, fresh_months: int, today: date) -> bool:
    """Whether a date of `YYYY`, `YYYY-MM` or `YYYY-MM-DD` lies further back than that; an unknown date does not."""
    if as_of is None:
        return False
    year, month, *_ = (*(int(part) for part in as_of.split("-")), 12, 1)
    return (today.year - year) * 12 + today.month - month > fresh_months
