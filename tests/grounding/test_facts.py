"""The same fact is read as equal however it is written, and different facts as different."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.grounding.facts import Fact, FactReader, FactWords, normal_link, supports

NUMBERS = {"one": 1, "two": 2, "three": 3, "five": 5, "six": 6, "twenty": 20, "thirty": 30, "sixty": 60}
READER = FactReader(
    FactWords(
        numbers=NUMBERS | {"treinta": 30, "cinco": 5, "三": 3, "三十": 30, "六": 6},
        units={
            **dict.fromkeys(["year", "years", "yr", "वर्ष", "年"], "year"),
            **dict.fromkeys(["month", "months", "meses", "महीने", "个月"], "month"),
            **dict.fromkeys(["week", "weeks"], "week"),
            **dict.fromkeys(["day", "days"], "day"),
            **dict.fromkeys(["hour", "hours"], "hour"),
            **dict.fromkeys(["minute", "minutes", "min", "分钟"], "minute"),
        },
        numbers_before_units={"dos": 2},
        months={"may": 5, "july": 7, "august": 8, "agosto": 8, "aug": 8, "september": 9},
    )
)


def read(text: str) -> set[tuple[str, str]]:
    return {(fact.kind, fact.value) for fact in READER.read(text)}


def backs(source: str, claim: str) -> bool:
    """Whether a source that says the one thing backs a claim that says the other."""
    held = READER.backing(source)
    return all(supports(held, fact) for fact in READER.read(claim))


SPELLINGS = {
    (
        "money",
        "usd 1350",
    ): "USD 1,350; $1350; US$1,350.00; US $ 1350; 1350 dollars; 1,350 US dollars; 1.350 USD; USD1350",
    ("money", "usd 425"): "USD 425; USD425; $425; 425 usd",
    ("money", "usd 70.5"): "USD 70.50; $70.5; 70,50 USD",
    ("money", "eur 99.5"): "99,50 €; €99.50; EUR 99.50; 99.5 euros",
    ("money", "inr 5000"): "₹5,000; ₹ ५०००; 5 000 INR",
    ("duration", "36 months"): "36 months; three years; 3 years; 3-year; 3 yr; ३ वर्ष; 三年; 有效期为36个月",
    ("duration", "90 minutes"): "90 minutes; 90-minute; 1.5 hours; 1 hour 30 minutes; 1 hour and 30 min; 90分钟",
    ("duration", "20160 minutes"): "14 days; two weeks; 2-week",
    ("duration", "35 months"): "35 months; treinta y cinco meses; thirty-five months",
    ("duration", "2 months"): "2 months; dos meses",
    ("percent", "25"): "25%; 25 %; 25 percent; 25 per cent; ２５％",
    ("date", "2026-08-31"): "2026-08-31; 31 August 2026; August 31, 2026; 31st of August 2026; 31 Aug. 2026; "
    "31 de agosto de 2026; 2026年8月31日; ２０２６-０８-３１",
    ("date", "2026-08"): "2026-08; August 2026; Aug 2026; agosto de 2026; 2026年8月",
    ("date", "-08-31"): "31 August; August 31st; 8月31日",
    ("date", "-08"): "in August; 8月",
    ("code", "az-104"): "AZ-104; az104; AZ–104; (AZ-104); AZ-104-level",
    ("code", "sy0-701"): "SY0-701; sy0701",
    ("code", "saa-c03"): "SAA-C03; saa–c03",
    ("code", "220-1201"): "220-1201; 220–1201",
    ("number", "1000"): "1000; 1,000; 1 000; 1.000; 1000.0",
    ("number", "25"): "25; twenty-five; twenty five; 25.",
    ("number", "2026"): "2026; 2026年",
}


@pytest.mark.parametrize(
    ("fact", "spelling"), [(fact, spelling) for fact, row in SPELLINGS.items() for spelling in row.split("; ")]
)
def test_every_spelling_of_a_fact_is_read_as_that_fact_alone(fact: tuple[str, str], spelling: str) -> None:
    assert read(f"say {spelling} now") == {fact}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("AZ-900 costs $99", {("code", "az-900"), ("money", "usd 99")}),
        ("AZ-900 USD 99", {("code", "az-900"), ("money", "usd 99")}),
        ("Terraform 004 USD 70", {("number", "4"), ("money", "usd 70")}),
        ("700/1000", {("number", "700"), ("number", "1000")}),
        ("since 2026, 90 minutes", {("number", "2026"), ("duration", "90 minutes")}),
        ("in 2026 or 12 months", {("number", "2026"), ("duration", "12 months")}),
        ("100-150 hours", {("number", "100"), ("duration", "9000 minutes")}),
        ("you may take 6 of the 5", {("number", "6"), ("number", "5")}),
        ("one of them", set()),
        ("o preço dos exames", set()),
        ("at once, once more, about", set()),
        ("第三方十分", set()),
        ("", set()),
    ],
)
def test_each_stretch_of_text_counts_once_under_its_most_specific_kind(text: str, facts: set[tuple[str, str]]) -> None:
    assert read(text) == facts


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://www.Example.org/Path/?q=A.", {"example.org/Path?q=A"}),
        ("(www.example.org/a), example.org/a.", {"example.org/a"}),
        ("Scrum.org's own page", {"scrum.org"}),
        ("bit.ly/3xYz or evil.ru", {"bit.ly/3xYz", "evil.ru"}),
        ("https://comptia.org@evil.com/", {"comptia.org@evil.com"}),
        (
            "[here](javascript:alert) tg://resolve mailto:a@b.org",
            {"javascript:alert", "tg://resolve", "mailto:a@b.org"},
        ),
        ("a@b.org", {"b.org"}),
        ("请看 https://example.org/证书。", {"example.org/证书"}),
        ("TCP/IP and/or Node.js, i.e. 3.5, etc.", set()),
    ],
)
def test_links_are_read_in_every_form_that_a_platform_makes_clickable(text: str, links: set[str]) -> None:
    assert {value for kind, value in read(text) if kind == "link"} == links


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        pytest.param("until 2026-08-31", "until August 2026", id="a month by a day in it"),
        pytest.param("until 2026-08-31", "until 31 August", id="a day by the same day with its year"),
        pytest.param("until 2026-08-31", "until August", id="a month's name by a day in it"),
        pytest.param("until 2026-08-31", "until 2026", id="a year by a day in it"),
        pytest.param("USD 425", "425", id="a number by an amount"),
        pytest.param("36 months", "a 3 on a scale of years", id="a number by a span as people say it"),
        pytest.param("30%", "30", id="a number by a percentage"),
        pytest.param("15 to 45 hours", "15 hours or 45 hours", id="both ends of a range of hours"),
        pytest.param("between one and five years", "12 months", id="the lower end of a span"),
        pytest.param("USD 1,000 to 1,500", "between $1000 and $1500", id="both ends of a range of prices"),
        pytest.param("25-30%", "25% to 30%", id="both ends of a range of percentages"),
        pytest.param("a scale of 100-900", "from 100 to 900", id="a scale that looks like a code"),
        pytest.param("from 100 to 900", "a scale of 100-900", id="and the other way round"),
        pytest.param("one attempt", "1 attempt", id="a spoken one"),
        pytest.param("1 hour 30 minutes", "30 minutes", id="a part of a sum"),
    ],
)
def test_a_less_specific_statement_is_backed_by_a_more_specific_one(source: str, claim: str) -> None:
    assert backs(source, claim)


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        pytest.param("August 2026", "31 August 2026", id="a day by its month"),
        pytest.param("31 August 2026", "31 July 2026", id="another month"),
        pytest.param("31 August 2026", "31 August 2025", id="another year"),
        pytest.param("31 August", "30 August", id="another day without a year"),
        pytest.param("in 2026", "in August 2026", id="a month by its year"),
        pytest.param("USD 425", "425 minutes", id="a span by an amount"),
        pytest.param("425", "USD 425", id="an amount by a number"),
        pytest.param("USD 425", "EUR 425", id="another currency"),
        pytest.param("3 months", "3 years", id="another unit"),
        pytest.param("90 minutes", "90%", id="a percentage by a span"),
        pytest.param("SY0-601", "SY0-701", id="another code"),
        pytest.param("200-301 for USD 300", "200-300", id="a code by its parts elsewhere"),
        pytest.param("example.org/a", "example.org/b", id="another page"),
        pytest.param("example.org", "example.org/a", id="a page by its site"),
        pytest.param("15 to 45 hours", "30 hours", id="inside a range"),
    ],
)
def test_a_different_fact_is_not_backed(source: str, claim: str) -> None:
    assert not backs(source, claim)


@pytest.mark.parametrize(
    ("link", "same"),
    [
        ("https://www.example.org/a/", "http://EXAMPLE.org/a"),
        ("example.org", "https://example.org/"),
        ("https://example.org/a/?q=1", "example.org/a?q=1"),
    ],
)
def test_links_to_one_page_are_equal(link: str, same: str) -> None:
    assert normal_link(link) == normal_link(same)


@pytest.mark.parametrize(
    "other", ["example.org/A", "example.org/a?q=1", "ftp://example.org/a", "example.com/a", "sub.example.org/a"]
)
def test_links_to_different_pages_are_not(other: str) -> None:
    assert normal_link("https://example.org/a") != normal_link(other)


@settings(deadline=None)
@given(st.integers(1, 10**7), st.sampled_from(["USD {:,}", "${}", "{:,} dollars", "US${:,}"]))
def test_any_amount_is_read_from_any_spelling(amount: int, spelling: str) -> None:
    assert read(f"It costs {spelling.format(amount)}.") == {("money", f"usd {amount}")}


@settings(deadline=None)
@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_any_day_is_read(day: date) -> None:
    assert read(f"on {day.isoformat()}") == {("date", day.isoformat())}


@settings(deadline=None)
@given(st.integers(1, 999), st.sampled_from(["years", "months"]))
def test_years_and_months_are_one_measure(count: int, unit: str) -> None:
    months = count * (12 if unit == "years" else 1)
    assert READER.read(f"for {count} {unit}") == READER.read(f"for {months} months")


@settings(deadline=None)
@given(st.decimals("0.01", "99999", places=2))
def test_decimals_keep_their_value(amount: Decimal) -> None:
    ((kind, value),) = read(f"EUR {amount}")
    assert (kind, Decimal(value.split()[1])) == ("money", amount)


@settings(deadline=None)
@given(st.text(st.characters()))
def test_no_text_breaks_the_reader_and_a_text_backs_what_it_says(text: str) -> None:
    facts = READER.read(text)
    assert facts <= READER.backing(text)
    assert all(supports(facts, fact) for fact in facts)


@settings(deadline=None)
@given(st.text("0123456789.,-/ $%€abyear:x", max_size=80))
def test_figures_in_any_disorder_are_read_the_same_every_time(text: str) -> None:
    def figures(text: str) -> set[Fact]:
        # The path of a link is left as it is: there a server may tell letters apart by case.
        return {fact for fact in READER.read(text) if fact.kind != "link"}

    assert figures(text) == figures(text.upper())


@settings(deadline=None)
@given(st.text())
def test_any_link_has_a_settled_form(link: str) -> None:
    assert normal_link(normal_link(link)) == normal_link(link)


@pytest.mark.parametrize("stretch", ["9", "999 ", "1,", "a.", "a_", "x-", "1 to ", "-", "a://", "one "])
def test_a_long_row_of_anything_holds_no_more_facts_than_a_short_one(stretch: str) -> None:
    """Four thousand characters are the longest question; a pattern that backtracks would never come back from it."""
    kinds = {fact.kind for fact in READER.read(stretch * 6)}
    assert {fact.kind for fact in READER.read(stretch * (4000 // len(stretch)))} <= kinds | {"number", "code", "link"}


def test_a_reader_without_words_still_reads_figures() -> None:
    bare = FactReader(FactWords(numbers={}, units={}, months={}))
    assert bare.read("three years, 36 months, $5") == {Fact("number", "36"), Fact("money", "usd 5")}
