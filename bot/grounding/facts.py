"""The checkable facts in a text: numbers, money, durations, percentages, dates, exam codes, links; normalised.

Two texts state the same fact when they yield an equal `Fact`, however it was written: "three years" and "36 months",
"USD 1,350" and "$1350", "31 August 2026" and "2026-08-31".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from urllib.parse import urlsplit

from bot.text.words import fold

FactKind = Literal["link", "code", "date", "money", "percent", "duration", "number"]

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]\"'`]+[^\s<>()\[\]\"'`.,;:!?*_]|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|io|gov|dev|ai|co|info|me|eu|uk)(?:/[^\s<>()\[\]\"'`]*)?", re.IGNORECASE)
_CODE = re.compile(r"(?<![\w-])(?:[a-z][a-z0-9]{1,3}-[a-z]?\d{2,4}|[a-z]{2,4}\d{3}|\d{3}-\d{3,4})(?![\w-])", re.IGNORECASE)
_ISO_DATE = re.compile(r"(?<![\d-])((?:19|20)\d{2})-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?(?![\d-])")
_NUMBER = r"\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)?"
_MONEY = re.compile(
    rf"(?P<before>us\$|usd|eur|gbp|inr|[$€£₹])\s?(?P<amount>{_NUMBER})"
    rf"|(?P<amount2>{_NUMBER})\s?(?P<after>us\$|usd|eur|gbp|inr|[$€£₹]|dollars?|euros?)(?!\w)"
)
_CURRENCY = {"$": "usd", "us$": "usd", "dollar": "usd", "dollars": "usd", "€": "eur", "euro": "eur", "euros": "eur", "£": "gbp", "₹": "inr"}
_PERCENT = re.compile(rf"(?P<amount>{_NUMBER})\s?(?:%|percent\b|per cent\b)")
_PLAIN = re.compile(_NUMBER)
# Months for what the calendar counts, minutes for what the clock counts, so that equal spans are equal facts.
_MONTHS = {"year": 12, "month": 1}
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}


@dataclass(frozen=True, slots=True)
class Fact:
    kind: FactKind
    value: str


@dataclass(frozen=True, slots=True)
class FactWords:
    """The words that numbers, units and months have in the languages of the prompts.

    `numbers` maps a word to its figure, `units` to year, month, week, day, hour or minute, `months` to 1..12.
    """

    numbers: Mapping[str, int]
    units: Mapping[str, str]
    months: Mapping[str, int]


class FactReader:
    """Reads facts out of text. Pure; built once with the words of all languages."""

    def __init__(self, vocabulary: FactWords) -> None:
        self._units = vocabulary.units
        self._numbers = vocabulary.numbers
        self._months = vocabulary.months
        names = _alternatives(vocabulary.months)
        self._spoken_date = re.compile(
            rf"(?<!\w)(?:(?P<day>\d{{1,2}})\.?\s+(?:de\s+)?)?(?P<month>{names})\.?"
            rf"(?:\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?,?\s+(?:de\s+)?(?P<year>(?:19|20)\d{{2}})(?!\d)"
        )
        figures = rf"{_NUMBER}|{_alternatives(vocabulary.numbers)}"
        self._duration = re.compile(
            rf"(?<![\w.])(?P<amount>{figures})(?:[\s-]|\u00a0)*(?P<unit>{_alternatives(vocabulary.units)})(?![a-z])"
        )
        # "one" is more often a pronoun than a number.
        spoken = {word for word, figure in vocabulary.numbers.items() if figure > 1}
        self._spoken_number = re.compile(rf"(?<!\w)(?:{_alternatives(spoken)})(?!\w)")

    def read(self, text: str) -> frozenset[Fact]:
        """All facts of a text. Each stretch of text counts once, under its most specific kind."""
        folded = fold(unicodedata.normalize("NFKC", text))
        facts: set[Fact] = set()
        for pattern, convert in (
            (_LINK, self._link),
            (_ISO_DATE, self._iso_date),
            (self._spoken_date, self._date),
            (_CODE, self._code),
            (_MONEY, self._money),
            (_PERCENT, self._percent),
            (self._duration, self._span),
            (_PLAIN, self._plain),
            (self._spoken_number, self._word),
        ):
            for match in pattern.finditer(folded):
                facts.update(convert(match))
            folded = pattern.sub(" \x00 ", folded)
        return frozenset(facts)

    @staticmethod
    def _link(match: re.Match[str]) -> Iterable[Fact]:
        return [Fact("link", normal_link(match[0]))]

    @staticmethod
    def _iso_date(match: re.Match[str]) -> Iterable[Fact]:
        return [Fact("date", "-".join(part for part in match.groups() if part))]

    def _date(self, match: re.Match[str]) -> Iterable[Fact]:
        day = match["day"] or match["day2"]
        stamp = f"{match['year']}-{self._months[match['month']]:02d}"
        return [Fact("date", f"{stamp}-{int(day):02d}" if day else stamp)]

    @staticmethod
    def _code(match: re.Match[str]) -> Iterable[Fact]:
        return [Fact("code", match[0])]

    @staticmethod
    def _money(match: re.Match[str]) -> Iterable[Fact]:
        sign = match["before"] or match["after"]
        amount = _figure(match["amount"] or match["amount2"])
        return [Fact("money", f"{_CURRENCY.get(sign, sign)} {amount}")]

    @staticmethod
    def _percent(match: re.Match[str]) -> Iterable[Fact]:
        return [Fact("percent", _figure(match["amount"]))]

    def _span(self, match: re.Match[str]) -> Iterable[Fact]:
        word, unit = match["amount"], self._units[match["unit"]]
        amount = Decimal(self._numbers[word]) if word in self._numbers else Decimal(_figure(word))
        if unit in _MONTHS:
            return [Fact("duration", f"{_tidy(amount * _MONTHS[unit])} months")]
        return [Fact("duration", f"{_tidy(amount * _MINUTES[unit])} minutes")]

    @staticmethod
    def _plain(match: re.Match[str]) -> Iterable[Fact]:
        return [Fact("number", _figure(match[0]))]

    def _word(self, match: re.Match[str]) -> Iterable[Fact]:
        return [Fact("number", str(self._numbers[match[0]]))]


def supports(held: frozenset[Fact], fact: Fact) -> bool:
    """Whether a text that holds these facts backs this one.

    A less specific statement is backed by a more specific one: a month by a day in it, a year by a date, a bare
    number by the same number with a unit. Not the other way round: "425 minutes" is not backed by "USD 425".
    """
    if fact in held:
        return True
    if fact.kind == "date":
        return any(other.kind == "date" and other.value.startswith(fact.value + "-") for other in held)
    if fact.kind == "number":
        return any(fact.value in numbers_of(other) for other in held)
    return False


def numbers_of(fact: Fact) -> set[str]:
    """The bare numbers under which a fact may be told."""
    if fact.kind == "number":
        return {fact.value}
    if fact.kind == "date":
        return {fact.value[:4]}
    if fact.kind == "money":
        return {fact.value.split(" ", 1)[1]}
    if fact.kind == "duration":
        return _spoken_spans(fact.value)
    if fact.kind == "percent":
        return {fact.value}
    return set()


def _spoken_spans(duration: str) -> set[str]:
    """The figures under which people say a span: 36 months is also 3 (years), 90 minutes also 1.5 (hours)."""
    amount, unit = duration.split(" ")
    whole = Decimal(amount)
    factors = (1, 12) if unit == "months" else (1, 60, 24 * 60, 7 * 24 * 60)
    return {_tidy(whole / factor) for factor in factors}


def normal_link(link: str) -> str:
    """A link for comparison: host in lower case without `www.`, no scheme, no trailing slash; query kept."""
    parts = urlsplit(link if "//" in link else f"//{link}")
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}{fragment}"


def _figure(text: str) -> str:
    """One spelling for a number: `1,350`, `1 350` and `1350.0` are `1350`; a comma before one or two digits is a
    decimal comma."""
    text = re.sub(r"[,\u00a0\u202f ](?=\d{3}(?!\d))", "", text).replace(",", ".")
    return _tidy(Decimal(text))


def _tidy(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _alternatives(names: Iterable[str]) -> str:
    """A pattern for any of some words, longest first; one that never matches for none."""
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name))) or r"(?!)"
