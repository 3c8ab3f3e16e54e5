"""When to practise what: decisions of the FSRS scheduler over plain card states. Pure: the caller tells the time.

FSRS estimates how likely each item is still recalled and brings it back when that falls to the wanted share. Regular
return matters more than the exact interval (Latimier, Peyre & Ramus 2021), so nothing here is finer than a day.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby

from fsrs import Card, Rating, Scheduler

from bot.learning.learner import CardState, Review

# The last days before an exam are for going over things again, not for meeting them first.
_LAST_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How somebody practises.

    `retention` is the share of due items that should still be known (0 to 1). On `exam_on`, a day in UTC, everything
    should have been seen; a day that is past or today changes nothing any more.
    """

    retention: float = 0.9
    reviews_a_day: int = 40
    new_a_day: int = 8
    exam_on: date | None = None

    def exam(self, now: datetime) -> datetime | None:
        """The start of the exam's day, where that is still to come."""
        start = datetime.combine(self.exam_on, time(), UTC) if self.exam_on else None
        return start if start and start > now else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """What is left for today: `due` most forgotten first, `fresh` in the order in which they are taught."""

    due: tuple[str, ...]
    fresh: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not self.due and not self.fresh


def rated(*, correct: bool, hints: int = 0, unsure: bool = False, easy: bool = False) -> int:
    """FSRS's rating of an answer: 1 again (wrong), 2 hard (right with help or in doubt), 3 good, 4 easy (own word)."""
    if not correct:
        return int(Rating.Again)
    if hints or unsure:
        return int(Rating.Hard)
    return int(Rating.Easy if easy else Rating.Good)


def reviewed(
    card: CardState | None, item: str, rating: int, now: datetime, rhythm: Rhythm, *, today: date | None = None
) -> tuple[CardState, Review]:
    """The card after an answer, and the answer for the record. `card` is None for an item never seen before.

    `today` is the learner's own calendar day (UTC's where it is not given): a right answer without help counts for
    it. Raises `ValueError` when `now` has no time zone or `rating` is not 1 to 4.
    """
    if now.tzinfo is None:
        raise ValueError("a review needs a time with its zone")
    now = now.astimezone(UTC)
    after, _ = _scheduler(rhythm, now).review_card(_fsrs_card(card, item), Rating(rating), now)
    exam = rhythm.exam(now)
    due = min(after.due, exam) if exam else after.due
    days = set(card.correct_days if card else ())
    if rating >= Rating.Good:
        days.add(today or now.date())
    state = CardState(item=item, due_at=due, state=dict(after.to_dict()), correct_days=tuple(sorted(days)))
    return state, Review(item=item, at=now, rating=rating, correct=rating > Rating.Again)


def retrievability(card: CardState, now: datetime) -> float:
    """How likely the item is recalled at `now`, 0 to 1."""
    return float(Scheduler(enable_fuzzing=False).get_card_retrievability(_fsrs_card(card, card.item), now))


def is_due(card: CardState, now: datetime) -> bool:
    """Whether it is due today, at whatever hour: who practises daily should not have to come later each day."""
    return card.due_at.astimezone(UTC).date() <= now.astimezone(UTC).date()


def plan_day(
    items: Iterable[str], cards: Mapping[str, CardState], reviews: Sequence[Review], now: datetime, rhythm: Rhythm
) -> DayPlan:
    """What is left to do today of some items, given in the order in which they are taught.

    `reviews` are all that there are: what was done today counts against the day's caps. Of a backlog the most
    forgotten come first, and new items wait until it fits into a day, unless an exam is near.
    """
    wanted = list(dict.fromkeys(items))
    met, again = _done_today(reviews, now.astimezone(UTC).date())
    backlog = [item for item in wanted if item in cards and is_due(cards[item], now)]
    room = max(0, rhythm.reviews_a_day - again)
    due = sorted(backlog, key=lambda item: (retrievability(cards[item], now), item))[:room]
    unseen = [item for item in wanted if item not in cards]
    new = _new_today(len(unseen), met, now, rhythm, crowded=len(backlog) > room)
    return DayPlan(due=tuple(due), fresh=tuple(unseen[:new]))


def session_items(plan: DayPlan, topics: Mapping[str, str], limit: int) -> tuple[str, ...]:
    """At most `limit` items of a day's plan, due and new in the day's proportion, topics interleaved.

    Mixing what is easily confused helps telling it apart (Brunmair & Richter 2019).
    """
    total = len(plan.due) + len(plan.fresh)
    if total <= limit:
        chosen = [*plan.due, *plan.fresh]
    else:
        # Rounded down: what is due goes first where there is room for one.
        new = min(len(plan.fresh), limit * len(plan.fresh) // total)
        chosen = [*plan.due[: limit - new], *plan.fresh[:new]]
        chosen += plan.fresh[new : new + limit - len(chosen)]
    return tuple(interleaved(chosen, topics))


def interleaved(items: Sequence[str], topics: Mapping[str, str]) -> list[str]:
    """The same items, no two neighbours of one topic as long as that can be; the order within a topic stays."""
    piles: dict[str, list[str]] = {}
    for item in items:
        piles.setdefault(topics.get(item, ""), []).append(item)
    mixed: list[str] = []
    last: str | None = None
    while any(piles.values()):
        # The tallest pile first, or it would be left over in one piece at the end.
        open_topics = [topic for topic, pile in piles.items() if pile]
        others = [topic for topic in open_topics if topic != last] or open_topics
        last = max(others, key=lambda topic: len(piles[topic]))
        mixed.append(piles[last].pop(0))
    return mixed


def _scheduler(rhythm: Rhythm, now: datetime) -> Scheduler:
    """No steps of minutes, which would be spam in a chat, and no fuzz: the same answers give the same days."""
    exam = rhythm.exam(now)
    return Scheduler(
        desired_retention=rhythm.retention,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=max(1, (exam - now).days) if exam else 36500,
        enable_fuzzing=False,
    )


def _fsrs_card(card: CardState | None, item: str) -> Card:
    if card is not None:
        return Card.from_dict(card.state)  # type: ignore[arg-type]
    # A number of the item's own: left out, the library would take the time and wait a moment.
    return Card(card_id=zlib.crc32(item.encode()))


def _done_today(reviews: Iterable[Review], today: date) -> tuple[int, int]:
    """How many items were met for the first time today, and how many came again."""
    by_item = groupby(sorted(reviews, key=lambda review: (review.item, review.at)), key=lambda review: review.item)
    days = [[review.at.astimezone(UTC).date() for review in own] for _, own in by_item]
    return sum(1 for own in days if own[0] == today), sum(1 for own in days if own[0] < today and today in own)


def _new_today(unseen: int, met: int, now: datetime, rhythm: Rhythm, *, crowded: bool) -> int:
    """How many new items there may be. Before an exam as many as it takes to have seen all of them in time."""
    exam = rhythm.exam(now)
    if exam is None:
        return 0 if crowded else max(0, rhythm.new_a_day - met)
    days = max(1, math.ceil((exam - now).total_seconds() / 86400) - _LAST_DAYS)
    # What was met today belongs to today's share, or each session of a day would ask for a whole share.
    share = math.ceil((unseen + met) / days)
    return max(0, max(share, 0 if crowded else rhythm.new_a_day) - met)
