"""What a plan says, in small cases that a person can check by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.errors import InputError
from bot.planning.model import Conflict, Held, Offer, Plan, PlanRequest
from bot.planning.planner import plan

START = date(2026, 11, 2)


def offer(identity: str, hours: float = 10, cost: float = 100, *requires: tuple[str, ...], **more: Any) -> Offer:
    skills = frozenset(more.pop("skills", ()))
    return Offer(id=identity, title=identity, hours=hours, cost_usd=cost, requires=requires, skills=skills, **more)


def planned(offers: list[Offer], *goals: str, **request: Any) -> Plan:
    given: dict[str, Any] = {"start": START, "hours_per_week": 7.0, **request}
    return plan(PlanRequest(goals=goals, **given), offers)


def ids(found: Plan) -> list[str]:
    assert found.path is not None, found.conflicts
    return [step.offer.id for step in found.path.steps]


def only_conflict(found: Plan) -> Conflict:
    assert found.status == "infeasible"
    (conflict,) = found.conflicts
    return conflict


class TestDays:
    def test_study_goes_on_in_the_middle_of_a_day(self) -> None:
        """25 hours at 6 a week are 29 1/6 days: the next step begins on the same, the thirtieth, day."""
        found = planned([offer("a", 25), offer("b", 60, 100, ("a",))], "b", hours_per_week=6.0)
        assert found.path is not None
        assert [(date(2026, 11, 2), date(2026, 12, 1)), (date(2026, 12, 1), date(2027, 2, 9))] == [
            (step.start, step.finish) for step in found.path.steps
        ]

    def test_a_step_that_fills_its_last_day_ends_on_it(self) -> None:
        found = planned([offer("a", 7), offer("b", 7, 0, ("a",))], "b")
        assert found.path is not None
        assert [(date(2026, 11, 2), date(2026, 11, 8)), (date(2026, 11, 9), date(2026, 11, 15))] == [
            (step.start, step.finish) for step in found.path.steps
        ]

    def test_the_deadline_is_a_day_on_which_one_may_still_finish(self) -> None:
        assert planned([offer("a", 7)], "a", deadline=date(2026, 11, 8)).status == "optimal"
        assert planned([offer("a", 7)], "a", deadline=date(2026, 11, 7)).status == "infeasible"

    def test_on_the_day_of_retirement_it_is_too_late(self) -> None:
        assert planned([offer("a", 7, retired_on=date(2026, 11, 9))], "a").status == "optimal"
        assert planned([offer("a", 7, retired_on=date(2026, 11, 8))], "a").status == "infeasible"

    def test_something_short_with_an_early_end_goes_first(self) -> None:
        found = planned([offer("a", 30), offer("b", 5, retired_on=date(2026, 11, 20))], "a", "b")
        assert ids(found) == ["b", "a"]

    def test_what_expires_soon_is_earned_late(self) -> None:
        found = planned([offer("short", 5, validity_months=1), offer("long", 60)], "short", "long")
        assert ids(found) == ["long", "short"]


class TestChoosing:
    def test_of_a_group_the_cheaper_is_taken_and_the_other_is_an_alternative(self) -> None:
        found = planned([offer("dear", 5, 120), offer("cheap", 9, 100), offer("top", 5, 10, ("cheap", "dear"))], "top")
        assert ids(found) == ["cheap", "top"]
        assert [["dear", "top"]] == [[step.offer.id for step in path.steps] for path in found.alternatives]

    @pytest.mark.parametrize(("minimise", "expected"), [("cost", ["c"]), ("hours", ["h"]), ("steps", ["c"])])
    def test_what_is_minimised_decides(self, minimise: str, expected: list[str]) -> None:
        offers = [offer("c", 20, 10, skills={"law"}), offer("h", 5, 90, skills={"law"})]
        assert ids(planned(offers, skills=("law",), minimise=minimise)) == expected

    def test_one_that_gives_two_skills_may_be_cheaper_than_two(self) -> None:
        offers = [
            offer("a", 5, 60, skills={"x"}),
            offer("b", 5, 60, skills={"y"}),
            offer("ab", 9, 100, skills={"x", "y"}),
        ]
        assert ids(planned(offers, skills=("x", "y"))) == ["ab"]

    def test_what_is_held_is_not_bought_and_its_skills_count(self) -> None:
        offers = [offer("held", 5, 60, skills={"x"}), offer("top", 5, 60, ("held",))]
        assert ids(planned(offers, "top", skills=("x",), have=(Held(id="held"),))) == ["top"]

    def test_what_has_expired_by_then_is_earned_again(self) -> None:
        offers = [offer("base", 7, 50), offer("top", 7, 50, ("base",))]
        soon = Held(id="base", expires_on=date(2026, 11, 7))
        later = Held(id="base", expires_on=date(2026, 11, 8))
        assert ids(planned(offers, "top", have=(soon,))) == ["base", "top"]
        assert ids(planned(offers, "top", have=(later,))) == ["top"]

    def test_what_requires_itself_can_be_renewed_while_it_is_held(self) -> None:
        offers = [offer("a", 5, 50, ("a",)), offer("b", 60)]
        held = Held(id="a", expires_on=date(2026, 11, 10))
        assert ids(planned(offers, "a", "b", have=(held,))) == ["a", "b"]
        assert planned(offers, "a", "b").status == "infeasible"

    def test_a_what_if_leaves_something_out(self) -> None:
        offers = [offer("a", 5, 10), offer("b", 5, 20), offer("top", 5, 10, ("a", "b"))]
        assert ids(planned(offers, "top", without=frozenset({"a"}))) == ["b", "top"]

    def test_of_equal_paths_the_first_by_id_is_taken_whatever_the_order_of_the_offers(self) -> None:
        offers = [offer(name, 5, 10, skills={"x"}) for name in "dbca"]
        assert ids(planned(offers, skills=("x",))) == ids(planned(offers[::-1], skills=("x",))) == ["a"]

    def test_each_step_says_what_needs_it(self) -> None:
        offers = [offer("a", 5, 10), offer("top", 5, 10, ("a",)), offer("x", 5, 10, skills={"law"})]
        found = planned(offers, "top", skills=("law",))
        assert found.path is not None
        assert {"a": ("top",), "top": (), "x": ("law",)} == {s.offer.id: s.for_ for s in found.path.steps}

    def test_nothing_is_to_be_done_where_all_is_held(self) -> None:
        found = planned([offer("a")], "a", have=(Held(id="a"),))
        assert (ids(found), found.alternatives) == ([], ())


class TestConflicts:
    STEPS = [offer("a", 7, 200), offer("b", 7, 130, ("a",))]  # noqa: RUF012 - never changed

    def test_a_budget_is_told_with_the_least_cost_that_works(self) -> None:
        conflict = only_conflict(planned(self.STEPS, "b", budget_usd=300.0))
        assert ("budget", 300.0, 330.0) == (conflict.constraint, conflict.given, conflict.needed)

    def test_the_least_budget_counts_a_cheaper_way_that_is_longer(self) -> None:
        offers = [offer("quick", 1, 90), offer("slow", 50, 70), offer("top", 1, 10, ("quick", "slow"))]
        assert only_conflict(planned(offers, "top", budget_usd=50.0, minimise="hours")).needed == 80.0

    def test_a_deadline_is_told_with_the_earliest_finish_and_the_pace_that_would_do(self) -> None:
        found = planned(self.STEPS, "b", deadline=date(2026, 11, 8))
        assert [("deadline", date(2026, 11, 15)), ("hours_per_week", 14.0)] == [
            (conflict.constraint, conflict.needed) for conflict in found.conflicts
        ]

    def test_two_limits_that_have_to_go_together_have_no_figure(self) -> None:
        found = planned(self.STEPS, "b", deadline=date(2026, 11, 8), budget_usd=1.0)
        assert {"budget": None, "deadline": None, "hours_per_week": None} == {
            conflict.constraint: conflict.needed for conflict in found.conflicts
        }

    def test_a_goal_that_has_retired_says_just_that(self) -> None:
        gone = offer("a", retired_on=date(2026, 11, 2))
        conflict = only_conflict(planned([gone], "a", budget_usd=1.0))
        assert ("retired", date(2026, 11, 2), ("a",)) == (conflict.constraint, conflict.given, conflict.about)

    def test_a_step_that_retires_too_soon_is_named(self) -> None:
        offers = [offer("a", 20, retired_on=date(2026, 11, 9)), offer("b", 7, 10, ("a",))]
        found = {conflict.constraint: conflict for conflict in planned(offers, "b").conflicts}
        assert found["retired"].about == ("a",)
        assert found["hours_per_week"].needed == 20.0

    def test_prerequisites_that_require_each_other(self) -> None:
        conflict = only_conflict(planned([offer("a", 1, 1, ("b",)), offer("b", 1, 1, ("a",))], "a"))
        assert ("prerequisite", ("a", "b")) == (conflict.constraint, conflict.about)

    def test_a_prerequisite_that_nobody_offers(self) -> None:
        offers = [offer("a", 1, 1, ("b",)), offer("b", 1, 1, ("nobody",))]
        assert only_conflict(planned(offers, "a")).about == ("a", "nobody")

    def test_a_skill_that_nothing_gives_with_what_may_have_been_meant(self) -> None:
        conflict = only_conflict(planned([offer("a", skills={"Python"})], skills=("pyton",)))
        assert ("unreachable", ("pyton",), ("Python",)) == (conflict.constraint, conflict.about, conflict.nearest)


class TestMeaningless:
    @pytest.mark.parametrize(
        ("request_", "message"),
        [
            ({}, "a goal or a skill"),
            ({"goals": ("az-350",)}, "did you mean az-305"),
            ({"goals": ("az-305",), "hours_per_week": 0.0}, "hours a week must be from 0.01 to 168"),
            ({"goals": ("az-305",), "hours_per_week": float("nan")}, "hours a week"),
            ({"goals": ("az-305",), "budget_usd": -1.0}, "the budget must be from 0"),
            ({"goals": ("az-305",), "start": date(9999, 1, 1)}, "too far away"),
        ],
    )
    def test_a_request_that_means_nothing_is_refused_with_what_to_change(
        self, request_: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(InputError, match=message):
            plan(PlanRequest(**{"start": START, **request_}), [offer("az-305")])

    def test_an_offer_with_a_price_below_zero_is_refused(self) -> None:
        with pytest.raises(InputError, match="the cost of a"):
            planned([offer("a", 1, -5)], "a")


def test_a_deadline_that_is_past_keeps_from_nothing_where_nothing_is_left_to_study() -> None:
    offers = [Offer(id="a", title="A", hours=10, cost_usd=100)]
    past = date(2020, 1, 1)
    start = date(2026, 11, 23)
    held = plan(PlanRequest(goals=("a",), have=(Held(id="a"),), start=start, deadline=past), offers)
    assert held.path is not None
    assert held.path.steps == ()
    missing = plan(PlanRequest(goals=("a",), start=start, deadline=past), offers)
    assert [conflict.constraint for conflict in missing.conflicts] == ["deadline"]
