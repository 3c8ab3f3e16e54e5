"""The search for the best set of steps and its order, with OR-Tools CP-SAT: whatever it returns is proved.

It runs on one worker with a fixed seed, so that the same request gets the same path everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from bot.errors import InputError
from bot.planning.bounds import Measure, Weights, measures, through
from bot.planning.dates import DAYS
from bot.planning.problem import END, Problem
from bot.planning.schedule import is_ready

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

# How much of time is modelled: nothing but the sum of all hours; the order, with validity counted in days that are at
# least as long as its months; and with validity by the calendar. Each is a relaxation of the next.
Detail = Literal["hours", "order", "calendar"]

# No path that people ask for comes near; a search that goes on for ever is worse than one that says it was too much.
_MOST_WORK = 60.0
_CLOSED = -1
_GREATEST_SUM = 1 << 45  # beyond it the solver's floating-point bounds are no longer whole numbers
_BITS = 50  # how many ids are decided at once; the weights have to stay below 2^63


@dataclass(slots=True)
class _Model:
    problem: Problem
    detail: Detail
    model: cp_model.CpModel
    taken: dict[str, Any] = field(default_factory=dict)
    ends: dict[str, Any] = field(default_factory=dict)
    days: dict[str, Any] = field(default_factory=dict)
    expiries: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Any] = field(default_factory=dict)
    serves: dict[str, list[Any]] = field(default_factory=dict)
    timed: frozenset[str] = frozenset()
    circles: Mapping[str, int] = field(default_factory=dict)
    expiring: frozenset[str] = frozenset()

    def total(self, measure: Measure) -> Any:
        return sum(measure(self.problem.nodes[identity]) * taken for identity, taken in self.taken.items())


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
    built = _build(problem, detail, apart_from)
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


def _goals(built: _Model) -> list[Any]:
    """What is minimised one after the other: all in one sum where that stays well within the solver's numbers."""
    weights = Weights.for_(built.problem)
    if sum(weights.of.values()) < _GREATEST_SUM:
        return [sum(weights.of[identity] * taken for identity, taken in built.taken.items())]
    return [built.total(measure) for measure in measures(built.problem)]


def order(problem: Problem, chosen: frozenset[str], detail: Detail) -> tuple[str, ...] | None:
    """An order of exactly these steps that is right as far as `detail` goes, or None."""
    built = _build(problem.only(chosen), detail, ())
    if built.taken.keys() != chosen:
        return None
    for taken in built.taken.values():
        built.model.add(taken == 1)
    found = _solve(built, None)
    return None if found is None else _in_order(built, found)


def _solve(built: _Model, hint: _Found | None) -> _Found | None:
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
    built = _build(problem, detail, apart_from)
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


def _in_order(built: _Model, found: _Found) -> tuple[str, ...]:
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


# Building the model


def _build(problem: Problem, detail: Detail, apart_from: Iterable[frozenset[str]]) -> _Model:
    from ortools.sat.python import cp_model  # noqa: PLC0415 - takes more than a second to load

    built = _Model(problem, detail, cp_model.CpModel())
    model = built.model
    built.taken = {identity: model.new_bool_var(identity) for identity in problem.nodes}
    hours = sum(node.hours for node in problem.nodes.values())
    longest = min(problem.longest, hours)
    total = sum(node.hours * built.taken[identity] for identity, node in problem.nodes.items())
    model.add(total <= problem.longest)
    if problem.budget is not None:
        model.add(sum(node.cost * built.taken[identity] for identity, node in problem.nodes.items()) <= problem.budget)
    if detail != "hours":
        built.expiring = _expiring(problem, longest)
        built.timed = frozenset(problem.nodes) if built.expiring else _pressed(problem, longest)
        _add_times(built, longest, total)
    built.circles = _circles(problem)
    _add_places(built)
    for identity in (*problem.nodes, END):
        for group in problem.groups(identity):
            _add_group(built, identity, group, total)
    for other in apart_from:
        if other <= built.taken.keys():
            model.add(sum(built.taken[identity] for identity in other) <= len(other) - 1)
    if built.expiring:
        for identity, taken in built.taken.items():
            model.add_bool_or([*built.serves.get(identity, []), ~taken])
    return built


def _expiring(problem: Problem, longest: int) -> frozenset[str]:
    """What, earned on the first day, may have expired before the longest path ends."""
    last = problem.clock.finish_day(max(longest, 0))
    return frozenset(
        node.id for node in problem.nodes.values() if node.validity is not None and _fewest_days(node.validity) < last
    )


def _fewest_days(months: int) -> int:
    """No stretch of so many months has fewer days; `_most_days` likewise. Fewer, as the last of a month is cut off."""
    return months * 146097 // 4800 - 4


def _most_days(months: int) -> int:
    return months * 146097 // 4800 + 4


def _pressed(problem: Problem, longest: int) -> frozenset[str]:
    """What has to be done by some day, and what may have to be done before that: all else can wait until then.

    Without expiry on the path nothing is lost when all this is studied first.
    """
    found: set[str] = set()
    open_ = [
        node.id
        for node in problem.nodes.values()
        if node.latest < longest or any(other in problem.held for group in node.groups for other in group)
    ]
    while open_:
        identity = open_.pop()
        if identity not in found:
            found.add(identity)
            open_ += [other for group in problem.groups(identity) for other in group if other in problem.nodes]
    return frozenset(found)


