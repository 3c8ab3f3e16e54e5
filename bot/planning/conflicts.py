"""What makes every path impossible, and the smallest relaxation of each constraint that would make one possible. Pure.

First what no budget and no time can help: something that nobody offers, that requires itself, that has retired. Then
the limits: those are named that stand in a smallest set of limits whose lifting makes a path possible; each with its
least relaxation, all else as given, or with none where lifting it alone does not help.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations

from bot.planning.bounds import derive
from bot.planning.dates import HUNDREDTHS, MOST_HOURS_A_WEEK, hundredths
from bot.planning.model import Conflict, ConstraintName, Offer, PlanRequest
from bot.planning.paths import path_of
from bot.planning.problem import Problem, problem_of
from bot.planning.schedule import met_by
from bot.planning.search import Order, best_path, least
from bot.planning.spelling import nearest

_MOST_STUDIED = 60.0  # hours a week
_LIMITS: tuple[ConstraintName, ...] = ("budget", "deadline", "hours_per_week", "retired")


@dataclass(frozen=True, slots=True)
class _Case:
    request: PlanRequest
    offers: Mapping[str, Offer]
    retired: frozenset[str]

    def problem(self, *lifted: ConstraintName, hours_per_week: float | None = None) -> Problem:
        """The problem without some of its limits."""
        request = self.request
        hours = MOST_HOURS_A_WEEK if "hours_per_week" in lifted else hours_per_week or request.hours_per_week
        return problem_of(
            replace(
                request,
                budget_usd=None if "budget" in lifted else request.budget_usd,
                deadline=None if "deadline" in lifted else request.deadline,
                hours_per_week=hours,
            ),
            self.offers,
            retired=self.retired,
            retiring="retired" not in lifted,
        )


def conflicts(
    request: PlanRequest, offers: Mapping[str, Offer], *, retired: frozenset[str] = frozenset()
) -> tuple[Conflict, ...]:
    """The conflicts of a request that has no path."""
    case = _Case(request, offers, retired)
    gone = tuple(goal for goal in request.goals if goal in offers and _is_gone(case, goal))
    if gone:
        return (Conflict(constraint="retired", given=_retirement(case, gone), about=gone),)
    return _structural(case) or _limits(case) or (Conflict(constraint="prerequisite", about=request.goals),)


def _is_gone(case: _Case, identity: str) -> bool:
    """Whether it can no longer be had on the day on which the plan starts, and is not held either."""
    held = any(h.id == identity and (not h.expires_on or h.expires_on >= case.request.start) for h in case.request.have)
    when = case.offers[identity].retired_on
    return not held and (identity in case.retired or (when is not None and when <= case.request.start))


def _retirement(case: _Case, ids: tuple[str, ...]) -> date | None:
    return min((when for identity in ids if (when := case.offers[identity].retired_on)), default=None)


# What no budget and no time can help


def _structural(case: _Case) -> tuple[Conflict, ...]:
    problem = case.problem(*_LIMITS)
    had = derive(problem, {}, added=False).value
    found = []
    for skill in case.request.skills:
        if not any(skill in case.offers[held.id].skills for held in case.request.have if held.id in case.offers):
            givers = [identity for identity, offer in case.offers.items() if skill in offer.skills]
            if not any(giver in had for giver in givers):
                words = () if givers else _alike(skill, case.offers)
                found.append(Conflict(constraint="unreachable", about=(skill,), nearest=words))
    for goal in case.request.goals:
        if goal not in problem.nodes and goal not in problem.held and not _is_held(case, goal):
            found.append(Conflict(constraint="unreachable", about=(goal,)))
        elif goal in problem.nodes and goal not in had:
            found.append(Conflict(constraint="prerequisite", about=(goal, *_missing(case, problem, goal, had))))
    return tuple(found)


def _is_held(case: _Case, identity: str) -> bool:
    return any(held.id == identity and held.expires_on is None for held in case.request.have)


def _alike(skill: str, offers: Mapping[str, Offer]) -> tuple[str, ...]:
    return nearest(skill, {known for offer in offers.values() for known in offer.skills}).words


def _missing(case: _Case, problem: Problem, goal: str, had: Mapping[str, int]) -> tuple[str, ...]:
    """What of its prerequisites cannot be had: those that nobody offers, else those that require each other."""
    forever = {held.id for held in case.request.have if held.expires_on is None}
    found: dict[str, None] = {}
    absent: dict[str, None] = {}
    open_ = [goal]
    while open_:
        offer = case.offers[open_.pop(0)]
        for group in offer.requires:
            if forever.intersection(group) or any(other in had for other in group):
                continue
            for other in group:
                if other not in problem.nodes:
                    absent[other] = None
                elif other not in found:
                    found[other] = None
                    open_.append(other)
    return tuple(absent or (identity for identity in found if identity != goal))


# Limits


def _limits(case: _Case) -> tuple[Conflict, ...]:
    request = case.request
    there: dict[ConstraintName, bool] = {
        "budget": request.budget_usd is not None,
        "deadline": request.deadline is not None,
        "hours_per_week": request.hours_per_week < MOST_HOURS_A_WEEK,
        "retired": bool(case.retired) or any(offer.retired_on for offer in case.offers.values()),
    }
    given = [name for name in _LIMITS if there[name]]
    for size in range(1, len(given) + 1):
        helping = [lifted for lifted in combinations(given, size) if _is_possible(case, lifted)]
        if helping:
            lifting = {name: next((each for each in helping if name in each), ()) for name in given}
            found = [_CONFLICTS[name](case, lifted) for name, lifted in lifting.items() if lifted]
            return tuple(conflict for conflict in found if len(found) == 1 or not _is_hopeless(conflict))
    return ()


def _is_hopeless(conflict: Conflict) -> bool:
    """Nobody studies that much: beside another way out it is not worth a word."""
    needed = conflict.needed
    return conflict.constraint == "hours_per_week" and isinstance(needed, float) and needed > _MOST_STUDIED


def _is_possible(case: _Case, lifted: tuple[ConstraintName, ...]) -> bool:
    """Whether there is a path without these limits.

    The budget is compared with the least cost: that is found sooner than it is proved that nothing fits a budget.
    """
    problem = case.problem(*lifted)
    path = least(replace(problem, budget=None), "cost")
    return path is not None and (problem.budget is None or _cost(problem, path) <= problem.budget)


def _cost(problem: Problem, path: Order) -> int:
    return sum(problem.nodes[identity].cost for identity in path)


def _budget(case: _Case, lifted: tuple[ConstraintName, ...]) -> Conflict:
    given = case.request.budget_usd
    if len(lifted) > 1:
        return Conflict(constraint="budget", given=given)
    problem = case.problem("budget")
    order = _found(least(problem, "cost"))
    path = path_of(case.request, problem, case.offers, order)
    return Conflict(constraint="budget", given=given, needed=_cost(problem, order) / HUNDREDTHS, path=path)


def _deadline(case: _Case, lifted: tuple[ConstraintName, ...]) -> Conflict:
    given = case.request.deadline
    if len(lifted) > 1:
        return Conflict(constraint="deadline", given=given)
    problem = case.problem("deadline")
    path = path_of(case.request, problem, case.offers, _found(least(problem, "hours")))
    return Conflict(constraint="deadline", given=given, needed=path.finish or case.request.start, path=path)


def _hours_per_week(case: _Case, lifted: tuple[ConstraintName, ...]) -> Conflict:
    needed = _least_pace(case) / HUNDREDTHS if len(lifted) == 1 else None
    return Conflict(constraint="hours_per_week", given=case.request.hours_per_week, needed=needed)


def _least_pace(case: _Case) -> int:
    """The least hours a week with which there is a path, in hundredths.

    Each path that is found is slowed down as far as it goes: seldom does a slower one follow, so that is tried first.
    With more hours a week what was possible stays possible, but for a day or two where months are of unequal length.
    """
    low, most = hundredths(case.request.hours_per_week), hundredths(MOST_HOURS_A_WEEK)
    high = _slowest(case, _found(least(case.problem("hours_per_week"), "hours")), low, most)
    hopeful = True
    while high - low > 1:
        trial = high - 1 if hopeful else (low + high) // 2
        path = least(case.problem(hours_per_week=trial / HUNDREDTHS), "hours")
        if path is None:
            low, hopeful = trial, False
        else:
            high, hopeful = _slowest(case, path, low, trial), not hopeful
    return high


def _slowest(case: _Case, path: Order, low: int, high: int) -> int:
    """The least hours a week with which this order keeps every rule, in hundredths: not with `low`, with `high`."""
    own = replace(case, offers={identity: case.offers[identity] for identity in path})
    while high - low > 1:
        middle = (low + high) // 2
        works = met_by(own.problem(hours_per_week=middle / HUNDREDTHS), path) is not None
        low, high = (low, middle) if works else (middle, high)
    return high


def _retired(case: _Case, lifted: tuple[ConstraintName, ...]) -> Conflict:
    """Named are the steps of the best path that retire before they could be finished."""
    problem = case.problem(*lifted)
    studied = 0
    late = []
    for identity in best_path(problem) or ():
        studied += problem.hours(identity)
        when = case.offers[identity].retired_on
        if identity in case.retired or (when and when <= problem.clock.date(problem.clock.finish_day(studied))):
            late.append(identity)
    return Conflict(constraint="retired", given=_retirement(case, tuple(late)), about=tuple(late))


def _found(path: Order | None) -> Order:
    if path is None:
        raise AssertionError("lifting this limit was seen to help")
    return path


_CONFLICTS: dict[ConstraintName, Callable[[_Case, tuple[ConstraintName, ...]], Conflict]] = {
    "budget": _budget,
    "deadline": _deadline,
    "hours_per_week": _hours_per_week,
    "retired": _retired,
}
