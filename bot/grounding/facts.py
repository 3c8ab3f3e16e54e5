"""The checkable facts in a text: numbers, money, durations, percentages, dates, exam codes, links; normalised.

Two texts state the same fact when they yield an equal `Fact`, however it was written: "three years" and "36 months",
"USD 1,350" and "$1350", "31 August 2026" and "2026-08-31".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, zip_longest
from typing import Literal

from bot.text.words import SIGNS, fold, is_spaceless

FactKind = Literal["link", "code", "date", "money", "percent", "duration", "number"]

# A link ends at what closes it in any script; a letter of another script goes on, so that nothing hides behind one.
_IN_LINK = r"[^\s<>()\[\]{}\"'`|。，、；：！？「」『』（）【】《》।]"
_ENDINGS = "com|org|net|edu|io|gov|mil|int|dev|ai|co|info|me|eu|uk|app|xyz|gg|ly|ru|cn|de|link|site|online|academy|tech"
_LINK = re.compile(
    rf"(?:[a-z][a-z0-9+.-]{{1,20}}://|www\.|(?:mailto|tel|javascript|data):){_IN_LINK}+"
    rf"|(?<![^\W_])(?<![.-])(?:[^\W_]+(?:-+[^\W_]+)*\.)+(?:(?:{_ENDINGS})(?![\w-])|[a-z]{{2,24}}(?=/))"
    rf"(?:[/:?#]{_IN_LINK}*)?",
    re.IGNORECASE,
)
_AFTER_LINK = ".,;:!?*_~"
_WEB = re.compile(r"\A(?:https?://)?(?:www\.)?", re.IGNORECASE)
_LAST_SLASH = re.compile(r"/+(?=[?#]|\Z)")
_READ = " \x00 "
_CODE = r"(?!(?:usd|eur|gbp|inr)-)[a-z][a-z0-9]{1,3}-[a-z]?\d{2,4}|[a-z]{4}\d{3}"
_YEAR = r"(?:19|20)\d{2}"
_ISO_DATE = re.compile(
    rf"(?<![\d-])(?P<year>{_YEAR})-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01]))?(?![\d-])"
)
_CJK_DATE = re.compile(
    rf"(?<!\d)(?:(?P<year>{_YEAR})\s?[年년]\s?)?(?P<month>1[0-2]|0?[1-9])\s?[月월]"
    r"(?:\s?(?P<day>[12]\d|3[01]|0?[1-9])\s?[日号일])?"
    rf"|(?P<only_year>{_YEAR})\s?[年년]"
)
# Digits in groups of three, or with decimals; `1.350` is a European thousand: no price here has three decimals.
# Atomic, so that a long row of digits is read once and not from each of its digits.
_NUMBER = (
    r"(?<!\d)(?>\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?(?!\d)|[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?)"
)
_SIGN = r"us ?\$|(?:usd|eur|gbp|inr)\b|[$€£₹]|(?:us )?dollars?\b|dolar(?:es)?\b|euros?\b|美元|美金|डॉलर"
# Currencies in which nothing is told here: an amount of them is not the same amount of dollars.
_OTHERS = "cad|aud|nzd|sgd|hkd|chf|jpy|cny|rmb|brl|mxn|zar|sek|nok|dkk|pln|try|rub|krw|aed|sar"
_OTHER_SIGNS = (
    rf"(?:{_OTHERS}|pesos?|yen|yuan|rupees?|rupias?|rupien|pounds?|libras|francs?|franken|reais|rub(?:les?|el))\b"
    r"|[a-z]{1,2}\$|[¥₩₽₺₫₦฿]"
)
_UNSPACED_SIGNS = "元|円|人民币|रुपये|रुपए"
_UP_TO = r"(?:\s?-\s?|\s(?:to|or)\s)"
_MONEY = re.compile(
    rf"(?<![a-z])(?P<before>us ?\$|usd|eur|gbp|inr|[$€£₹]|(?:{_OTHERS})\b|[a-z]{{1,2}}\$|[¥₩₽₺₫₦฿])"
    rf"[\s-]?(?P<amount>{_NUMBER})"
    rf"(?:(?:\s?-\s?|\sto\s)(?P<high>{_NUMBER})(?!\w|\s?%))?"
    rf"|(?:(?P<low>{_NUMBER}){_UP_TO})?(?P<amount2>{_NUMBER})\s?"
    rf"(?P<after>(?:{_SIGN}|{_OTHER_SIGNS})(?!\w|\s?\d)|{_UNSPACED_SIGNS})"
)
_CURRENCY = {
    "$": "usd",
    **dict.fromkeys(("dollar", "dollars", "dolar", "dolares"), "usd"),
    "€": "eur",
    "euro": "eur",
    "euros": "eur",
}
_CURRENCY |= {"£": "gbp", "₹": "inr", "d": "usd", "美元": "usd", "美金": "usd", "डॉलर": "usd"}  # "usd" without "us"
_PERCENT = re.compile(rf"(?:(?P<low>{_NUMBER})\s?%?{_UP_TO})?(?P<amount>{_NUMBER})\s?(?:%|percent\b|per cent\b)")
_PLAIN = re.compile(_NUMBER)
# Months for what the calendar counts, minutes for what the clock counts, so that equal spans are equal facts.
_MONTHS = {"year": 12, "month": 1}
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60, "week": 7 * 24 * 60}
_NEXT_UNIT = {"year": "month", "hour": "minute"}
_SHORT_NAME = 3  # letters


@dataclass(frozen=True, slots=True)
class Fact:
    """`value` in one spelling: `usd 1350`, `36 months`, `2026-08-31` (or `-08-31` where no year is told), `az-104`."""

    kind: FactKind
    value: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A fact and the stretch of the folded text that states it; `stated` is False where it only backs."""

    fact: Fact
    stated: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FactWords:
    """The words that numbers, units and months have in the languages of the prompts.

    `numbers` maps a word to its figure, `units` to year, month, week, day, hour or minute, `months` to 1..12.
    `numbers_before_units` are other words in another language, so that they count only before a unit: "tres" is "très".
    """

    numbers: Mapping[str, int]
    units: Mapping[str, str]
    months: Mapping[str, int]
    numbers_before_units: Mapping[str, int] = field(default_factory=dict)


