"""Values that an answer works out from what is stated: worked out again here, and taken only when they come out equal.

A rule is a function from the facts of its terms to the fact that follows, None where the terms do not fit it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from bot.catalog.terms import add_months
from bot.core.answer import Derived, Rule
from bot.grounding.facts import Fact, FactReader, supports
from bot.planning.dates import HUNDREDTHS, Clock

_MINUTES_AN_HOUR = 60
_MINUTES_A_DAY = 24 * _MINUTES_AN_HOUR


def derive(
    derived: Iterable[Derived], cited: frozenset[Fact], own: frozenset[Fact], reader: FactReader
) -> frozenset[Fact]:
    """The facts among these that follow from what is cited and what is the learner's own.

    What does not follow is left out, so that the text that tells it is dropped like any other unbacked one.
    """
    found = frozenset[Fact]()
    for entry in derived:
        stated = [_only(reader.read(text)) for text in (entry.value, *entry.terms)]
        value, terms = stated[0], [term for term in stated[1:] if term is not None]
        spans = cited | own | found if entry.rule in _OWN_SPANS else cited
        if len(terms) != len(entry.terms) or not all(_backed(term, spans, cited | own | found) for term in terms):
            continue
        if value is not None and value == _RULES[entry.rule](terms):
            found |= {value}
    return found


def _backed(term: Fact, spans: frozenset[Fact], told: frozenset[Fact]) -> bool:
    # How long something is valid is for the sources to say; when it was earned, only the learner knows.
    return supports(spans if term.kind == "duration" else told, term)


def _only(facts: frozenset[Fact]) -> Fact | None:
    return next(iter(facts)) if len(facts) == 1 else None


def _after(terms: Sequence[Fact]) -> Fact | None:
    return _moved(terms, 1)


def _before(terms: Sequence[Fact]) -> Fact | None:
    return _moved(terms, -1)


def _moved(terms: Sequence[Fact], sign: int) -> Fact | None:
    """A day moved by a span: calendar months, or days."""
    if [term.kind for term in terms] != ["date", "duration"]:
        return None
    try:
        start = date.fromisoformat(terms[0].value)
        amount, unit = terms[1].value.split(" ")
        if unit == "months":
            return Fact("date", add_months(start, sign * int(amount)).isoformat())
        days, rest = divmod(int(amount), _MINUTES_A_DAY)
        return None if rest else Fact("date", (start + timedelta(days=sign * days)).isoformat())
    except (ValueError, OverflowError):
        # A month without a day, half a month, or a day beyond the calendar: nothing follows from those.
        return None


def _sum(terms: Sequence[Fact]) -> Fact | None:
    """Amounts of money in one currency, or spans in one unit."""
    parts = [_amount(term) for term in terms]
    units = {(term.kind, part[1]) for term, part in zip(terms, parts, strict=True) if part}
    if len(units) != 1 or None in parts:
        return None
    (kind, unit), total = units.pop(), sum(part[0] for part in parts if part)
    figure = format(Decimal(total).normalize(), "f") if total else "0"
    return Fact(kind, f"{unit} {figure}" if kind == "money" else f"{figure} {unit}")


def _amount(term: Fact) -> tuple[Decimal, str] | None:
    if term.kind not in {"money", "duration"}:
        return None
    first, second = term.value.split(" ")
    return (Decimal(second), first) if term.kind == "money" else (Decimal(first), second)


def _begins(terms: Sequence[Fact]) -> Fact | None:
    return _studied(terms, lambda clock, hours: clock.first_day(hours, hours + 1))


def _finishes(terms: Sequence[Fact]) -> Fact | None:
    return _studied(terms, lambda clock, hours: clock.finish_day(hours))


def _studied(terms: Sequence[Fact], day: Callable[[Clock, int], int]) -> Fact | None:
    """A day of a path, counted as `bot.planning.dates` does."""
    if [term.kind for term in terms] != ["date", "duration", "duration"]:
        return None
    pace, hours = (_hundredths(term) for term in terms[1:])
    if not pace or hours is None:
        return None
    try:
        clock = Clock(date.fromisoformat(terms[0].value), pace)
        return Fact("date", clock.date(day(clock, hours)).isoformat())
    except (ValueError, OverflowError):
        return None


def _hundredths(span: Fact) -> int | None:
    amount, unit = span.value.split(" ")
    hours = Decimal(amount) * HUNDREDTHS / _MINUTES_AN_HOUR
    return int(hours) if unit == "minutes" and hours == int(hours) else None


_OWN_SPANS: frozenset[Rule] = frozenset({"sum", "begins", "finishes"})
_RULES: dict[Rule, Callable[[Sequence[Fact]], Fact | None]] = {
    "after": _after,
    "before": _before,
    "sum": _sum,
    "begins": _begins,
    "finishes": _finishes,
}
