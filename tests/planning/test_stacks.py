"""How the packaged credentials stack, and what circles do."""

from __future__ import annotations

from datetime import date

import pytest

from bot.catalog.catalog import Catalog, on
from bot.catalog.credential import Credential, StackLink
from bot.catalog.sourced import Sourced
from bot.planning.stacks import StackPath, Stacks


@pytest.fixture(scope="module")
def stacks(catalog: Catalog) -> Stacks:
    return Stacks(catalog)


def ways(paths: list[StackPath]) -> dict[str, list[str]]:
    """By where a path ends, the credentials on it."""
    return {path[-1].upper: [path[0].lower, *(edge.upper for edge in path)] for path in paths}


def test_az_900_leads_to_az_305_by_way_of_az_104(stacks: Stacks) -> None:
    assert ["az-900", "az-104", "az-305"] == ways(stacks.stacks_into("az-900"))["az-305"]


def test_what_leads_to_sc_100_are_three_alternatives_and_what_is_recommended_before_them(stacks: Stacks) -> None:
    found = {path[0].lower: path[0].relation for path in stacks.leading_to("sc-100")}
    assert {
        "sc-200": "one_of",
        "sc-300": "one_of",
        "az-500": "one_of",
        "sc-900": "recommended",
    }.items() <= found.items()


def test_capm_counts_towards_pmp_and_says_for_what(stacks: Stacks) -> None:
    counting = [edge for edge in stacks.between("capm", "pmp") if edge.relation == "counts_towards"]
    assert ["stands in for the 35 contact hours; the project experience is still needed"] == [
        edge.condition for edge in counting
    ]
    assert counting[0].source.source == ("techoral",)


def test_renewals_and_replacements_are_edges_but_no_way_up(stacks: Stacks) -> None:
    assert "renews" in {edge.relation for edge in stacks.between("comptia-security-plus", "comptia-network-plus")}
    assert ["replaced_by", "replaced_by"] == [edge.relation for edge in stacks.between("ai-900", "ai-901")]
    assert stacks.stacks_into("ai-900") == []


def test_every_edge_can_be_cited(stacks: Stacks) -> None:
    assert len(stacks.edges) > 80
    assert all(edge.source.source or edge.source.conflict for edge in stacks.edges)


def test_what_is_missing_for_sc_100_leaves_the_retired_alternative_out(stacks: Stacks) -> None:
    (missing,) = stacks.missing("sc-100")
    assert ["sc-200", "sc-300"] == [option.credential for option in missing.options]
    assert stacks.missing("sc-100", ["az-500"]) == []


def test_what_is_missing_for_pmp_is_told_in_words_and_capm_meets_one_group(stacks: Stacks) -> None:
    assert len(stacks.missing("pmp")) > len(stacks.missing("pmp", ["capm"])) == 1


def test_the_micromasters_counts_towards_a_degree_if_admitted(stacks: Stacks) -> None:
    conditions = [
        path[-1].condition for path in stacks.towards_degrees() if path[0].lower == "mitx-supply-chain-management"
    ]
    assert conditions
    assert all(condition and condition.startswith("if admitted") for condition in conditions)
    assert ["edx-micromasters"] == [
        path[0].lower for path in stacks.towards_degrees("georgia-tech-oms-analytics") if len(path) == 1
    ]


def test_a_circle_ends_where_it_began() -> None:
    def known(identity: str, upper: str) -> Credential:
        links = (StackLink(relation="leads_to", credential=upper),)
        return Credential(
            id=identity, document=identity, kind="certification", title=identity, provider="p", awarding_body="p",
            topics=(), summary="", status=Sourced(value="active", source=("s",)), sources={},
            stacks_into=Sourced(value=links, source=("s",)),
        )  # fmt: skip

    stacks = Stacks(Catalog([known("a", "b"), known("b", "c"), known("c", "a")], on(date(2026, 1, 1))))
    assert {"b": ["a", "b"], "c": ["a", "b", "c"]} == ways(stacks.stacks_into("a"))
    assert 2 == len(stacks.leading_to("a"))