class FactReader:
    """Reads facts out of text. Pure; built once with the words of all languages."""

    def __init__(self, vocabulary: FactWords) -> None:
        self._units = vocabulary.units
        self._months = vocabulary.months
        self._numbers = {**vocabulary.numbers, **vocabulary.numbers_before_units}
        self._number_word = re.compile(_alternatives(self._numbers))
        self._steps = (
            (_ISO_DATE, _date_parts),
            (_CJK_DATE, _date_parts),
            *((pattern, self._date) for pattern in _spoken_dates(vocabulary.months)),
            (_codes(vocabulary.units), _code),
            (_MONEY, _money),
            (_PERCENT, _percent),
            (_durations(self._numbers, vocabulary.units), self._span),
            (_PLAIN, _plain),
            (_spoken_numbers(vocabulary.numbers), self._word),
        )

    def read(self, text: str) -> frozenset[Fact]:
        """What a text states. Each stretch of text counts once, under its most specific kind."""
        return frozenset(fact for fact, stated in self._facts(text) if stated)

    def backing(self, text: str) -> frozenset[Fact]:
        """What a text backs: all it states, and what it leaves to its reader.

        That is the unit of the other end of a range ("15 to 45 hours" backs "15 hours"), the parts of a sum ("1 hour
        30 minutes"), and "one", which is a pronoun too often to be asked of a claim.
        """
        return frozenset(fact for fact, _ in self._facts(text))

    def _facts(self, text: str) -> Iterator[tuple[Fact, bool]]:
        plain = unicodedata.normalize("NFKC", text)
        yield from ((Fact("link", normal_link(link)), True) for link in _LINK.findall(plain))
        folded = fold(_LINK.sub(_READ, plain))
        for pattern, convert in self._steps:
            if matches := list(pattern.finditer(folded)):
                folded = pattern.sub(_READ, folded)
                yield from chain.from_iterable(map(convert, matches))

    def placed(self, text: str) -> tuple[str, list[Placed]]:
        """The text folded, with a mark for each of its links, and where in it the facts stand."""
        plain = unicodedata.normalize("NFKC", text)
        folded = rest = fold(_LINK.sub(_READ, plain))
        marks = (mark.span() for mark in re.finditer("\x00", folded))
        # A text may hold that mark itself: what has no link is no fact.
        links = zip(_LINK.findall(plain), marks, strict=False)
        found = [Placed(Fact("link", normal_link(link)), True, *span) for link, span in links]
        where = list(range(len(folded)))
        for pattern, convert in self._steps:
            matches = list(pattern.finditer(rest))
            for match in matches:
                start, end = where[match.start()], where[match.end() - 1] + 1
                found.extend(Placed(fact, stated, start, end) for fact, stated in convert(match))
            for match in reversed(matches):
                where[match.start() : match.end()] = [where[match.start()]] * len(_READ)
            rest = pattern.sub(_READ, rest) if matches else rest
        return folded, found

    def _date(self, match: re.Match[str]) -> Iterator[tuple[Fact, bool]]:
        told = match.groupdict()
        year = told.get("year") or ""
        day = told.get("day") or told.get("day2")
        month = self._months[told["month"] or told["month2"]]
        yield Fact("date", f"{year}-{month:02d}" + (f"-{int(day):02d}" if day else "")), True

    def _span(self, match: re.Match[str]) -> Iterator[tuple[Fact, bool]]:
        unit, more = self._units[match["unit"]], match["unit2"] and self._units[match["unit2"]]
        amount = self._amount(match["amount"])
        if low := match["low"] or match["low2"]:
            yield Fact("number", _tidy(self._amount(low))), True
            yield _duration(self._amount(low), unit), False
        summed = more is not None and more == _NEXT_UNIT.get(unit)
        yield _duration(amount, unit), not summed
        if more:
            rest = self._amount(match["amount2"])
            yield _duration(rest, more), not summed
            if summed:
                yield _duration(amount + rest * _span_in(more) / _span_in(unit), unit), True

    def _word(self, match: re.Match[str]) -> Iterator[tuple[Fact, bool]]:
        figure = self._amount(match[0])
        yield Fact("number", _tidy(figure)), figure > 1

    def _amount(self, figure: str) -> Decimal:
        """A figure in digits or in words; "twenty-five" is the sum of its words."""
        if figure[0].isdigit():
            return Decimal(_figure(figure))
        whole = self._numbers.get(figure)
        return Decimal(
            whole if whole is not None else sum(map(self._numbers.__getitem__, self._number_word.findall(figure)))
        )


