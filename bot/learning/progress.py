"""How practice goes, told calmly: what is mastered, what is due, on how many days a week. Pure counting of reviews.

Regular days count and not unbroken rows: a missed week is covered by a freeze, and nothing is ever taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from bot.learning.learner import CardState, Review
from bot.learning.practice import is_due

# Successive relearning: recalled rightly on three days before it counts as learnt (Rawson & Dunlosky).
MASTERED_DAYS = 3
WEEKLY_GOAL = 3
_WEEKS_FOR_FREEZE = 4
_MAX_FREEZES = 2
# More than this in a day earns nothing in the cohort's table: it should reward coming back, not cramming.
_DAILY_POINTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`known`, from 0 to 1, is the share of `total` items that is mastered. `weeks` is how many weeks in a row the
    goal of study days was kept or a freeze stood in; the running week counts once its goal is reached.
    """

    total: int
    seen: int
    mastered: int
    due: int
    days_this_week: int
    weekly_goal: int
    weeks: int
    freezes: int

    @property
    def known(self) -> float:
        return self.mastered / self.total if self.total else 0.0


def progress(
    items: Iterable[str],
    cards: Mapping[str, CardState],
    reviews: Sequence[Review],
    now: datetime,
    *,
    zone: tzinfo = UTC,
    weekly_goal: int = WEEKLY_GOAL,
) -> Progress:
    """Where a learner stands with some items. `reviews` are all there are; days are those of the learner's `zone`."""
    wanted = set(items)
    seen = [card for item, card in cards.items() if item in wanted]
    days = study_days(reviews, zone)
    today = now.astimezone(zone).date()
    weeks, freezes = _weeks(days, today, weekly_goal)
    return Progress(
        total=len(wanted),
        seen=len(seen),
        mastered=sum(is_mastered(card) for card in seen),
        due=sum(is_due(card, now) for card in seen),
        days_this_week=sum(1 for day in days if _monday(day) == _monday(today)),
        weekly_goal=weekly_goal,
        weeks=weeks,
        freezes=freezes,
    )


def is_mastered(card: CardState) -> bool:
    """Whether it was answered rightly and without help on three different days."""
    return len(set(card.correct_days)) >= MASTERED_DAYS


def study_days(reviews: Iterable[Review], zone: tzinfo = UTC) -> list[date]:
    """The days with at least one answer, oldest first."""
    return sorted({review.at.astimezone(zone).date() for review in reviews})


def cohort_score(reviews: Iterable[Review], since: datetime, *, zone: tzinfo = UTC) -> int:
    """Points for a table among people who asked to be in one: a point for each item tried on a day, another where it
    was right, at most 20 a day. Repeating an item on the same day adds nothing.
    """
    tried: dict[date, dict[str, bool]] = {}
    for review in reviews:
        if review.at >= since:
            own = tried.setdefault(review.at.astimezone(zone).date(), {})
            # What was right at the first try: the second one has just been told.
            own.setdefault(review.item, review.correct)
    return sum(min(_DAILY_POINTS, len(own) + sum(own.values())) for own in tried.values())


def _weeks(days: Sequence[date], today: date, goal: int) -> tuple[int, int]:
    """Weeks kept in a row up to now, and the freezes in hand: one for every fourth week, two at most."""
    if not days:
        return 0, 0
    counts: dict[date, int] = {}
    for day in days:
        counts[_monday(day)] = counts.get(_monday(day), 0) + 1
    kept = earned = freezes = 0
    week = _monday(days[0])
    while week <= _monday(today):
        if counts.get(week, 0) >= goal:
            kept += 1
            earned += 1
            if earned % _WEEKS_FOR_FREEZE == 0:
                freezes = min(_MAX_FREEZES, freezes + 1)
        elif week == _monday(today):
            break
        elif freezes and kept:
            freezes -= 1
            kept += 1
        else:
            kept = 0
        week += timedelta(days=7)
    return kept, freezes


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
