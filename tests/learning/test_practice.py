"""What is practised when: ratings, due days, exam mode, a day's plan, and ninety days of a simulated learner."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.learning.learner import CardState, Review
from bot.learning.practice import (
    Rhythm,
    interleaved,
    is_due,
    plan_day,
    rated,
    retrievability,
    reviewed,
    session_items,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


class TestRatings:
    @pytest.mark.parametrize(
        ("answer", "rating"),
        [
            ({"correct": False}, 1),
            ({"correct": False, "hints": 1, "unsure": True}, 1),
            ({"correct": True, "hints": 1}, 2),
            ({"correct": True, "unsure": True}, 2),
            ({"correct": True}, 3),
            ({"correct": True, "easy": True}, 4),
            ({"correct": True, "easy": True, "hints": 2}, 2),
        ],
    )
    def test_wrong_is_again_help_or_doubt_is_hard_right_is_good(self, answer: dict[str, int], rating: int) -> None:
        assert rated(**answer) == rating  # type: ignore[arg-type]

    def test_the_better_the_answer_the_later_it_comes_back(self) -> None:
        due = [reviewed(None, "a", rating, NOW, Rhythm())[0].due_at for rating in (1, 2, 3, 4)]
        assert due == sorted(due)
        assert due[0] >= NOW + DAY
        assert due[3] > due[2]

    def test_gaps_grow_while_it_is_known_and_shrink_when_it_is_not(self) -> None:
        card, gaps, now = None, [], NOW
        for _ in range(4):
            card, _ = reviewed(card, "a", 3, now, Rhythm())
            gaps.append(card.due_at - now)
            now = card.due_at
        forgotten, _ = reviewed(card, "a", 1, now, Rhythm())
        assert gaps == sorted(gaps)
        assert gaps[-1] > 10 * DAY
        assert forgotten.due_at - now < gaps[-1] / 4

    def test_nothing_comes_back_within_minutes(self) -> None:
        card, _ = reviewed(None, "a", 1, NOW, Rhythm())
        assert not is_due(card, NOW)
        assert is_due(card, NOW + DAY)

    def test_a_review_needs_a_zone_and_is_told_in_utc(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            reviewed(None, "a", 3, datetime(2026, 3, 2, 9), Rhythm())  # noqa: DTZ001 - that is the point
        card, review = reviewed(None, "a", 3, NOW.astimezone(timezone(timedelta(hours=9))), Rhythm())
        assert review.at == NOW
        assert card.due_at.tzinfo == UTC

    def test_a_right_answer_counts_for_the_learners_own_day_and_help_counts_for_none(self) -> None:
        card, _ = reviewed(None, "a", 3, NOW, Rhythm(), today=date(2026, 3, 3))
        card, _ = reviewed(card, "a", 2, NOW + 2 * DAY, Rhythm())
        card, _ = reviewed(card, "a", 4, NOW + 3 * DAY, Rhythm())
        assert card.correct_days == (date(2026, 3, 3), date(2026, 3, 5))


class TestTheStoredState:
    def test_it_survives_json(self) -> None:
        card, _ = reviewed(None, "a", 3, NOW, Rhythm())
        stored = CardState(item="a", due_at=card.due_at, state=json.loads(json.dumps(card.state)))
        assert reviewed(stored, "a", 3, card.due_at, Rhythm())[0].due_at == (
            reviewed(card, "a", 3, card.due_at, Rhythm())[0].due_at
        )

    def test_the_same_answers_give_the_same_days(self) -> None:
        def history() -> list[datetime]:
            card, due = None, []
            for rating in (3, 1, 2, 3, 4):
                card, _ = reviewed(card, "a", rating, card.due_at if card else NOW, Rhythm())
                due.append(card.due_at)
            return due

        assert history() == history()

    def test_what_is_due_is_recalled_as_likely_as_was_wanted(self) -> None:
        card, _ = reviewed(None, "a", 3, NOW, Rhythm(retention=0.9))
        assert retrievability(card, card.due_at) == pytest.approx(0.9, abs=0.03)
        assert retrievability(card, card.due_at + 60 * DAY) < retrievability(card, card.due_at)


class TestExamMode:
    @given(
        ratings=st.lists(st.integers(1, 4), min_size=1, max_size=12),
        days=st.integers(1, 60),
        pauses=st.lists(st.integers(0, 9), min_size=12, max_size=12),
    )
    def test_nothing_is_ever_due_after_the_exam(self, ratings: list[int], days: int, pauses: list[int]) -> None:
        rhythm = Rhythm(exam_on=(NOW + days * DAY).date())
        exam = datetime.combine(rhythm.exam_on or date.min, datetime.min.time(), UTC)
        card, now = None, NOW
        for rating, pause in zip(ratings, pauses, strict=False):
            if now >= exam:
                break
            card, _ = reviewed(card, "a", rating, now, rhythm)
            assert now < card.due_at <= exam
            now += pause * DAY + timedelta(hours=1)

    def test_an_exam_that_is_over_changes_nothing(self) -> None:
        rhythm = Rhythm(exam_on=NOW.date())
        assert reviewed(None, "a", 4, NOW, rhythm)[0] == reviewed(None, "a", 4, NOW, Rhythm())[0]

    def test_everything_is_seen_in_time_by_who_does_the_days_plan(self) -> None:
        rhythm = Rhythm(exam_on=(NOW + 30 * DAY).date(), new_a_day=3)
        items = [f"item-{number}" for number in range(200)]
        cards: dict[str, CardState] = {}
        reviews: list[Review] = []
        for day in range(28):
            now = NOW + day * DAY
            plan = plan_day(items, cards, reviews, now, rhythm)
            for item in (*plan.due, *plan.fresh):
                cards[item], review = reviewed(cards.get(item), item, 3, now, rhythm)
                reviews.append(review)
        assert set(cards) == set(items)
        assert all(card.due_at.date() <= rhythm.exam_on for card in cards.values() if rhythm.exam_on)

    def test_without_an_exam_there_are_only_the_days_new_ones(self) -> None:
        plan = plan_day([f"item-{n}" for n in range(200)], {}, [], NOW, Rhythm(new_a_day=3))
        assert plan.fresh == ("item-0", "item-1", "item-2")


def cards_due(count: int, now: datetime) -> dict[str, CardState]:
    """Cards that were learnt on different days and are all overdue by `now`."""
    made = {}
    for number in range(count):
        item = f"item-{number}"
        made[item], _ = reviewed(None, item, 3, now - (number % 40 + 10) * DAY, Rhythm())
    return made


class TestTheDaysPlan:
    def test_of_a_backlog_the_most_forgotten_come_first_and_new_ones_wait(self) -> None:
        cards = cards_due(100, NOW)
        plan = plan_day([*cards, "new"], cards, [], NOW, Rhythm(reviews_a_day=15))
        chances = [retrievability(cards[item], NOW) for item in plan.due]
        assert len(plan.due) == 15
        assert chances == sorted(chances)
        assert max(chances) <= min(retrievability(cards[item], NOW) for item in set(cards) - set(plan.due))
        assert plan.fresh == ()

    def test_what_was_done_today_counts_against_the_day(self) -> None:
        cards = cards_due(20, NOW)
        old = [Review(item=item, at=NOW - 5 * DAY, rating=3, correct=True) for item in cards]
        again = [Review(item=f"item-{n}", at=NOW, rating=3, correct=True) for n in range(4)]
        new = [Review(item=f"met-{n}", at=NOW, rating=3, correct=True) for n in range(3)]
        left = [item for item in cards if item not in {"item-0", "item-1", "item-2", "item-3"}]
        rhythm = Rhythm(reviews_a_day=20, new_a_day=5)
        plan = plan_day([*left, *(f"new-{n}" for n in range(9))], cards, [*old, *again, *new], NOW, rhythm)
        assert len(plan.due) == 16
        assert len(plan.fresh) == 2

    def test_only_what_was_asked_for_is_planned(self) -> None:
        cards = cards_due(5, NOW)
        assert plan_day(["item-3"], cards, [], NOW, Rhythm()).due == ("item-3",)

    def test_a_session_takes_due_and_new_ones_in_the_days_proportion(self) -> None:
        cards = cards_due(8, NOW)
        plan = plan_day([*cards, *(f"new-{n}" for n in range(4))], cards, [], NOW, Rhythm(new_a_day=4))
        chosen = session_items(plan, {}, 6)
        assert len(chosen) == 6
        assert sum(item.startswith("new") for item in chosen) == 2
        assert set(session_items(plan, {}, 50)) == {*plan.due, *plan.fresh}

    @given(st.lists(st.sampled_from("abc"), max_size=20))
    def test_topics_are_mixed_as_far_as_they_can_be(self, topics: list[str]) -> None:
        named = {f"{number}": topic for number, topic in enumerate(topics)}
        mixed = interleaved(list(named), named)
        assert sorted(mixed) == sorted(named)
        same = sum(named[one] == named[two] for one, two in pairwise(mixed))
        most = max(map(topics.count, "abc"), default=0)
        assert same == max(0, most - 1 - (len(topics) - most))


class TestNinetyDays:
    """A learner whose memory is not quite the model's: each item fades faster or slower than FSRS expects."""

    def test_the_share_recalled_stays_near_the_wanted_one(self) -> None:
        chance = random.Random(7)  # noqa: S311 - a simulation
        rhythm = Rhythm(retention=0.9, new_a_day=6)
        items = [f"item-{number}" for number in range(240)]
        fading = {item: chance.lognormvariate(0, 0.3) for item in items}
        cards: dict[str, CardState] = {}
        reviews: list[Review] = []
        recalled: list[bool] = []
        for day in range(90):
            now = NOW + day * DAY
            plan = plan_day(items, cards, reviews, now, rhythm)
            for item in session_items(plan, {}, 60):
                if item in cards:
                    last = datetime.fromisoformat(cards[item].state["last_review"])
                    felt = last + (now - last) * fading[item]
                    known = chance.random() < retrievability(cards[item], felt)
                    recalled.append(known)
                else:
                    known = chance.random() < 0.5
                cards[item], review = reviewed(cards.get(item), item, 3 if known else 1, now, rhythm)
                reviews.append(review)
        retention = sum(recalled) / len(recalled)
        print(f"\n90 days: {len(recalled)} reviews of {len(cards)} items, {retention:.3f} recalled")
        assert len(cards) == 240
        assert len(recalled) > 800
        # Target 0.9; the faster fading half costs a little more than the slower half gains.
        assert retention == pytest.approx(0.9, abs=0.04)
        assert sum(1 for card in cards.values() if card.due_at > NOW + 120 * DAY) > 20
