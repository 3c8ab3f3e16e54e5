"""Values that an answer works out from what is stated: worked out again here, and taken only when they come out equal.

A rule is a function from the facts of its terms to the fact that follows, None where the terms do not fit it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from bot.catalog.terms import add_months
from bot.core.answer import Derived, Rule
from bot.grounding.facts import Fact, FactReader, supports

_MINUTES_A_DAY = 24 * 60


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
        if len(terms) != len(entry.terms) or not all(_backed(term, cited, own | found) for term in terms):
            continue
        if value is not None and value == _RULES[entry.rule](terms):
            found |= {value}
    return found


def _backed(term: Fact, cited: frozenset[Fact], told: frozenset[Fact]) -> bool:
    # How long something is valid is for the sources to say; when it was earned, only the learner knows.
    return supports(cited if term.kind == "duration" else cited | told, term)


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


_RULES: dict[Rule, Callable[[Sequence[Fact]], Fact | None]] = {"after": _after, "before": _before}
