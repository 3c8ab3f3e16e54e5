"""Days, money and hours a week as learners tell them; what cannot be is asked for again. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from bot.errors import InputError
from bot.grounding.facts import Fact
from bot.learning.wallet import Say

_MOST_MONEY = 10_000_000
_NEGATIVE = re.compile(r"(?<![\w\d])[-\u2212]\s?[$€£]?\s?\d")
_FIGURES = re.compile(
    r"(?<![\d/.-])(?:(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)|((?:19|20)\d\d)-(\d\d?)-(\d\d?))(?![\d/.-])"
)
_MONTHS = 12
_MINUTES_A_DAY = 24 * 60
_FIRST_OF_MONTH = 7  # characters of `2025-05`
_MINUTES_A_WEEK = 7 * 24 * 60
_HOURS_A_WEEK = 168


def in_figures(text: str, say: Say) -> str:
    """Days in figures as year-month-day. Raises `InputError` for a day that is none, or may be either of two."""

    def iso(found: re.Match[str]) -> str:
        if found[4]:
            year, month, day = int(found[4]), int(found[5]), int(found[6])
        else:
            first, second, year = int(found[1]), int(found[2]), int(found[3])
            if first <= _MONTHS >= second and first != second and "/" in found[0]:
                raise InputError(say("told.error.either", day=found[0]))
            day, month = (first, second) if second <= _MONTHS else (second, first)
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            raise InputError(say("told.error.day", day=found[0])) from None

    return _FIGURES.sub(iso, text)


def checked_hours(hours: float, text: str, say: Say) -> float:
    """The hours a week, if a week has them. Raises `InputError` for others."""
    if _NEGATIVE.search(text) or not 0 < hours <= _HOURS_A_WEEK:
        raise InputError(say("told.error.hours"))
    return hours


def checked_money(facts: frozenset[Fact], text: str, say: Say) -> float | None:
    """The largest sum in US dollars that is told. Raises `InputError` for one below nothing, beyond reason, or in
    another currency.
    """
    money = money_of(facts)
    if money is None:
        return None
    if _NEGATIVE.search(text) or money > _MOST_MONEY:
        raise InputError(say("told.error.money"))
    if not any(fact.kind == "money" and fact.value.startswith("usd ") for fact in facts):
        raise InputError(say("told.error.currency"))
    return money


def hours_a_week(facts: frozenset[Fact]) -> float | None:
    """Hours a week, from the span that is told beside "a week"; None where there is none."""
    told = (fact.value for fact in facts if fact.kind == "duration" and "minutes" in fact.value)
    spans = [float(span.split(" ")[0]) / 60 for span in told]
    return min((hours for hours in spans if hours * 60 != _MINUTES_A_WEEK), default=None)


def money_of(facts: frozenset[Fact]) -> float | None:
    """The largest sum of money that is told; None where there is none."""
    return max((float(fact.value.split(" ")[1]) for fact in facts if fact.kind == "money"), default=None)


def day_of(facts: frozenset[Fact], cues: frozenset[str], today: date) -> tuple[date | None, bool]:
    """The day that is told, by figures or by words such as "yesterday", and whether it is told to the day."""
    for fact in sorted(facts, key=lambda fact: fact.value):
        if fact.kind == "date" and fact.value.startswith("-"):
            return _last(fact.value, today)
        if fact.kind == "date":
            exact = len(fact.value) > _FIRST_OF_MONTH
            try:
                return date.fromisoformat(fact.value if exact else f"{fact.value}-01"), exact
            except ValueError:
                continue
    if "told.today" in cues:
        return today, True
    if "told.yesterday" in cues:
        return today - timedelta(days=1), True
    if "told.last_month" in cues:
        return (today - relativedelta(months=1)).replace(day=1), False
    if "told.ago" in cues:
        return _ago(facts, today)
    if "told.within" in cues and (ahead := ahead_of(facts, today)) is not None:
        return ahead, True
    return None, False


def ahead_of(facts: frozenset[Fact], today: date) -> date | None:
    """The day so many days, weeks or months from now that is told: "in 30 days"; None where no such span is."""
    for fact in sorted(facts, key=lambda fact: fact.value):
        amount, _, unit = fact.value.partition(" ")
        if fact.kind == "duration" and unit == "months":
            return today + relativedelta(months=int(float(amount)))
        if fact.kind == "duration" and float(amount) >= _MINUTES_A_DAY and not float(amount) % _MINUTES_A_DAY:
            return today + timedelta(minutes=float(amount))
    return None


def _last(month_and_day: str, today: date) -> tuple[date | None, bool]:
    """The last such day that has come: `-05` is the last May, `-05-12` the last 12 May."""
    exact = len(month_and_day) > len("-05")
    for year in (today.year, today.year - 1):
        try:
            day = date.fromisoformat(f"{year}{month_and_day}" if exact else f"{year}{month_and_day}-01")
        except ValueError:
            continue
        if day <= today:
            return day, exact
    return None, False


def _ago(facts: frozenset[Fact], today: date) -> tuple[date | None, bool]:
    for fact in facts:
        if fact.kind == "duration":
            amount, unit = fact.value.split(" ")
            if unit == "months":
                return (today - relativedelta(months=int(float(amount)))).replace(day=1), False
            return today - timedelta(minutes=float(amount)), True
    return None, False