def _date_parts(match: re.Match[str]) -> Iterator[tuple[Fact, bool]]:
    told = match.groupdict()
    if only := told.get("only_year"):
        yield Fact("number", only), True
        return
    parts = (told["month"], told["day"])
    yield Fact("date", "-".join([told["year"] or "", *(f"{int(part):02d}" for part in parts if part)])), True


def _code(match: re.Match[str]) -> Iterator[tuple[Fact, bool]]:
    yield Fact("code", match[0]), True


def _money(match: re.Match[str]) -> Iterator[tuple[Fact, bool]]:
    sign = match["before"] or match["after"]
    currency = _CURRENCY.get(sign.removeprefix("us").strip(), sign)
    yield Fact("money", f"{currency} {_figure(match['amount'] or match['amount2'])}"), True
    if other := match["high"] or match["low"]:
        yield Fact("number", _figure(other)), True
        yield Fact("money", f"{currency} {_figure(other)}"), False


def _percent(match: re.Match[str]) -> Iterator[tuple[Fact, bool]]:
    yield Fact("percent", _figure(match["amount"])), True
    if match["low"]:
        yield Fact("number", _figure(match["low"])), True
        yield Fact("percent", _figure(match["low"])), False


def _plain(match: re.Match[str]) -> Iterator[tuple[Fact, bool]]:
    yield Fact("number", _figure(match[0])), True


