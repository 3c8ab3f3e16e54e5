"""Learning paths that are provably best: from what is held to what is wanted. Pure.

What a path is:

- Study is sequential; on which days it falls is told in `dates`.
- A step requires one of each of its groups: held, or earned earlier on the path, and still valid on the day on which
  the step finishes. What is wanted, goals and skills alike, has to be valid on the path's last day (on the first, where
  nothing needs to be studied). What is earned on a day for some months is valid until the same day of that later month,
  that day included; a skill is shown by a valid credential that gives it.
- What is held for good is never bought; what is held with an expiry date may be earned again. Each step is taken once.
- A step finishes before its offer's `retired_on`, the path on or before the deadline, its cost within the budget.
- No step is there for nothing: each meets a requirement of a later step, or something that is wanted. (What something
  held for good meets is no requirement any more.)
- The best path has the least of the objective; of equal ones that with the least cost, hours and steps, in this order,
  and then that whose sorted ids come first.
- Money counts in cents and hours in hundredths.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from bot.errors import InputError
from bot.planning.conflicts import conflicts
from bot.planning.dates import HUNDREDTHS, LONGEST_YEARS, MOST_HOURS_A_WEEK
from bot.planning.model import Offer, Plan, PlanRequest
from bot.planning.paths import path_of
from bot.planning.problem import problem_of
from bot.planning.search import alternatives, best_path
from bot.planning.spelling import nearest

_GREATEST = 1e9  # dollars or hours: beyond it is a slip, and sums would leave the solver's range


def plan(request: PlanRequest, offers: Iterable[Offer], *, retired: frozenset[str] = frozenset()) -> Plan:
    """The best path and up to three others, or what stands in the way.

    `retired` are the ids of offers that are known but can no longer be had, beside those whose `retired_on` says so.
    Raises `InputError` for a request that means nothing: no goal, a goal that is not known, figures out of range.
    """
    known = {offer.id: offer for offer in offers}
    _check(request, known)
    if request.deadline is not None and request.deadline < request.start:
        # Where nothing has to be studied, a deadline that is past keeps from nothing.
        free = plan(replace(request, deadline=None), known.values(), retired=retired)
        if free.path is not None and not free.path.steps:
            return free
    problem = problem_of(request, known, retired=retired)
    best = best_path(problem)
    if best is None:
        return Plan(
            status="infeasible",
            objective=request.minimise,
            conflicts=conflicts(request, known, retired=retired),
        )
    return Plan(
        status="optimal",
        objective=request.minimise,
        path=path_of(request, problem, known, best),
        alternatives=tuple(path_of(request, problem, known, other) for other in alternatives(problem, best)),
    )


def _check(request: PlanRequest, offers: Mapping[str, Offer]) -> None:
    if not request.goals and not request.skills:
        raise InputError("a plan needs a goal or a skill to lead to")
    _check_number("hours a week", request.hours_per_week, least=1 / HUNDREDTHS, most=MOST_HOURS_A_WEEK)
    if request.budget_usd is not None:
        _check_number("the budget", request.budget_usd)
    if request.start.year + 2 * LONGEST_YEARS > date.max.year:
        raise InputError(f"the start {request.start} is too far away to plan from")
    for offer in offers.values():
        _check_number(f"the cost of {offer.id}", offer.cost_usd)
        _check_number(f"the hours of {offer.id}", offer.hours)
        if offer.validity_months is not None:
            _check_number(f"the validity of {offer.id}", offer.validity_months, least=1)
    held = {held.id for held in request.have}
    named = {other for offer in offers.values() for group in offer.requires for other in group}
    for goal in request.goals:
        if goal not in offers and goal not in held and goal not in named:
            raise InputError(f"there is no credential {goal!r}{nearest(goal, offers).as_question}")


def _check_number(what: str, number: float, *, least: float = 0.0, most: float = _GREATEST) -> None:
    if not math.isfinite(number) or not least <= number <= most:
        raise InputError(f"{what} must be from {least:g} to {most:,.0f}, not {number:g}")
