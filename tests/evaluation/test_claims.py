"""Claims with what should be found of them; and the floor of `/check` on those that come with the sources."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.app import Library, build_claim_findings
from bot.errors import InputError
from bot.evaluation.claims import ClaimCase, ClaimOutcome, confusion, read_claims, run_claims

CLAIMS = Path(__file__).parents[1] / "evals" / "claims" / "claims.jsonl"


def a_case(finding: str = "backed", **fields: str) -> ClaimCase:
    return ClaimCase(**{"id": "1", "kind": "true", "claim": "CCNA costs 300 dollars", "finding": finding, **fields})


@pytest.mark.parametrize(
    ("finding", "found", "right", "misleads"),
    [
        ("backed", "backed", True, False),
        ("backed", "contradicted", False, True),
        ("backed", "open", False, False),
        ("contradicted", "backed", False, True),
        ("contradicted", "unsaid", False, False),
        ("unsaid", "unsaid", True, False),
        ("unsaid", "none", True, False),
        ("unsaid", "open", True, False),
        ("unsaid", "backed", False, True),
    ],
)
def test_what_was_found_is_right_or_misleads(finding: str, found: str, *, right: bool, misleads: bool) -> None:
    outcome = ClaimOutcome(case=a_case(finding), found=found)
    assert (outcome.right, outcome.misleads) == (right, misleads)


def test_what_should_be_found_is_counted_against_what_was() -> None:
    counted = confusion([ClaimOutcome(case=a_case(), found=found) for found in ("backed", "backed", "unsaid")])
    assert counted["backed"] == {"backed": 2, "contradicted": 0, "unsaid": 1, "open": 0, "none": 0}


@pytest.mark.parametrize(("found", "taken_for"), [(["backed"], "backed"), ([], "none"), (["backed", "unsaid"], "none")])
def test_a_case_is_one_claim(found: list[str], taken_for: str) -> None:
    async def review(text: str, language: str) -> Sequence[str]:
        assert (text, language) == ("CCNA costs 300 dollars", "en")
        return found

    [outcome] = asyncio.run(run_claims([a_case()], review))
    assert outcome.found == taken_for


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "1"}', json.dumps({"id": "1", "nothing": 1})])
def test_a_line_that_is_no_claim_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "claims.jsonl").write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"claims\.jsonl:2"):
        read_claims(tmp_path / "claims.jsonl")


def test_what_cannot_be_found_is_refused(tmp_path: Path) -> None:
    case = {"id": "1", "kind": "x", "claim": "y", "finding": "maybe"}
    (tmp_path / "claims.jsonl").write_text(json.dumps(case), encoding="utf-8")
    with pytest.raises(InputError, match="maybe"):
        read_claims(tmp_path / "claims.jsonl")


def test_a_half_that_is_not_there_is_said_so() -> None:
    with pytest.raises(InputError, match="third"):
        read_claims(CLAIMS, "third")


def test_hardly_a_claim_is_called_true_or_false_that_is_not(library: Library) -> None:
    outcomes = asyncio.run(run_claims(read_claims(CLAIMS), build_claim_findings(library)))
    assert len(outcomes) >= 60
    # When these were set: 1 of 62 misled, 49 were right.
    assert sum(outcome.misleads for outcome in outcomes) <= 1
    assert sum(outcome.right for outcome in outcomes) >= 47
