"""The best path of a problem, and others that are nearly as good: bounds first, then the solver, in finer detail only
where the coarser is not enough.

What the solver finds while it leaves the order aside is at least as good as any path. If there is an order in which
its steps keep every rule, it is therefore the best path, and most requests end here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from bot.planning import solver
from bot.planning.bounds import Weights, derive, first_path, measures, obtainable, through, undominated
from bot.planning.model import Objective
from bot.planning.modelling import Detail
from bot.planning.problem import END, Problem
from bot.planning.schedule import broken_threshold, likely_orders, met_by

Order = tuple[str, ...]
Path = TypeVar("Path", frozenset[str], Order)
_FINER = (Detail(timed=None), Detail(timed=None, calendar=True))
# How often the order of a few more steps is modelled before that of all.
_MOST_REFINED = 8
MOST_ALTERNATIVES = 3
# An alternative may be half as much again by the objective; a step more is more than that on a short path.
_NEAR = 1.5
_WIDER = 3


@dataclass(frozen=True, slots=True)
class _Limits:
    """No path with all steps of one of `apart_from`, and none with more of the objective than `upper`."""

    apart_from: tuple[frozenset[str], ...]
    upper: int | None


def best_path(problem: Problem) -> Order | None:
    """The best path that keeps every rule, or None where there is none."""
    problem = obtainable(problem)
    return _search(problem)


def alternatives(problem: Problem, path: Order) -> list[Order]:
    """Up to three other paths, best first: none has all the steps of a better one, none is much worse than the best."""
    if not path:
        return []
    problem = obtainable(problem)
    measure = measures(problem)[0]
    value = sum(measure(problem.nodes[identity]) for identity in path)
    upper = value + 1 if problem.objective == "steps" else int(value * _NEAR)
    found = [path]
    while len(found) <= MOST_ALTERNATIVES:
        other = _search(problem, tuple(map(frozenset, found)), upper, near=frozenset(found[-1]))
        if other is None:
            break
        found.append(other)
    return found[1:]


def _search(
    problem: Problem,
    apart_from: Sequence[frozenset[str]] = (),
    upper: int | None = None,
    *,
    near: frozenset[str] | None = None,
) -> Order | None:
    """`near` is a set of steps that no path found is better than."""
    limits = _Limits(tuple(apart_from), upper)
    detail = Detail()
    while True:
        chosen = _coarse(problem, limits, detail, near)
        if chosen is None:
            return None
        if (order := arranged(problem, chosen)) is not None:
            return order
        threshold = broken_threshold(problem, chosen)
        if threshold is None or threshold in detail.thresholds:
            break
        near, detail = chosen, replace(detail, thresholds=(*detail.thresholds, threshold))
    for _ in range(_MOST_REFINED):
        detail = replace(detail, timed=(detail.timed or frozenset()) | chosen)
        finer = _widening(problem, limits, chosen, partial(_set, limits=limits, detail=detail))
        if finer is None:
            return None
        if (order := arranged(problem, finer)) is not None:
            return order
        chosen = finer
    return _widening(problem, limits, chosen, lambda part: _exact(part, limits, detail))


def _set(problem: Problem, limits: _Limits, detail: Detail) -> frozenset[str] | None:
    return solver.best(problem, detail, apart_from=limits.apart_from, upper=limits.upper)


def _coarse(problem: Problem, limits: _Limits, detail: Detail, near: frozenset[str] | None) -> frozenset[str] | None:
    """The best set with all order left aside. Bounds and dominance make the problem small before the solver sees it."""
    kept = len(limits.apart_from) + 1

    def solve(part: Problem) -> frozenset[str] | None:
        size = len(part.nodes) + 1
        while len(part.nodes) < size:
            size = len(part.nodes)
            part = undominated(part.only(through(part, Weights.for_(part))), kept=kept)
        return _set(part, limits, detail)

    first = near or first_path(problem, Weights.for_(problem)) or frozenset()
    return _widening(problem, limits, first, solve)


def _widening(
    problem: Problem, limits: _Limits, near: frozenset[str], solve: Callable[[Problem], Path | None]
) -> Path | None:
    """What `solve` finds among ever more nodes, until none that is left out can be in anything better.

    Begun with what can be in a path that is as good as `near`, or as good as can be hoped for.
    """
    weights = Weights.for_(problem)
    hoped = derive(problem, weights.of, added=False).value.get(END)
    if hoped is None:
        return None
    most = None if limits.upper is None else weights.most(limits.upper)
    bounds = {i: bound for i, bound in through(problem, weights).items() if most is None or bound <= most}
    reach = max(weights.total(near), hoped)
    while True:
        part = {identity for identity, bound in bounds.items() if bound <= reach}
        found = solve(problem.only(part))
        if found is not None:
            reach = weights.total(found)
        elif len(part) < len(bounds):
            reach = max(reach * _WIDER, min(bound for identity, bound in bounds.items() if identity not in part))
            continue
        if found is None or all(identity in part for identity, bound in bounds.items() if bound <= reach):
            return found


def _exact(problem: Problem, limits: _Limits, detail: Detail) -> Order | None:
    for finer in _FINER:
        found = _set(problem, limits, replace(finer, thresholds=detail.thresholds))
        if found is None:
            return None
        if (order := arranged(problem, found)) is not None:
            return order
    raise AssertionError("what keeps to the calendar can be put in order")


def arranged(problem: Problem, chosen: frozenset[str]) -> Order | None:
    """An order of these steps that keeps every rule: one that a person would choose, if there is one."""
    own = problem.only(chosen)
    for order in likely_orders(own, chosen):
        if met_by(own, order) is not None:
            return order
    for detail in _FINER:
        found = solver.order(own, chosen, detail)
        if found is None:
            return None
        if met_by(own, found) is not None:
            return found
    return None


def least(problem: Problem, objective: Objective) -> Order | None:
    """The path that is best by another objective than the problem's own."""
    return best_path(replace(problem, objective=objective))
