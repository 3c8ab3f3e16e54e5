"""The regression floor: a part of the evaluation runs with the tests, and must not get worse.

`make eval` asks everything; the floors here lie a few points below what it gave when they were set.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.core.assistant import Assistant
from bot.evaluation.answers import Outcome, read_cases, run, summary, table
from tests.offline.conftest import assistant

__all__ = ["assistant"]

QUESTIONS = Path(__file__).parents[1] / "evals"
EVERY = 4


@pytest.fixture(scope="module")
def outcomes(assistant: Assistant) -> list[Outcome]:
    return asyncio.run(run(read_cases(QUESTIONS)[::EVERY], assistant.ask))


def test_no_answer_holds_a_number_that_its_citations_lack(outcomes: list[Outcome]) -> None:
    assert [] == [(outcome.case.id, outcome.unbacked) for outcome in outcomes if outcome.unbacked]


def test_most_answerable_questions_are_answered_right(outcomes: list[Outcome]) -> None:
    assert summary(outcomes)["answerable"] >= 0.80


def test_what_has_no_answer_is_declined(outcomes: list[Outcome]) -> None:
    assert summary(outcomes)["rightly_abstained"] >= 0.85


def test_little_is_declined_that_has_an_answer(outcomes: list[Outcome]) -> None:
    assert summary(outcomes)["wrongly_abstained"] <= 0.05


def test_answers_are_short(outcomes: list[Outcome]) -> None:
    words = {row.kind: row.median_words for row in table(outcomes)}

    assert words["lookup"] <= 40
    assert words["comparison"] <= 90


def test_no_answer_is_a_fault(outcomes: list[Outcome]) -> None:
    assert not any("logged as" in outcome.answer.text for outcome in outcomes)
