"""Orders of steps: whether one keeps every rule, and one that does. Pure; the exact search for an order is `solver`'s.

An order keeps the rules when every step finishes before it retires, the whole within the time there is, and one of
each group of what a step requires is valid on the day it finishes: held and not expired, or earned earlier on the path
and not expired. What is wanted is required of the path's last day. And no step is there for nothing: each meets a
requirement of a later step, or what is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.planning.problem import END, Problem


def met_by(problem: Problem, order: Sequence[str]) -> dict[str, list[str]] | None:
    """For each step what it serves (`END` for what is wanted), or None where the order breaks a rule."""
    serves: dict[str, list[str]] = {identity: [] for identity in order}
    finished: dict[str, int] = {}
    studied = 0
    for identity in (*order, END):
        studied += problem.hours(identity)
        day = problem.clock.finish_day(studied)
        if studied > (problem.longest if identity == END else problem.nodes[identity].latest):
            return None
        for group in problem.groups(identity):
            earned = [other for other in group if other in finished and _is_valid(problem, other, finished[other], day)]
            if not earned and not any(problem.is_held(other, day) for other in group):
                return None
            for other in earned:
                serves[other].append(identity)
        finished[identity] = day
    return serves if all(serves.values()) else None


def _is_valid(problem: Problem, identity: str, finish: int, day: int) -> bool:
    months = problem.nodes[identity].validity
    return months is None or problem.clock.last_valid(finish, months) >= day


def likely_orders(problem: Problem, chosen: frozenset[str]) -> Iterable[tuple[str, ...]]:
    """The orders that a person would choose: towards one goal after the other, or first what retires first."""
    yield _towards_goals(problem, chosen)
    yield _soonest_first(problem, chosen)


def _towards_goals(problem: Problem, chosen: frozenset[str]) -> tuple[str, ...]:
    """What a step requires stands before it; of skills and goals, the goals come last, in the order they were given."""
    done: dict[str, None] = {}
    begun: set[str] = set()

    def visit(identity: str) -> None:
        if identity in begun:
            return
        begun.add(identity)
        for group in problem.groups(identity):
            for other in group:
                if other in chosen:
                    visit(other)
        done[identity] = None

    alone = [group[0] for group in problem.wants if len(group) == 1 and group[0] in chosen]
    for identity in sorted(chosen.difference(alone)):
        if END in problem.needed_by.get(identity, ()):
            visit(identity)
    for identity in (*alone, *sorted(chosen)):
        visit(identity)
    return tuple(done)


def _soonest_first(problem: Problem, chosen: frozenset[str]) -> tuple[str, ...]:
    """Of the steps whose requirements are met, always the one that has to be done soonest, itself or for another."""
    due = {identity: problem.nodes[identity].latest for identity in chosen}
    for _ in chosen:
        for identity in chosen:
            for upper in problem.needed_by.get(identity, ()):
                if upper in due:
                    due[identity] = min(due[identity], due[upper] - problem.hours(upper))
    order: list[str] = []
    left = set(chosen)
    while left:
        ready = [identity for identity in left if is_ready(problem, identity, order)] or list(left)
        order.append(min(ready, key=lambda identity: (due[identity], identity)))
        left.remove(order[-1])
    return tuple(order)


def broken_threshold(problem: Problem, chosen: frozenset[str]) -> int | None:
    """By when too much has to be done, of these steps, however they are ordered; None where that is not the trouble."""
    studied = 0
    for identity in _soonest_first(problem.only(chosen), chosen):
        studied += problem.hours(identity)
        if studied > problem.nodes[identity].latest:
            return problem.nodes[identity].latest
    return None


def is_ready(problem: Problem, identity: str, done: Sequence[str]) -> bool:
    """Whether every requirement is met by something done or held, expiry left aside."""
    return all(
        problem.is_met_by_held(identity, group) or any(other in done for other in group)
        for group in problem.groups(identity)
    )
