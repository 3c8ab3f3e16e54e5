"""What a path is wanted for, as people say it."""

from __future__ import annotations

from datetime import date

import pytest

from bot.app import Library, build_understanding, prompts_folder
from bot.catalog.catalog import Catalog
from bot.dialogue.plan_wishes import PlanWishes, completed
from bot.learning.learner import Learner, Profile
from bot.planning.model import PlanWish
from bot.text.lexicon import Lexicon
from tests.conftest import TODAY


def SAY(key: str, **_: object) -> str:  # noqa: N802
    return key


@pytest.fixture(scope="module")
def wishes(library: Library, catalog: Catalog) -> PlanWishes:
    commands = Lexicon.load(prompts_folder(library.settings, "understanding_commands"))
    return PlanWishes(catalog, build_understanding(library, catalog), commands)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AZ-305", PlanWish(goals=("az-305",))),
        ("plan a path from AZ-900 to AZ-305", PlanWish(goals=("az-305",), have=("az-900",))),
        ("cheapest way to CISSP", PlanWish(goals=("cissp",), minimise="cost")),
        ("the fastest path to SC-100", PlanWish(goals=("sc-100",), minimise="hours")),
        ("az-305 with 5 hours a week and 400 dollars by June 2027 without AZ-104",
         PlanWish(goals=("az-305",), without=("az-104",), hours_per_week=5.0, budget_usd=400.0,
                  deadline=date(2027, 6, 30))),
        ("10 hours a week", PlanWish(hours_per_week=10.0)),
        ("what if I had 600 dollars?", PlanWish(budget_usd=600.0)),
    ],
)  # fmt: skip
def test_a_wish_as_it_is_said(wishes: PlanWishes, text: str, expected: PlanWish) -> None:
    assert wishes.read(text, TODAY, SAY) == expected


def test_a_what_if_changes_only_what_it_says(wishes: PlanWishes) -> None:
    before = wishes.read("AZ-305 with 400 dollars without AZ-104", TODAY, SAY)
    after = wishes.read("10 hours a week", TODAY, SAY).over(before)
    assert after == PlanWish(goals=("az-305",), without=("az-104",), budget_usd=400.0, hours_per_week=10.0)


def test_a_new_goal_takes_the_place_of_the_old(wishes: PlanWishes) -> None:
    before = wishes.read("AZ-305 with 400 dollars", TODAY, SAY)
    assert wishes.read("to CKA", TODAY, SAY).over(before).goals == ("cka",)


def test_the_profile_says_what_the_words_leave_open(wishes: PlanWishes) -> None:
    profile = Profile(goals=("az-305",), hours_per_week=6.0, budget_usd=500.0, deadline=date(2027, 9, 1))
    wish = completed(wishes.read("with 300 dollars", TODAY, SAY), Learner(id="1", profile=profile))
    assert wish == PlanWish(goals=("az-305",), hours_per_week=6.0, budget_usd=300.0, deadline=date(2027, 9, 1))
