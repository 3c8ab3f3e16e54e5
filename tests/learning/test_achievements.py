"""What somebody has achieved, in numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.learning.achievements import ACHIEVEMENTS, achieved
from bot.learning.learner import Holding, Learner, Review

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def answers(*days_ago: int, correct: bool = True) -> list[Review]:
    return [Review(item=f"item-{days}", at=NOW - timedelta(days=days), rating=3, correct=correct) for days in days_ago]


def test_who_has_done_nothing_has_achieved_nothing() -> None:
    assert achieved(Learner(id="ada"), [], NOW) == dict.fromkeys(ACHIEVEMENTS, 0)


def test_points_are_right_answers_of_thirty_days() -> None:
    reviews = [*answers(31, 30, 1), *answers(2, correct=False)]
    assert achieved(Learner(id="ada"), reviews, NOW)["points"] == 2


def test_weeks_are_those_in_a_row_with_enough_days() -> None:
    # The 23rd is a Monday: the week before it, and the one before that, had three days each.
    assert achieved(Learner(id="ada"), answers(1, 2, 3, 8, 9, 10), NOW)["weeks"] == 2


def test_only_what_is_held_is_a_certificate() -> None:
    wallet = (Holding(credential="az-104"), Holding(credential="az-305", state="planned"))
    assert achieved(Learner(id="ada", wallet=wallet), [], NOW)["certificates"] == 1
