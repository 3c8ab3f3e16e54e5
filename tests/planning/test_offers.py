"""The packaged credentials as offers: what is known, what is assumed, and that nothing retired is sold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.catalog.catalog import Catalog
from bot.planning.model import Held, PlanRequest
from bot.planning.offers import HOURS_OF_BAND, Offering, offering_of
from bot.planning.planner import plan
from tests.planning.conftest import TODAY


@pytest.fixture(scope="module")
def offering(catalog: Catalog) -> Offering:
    return offering_of(catalog, hours_per_week=5.0, skills=("cloud", "networking"))


def assumed(offering: Offering, identity: str) -> dict[str, float]:
    return {assumption.kind: assumption.amount for assumption in offering.assumptions[identity]}


def test_az_104_comes_before_az_305_and_both_cost_330(offering: Offering) -> None:
    request = PlanRequest(goals=("az-305",), have=(Held(id="az-900"),), start=TODAY)
    found = plan(request, offering.offers, retired=offering.retired)
    assert found.path is not None
    assert (["az-104", "az-305"], 330.0) == ([step.offer.id for step in found.path.steps], found.path.cost_usd)


def test_300_dollars_are_30_too_few(offering: Offering) -> None:
    request = PlanRequest(goals=("az-305",), start=TODAY, budget_usd=300.0)
    (conflict,) = plan(request, offering.offers, retired=offering.retired).conflicts
    assert ("budget", 330.0) == (conflict.constraint, conflict.needed)


def test_sc_100_never_goes_by_way_of_az_500(offering: Offering) -> None:
    found = plan(PlanRequest(goals=("sc-100",), start=TODAY), offering.offers, retired=offering.retired)
    paths = [found.path, *found.alternatives]
    assert [["sc-200", "sc-100"], ["sc-300", "sc-100"]] == [[s.offer.id for s in path.steps] for path in paths if path]


def test_az_500_that_is_still_valid_counts_for_sc_100(offering: Offering) -> None:
    request = PlanRequest(goals=("sc-100",), have=(Held(id="az-500"),), start=TODAY)
    found = plan(request, offering.offers, retired=offering.retired)
    assert found.path is not None
    assert ["sc-100"] == [step.offer.id for step in found.path.steps]


def test_a_retired_goal_is_named_as_retired(offering: Offering) -> None:
    (conflict,) = plan(PlanRequest(goals=("ai-900",), start=TODAY), offering.offers, retired=offering.retired).conflicts
    assert ("retired", ("ai-900",)) == (conflict.constraint, conflict.about)


def test_hours_that_no_source_gives_are_assumed_by_level_and_can_be_changed(catalog: Catalog) -> None:
    offers = {offer.id: offer for offer in offering_of(catalog, hours_per_week=5.0).offers}
    assert (HOURS_OF_BAND[2], True) == (offers["az-104"].hours, offers["az-104"].hours_assumed)
    assert (120.0, False) == (offers["google-it-support"].hours, offers["google-it-support"].hours_assumed)
    better = {o.id: o for o in offering_of(catalog, hours_per_week=5.0, without_hours={"az-104": 42.0}).offers}
    assert (42.0, False) == (better["az-104"].hours, better["az-104"].hours_assumed)


def test_of_disputed_prices_the_higher_counts_and_is_said_to_be_assumed(offering: Offering) -> None:
    assert 675.0 == assumed(offering, "pmp")["cost_disputed"]


def test_a_subscription_costs_as_many_months_as_its_hours_take(catalog: Catalog) -> None:
    slow, fast = (
        {offer.id: offer.cost_usd for offer in offering_of(catalog, hours_per_week=pace).offers}["google-it-support"]
        for pace in (5.0, 20.0)
    )
    assert (6 * 49.0, 2 * 49.0) == (slow, fast)


def test_an_unknown_price_is_an_assumption_and_never_nothing(offering: Offering) -> None:
    assert 1350.0 == assumed(offering, "mitx-supply-chain-management")["cost_older"]
    assert assumed(offering, "comptia-linux-plus")["cost_similar"] > 0
    assert all(offer.cost_usd > 0 for offer in offering.offers)


def test_requirements_in_words_are_assumptions_and_no_offers(offering: Offering) -> None:
    pmp = next(offer for offer in offering.offers if offer.id == "pmp")
    needs = [a for a in offering.assumed(["pmp"]) if a.kind == "needs"]
    assert ((), 2) == (pmp.requires, len(needs))
    assert 1 == len([a for a in offering.assumed(["pmp"], ["capm"]) if a.kind == "needs"])


def test_skills_are_those_asked_for_and_kinds_of_programme_are_no_credentials(offering: Offering) -> None:
    giving = {skill: {o.id for o in offering.offers if skill in o.skills} for skill in ("cloud", "networking")}
    assert "az-900" in giving["cloud"]
    assert "ccna" in giving["networking"]
    assert not giving["cloud"] & {"udemy-certificate", "coursera-specialization"}


def test_the_same_catalogue_gives_the_same_plan_whatever_its_order(offering: Offering) -> None:
    request = PlanRequest(skills=("cloud", "networking"), start=TODAY)
    first = plan(request, offering.offers, retired=offering.retired)
    again = plan(replace(request), offering.offers[::-1], retired=offering.retired)
    assert first == again
