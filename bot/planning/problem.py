"""A request and the offers in whole numbers: what the search works on. Pure.

A path's end is treated as one more step, `END`, which costs nothing and requires what is wanted: one group for each
goal and, for each skill, a group of all that give it. So goals, skills and prerequisites follow one rule: one of each
group is valid on the day on which the step finishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from bot.catalog.terms import add_months
from bot.planning.dates import HUNDREDTHS, LONGEST_YEARS, MONTHS, Clock, hundredths
from bot.planning.model import Objective, Offer, PlanRequest

END = ""
Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """An offer that may be a step: cents, hundredths of an hour, and what it requires of what can be had.

    `latest` is the most that may be studied by its end, because it retires; `validity` is in months.
    """

    id: str
    cost: int
    hours: int
    groups: tuple[Group, ...]
    latest: int
    validity: int | None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """`held` has the last valid day of what is held and expires; what is held for good has already met its groups.

    `budget` is in cents, None for none; `longest` is the most that may be studied in all.
    """

    nodes: Mapping[str, Node]
    wants: tuple[Group, ...]
    held: Mapping[str, int]
    budget: int | None
    longest: int
    clock: Clock
    objective: Objective

    def groups(self, identity: str) -> tuple[Group, ...]:
        return self.wants if identity == END else self.nodes[identity].groups

    def hours(self, identity: str) -> int:
        return 0 if identity == END else self.nodes[identity].hours

    def is_held(self, identity: str, day: int) -> bool:
        return self.held.get(identity, -1) >= day

    def is_met_by_held(self, identity: str, group: Group) -> bool:
        """Whether something held meets it at the earliest that the step can be finished."""
        if self.held.keys().isdisjoint(group):
            return False
        first = self.clock.finish_day(self.hours(identity))
        return any(self.is_held(other, first) for other in group)

    @cached_property
    def needed_by(self) -> Mapping[str, tuple[str, ...]]:
        """The steps that name another in a group."""
        found: dict[str, dict[str, None]] = {}
        for identity in (*self.nodes, END):
            for group in self.groups(identity):
                for other in group:
                    if other != identity:
                        found.setdefault(other, {})[identity] = None
        return {identity: tuple(upper) for identity, upper in found.items()}

    def only(self, kept: Iterable[str]) -> Problem:
        """The same with fewer nodes; what is held stays in the groups."""
        ids = frozenset(kept)

        def narrowed(groups: tuple[Group, ...]) -> tuple[Group, ...]:
            return tuple(tuple(other for other in group if other in ids or other in self.held) for group in groups)

        nodes = {
            identity: Node(node.id, node.cost, node.hours, narrowed(node.groups), node.latest, node.validity)
            for identity, node in self.nodes.items()
            if identity in ids
        }
        return replace(self, nodes=nodes, wants=narrowed(self.wants))

    def unwanted(self, identity: str) -> Problem:
        return self.only(other for other in self.nodes if other != identity)


def problem_of(
    request: PlanRequest, offers: Mapping[str, Offer], *, retired: frozenset[str] = frozenset(), retiring: bool = True
) -> Problem:
    """The problem that a request poses. `retired` cannot be had; without `retiring` nothing ever retires."""
    clock = Clock(request.start, hundredths(request.hours_per_week))
    last = add_months(request.start, LONGEST_YEARS * MONTHS)
    longest = clock.studied_by(clock.day(min(request.deadline or last, last)))
    expiries = {held.id: held.expires_on for held in request.have}
    forever = {identity for identity, until in expiries.items() if until is None}
    held = {identity: clock.day(until) for identity, until in expiries.items() if until and until >= request.start}
    offered = {
        identity: offer
        for identity, offer in _relevant(request, offers).items()
        if identity not in forever
        and identity not in request.without
        and not (retiring and (identity in retired or (offer.retired_on and offer.retired_on <= request.start)))
    }
    rules = _Rules(frozenset(forever), frozenset(held), frozenset({*offered, *held}))
    nodes = {
        identity: Node(
            identity,
            hundredths(offer.cost_usd),
            hundredths(offer.hours),
            rules.open(offer.requires, identity),
            clock.studied_by(clock.day(offer.retired_on) - 1) if retiring and offer.retired_on else longest,
            offer.validity_months,
        )
        for identity, offer in offered.items()
    }
    return Problem(
        nodes=nodes,
        wants=rules.open(wanted(request, offers), END),
        held=held,
        budget=None if request.budget_usd is None else int(request.budget_usd * HUNDREDTHS + 1e-6),
        longest=longest,
        clock=clock,
        objective=request.minimise,
    )


def wanted(request: PlanRequest, offers: Mapping[str, Offer]) -> tuple[Group, ...]:
    """What the path's end requires: each goal, and for each skill one of those that give it."""
    goals = tuple((goal,) for goal in dict.fromkeys(request.goals))
    skills = tuple(
        tuple(identity for identity, offer in offers.items() if skill in offer.skills)
        for skill in dict.fromkeys(request.skills)
    )
    return goals + skills


def _relevant(request: PlanRequest, offers: Mapping[str, Offer]) -> dict[str, Offer]:
    """What is wanted and what that may require, by id, so that the order of the offers changes nothing."""
    found: set[str] = set()
    open_ = [identity for group in wanted(request, offers) for identity in group]
    while open_:
        identity = open_.pop()
        if identity in offers and identity not in found:
            found.add(identity)
            open_ += [other for group in offers[identity].requires for other in group]
    return {identity: offers[identity] for identity in sorted(found)}


@dataclass(frozen=True, slots=True)
class _Rules:
    forever: frozenset[str]
    held: frozenset[str]
    available: frozenset[str]

    def open(self, groups: Iterable[Group], identity: str) -> tuple[Group, ...]:
        """The groups that something held for good does not meet, with what of them can be had.

        What requires itself can be renewed while it is held, but never be earned.
        """
        possible = self.available if identity in self.held else self.available - {identity}
        return tuple(
            tuple(sorted({other for other in group if other in possible}))
            for group in groups
            if not self.forever.intersection(group)
        )
