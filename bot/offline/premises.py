"""What a question adds to a field that no document tells it for: another year, place, person or currency."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential
from bot.catalog.fields import sourced
from bot.grounding.facts import Fact, FactKind
from bot.offline.understanding import Question

# What an answer to a field states: a passage without an amount tells no price.
KINDS: dict[str, frozenset[FactKind]] = {
    "cost": frozenset({"money", "percent", "number"}),
    "exam_minutes": frozenset({"duration"}),
    "exam_questions": frozenset({"number"}),
    "exam_passing": frozenset({"number", "percent"}),
}
_STATING: dict[FactKind, str] = {"money": "cost", "percent": "exam_passing"}
_FAR = 30
_YEAR = 4  # figures
_EARLIEST = 1980
_STORY = 16  # words
_CAPITALISED = re.compile(r"(?<=[\w,] )[A-Z][a-z]+(?![\w+-])")


class Premises:
    """Compares what a question brings with it with what the documents hold."""

    def __init__(self, catalog: Catalog, knows: Callable[[str], bool]) -> None:
        """`knows` says whether any document holds a word."""
        self._catalog = catalog
        self._knows = knows

    def is_elsewhere(
        self, question: Question, subject: Credential, fields: Sequence[str], *, english: bool = True
    ) -> bool:
        """Whether a figure is asked for another year, place, person or currency than the documents tell it for."""
        if question.has("place") and not set(fields) - KINDS.keys() - {"status"}:
            return True
        if not fields or not KINDS.keys() >= set(fields):
            return False
        if question.has("other_currency") or self._is_past(question, subject, fields):
            return True
        # In English a capital in mid-sentence is a name: "what did Anna Kowalska score?".
        # A longer text tells a story with names in it.
        if not english or len(question.tokens) > _STORY:
            return False
        strange = (word.lower() for word in _CAPITALISED.findall(question.text) if word.lower() in question.rest)
        return any(not self._knows(word) for word in strange)

    @staticmethod
    def claimed(question: Question) -> tuple[str, ...]:
        """The field that a claim puts a figure forward for without a word for it: "everyone says two years now"."""
        found = tuple(dict.fromkeys(_field_stating(question))) if question.has("claim") else ()
        return found if len(found) == 1 else ()

    def is_future(self, question: Question) -> bool:
        """Whether a year after this one is named: what something will cost then stands in no document."""
        this = self._catalog.today.year
        return any(this < year <= this + _FAR for year in _years(question.facts))

    def _is_past(self, question: Question, subject: Credential, fields: Sequence[str]) -> bool:
        dates = (value.as_of for field in fields if (value := sourced(subject, field)) and value.as_of)
        known = min((int(as_of[:_YEAR]) for as_of in dates), default=self._catalog.today.year)
        return any(_EARLIEST < year < known for year in _years(question.facts))


def _field_stating(question: Question) -> Iterable[str]:
    for fact in question.facts:
        if fact.kind == "duration":
            # An exam lasts minutes, a certificate months.
            yield "validity" if "months" in fact.value else "exam_minutes"
        elif fact.kind in _STATING:
            yield _STATING[fact.kind]


def _years(facts: Iterable[Fact]) -> list[int]:
    found = (fact.value[:_YEAR] for fact in facts if fact.kind in {"number", "date"} and len(fact.value) >= _YEAR)
    return [int(year) for year in found if year.isdigit()]
