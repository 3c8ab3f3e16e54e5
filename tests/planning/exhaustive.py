"""The planner's semantics a second time, by trying every order of every set of steps. Written from the words of
`bot.planning.planner` and `bot.planning.dates`, with nothing imported from there but plain data.

It remembers states that it has seen (which steps are done, when those that expire were, what has been of use), so that
a dozen credentials take a fraction of a second.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from bot.planning.model import Offer, PlanRequest

Found = tuple[tuple[float, ...], tuple[str, ...], tuple[str, ...]]


def months_later(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@dataclass
class Exhaustive:
    request: PlanRequest
    offers: list[Offer]
    retired: frozenset[str] = frozenset()
    seen: set[object] = field(default_factory=set)
    best: Found | None = None

    def __post_init__(self) -> None:
        self.by_id = {offer.id: offer for offer in self.offers}
        self.until = {held.id: held.expires_on or date.max for held in self.request.have}
        wants = [(goal,) for goal in self.request.goals]
        wants += [tuple(o.id for o in self.offers if skill in o.skills) for skill in self.request.skills]
        self.wants = [group for group in wants if not self.is_held_for_good(group)]
        self.limit = months_later(self.request.start, 12 * 50)

    def is_held_for_good(self, group: tuple[str, ...]) -> bool:
        return any(self.until.get(identity) == date.max for identity in group)

    def finish(self, hours: Fraction) -> date:
        """Day by day until enough hours have gone by."""
        a_day = Fraction(str(self.request.hours_per_week)) / 7
        days = hours / a_day
        whole = int(days) if days == int(days) else int(days) + 1
        return self.request.start + timedelta(days=max(whole, 1) - 1)

    def choices(self, order: tuple[str, ...]) -> Iterator[Offer]:
        for offer in self.offers:
            if offer.id in order or offer.id in self.request.without or offer.id in self.retired:
                continue
            if offer.retired_on and offer.retired_on <= self.request.start:
                continue
            if self.until.get(offer.id) != date.max:
                yield offer

    def solve(self) -> Found | None:
        self.extend((), {}, frozenset(), Fraction(0))
        return self.best

    def key(self, order: tuple[str, ...]) -> tuple[float, ...]:
        steps = [self.by_id[identity] for identity in order]
        cost = round(sum(step.cost_usd for step in steps), 2)
        hours = round(sum(step.hours for step in steps), 2)
        return {"cost": cost, "hours": hours, "steps": len(steps)}[self.request.minimise], cost, hours, len(steps)

    def extend(
        self, order: tuple[str, ...], finished: dict[str, date], useful: frozenset[str], hours: Fraction
    ) -> None:
        expiring = [(i, finished[i]) for i in sorted(order) if self.by_id[i].validity_months]
        state = (frozenset(order), tuple(expiring), useful)
        key = self.key(order)
        if state in self.seen or (self.best is not None and key > self.best[0]):
            return
        self.seen.add(state)
        self.judge(order, finished, useful, hours, key)
        for offer in self.choices(order):
            total = hours + Fraction(str(offer.hours))
            day = self.finish(total)
            if self.is_too_much(offer, order, day):
                continue
            groups = [group for group in offer.requires if not self.is_held_for_good(group)]
            served = self.served(groups, finished, day)
            if served is not None:
                self.extend((*order, offer.id), {**finished, offer.id: day}, useful | served, total)

    def is_too_much(self, offer: Offer, order: tuple[str, ...], day: date) -> bool:
        request = self.request
        cost = round(sum(self.by_id[i].cost_usd for i in order) + offer.cost_usd, 2)
        return (
            (offer.retired_on is not None and day >= offer.retired_on)
            or (request.deadline is not None and day > request.deadline)
            or day > self.limit
            or (request.budget_usd is not None and cost > request.budget_usd)
        )

    def served(self, groups: list[tuple[str, ...]], finished: dict[str, date], day: date) -> frozenset[str] | None:
        """Which steps meet these groups on a day; None when one of them is not met."""
        found: set[str] = set()
        for group in groups:
            earned = {i for i in group if i in finished and self.is_valid(i, finished[i], day)}
            if not earned and not any(self.until.get(i, date.min) >= day for i in group):
                return None
            found |= earned
        return frozenset(found)

    def is_valid(self, identity: str, finish: date, day: date) -> bool:
        months = self.by_id[identity].validity_months
        return months is None or day <= months_later(finish, months)

    def judge(
        self,
        order: tuple[str, ...],
        finished: dict[str, date],
        useful: frozenset[str],
        hours: Fraction,
        key: tuple[float, ...],
    ) -> None:
        last = self.finish(hours)
        served = self.served(self.wants, finished, last)
        too_late = self.request.deadline is not None and last > self.request.deadline
        if served is None or too_late or set(order) - (useful | served):
            return
        found = (key, tuple(sorted(order)), order)
        if self.best is None or found[:2] < self.best[:2]:
            self.best = found