def supports(held: frozenset[Fact], fact: Fact) -> bool:
    """Whether a text that holds these facts backs this one.

    A less specific statement is backed by a more specific one: a month by a day in it, a year by a date, a bare
    number by the same number with a unit. Not the other way round: "425 minutes" is not backed by "USD 425".
    """
    if fact in held:
        return True
    if fact.kind == "date":
        return any(other.kind == "date" and _within(fact.value, other.value) for other in held)
    if fact.kind == "number":
        return any(fact.value in _numbers_of(other) for other in held)
    if fact.kind == "code" and (ends := _ends(fact.value)):
        # "100-900" may be a code or a scale; a scale is as good when told as "100 to 900".
        return all(Fact("number", end) in held for end in ends)
    return False


def _within(date: str, other: str) -> bool:
    """Whether every part that a date tells, of year, month and day, is the other's."""
    return all(mine in {"", theirs} for mine, theirs in zip_longest(date.split("-"), other.split("-"), fillvalue=""))


def _numbers_of(fact: Fact) -> set[str]:
    if fact.kind == "date":
        return {fact.value.split("-")[0]}
    if fact.kind == "money":
        return {fact.value.split(" ", 1)[1]}
    if fact.kind == "duration":
        return _spoken_spans(fact.value)
    if fact.kind == "percent":
        return {fact.value}
    return set(_ends(fact.value)) if fact.kind == "code" else set()


def _ends(code: str) -> tuple[str, ...]:
    """The two numbers of a code that is made of figures only, none of any other."""
    parts = code.split("-")
    return tuple(_figure(part) for part in parts) if all(part.isdigit() for part in parts) else ()


def _spoken_spans(duration: str) -> set[str]:
    """The figures under which people say a span: 36 months is also 3 (years), 90 minutes also 1.5 (hours)."""
    amount, unit = duration.split(" ")
    whole = Decimal(amount)
    factors = (1, 12) if unit == "months" else (1, 60, 24 * 60, 7 * 24 * 60)
    return {_tidy(whole / factor) for factor in factors}


def _duration(amount: Decimal, unit: str) -> Fact:
    return Fact("duration", f"{_tidy(amount * _span_in(unit))} {'months' if unit in _MONTHS else 'minutes'}")


def _span_in(unit: str) -> int:
    return _MONTHS.get(unit) or _MINUTES[unit]


def without_links(text: str) -> str:
    return _LINK.sub(" ", text)


def normal_link(link: str) -> str:
    """A link for comparison: no web scheme, host in lower case without `www.`, nothing after it that a sentence adds.

    Path and query stay as they are: a server may tell them apart by case.
    """
    text = _WEB.sub("", unicodedata.normalize("NFKC", link).rstrip(_AFTER_LINK))
    host = re.split(r"[/?#]", text, maxsplit=1)[0]
    return host.lower() + _LAST_SLASH.sub("", text[len(host) :], count=1)


