"""A problem as a model for OR-Tools CP-SAT, in as much detail of time as is asked for.

Every detail that is left out only makes more possible: what is proved of the coarser model holds of the finer one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.planning.bounds import Measure
from bot.planning.dates import DAYS
from bot.planning.problem import END, Problem

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

_CLOSED = -1


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of time is modelled, beside the sum of all hours.

    `thresholds` are amounts of study by which something has to be done: all that has to be done by then, with what it
    requires, has to fit in. `timed` are the steps whose order is modelled, None for all where it may matter. Validity
    counts in days, of which there are as many as its months may have; with `calendar` in months.
    """

    thresholds: tuple[int, ...] = ()
    timed: frozenset[str] | None = frozenset()
    calendar: bool = False

    @property
    def has_order(self) -> bool:
        return self.timed is None or bool(self.timed)


@dataclass(slots=True)
class Model:
    """The variables of a model by the ids of steps: whether it is taken, its end, its day, until when it is valid."""

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


def build(problem: Problem, detail: Detail, apart_from: Iterable[frozenset[str]]) -> Model:
    from ortools.sat.python import cp_model  # noqa: PLC0415 - takes more than a second to load

    built = Model(problem, detail, cp_model.CpModel())
    model = built.model
    built.taken = {identity: model.new_bool_var(identity) for identity in problem.nodes}
    hours = sum(node.hours for node in problem.nodes.values())
    longest = min(problem.longest, hours)
    total = sum(node.hours * built.taken[identity] for identity, node in problem.nodes.items())
    model.add(total <= problem.longest)
    if problem.budget is not None:
        model.add(sum(node.cost * built.taken[identity] for identity, node in problem.nodes.items()) <= problem.budget)
    for threshold in detail.thresholds:
        _add_threshold(built, threshold)
    if detail.has_order:
        expiring = _expiring(problem, longest)
        needed = frozenset(problem.nodes) if expiring else _pressed(problem, longest)
        built.timed = needed if detail.timed is None else needed & detail.timed
        built.expiring = expiring & built.timed
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
        for identity, taken in sorted(built.taken.items()):
            model.add_bool_or([*built.serves.get(identity, []), ~taken])
    return built


def _add_threshold(built: Model, threshold: int) -> None:
    """What is taken and has to be done by then, with what it requires of what is taken, fits in."""
    problem, model = built.problem, built.model
    due = [node.id for node in problem.nodes.values() if node.latest <= threshold]
    early = {identity: model.new_bool_var("") for identity in sorted(_with_below(problem, due))}
    for identity, is_early in early.items():
        model.add_implication(is_early, built.taken[identity])
        for group in problem.groups(identity):
            if not problem.is_met_by_held(identity, group):
                model.add_bool_or(
                    [*(early[other] for other in group if other in early and other != identity), ~is_early]
                )
    for identity in due:
        model.add_implication(built.taken[identity], early[identity])
    model.add(sum(problem.nodes[identity].hours * is_early for identity, is_early in early.items()) <= threshold)


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
    return _with_below(
        problem,
        (
            node.id
            for node in problem.nodes.values()
            if node.latest < longest or any(other in problem.held for group in node.groups for other in group)
        ),
    )


def _with_below(problem: Problem, ids: Iterable[str]) -> frozenset[str]:
    """These and all that they may require."""
    found: set[str] = set()
    open_ = list(ids)
    while open_:
        identity = open_.pop()
        if identity not in found:
            found.add(identity)
            open_ += _below(problem, identity)
    return frozenset(found)


def _add_times(built: Model, longest: int, total: Any) -> None:
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


def _add_day(built: Model, identity: str, end: Any, last: int) -> None:
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
    if built.detail.calendar:
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


def _add_places(built: Model) -> None:
    """What may require itself in a roundabout way gets a place in the order, so that nothing holds itself up."""
    for identity in built.circles:
        built.places[identity] = built.model.new_int_var(0, len(built.circles), "")


def _add_group(built: Model, identity: str, group: tuple[str, ...], total: Any) -> None:
    """If the step is taken, one of the group is valid when it is finished."""
    model, problem = built.model, built.problem
    options = []
    for other in group:
        if other in built.taken and other != identity:
            option = _earned(built, identity, other)
            options.append(option)
            built.serves.setdefault(other, []).append(option)
        if other not in problem.held:
            continue
        if identity not in built.timed and not (identity == END and built.detail.has_order):
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


def _earned(built: Model, identity: str, other: str) -> Any:
    """A literal that implies: the other is earned before this step and still valid when this one is finished."""
    model, taken = built.model, built.taken
    in_circle = other in built.circles and built.circles.get(identity) == built.circles[other]
    timed = identity in built.timed and other in built.timed
    expires = other in built.expiring and identity in built.days
    if not (in_circle or timed or expires):
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
    if expires:
        model.add(built.days[identity] <= built.expiries[other]).only_enforce_if(earned)
    return earned
