"""The search for the best set of steps and its order, with OR-Tools CP-SAT: whatever it returns is proved.

It runs on one worker with a fixed seed, so that the same request gets the same path everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.errors import InputError
from bot.planning.bounds import Weights, measures, through
from bot.planning.modelling import Detail, Model, build
from bot.planning.problem import END, Problem
from bot.planning.schedule import is_ready

# No path that people ask for comes near; a search that goes on for ever is worse than one that says it was too much.
_MOST_WORK = 60.0
_GREATEST_SUM = 1 << 45  # beyond it the solver's floating-point bounds are no longer whole numbers
_BITS = 50  # how many ids are decided at once; the weights have to stay below 2^63


@dataclass(frozen=True, slots=True)
class _Found:
    """What the solver found: the steps, and where it models order, when they end or which comes first."""

    chosen: frozenset[str]
    objective: int = 0
    ends: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


def best(
    problem: Problem, detail: Detail, *, apart_from: Sequence[frozenset[str]] = (), upper: int | None = None
) -> frozenset[str] | None:
    """The best steps, for which there is an order that is right as far as `detail` goes; None where there are none.

    Of equal objective the cheapest, then the shortest, then the fewest steps, then the first by ids. No set that
    contains one of `apart_from` is given. `upper` bounds the objective. Raises `InputError` when it is too much work.
    """
    if not problem.nodes:
        return frozenset() if all(problem.is_met_by_held(END, group) for group in problem.wants) else None
    built = build(problem, detail, apart_from)
    if upper is not None:
        built.model.add(built.total(measures(problem)[0]) <= upper)
    found: _Found | None = None
    for goal in _goals(built):
        built.model.minimize(goal)
        found = _solve(built, found)
        if found is None:
            return None
        built.model.add(goal == found.objective)
        built.model.clear_objective()  # type: ignore[no-untyped-call]
    return None if found is None else _first_by_ids(problem, detail, apart_from, found.chosen)


def _goals(built: Model) -> list[Any]:
    """What is minimised one after the other: all in one sum where that stays well within the solver's numbers."""
    weights = Weights.for_(built.problem)
    if sum(weights.of.values()) < _GREATEST_SUM:
        return [sum(weights.of[identity] * taken for identity, taken in built.taken.items())]
    return [built.total(measure) for measure in measures(built.problem)]


def order(problem: Problem, chosen: frozenset[str], detail: Detail) -> tuple[str, ...] | None:
    """An order of exactly these steps that is right as far as `detail` goes, or None."""
    built = build(problem.only(chosen), detail, ())
    if built.taken.keys() != chosen:
        return None
    for taken in built.taken.values():
        built.model.add(taken == 1)
    found = _solve(built, None)
    return None if found is None else _in_order(built, found)


def _solve(built: Model, hint: _Found | None) -> _Found | None:
    from ortools.sat.python import cp_model  # noqa: PLC0415 - takes more than a second to load

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = _MOST_WORK
    if hint is not None:
        built.model.clear_hints()  # type: ignore[no-untyped-call]
        for identity, taken in built.taken.items():
            built.model.add_hint(taken, identity in hint.chosen)
    status = solver.solve(built.model)
    if status == cp_model.INFEASIBLE:
        return None
    if status != cp_model.OPTIMAL:
        raise InputError("there are too many ways to search them all; name fewer goals or skills, or set a budget")
    return _Found(
        chosen=frozenset(identity for identity, taken in built.taken.items() if solver.value(taken)),
        objective=round(solver.objective_value),
        ends={identity: solver.value(end) for identity, end in built.ends.items()},
        places={identity: solver.value(place) for identity, place in built.places.items()},
    )


def _first_by_ids(
    problem: Problem, detail: Detail, apart_from: Sequence[frozenset[str]], chosen: frozenset[str]
) -> frozenset[str]:
    """Of equally good sets, which have equally many steps, the one whose sorted ids come first.

    Searched among what can be in so good a set: that is seldom much more than the set itself.
    """
    weights = Weights.for_(problem)
    most = weights.total(chosen)
    problem = problem.only(identity for identity, bound in through(problem, weights).items() if bound <= most)
    ids = sorted(problem.nodes)
    if len(chosen) == len(ids) or not chosen:
        return chosen
    built = build(problem, detail, apart_from)
    for measure in measures(problem):
        # None can have less of one and as much of the others, so this says as much as "equal", and is searched faster.
        built.model.add(built.total(measure) <= sum(measure(problem.nodes[identity]) for identity in chosen))
    for begin in range(0, len(ids), _BITS):
        part = ids[begin : begin + _BITS]
        built.model.maximize(sum(2 ** (_BITS - place) * built.taken[identity] for place, identity in enumerate(part)))
        found = _solve(built, _Found(chosen=chosen))
        if found is None:
            raise AssertionError("what was found is still there")
        chosen = found.chosen
        built.model.clear_objective()  # type: ignore[no-untyped-call]
        for identity in part:
            built.model.add(built.taken[identity] == (identity in chosen))
        if chosen <= set(ids[: begin + _BITS]):
            break
    return chosen


def _in_order(built: Model, found: _Found) -> tuple[str, ...]:
    """By time where it is modelled; what can wait comes after that.

    What falls on the same moment, because it takes no hours or can wait, comes after what it requires.
    """
    problem, ends, places = built.problem, found.ends, found.places

    def moment(identity: str) -> tuple[bool, int, int]:
        end = ends.get(identity, 0)
        return identity not in ends, end, end - problem.nodes[identity].hours if identity in ends else 0

    done: list[str] = []
    left = sorted(found.chosen, key=lambda identity: (moment(identity), places.get(identity, 0), identity))
    while left:
        same = [identity for identity in left if moment(identity) == moment(left[0])]
        done.append(next((identity for identity in same if is_ready(problem, identity, done)), left[0]))
        left.remove(done[-1])
    return tuple(done)
