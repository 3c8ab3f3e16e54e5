"""What somebody has achieved, in numbers that a community may hold against what it gives for them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.learning.learner import Learner, Review
from bot.learning.progress import progress

# How long the points of somebody and the ranking of a community look back.
RANKED_PERIOD = timedelta(days=30)


# What can be achieved, and from how much on it is worth something unless somebody says otherwise: `points` are right
# answers in thirty days, `weeks` those in a row with enough days of study, `certificates` what is held.
ACHIEVEMENTS: Mapping[str, int] = {"points": 50, "weeks": 4, "certificates": 1}


def achieved(learner: Learner, reviews: Sequence[Review], now: datetime) -> dict[str, int]:
    """How much of each."""
    return {
        "points": sum(review.correct and review.at >= now - RANKED_PERIOD for review in reviews),
        "weeks": progress((), {}, reviews, now).weeks,
        "certificates": sum(holding.state == "held" for holding in learner.wallet),
    }
