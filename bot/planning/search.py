"""The best path of a problem, and others that are nearly as good: bounds first, then the solver, in finer detail only
where the coarser is not enough.

What the solver finds while it leaves the order aside is at least as good as any path. If there is an order in which
its steps keep every rule, it is therefore the best path, and most requests end here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.planning import solver
from bot.planning.bounds import Weights, first_path, measures, obtainable, through, undominated
from bot.planning.model import Objective
from bot.planning.problem import END, Problem
from bot.planning.schedule import likely_orders, met_by

Order = tuple[str, ...]
_FINER: tuple[solver.Detail, ...] = ("order", "calendar")
MOST_ALTERNATIVES = 3
# An alternative may be half as much again by the objective; a step more is more than that on a short path.
_NEAR = 1.5
_WIDER = 2


def best_path(problem: Problem) -> Order | None:
    """The best path that keeps every rule, or None where there is none."""
    problem = obtainable(problem)
    return _search(problem, ())


def alternatives(problem: Problem, path: Order) -> list[Order]:
    """Up to three other paths, best first: none has all the steps of a better one, none is much worse than the best."""
    if not path:
        return []
    problem = obtainable(problem)
    weights = Weights.for_(problem)
    measure = measures(problem)[0]
    value = sum(measure(problem.nodes[identity]) for identity in path)
    limit = value + 1 if problem.objective == "steps" else int(value * _NEAR)
    bounds = through(problem, weights)
    near = problem.only(i for i, bound in bounds.items() if bound < (limit + 1) * weights.share)
    found: list[Order] = []
    while len(found) < MOST_ALTERNATIVES:
        other = _search(near, [frozenset(path), *map(frozenset, found)], limit)
        if other is None:
            break
        found.append(other)
    return found


def _search(problem: Problem, apart_from: Sequence[frozenset[str]], upper: int | None = None) -> Order | None:
    chosen = _coarse(problem, apart_from, upper)
    if chosen is None:
        return None
    if (order := arranged(problem, chosen)) is not None:
        return order
    return _fine(problem, apart_from, upper, Weights.for_(problem).total(chosen))


def _coarse(
    problem: Problem, apart_from: Sequence[frozenset[str]], upper: int | None
) -> frozenset[str] | None:
    """The best set with all order left aside. Bounds and dominance make the problem small before the solver sees it."""
    kept = len(apart_from) + 1
    while True:
        size = len(problem.nodes)
        weights = Weights.for_(problem)
        bounds = through(problem, weights)
        first = None if apart_from else first_path(problem, weights)
        most = max(bounds.values(), default=0) if first is None else weights.total(first)
        problem = undominated(problem.only(i for i, bound in bounds.items() if bound <= most), kept=kept)
        if len(problem.nodes) == size:
            break
    found = solver.best(problem, "hours", apart_from=apart_from, upper=upper)
    return None if found is None else frozenset(found)


def _fine(
    problem: Problem, apart_from: Sequence[frozenset[str]], upper: int | None, least: int
) -> Order | None:
    """The best path with order and calendar, among ever more nodes, until what is left out is surely worse.

    `least` bounds every path from below.
    """
    weights = Weights.for_(problem)
    bounds = through(problem, weights)
    reach = max(least, 1)
    while True:
        near = problem.only(identity for identity, bound in bounds.items() if bound <= reach)
        found = _exact(near, apart_from, upper)
        complete = len(near.nodes) == len(bounds)
        if found is not None and (complete or weights.total(found) <= reach):
            return found
        if complete:
            return None
        reach = reach * _WIDER if found is None else weights.total(found)


def _exact(problem: Problem, apart_from: Sequence[frozenset[str]], upper: int | None) -> Order | None:
    for detail in _FINER:
        found = solver.best(problem, detail, apart_from=apart_from, upper=upper)
        if found is None:
            return None
        if (order := arranged(problem, frozenset(found))) is not None:
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
