"""What can be left out of the search without losing the best path: bounds from below, a first path, dominance. Pure.

Paths are compared by objective, cost, hours and number of steps, in this order; `Weights` packs the four into one
number, so that one bound serves them all.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.planning.problem import END, Group, Node, Problem

_NO_COST = 0
Use = tuple[str, int]  # a node and the place of one of its groups


@dataclass(frozen=True, slots=True)
class Weights:
    """The lexicographic order of paths as one number: the sum over a path's steps compares as the path does."""

    of: Mapping[str, int]
    unit: int  # what all values of the objective are multiples of
    share: int  # and what one such unit weighs

    @classmethod
    def for_(cls, problem: Problem) -> Weights:
        nodes = problem.nodes.values()
        order = measures(problem)
        units = [math.gcd(*map(measure, nodes)) or 1 for measure in order]
        bases = [sum(map(measure, nodes)) // unit + 1 for measure, unit in zip(order, units, strict=True)]
        shares = [math.prod(bases[place + 1 :]) for place in range(len(order))]
        scales = list(zip(shares, units, order, strict=True))
        of = {node.id: sum(share * (measure(node) // unit) for share, unit, measure in scales) for node in nodes}
        return cls(of, units[0], shares[0])

    def total(self, ids: Iterable[str]) -> int:
        return sum(self.of[identity] for identity in ids)

    def most(self, limit: int) -> int:
        """The greatest weight that a path with so much of the objective, and no more, may have."""
        return (limit // self.unit + 1) * self.share - 1


Measure = Callable[[Node], int]
_MEASURES: dict[str, Measure] = {
    "cost": lambda node: node.cost,
    "hours": lambda node: node.hours,
    "steps": lambda _: 1,
}


def measures(problem: Problem) -> list[Measure]:
    """What is minimised, one after the other."""
    return [_MEASURES[name] for name in dict.fromkeys((problem.objective, "cost", "hours", "steps"))]


@dataclass(frozen=True, slots=True)
class Derivation:
    """What each node costs at least (or, added up, at most) with all that it needs, and by which it is met best.

    A node that is missing cannot be had. `chosen` has the best of each group, by node and place of the group.
    """

    value: Mapping[str, int]
    chosen: Mapping[tuple[str, int], str]


def derive(problem: Problem, weight: Mapping[str, int], *, added: bool) -> Derivation:
    """Knuth's generalisation of Dijkstra's algorithm to and-or graphs.

    With `added` the groups of a node add up: what steps share is counted twice, so it is no bound, but a good guide.
    Else the dearest group counts: a lower bound.
    """
    open_groups: dict[str, int] = {}
    users: dict[str, list[tuple[str, int]]] = {}
    sums: dict[str, int] = {}
    queue: list[tuple[int, str]] = []
    for identity in (*problem.nodes, END):
        sums[identity] = 0
        groups = list(enumerate(problem.groups(identity)))
        unmet = [(place, group) for place, group in groups if not problem.is_met_by_held(identity, group)]
        open_groups[identity] = len(unmet)
        for place, group in unmet:
            for other in group:
                users.setdefault(other, []).append((identity, place))
        if not unmet:
            queue.append((weight.get(identity, _NO_COST), identity))
    heapq.heapify(queue)
    value: dict[str, int] = {}
    chosen: dict[tuple[str, int], str] = {}
    while queue:
        least, identity = heapq.heappop(queue)
        value[identity] = least
        for user, place in users.get(identity, ()):
            if (user, place) in chosen:
                continue
            chosen[user, place] = identity
            sums[user] = sums[user] + least if added else max(sums[user], least)
            open_groups[user] -= 1
            if not open_groups[user]:
                heapq.heappush(queue, (sums[user] + weight.get(user, _NO_COST), user))
    return Derivation(value, chosen)


def obtainable(problem: Problem) -> Problem:
    """Without what can never be a step: out of reach, too late, too dear or too long even on its own."""
    while True:
        hours = derive(problem, {node.id: node.hours for node in problem.nodes.values()}, added=False).value
        cost = hours
        if problem.budget is not None:
            cost = derive(problem, {node.id: node.cost for node in problem.nodes.values()}, added=False).value
        kept = [
            node.id
            for node in problem.nodes.values()
            if node.id in hours
            and hours[node.id] <= min(node.latest, problem.longest)
            and (problem.budget is None or cost[node.id] <= problem.budget)
        ]
        if len(kept) == len(problem.nodes):
            return problem
        problem = problem.only(kept)


def through(problem: Problem, weights: Weights) -> dict[str, int]:
    """A lower bound of every path in which a node serves something, for each node.

    Some chain of steps below it and some chain above it, up to what is wanted, are in any such path.
    """
    below = derive(problem, weights.of, added=False).value
    above = {END: 0}
    queue = [(0, END)]
    while queue:
        weight, identity = heapq.heappop(queue)
        if weight > above[identity]:
            continue
        weight += weights.of.get(identity, _NO_COST)
        for other in {other for group in problem.groups(identity) for other in group if other in problem.nodes}:
            if weight < above.get(other, weight + 1):
                above[other] = weight
                heapq.heappush(queue, (weight, other))
    return {identity: below[identity] + above[identity] for identity in problem.nodes if identity in above}


def first_path(problem: Problem, weights: Weights) -> frozenset[str] | None:
    """A good set of steps within budget and time, or None where this simple way finds none."""
    derivation = derive(problem, weights.of, added=True)
    if END not in derivation.value:
        return None
    found: set[str] = set()
    open_ = [END]
    while open_:
        identity = open_.pop()
        for place in range(len(problem.groups(identity))):
            other = derivation.chosen.get((identity, place))
            if other is not None and other not in found:
                found.add(other)
                open_.append(other)
    for identity in sorted(found, key=lambda identity: (-weights.of[identity], identity)):
        rest = found - {identity}
        if END in derive(problem.only(rest), weights.of, added=False).value:
            found = rest
    nodes = [problem.nodes[identity] for identity in found]
    fits = sum(node.hours for node in nodes) <= problem.longest
    affordable = problem.budget is None or sum(node.cost for node in nodes) <= problem.budget
    return frozenset(found) if fits and affordable else None


def undominated(problem: Problem, *, kept: int = 1) -> Problem:
    """Without nodes that `kept` others can stand in for everywhere, at no more cost and hours and for as long.

    Validity is left aside, so this serves only where the order is left aside, too.

    The best path needs none of them, nor do the best `kept` paths that differ in more than useless steps.
    """
    uses: dict[str, set[Use]] = {identity: set() for identity in problem.nodes}
    for identity in (*problem.nodes, END):
        for place, group in enumerate(problem.groups(identity)):
            for other in group:
                if other in uses:
                    uses[other].add((identity, place))
    alike: dict[tuple[frozenset[Group], frozenset[Use]], list[Node]] = {}
    for node in problem.nodes.values():
        alike.setdefault((frozenset(node.groups), frozenset(uses[node.id])), []).append(node)
    # What needs nothing, or the same, and serves at least the same wants; whatever else it serves does no harm.
    needing: dict[frozenset[Group], dict[frozenset[Use], list[Node]]] = {frozenset(): {}}
    for (groups, used), nodes in alike.items():
        ends = frozenset(use for use in used if use[0] == END)
        needing.setdefault(groups, {}).setdefault(ends, []).extend(nodes)
    dominated: set[str] = set()
    for (groups, used), nodes in alike.items():
        rivals = nodes
        if all(use[0] == END for use in used):
            able = [*needing[frozenset()].items(), *(needing[groups].items() if groups else ())]
            rivals = [node for wants, some in able if wants >= used for node in some]
        front = sorted(rivals, key=lambda node: (node.cost, node.hours, node.id))
        dominated |= {node.id for node in nodes if _dominators(node, front, kept) >= kept}
    return problem.only(identity for identity in problem.nodes if identity not in dominated)


def _dominators(node: Node, rivals: Iterable[Node], enough: int) -> int:
    """How many rivals, sorted by cost, are at least as good; no more than `enough` are counted."""
    count = 0
    for rival in rivals:
        if rival.cost > node.cost or count >= enough:
            break
        better = (rival.cost, rival.hours, rival.id) < (node.cost, node.hours, node.id)
        if rival.id != node.id and rival.hours <= node.hours and rival.latest >= node.latest and better:
            count += 1
    return count
