"""What the bot knows of one credential. Plain data: no parsing, no I/O, no phrasing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from bot.catalog.sourced import STRICT, Sourced

Kind = Literal[
    "certification",
    "professional_certificate",
    "programme_type",
    "micromasters",
    "degree",
    "course_certificate",
    "course_with_credit",
]
Status = Literal["active", "retiring", "retired"]
Topic = Literal[
    "cloud", "security", "data", "ai", "networking", "it-support", "devops", "development",
    "project-management", "agile", "design", "marketing", "business", "crm", "credit",
]  # fmt: skip
CostUnit = Literal["exam", "exams", "month", "programme", "course", "credit_hour", "degree"]
SourceKind = Literal["official", "community", "third_party", "press", "dataset"]
StackRelation = Literal["requires", "one_of", "recommended", "leads_to", "counts_towards", "credit", "renews"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact was read. `url` is null when the page has no stable address; `date` is `YYYY[-MM[-DD]]`."""

    __pydantic_config__: ClassVar = STRICT

    title: str
    kind: SourceKind
    url: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One alternative of a prerequisite: a credential of the catalogue, or something told in words."""

    __pydantic_config__: ClassVar = STRICT

    credential: str | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        if (self.credential is None) == (self.text is None):
            raise ValueError("a requirement is either a credential id or a text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisites:
    """`required` is a list of groups: one of each group is needed (an or inside, an and outside)."""

    __pydantic_config__: ClassVar = STRICT

    required: tuple[tuple[Requirement, ...], ...] = ()
    recommended: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StackLink:
    """An edge upwards: this credential `relation` that one (or, where the catalogue has no such entry, `name`)."""

    __pydantic_config__: ClassVar = STRICT

    relation: StackRelation
    credential: str | None = None
    name: str | None = None
    condition: str | None = None

    def __post_init__(self) -> None:
        if (self.credential is None) == (self.name is None):
            raise ValueError("a stack link goes either to a credential id or to a name")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalRule:
    """The renewal in numbers, for planning: each part is null where the sources do not say.

    `window_days` or `window_months`, as the source counts, is how long before expiry renewal opens; `credits` are
    earned within one validity period.
    """

    __pydantic_config__: ClassVar = STRICT

    by: tuple[Literal["assessment", "exam", "higher_certification", "credits", "fee", "maintenance"], ...]
    window_days: int | None = None
    window_months: int | None = None
    credits: int | None = None
    credit_unit: str | None = None
    fee_usd: float | None = None
    fee_every_months: int | None = None

    def __post_init__(self) -> None:
        if self.window_days is not None and self.window_months is not None:
            raise ValueError("a renewal window is counted either in days or in months")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One credential or programme kind; every fact field is `Sourced`.

    Units: `cost` in US dollars per `cost_unit`; `study_hours` in hours; `exam_minutes` in minutes; `validity` in
    months, or "never" for what does not expire. `document` is the id of the file that says all this; `short` is the
    name in tables and lists. A missing field means the question does not arise for this kind.
    """

    __pydantic_config__: ClassVar = STRICT

    id: str
    document: str
    kind: Kind
    title: str
    provider: str
    awarding_body: str
    topics: tuple[Topic, ...]
    summary: str
    status: Sourced[Status]
    sources: dict[str, Source]
    short: str = ""
    codes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    url: str | None = None
    level: Sourced[str] | None = None
    cost: Sourced[float] | None = None
    cost_unit: CostUnit | None = None
    retake: Sourced[str] | None = None
    study_hours: Sourced[float] | None = None
    length: Sourced[str] | None = None
    exam_questions: Sourced[str] | None = None
    exam_minutes: Sourced[int] | None = None
    exam_passing: Sourced[str] | None = None
    validity: Sourced[int | Literal["never"]] | None = None
    renewal: Sourced[str] | None = None
    renewal_rule: RenewalRule | None = None
    renewed_by: Sourced[tuple[str, ...]] | None = None
    prerequisites: Sourced[Prerequisites] | None = None
    stacks_into: Sourced[tuple[StackLink, ...]] | None = None
    skills: Sourced[tuple[str, ...]] | None = None
    courses: Sourced[int] | None = None
    recognition: Sourced[tuple[str, ...]] | None = None
    available_since: Sourced[str] | None = None
    retired_on: Sourced[str] | None = None
    replaced_by: Sourced[str] | None = None
    replaces: Sourced[str] | None = None
    languages: Sourced[tuple[str, ...]] | None = None
    open_questions: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """The title, with the code where the title does not hold it."""
        codes = [code for code in self.codes if code.lower() not in self.title.lower()]
        return f"{self.title} ({', '.join(codes)})" if codes else self.title

    @property
    def short_name(self) -> str:
        return self.short or self.title
