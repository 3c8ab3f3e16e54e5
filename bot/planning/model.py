"""What is planned with and what comes of it. Plain data: no solver, no catalogue, no phrasing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Objective = Literal["cost", "hours", "steps"]
ConstraintName = Literal["budget", "deadline", "hours_per_week", "retired", "prerequisite", "unreachable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A credential as the planner sees it.

    `requires` is a list of groups: one of each group is needed (an or inside, an and outside). `retired_on` is the
    first day on which it can no longer be finished. `validity_months` is None for what does not expire.
    """

    id: str
    title: str
    hours: float
    cost_usd: float
    requires: tuple[tuple[str, ...], ...] = ()
    skills: frozenset[str] = frozenset()
    retired_on: date | None = None
    validity_months: int | None = None
    hours_assumed: bool = False
    cost_assumed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A credential that the learner has; `expires_on` is its last valid day, None where it does not expire."""

    id: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What is wanted: all `goals` and all `skills`, from what is held. None means no limit."""

    goals: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    have: tuple[Held, ...] = ()
    start: date
    hours_per_week: float = 5.0
    budget_usd: float | None = None
    deadline: date | None = None
    minimise: Objective = "cost"
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One credential of a path; `start` and `finish` are inclusive days. `for_` is what needs it (a credential id or
    a skill); empty where it is itself a goal.
    """

    offer: Offer
    start: date
    finish: date
    for_: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningPath:
    """Steps in the order in which they are studied, one after the other."""

    steps: tuple[Step, ...]

    @property
    def cost_usd(self) -> float:
        return sum(step.offer.cost_usd for step in self.steps)

    @property
    def hours(self) -> float:
        return sum(step.offer.hours for step in self.steps)

    @property
    def finish(self) -> date | None:
        return self.steps[-1].finish if self.steps else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A constraint that stands in the way. `needed` is its smallest relaxation that works with all else as given
    (US dollars, a date, hours a week), None where no relaxation of it alone helps; `about` names the credentials or
    skills concerned; `path` is one that the relaxation of a budget or a deadline makes possible. `nearest` are known
    skills that are spelt like one that is not known.
    """

    constraint: ConstraintName
    given: float | date | None = None
    needed: float | date | None = None
    about: tuple[str, ...] = ()
    path: LearningPath | None = None
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The best path and up to three that differ from it, or what makes every path impossible."""

    status: Literal["optimal", "infeasible"]
    objective: Objective
    path: LearningPath | None = None
    alternatives: tuple[LearningPath, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWish:
    """What somebody says they want a path for. None means that nothing was said.

    `goals`, `have` and `without` are credential ids; `have` are those named beside the wallet's; `topics` are the
    catalogue's. A budget of infinity and a deadline of `date.max` say that there shall be none.
    """

    goals: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    have: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    hours_per_week: float | None = None
    budget_usd: float | None = None
    deadline: date | None = None
    minimise: Objective | None = None

    @property
    def aims(self) -> bool:
        return bool(self.goals or self.topics)

    @property
    def changes(self) -> bool:
        """Whether there is something in it that may change a plan made before."""
        return replace(self, goals=(), topics=(), have=()) != PlanWish()

    def over(self, before: PlanWish) -> PlanWish:
        """The wish as a what-if: what it says replaces what was said before, exclusions add up."""
        return PlanWish(
            goals=self.goals or before.goals,
            topics=self.topics or (() if self.goals else before.topics),
            have=tuple(dict.fromkeys([*before.have, *self.have])),
            without=tuple(dict.fromkeys([*before.without, *self.without])),
            hours_per_week=self.hours_per_week or before.hours_per_week,
            budget_usd=before.budget_usd if self.budget_usd is None else self.budget_usd,
            deadline=self.deadline or before.deadline,
            minimise=self.minimise or before.minimise,
        )
