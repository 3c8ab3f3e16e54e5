"""Progress is counted calmly: three days make a thing known, study days a week count, and nothing is taken away."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from bot.learning.learner import CardState, Review
from bot.learning.practice import Rhythm, reviewed
from bot.learning.progress import cohort_score, is_mastered, progress, study_days
from bot.settings import content_folder

MONDAY = datetime(2026, 3, 2, 18, tzinfo=UTC)
DAY = timedelta(days=1)


def review(day: int, item: str = "a", *, correct: bool = True, hour: int = 0) -> Review:
    return Review(item=item, at=MONDAY + day * DAY + timedelta(hours=hour), rating=3 if correct else 1, correct=correct)


def answered(days: list[int], rating: int = 3) -> CardState:
    card = None
    for day in days:
        card, _ = reviewed(card, "a", rating, MONDAY + day * DAY, Rhythm())
    assert card is not None
    return card


class TestMastered:
    def test_three_right_answers_on_three_days(self) -> None:
        assert not is_mastered(answered([0, 3]))
        assert is_mastered(answered([0, 3, 10]))

    def test_three_on_one_day_are_one(self) -> None:
        assert not is_mastered(answered([0, 0, 0]))

    def test_wrong_answers_and_those_with_help_do_not_count(self) -> None:
        assert not is_mastered(answered([0, 1, 2, 3], rating=1))
        assert not is_mastered(answered([0, 1, 2, 3], rating=2))


class TestProgress:
    def test_it_counts_what_is_seen_known_and_due_of_the_items_asked_for(self) -> None:
        cards = {"a": answered([0, 3, 10]), "b": answered([0]), "elsewhere": answered([0])}
        told = progress(["a", "b", "c", "d"], cards, [review(0)], MONDAY + 11 * DAY)
        assert (told.total, told.seen, told.mastered, told.due) == (4, 2, 1, 1)
        assert told.known == 0.25

    def test_of_nothing_there_is_nothing(self) -> None:
        told = progress([], {}, [], MONDAY)
        assert (told.known, told.weeks, told.freezes, told.days_this_week) == (0.0, 0, 0, 0)

    def test_days_are_the_learners_own(self) -> None:
        late = [review(0, hour=4)]  # 22:00 in UTC on Monday
        assert study_days(late) == [date(2026, 3, 2)]
        assert study_days(late, timezone(timedelta(hours=9))) == [date(2026, 3, 3)]

    def test_study_days_of_the_week_are_counted_once_each(self) -> None:
        told = progress(["a"], {}, [review(0), review(0, "b"), review(2), review(-1)], MONDAY + 3 * DAY)
        assert told.days_this_week == 2


def weeks_kept(*weeks: int, now: int) -> tuple[int, int]:
    reviews = [review(7 * week + day) for week in weeks for day in (0, 2, 4)]
    told = progress(["a"], {}, reviews, MONDAY + 7 * now * DAY)
    return told.weeks, told.freezes


class TestWeeks:
    def test_weeks_in_which_the_goal_was_kept_add_up(self) -> None:
        assert weeks_kept(0, 1, 2, now=3) == (3, 0)

    def test_the_running_week_is_not_judged_before_it_is_over(self) -> None:
        assert weeks_kept(0, 1, now=2)[0] == 2

    def test_every_fourth_week_gives_a_freeze_which_stands_in_for_a_week_without(self) -> None:
        assert weeks_kept(0, 1, 2, 3, now=4) == (4, 1)
        assert weeks_kept(0, 1, 2, 3, 5, now=6) == (6, 0)

    def test_without_a_freeze_the_row_begins_anew(self) -> None:
        assert weeks_kept(0, 1, 3, now=4) == (1, 0)

    def test_there_are_never_more_than_two_freezes(self) -> None:
        assert weeks_kept(*range(20), now=20) == (20, 2)


class TestCohortScore:
    def test_trying_counts_and_being_right_counts_more_once_an_item_and_day(self) -> None:
        since = MONDAY - DAY
        assert cohort_score([review(0)], since) == 2
        assert cohort_score([review(0, correct=False)], since) == 1
        assert cohort_score([review(0, correct=False), review(0, hour=1)], since) == 1
        assert cohort_score([review(0), review(1)], since) == 4

    def test_what_was_before_does_not_count(self) -> None:
        assert cohort_score([review(0), review(5)], MONDAY + 2 * DAY) == 2

    def test_cramming_earns_no_more_than_a_good_day(self) -> None:
        crammed = [review(0, f"item-{number}") for number in range(200)]
        steady = [review(day, f"item-{number}") for day in range(3) for number in range(10)]
        assert cohort_score(crammed, MONDAY - DAY) == 20
        assert cohort_score(steady, MONDAY - DAY) == 60


def test_no_phrase_of_practice_frames_a_loss_or_hurries() -> None:
    loud = re.compile(
        r"\b(los[et]|lost|losing|broke|broken|fail(?!s? the exam)\w*|hurry|last chance|don't miss|streak)\b"
    )
    text = (content_folder("prompts") / "practice" / "en.md").read_text("utf-8").lower()
    replies = re.compile(r"^## words\..*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    said = replies.sub("", text).replace("counts losses or hurries", "")
    said = said.replace("if you fail the exam", "")
    assert [] == [found[0] for found in loud.finditer(said)]
