"""What somebody has achieved, in numbers that a community may hold against what it gives for them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.learning.learner import Learner, Review
from bot.learning.progress import progress

# As long as a community's ranking looks back.
_PERIOD = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Achieved:
    """`points` are right answers in thirty days, `weeks` those in a row with enough days of study, `certificates` what
    is held.
    """

    points: int
    weeks: int
    certificates: int


def achieved(learner: Learner, reviews: Sequence[Review], now: datetime) -> Achieved:
    return Achieved(
        points=sum(review.correct and review.at >= now - _PERIOD for review in reviews),
        weeks=progress((), {}, reviews, now).weeks,
        certificates=sum(holding.state == "held" for holding in learner.wallet),
    )
