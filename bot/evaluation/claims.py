"""Evaluation of `/check`: claims with what should be found of each, counted by what was.

A claim that is false, but on which no document says otherwise, is `unsaid`: nobody is called wrong by what is not
written. What reviews the claims is not known here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import InputError
from bot.evaluation.answers import numbered_lines

FINDINGS = ("backed", "contradicted", "unsaid")
# Also what may be found: an `open` claim is left to the reader with its passages, in a `none` no claim was seen.
FOUND = (*FINDINGS, "open", "none")
# A text and its language in, what was found of each of its claims out.
Review = Callable[[str, str], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCase:
    """One claim. `finding`: what should be found of it; `split`: `dev` is to choose by, `held_out` to measure by."""

    id: str
    kind: str
    claim: str
    finding: str
    language: str = "en"
    split: str = "dev"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOutcome:
    case: ClaimCase
    found: str

    @property
    def right(self) -> bool:
        """What is not said is left open either way: by saying so, or by taking it for no claim of ours."""
        left = {"open", "none"} if self.case.finding == "unsaid" else set()
        return self.found in {self.case.finding, *left}

    @property
    def misleads(self) -> bool:
        """A false claim backed, a true one contradicted, or either found where nothing is written."""
        return self.found in {"backed", "contradicted"} and self.found != self.case.finding


def read_claims(path: Path, split: str | None = None) -> list[ClaimCase]:
    """Read a JSON Lines file, or one half of it. Raises `InputError` naming the line that is wrong."""
    cases = [_case(line, place) for place, line in numbered_lines(path)]
    cases = [case for case in cases if split in {None, case.split}]
    if not cases:
        raise InputError(f"no claims at {path}{f' of the half {split}' if split else ''}")
    return cases


def _case(line: str, place: str) -> ClaimCase:
    try:
        data: dict[str, Any] = json.loads(line)
        case = ClaimCase(**{name: str(value) for name, value in data.items()})
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{place} is not a claim: {error!r}") from error
    if case.finding not in FINDINGS:
        raise InputError(f"{place} expects {case.finding!r}; it must be one of {', '.join(FINDINGS)}")
    return case


async def run_claims(cases: Iterable[ClaimCase], review: Review) -> list[ClaimOutcome]:
    outcomes = []
    for case in cases:
        found = await review(case.claim, case.language)
        # Each case is one claim: what is read as several was not understood as it is meant.
        outcomes.append(ClaimOutcome(case=case, found=found[0] if len(found) == 1 else "none"))
    return outcomes


def confusion(outcomes: Iterable[ClaimOutcome]) -> dict[str, dict[str, int]]:
    """How often what was found, by what should have been."""
    counted = Counter((outcome.case.finding, outcome.found) for outcome in outcomes)
    return {finding: {found: counted[finding, found] for found in FOUND} for finding in FINDINGS}