def _figure(text: str) -> str:
    """One spelling for a number: `1,350`, `1 350`, `1.350` and `1350.0` are `1350`; `99,50` is `99.5`."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?", text):
        text = text.replace(".", "")
    text = re.sub(r"[, ](?=\d{3}(?!\d))", "", text).replace(",", ".")
    return _tidy(Decimal(text))


def _tidy(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _spoken_dates(months: Mapping[str, int]) -> list[re.Pattern[str]]:
    """Dates with a month's name: with the year, then a day without a year, then the month alone.

    A short name ("may", "mar") is too often another word to be read where no year stands beside it.
    """
    name, long_name = _any_of(months), _any_of(month for month in months if len(month) > _SHORT_NAME)
    ordinal, of = r"(?:st|nd|rd|th|er|o)?", r"(?:(?:of|de|del)\s+)?"
    day = rf"(?<![\w.,])(?P<day>\d{{1,2}}){ordinal}\.?[\s-]+{of}"
    day2 = rf"[\s-]+(?P<day2>\d{{1,2}}){ordinal}(?![\w%]|[.,]\d)"
    return [
        re.compile(rf"(?:{day})?(?P<month>{name})\.?(?:{day2})?,?[\s-]+{of}(?P<year>{_YEAR})(?!\d)"),
        re.compile(rf"{day}(?P<month>{long_name})|(?P<month2>{long_name})\.?{day2}"),
        re.compile(rf"(?P<month>{long_name})"),
    ]


def _codes(units: Iterable[str]) -> re.Pattern[str]:
    """Exam codes; two figures with a unit ("100-150 hours", "$100-450") are a range and no code."""
    not_money = r"(?<![$€£₹])(?<![$€£₹]\s)(?<!usd\s)(?<!eur\s)(?<!gbp\s)(?<!inr\s)"
    figures = rf"{not_money}\d{{3}}-\d{{3,4}}(?!\s?%|[\s-]?(?:{_any_of(units)}|{_SIGN}))"
    return re.compile(rf"(?<![a-z0-9_-])(?:{_CODE}|{figures})(?![a-z0-9_]|-\d)")


def _durations(numbers: Mapping[str, int], units: Iterable[str]) -> re.Pattern[str]:
    # Atomic, or "thirty-five" could be read as a range.
    figure = rf"(?>(?<![a-z\d.,]){_NUMBER}|{_number_words(numbers)})"
    unit = rf"(?:{_alternatives(units)})(?![a-z])"
    return re.compile(
        rf"(?:(?!{_YEAR}\D)(?P<low>{figure}){_UP_TO}|between\s(?P<low2>{figure})\sand\s)?"
        rf"(?P<amount>{figure})[\s-]*(?P<unit>{unit})"
        rf"(?:\s(?:and\s)?(?P<amount2>{figure})[\s-]*(?P<unit2>{unit}))?"
    )


def _spoken_numbers(numbers: Mapping[str, int]) -> re.Pattern[str]:
    """In scripts without spaces a number's sign is a part of many other words: there it counts only before a unit."""
    return re.compile(_number_words({word: figure for word, figure in numbers.items() if not is_spaceless(word)}))


def _number_words(numbers: Mapping[str, int]) -> str:
    """Numbers in words, also put together of tens and ones: "twenty-five", "treinta y cinco", "三十六"."""
    tens = _any_of(word for word, figure in numbers.items() if figure in range(20, 100, 10))
    ones = _any_of(word for word, figure in numbers.items() if figure in range(1, 10))
    return rf"(?:{tens}(?:[\s-]|\s[ye]\s)?{ones}|{_any_of(numbers)})"


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of some whole words; where a script writes no spaces, for the words anywhere."""
    every = set(words)
    spaceless = {word for word in every if is_spaceless(word)}
    # A vowel sign belongs to its word, though Python's `\w` leaves it out: no number stands inside a Hindi word.
    spaced = rf"(?<![\w{SIGNS}])(?:{_alternatives(every - spaceless)})(?![\w{SIGNS}])"
    return rf"(?:{spaced}|{_alternatives(spaceless)})"


def _alternatives(names: Iterable[str]) -> str:
    """A pattern for any of some words, longest first; one that never matches for none."""
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name))) or r"(?!)"
