"""What an answer works out is worked out again: a date that does not follow from what is stated is dropped."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import build_fact_reader
from bot.catalog.terms import add_months
from bot.core.answer import Derived, Draft, Rule, Statement
from bot.documents.model import Passage
from bot.grounding.gate import Gate
from bot.settings import content_folder
from bot.text.lexicon import Lexicon

RULE = Passage(
    id="credentials/ena#validity",
    document="credentials/ena",
    kind="credential",
    title="Example Network Associate",
    heading="Validity and renewal",
    text="Example Network Associate is valid for three years. Renewal opens 180 days before it expires.",
)
TOLD = "I passed Example Network Associate on 1 December 2023"


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(build_fact_reader(Lexicon.load(content_folder("prompts") / "understanding")))


def expires(
    said: str = "2026-12-01", *, value: str = "2026-12-01", earned: str = "2023-12-01", span: str = "36 months"
) -> Statement:
    return Statement(
        text=f"Example Network Associate is valid until {said}.",
        passages=(RULE,),
        derived=(Derived(value=value, rule="after", terms=(earned, span)),),
    )


def test_an_expiry_that_follows_from_the_day_and_the_term_passes(gate: Gate) -> None:
    assert gate.problem(expires(), TOLD) is None
    assert gate.problem(expires("1 December 2026"), TOLD) is None


def test_an_expiry_that_nobody_derived_is_in_no_source_and_dropped(gate: Gate) -> None:
    bare = Statement(text="Example Network Associate is valid until 2026-12-01.", passages=(RULE,))
    assert gate.problem(bare, TOLD) == "date '2026-12-01' is in none of its citations"


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(expires("2026-12-02", value="2026-12-02"), id="a day off"),
        pytest.param(expires("2026-12-02"), id="another day said than derived"),
        pytest.param(expires("2027-12-01", value="2027-12-01", span="48 months"), id="a term that no source states"),
        pytest.param(
            expires("2026-11-30", value="2026-11-30", earned="2023-11-30"), id="a day that the learner did not tell"
        ),
        pytest.param(expires("2026-12", value="2026-12", earned="2023-12"), id="no day to count from"),
        pytest.param(expires(value="2026-12-01", span="36 months or 24 months"), id="a term that says two things"),
        pytest.param(expires(span="soon"), id="a term that states nothing"),
    ],
)
def test_a_date_that_does_not_follow_is_dropped(gate: Gate, wrong: Statement) -> None:
    released = gate.release(Draft(status="answered", statements=(wrong,)), TOLD)
    assert ("", 1) == (released.text, len(released.dropped))


def test_the_learner_cannot_vouch_for_how_long_something_is_valid(gate: Gate) -> None:
    five_years = expires("2028-12-01", value="2028-12-01", span="60 months")
    assert gate.problem(five_years, f"{TOLD}, it is valid for five years") is not None


def test_what_follows_from_something_derived_follows_too(gate: Gate) -> None:
    opens = Derived(value="2026-06-04", rule="before", terms=("2026-12-01", "180 days"))
    window = Statement(
        text="Renewal of Example Network Associate opens on 2026-06-04, 180 days before it expires.",
        passages=(RULE,),
        derived=(*expires().derived, opens),
    )
    alone = Statement(text=window.text, passages=(RULE,), derived=(opens,))

    assert gate.problem(window, TOLD) is None
    assert gate.problem(alone, TOLD) is not None


def test_terms_beyond_the_calendar_are_no_crash(gate: Gate) -> None:
    early = Derived(value="1900-01-01", rule="before", terms=("1900-01-01", "180 days"))
    assert gate.problem(Statement(text="It was 1999-01-01.", passages=(RULE,), derived=(early,)), "") is not None


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2023-12-01", 36, "2026-12-01"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2025-12-31", 12, "2026-12-31"),
        ("2026-03-31", -1, "2026-02-28"),
        ("9999-12-31", 1, "9999-12-31"),
    ],
)
def test_months_are_counted_as_the_calendar_does(start: str, months: int, end: str) -> None:
    assert end == add_months(date.fromisoformat(start), months).isoformat()


@settings(deadline=None)
@given(
    start=st.dates(min_value=date(1970, 1, 1), max_value=date(2100, 1, 1)),
    months=st.integers(min_value=0, max_value=240),
)
def test_a_term_ends_in_its_month_on_its_day_or_the_last_before_it(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


PRICES = Passage(
    id="credentials/ena#cost",
    document="credentials/ena",
    kind="credential",
    title="Example Network Associate",
    heading="Cost",
    text="Example Network Associate costs USD 165 for the first exam and USD 99.50 for the second.",
)


def costs(said: str, *terms: str) -> Statement:
    return Statement(
        text=f"Cost of Example Network Associate: {said}.",
        passages=(PRICES,),
        derived=(Derived(value=said, rule="sum", terms=terms),),
    )


def test_a_sum_of_cited_prices_passes(gate: Gate) -> None:
    assert gate.problem(costs("USD 264.50", "USD 165", "USD 99.50"), "") is None


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(costs("USD 264", "USD 165", "USD 99.50"), id="another sum"),
        pytest.param(costs("USD 364.50", "USD 165", "USD 99.50", "USD 100"), id="a term that no source states"),
        pytest.param(costs("USD 165.50", "USD 165", "30 minutes"), id="a price and a time"),
        pytest.param(costs("USD 264.50"), id="no terms"),
    ],
)
def test_a_sum_that_does_not_follow_is_dropped(gate: Gate, wrong: Statement) -> None:
    assert gate.problem(wrong, "30 minutes") is not None


def studied(day: str, rule: Rule, hours: str, pace: str = "7 hours") -> Statement:
    return Statement(text=f"It is {day}.", derived=(Derived(value=day, rule=rule, terms=("2026-11-02", pace, hours)),))


def test_days_of_study_follow_from_the_hours_that_the_learner_tells(gate: Gate) -> None:
    told = "7 hours a week from 2026-11-02, 14 hours in all"
    assert gate.problem(studied("2026-11-15", "finishes", "14 hours"), told) is None
    assert gate.problem(studied("2026-11-16", "begins", "14 hours"), told) is None


def test_days_of_study_that_do_not_follow_are_dropped(gate: Gate) -> None:
    told = "7 hours a week from 2026-11-02, 14 hours in all"
    assert gate.problem(studied("2026-11-16", "finishes", "14 hours"), told) is not None
    assert gate.problem(studied("2026-11-08", "finishes", "7 hours", "7 years"), told) is not None
    assert gate.problem(studied("2026-11-22", "finishes", "21 hours"), told) is not None
