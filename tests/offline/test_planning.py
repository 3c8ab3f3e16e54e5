"""Plans in words: all of it passes the gate, prices with their source, sums worked out again, assumptions said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.app import Library, build_gate, build_toolbox
from bot.core.answer import Draft
from bot.grounding.gate import Gate, Released
from bot.offline.planning import Planned, PlanWords
from bot.planning.model import Held, PlanRequest
from bot.planning.offers import offering_of
from bot.planning.planner import plan
from tests.offline.conftest import TODAY


class Planner:
    def __init__(self, library: Library) -> None:
        self.catalog = library.catalog()
        self.words = PlanWords(library.wording(self.catalog), build_toolbox(library, self.catalog))
        self.gate: Gate = build_gate(library)

    def plan(self, *goals: str, **request: Any) -> Planned:
        wish = PlanRequest(goals=goals, **{"start": TODAY, **request})
        offering = offering_of(self.catalog, hours_per_week=wish.hours_per_week, skills=wish.skills)
        found = plan(wish, offering.offers, retired=offering.retired)
        return Planned(plan=found, request=wish, offering=offering, pace_given=False)

    def release(self, planned: Planned, draft: Draft | None = None) -> Released:
        return self.gate.release(draft or self.words.describe(planned), self.words.own_words(planned))

    def say(self, *goals: str, **request: Any) -> str:
        released = self.release(self.plan(*goals, **request))
        assert released.dropped == ()
        return released.text


@pytest.fixture(scope="module")
def planner(library: Library) -> Planner:
    return Planner(library)


def test_a_path_tells_its_steps_with_sources_and_its_sum(planner: Planner) -> None:
    text = planner.say("az-305", have=(Held(id="az-900"),))
    assert text.index("(AZ-104)") < text.index("(AZ-305)")
    assert re.search(r"cost USD 165, about 60 hours \(assumed\); prerequisite for AZ-305 \[1\]\[2\]", text)
    assert "Cost in all: USD 330 [1][3]." in text
    assert "It takes 160 hours of study at 5 hours a week, from 2026-11-23 to 2027-07-04." in text
    assert "You study 5 hours a week; nobody said how much." in text


def test_every_goal_there_is_passes_the_gate_whatever_stands_in_its_way(planner: Planner) -> None:
    for credential in planner.catalog:
        for limits in ({}, {"budget_usd": 1.0}, {"deadline": date(2026, 12, 1)}):
            planner.say(credential.id, **limits)


def test_a_sum_that_is_wrong_is_dropped(planner: Planner) -> None:
    planned = planner.plan("az-305")
    draft = planner.words.describe(planned)
    wrong = [
        replace(
            statement,
            text=statement.text.replace("USD 330", "USD 331"),
            derived=tuple(replace(entry, value=entry.value.replace("330", "331")) for entry in statement.derived),
        )
        for statement in draft.statements
    ]
    released = planner.release(planned, replace(draft, statements=tuple(wrong)))
    assert ["money 'usd 331' is in none of its citations: Cost in all: USD 331."] == list(released.dropped)


def test_a_day_that_does_not_follow_from_the_hours_is_dropped(planner: Planner) -> None:
    planned = planner.plan("az-305")
    assert planned.plan.path is not None
    step = replace(planned.plan.path.steps[0], finish=date(2027, 2, 13))
    path = replace(planned.plan.path, steps=(step, *planned.plan.path.steps[1:]))
    wrong = replace(planned, plan=replace(planned.plan, path=path))
    assert ["date '2027-02-13'"] == [reason[:17] for reason in planner.release(wrong).dropped]


def test_a_budget_that_is_too_small_is_told_with_what_is_needed(planner: Planner) -> None:
    text = planner.say("az-305", budget_usd=300.0)
    assert "The budget of USD 300 is too small." in text
    assert "Cost: at least USD 330, for AZ-104 and AZ-305 [1][2]." in text


def test_a_retired_goal_is_told_as_retired_and_its_successor_offered(planner: Planner) -> None:
    planned = planner.plan("ai-900")
    text = planner.release(planned).text
    assert "was retired on 2026-06-30 [1]" in text
    assert "is replaced by AI-901 [1]" in text
    assert [("Plan for AI-901 instead", "Plan a path to AI-901")] == [
        (s.label, s.ask) for s in planner.words.describe(planned).suggestions
    ]


def test_alternatives_are_told_and_asked_for_by_what_they_do_without(planner: Planner) -> None:
    planned = planner.plan("sc-100")
    assert "SC-300 and SC-100: cost USD 330, finished on 2027-07-04" in planner.release(planned).text
    assert "Plan a path to SC-100 without SC-200" in [s.ask for s in planner.words.describe(planned).suggestions]


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ("pmp", "Sources disagree on the price of PMP; the higher is counted: USD 675"),
        ("pmp", "36 months of leading projects with a four-year degree or 60 months"),
        ("mitx-supply-chain-management", "an older one is counted: USD 1,350"),
        ("comptia-linux-plus", "the middle price of similar ones"),
        ("google-it-support", "costs USD 49 a month, for 6 months of study"),
    ],
)
def test_what_is_assumed_is_said(planner: Planner, goal: str, said: str) -> None:
    assert said in planner.say(goal)


def test_what_only_we_say_carries_no_source(planner: Planner) -> None:
    own = [s for s in planner.words.assumptions(planner.plan("az-305")) if "our figure" in s.text]
    assert len(own) == 2
    assert all(statement.passages == () for statement in own)