def _add_times(built: _Model, longest: int, total: Any) -> None:
    """One thing is studied at a time, from the first day on without a break."""
    model, problem = built.model, built.problem
    intervals = []
    for identity in sorted(built.timed):
        node = problem.nodes[identity]
        latest = min(longest, node.latest)
        if latest < node.hours:
            model.add(built.taken[identity] == 0)
            latest = node.hours
        end = model.new_int_var(node.hours, latest, "")
        built.ends[identity] = end
        intervals.append(model.new_optional_interval_var(end - node.hours, node.hours, end, built.taken[identity], ""))
        # Left out, it has one place in time, so that equal plans are not searched twice.
        model.add(end == node.hours).only_enforce_if(~built.taken[identity])
        model.add(end <= total).only_enforce_if(built.taken[identity])
    model.add_no_overlap(intervals)
    if built.expiring:
        last = problem.clock.finish_day(longest)
        for identity in (*sorted(built.timed), END):
            _add_day(built, identity, built.ends.get(identity, total), last)


def _add_day(built: _Model, identity: str, end: Any, last: int) -> None:
    """The day on which a step finishes, and the last on which it is then valid."""
    model, pace = built.model, built.problem.clock.pace
    day = model.new_int_var(0, last, "")
    first = model.new_bool_var("")
    model.add(DAYS * end <= pace * (day + 1))
    model.add(day == 0).only_enforce_if(first)
    model.add(day >= 1).only_enforce_if(~first)
    model.add(DAYS * end >= pace * day + 1).only_enforce_if(~first)
    built.days[identity] = day
    if identity not in built.expiring:
        return
    months = built.problem.nodes[identity].validity or 0
    if built.detail == "calendar":
        table = [built.problem.clock.last_valid(finish, months) for finish in range(last + 1)]
        expiry = model.new_int_var(table[0], table[-1], "")
        model.add_element(day, table, expiry)
        built.expiries[identity] = expiry
    else:
        built.expiries[identity] = day + _most_days(months)


def _circles(problem: Problem) -> dict[str, int]:
    """The strongly connected component of each node that may require itself in a roundabout way (Tarjan, iterative)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: dict[str, int] = {}
    for root in problem.nodes:
        work = [] if root in index else [(root, iter(_below(problem, root)))]
        while work:
            identity, rest = work[-1]
            if identity not in index:
                index[identity] = low[identity] = len(index)
                stack.append(identity)
            for other in rest:
                if other not in index:
                    work.append((other, iter(_below(problem, other))))
                    break
                if low[other] != _CLOSED:
                    low[identity] = min(low[identity], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[identity])
                if low[identity] == index[identity]:
                    found |= _closed(stack, identity, low)
    return found


def _closed(stack: list[str], root: str, low: dict[str, int]) -> dict[str, int]:
    """Takes a component off the stack; its members, if it has more than one."""
    members: list[str] = []
    while not members or members[-1] != root:
        members.append(stack.pop())
    number = low[root]
    low.update(dict.fromkeys(members, _CLOSED))
    return dict.fromkeys(members, number) if len(members) > 1 else {}


def _below(problem: Problem, identity: str) -> Sequence[str]:
    return [other for group in problem.groups(identity) for other in group if other in problem.nodes]


def _add_places(built: _Model) -> None:
    """What may require itself in a roundabout way gets a place in the order, so that nothing holds itself up."""
    for identity in built.circles:
        built.places[identity] = built.model.new_int_var(0, len(built.circles), "")


def _add_group(built: _Model, identity: str, group: tuple[str, ...], total: Any) -> None:
    """If the step is taken, one of the group is valid when it is finished."""
    model, problem = built.model, built.problem
    options = []
    for other in group:
        if other in built.taken:
            option = _earned(built, identity, other)
            options.append(option)
            built.serves.setdefault(other, []).append(option)
        if other not in problem.held:
            continue
        if built.detail == "hours":
            if problem.is_met_by_held(identity, (other,)):
                return
            continue
        in_time = model.new_bool_var("")
        latest = problem.clock.studied_by(problem.held[other])
        model.add(built.ends.get(identity, total) <= latest).only_enforce_if(in_time)
        options.append(in_time)
    if identity != END:
        options.append(~built.taken[identity])
    model.add_bool_or(options)


def _earned(built: _Model, identity: str, other: str) -> Any:
    """A literal that implies: the other is earned before this step and still valid when this one is finished."""
    model, taken = built.model, built.taken
    in_circle = other in built.circles and built.circles.get(identity) == built.circles[other]
    timed = identity in built.timed and other in built.timed
    if not (in_circle or timed or other in built.expiring):
        return taken[other]
    earned = model.new_bool_var("")
    model.add_implication(earned, taken[other])
    if identity != END:
        model.add_implication(earned, taken[identity])
    if in_circle:
        model.add(built.places[other] + 1 <= built.places[identity]).only_enforce_if(earned)
    if timed:
        begin = built.ends[identity] - built.problem.nodes[identity].hours
        model.add(built.ends[other] <= begin).only_enforce_if(earned)
    if other in built.expiring:
        model.add(built.days[identity] <= built.expiries[other]).only_enforce_if(earned)
    return earned
