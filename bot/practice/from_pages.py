"""Items from what guides and provider pages say in sentences: a figure left out, and a heading to be answered.

`credway check` holds that on those pages every sentence with a figure carries the mark of its source.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from bot.core.answer import Statement
from bot.documents.model import Passage
from bot.grounding.facts import Fact
from bot.practice.items import MAX_OPTION, OPTIONS, Item, Option
from bot.practice.workshop import Subject, Workshop, blanked, told_apart

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])|\n")
_BLANK = "____"
_MIN_WORDS, _MAX_WORDS = 8, 38
_MAX_SENTENCE = 220  # characters: with the heading before it a question of at most 300
# A figure as it stands in a sentence, with what belongs to it: a currency before, up to three words behind.
_SURFACE = re.compile(
    r"(?<![\w.,-])(?:(?:US\$|USD |EUR |SGD |\$|€)\s?)?\d+(?:,\d{3})*(?:\.\d+)?(?![\w-]|[.,]\d)(?:%|(?: [A-Za-z]+){0,3})"
)
# The upper end of a range cannot be any figure: the lower end tells.
_UPPER_END = re.compile(r"\d (?:to|or|and) \Z")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_DAY = re.compile(r"(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]+) (?P<year>\d{4})")
_YEAR_FIGURE = re.compile(r"(?:19|20)\d\d(?!\d)")
_ASKED = frozenset({"money", "percent", "duration", "date"})
_FACTORS = (0.5, 1.5, 2.0, 0.75, 1.25, 3.0)
_GRAINS = (1000, 500, 250, 100, 50, 25, 10, 5, 2, 1)
_SMALL = 8  # up to here people count and do not round
_YEAR = 12
_PERCENT_STEPS = (-20, 15, -35, 30, -10)
_YEARS = (1, -1, 2, -2, 3)
_HUNDRED = 100


def from_page(shop: Workshop, subject: Subject, passages: Sequence[Passage]) -> Iterator[Item]:
    """All items of a guide or provider page, given its passages."""
    for passage in passages:
        if passage.source is None or not passage.heading:
            continue
        yield from _cloze(shop, subject, passage)
        yield from _recall(shop, subject, passage)


def sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]


def _cloze(shop: Workshop, subject: Subject, passage: Passage) -> Iterator[Item]:
    """One gap a passage at most: several would answer each other."""
    context = frozenset(shop.say("cloze.needs_context", "en").split())
    passed_over = shop.lists("cloze.passed_over", "en")
    for sentence in sentences(passage.text):
        length = len(sentence.split())
        first = sentence.split()[0].strip("\"',")
        if not (_MIN_WORDS <= length <= _MAX_WORDS and len(sentence) <= _MAX_SENTENCE) or first in context:
            continue
        if any(word in sentence.lower() for word in passed_over):
            continue
        item = next(
            filter(None, (_gap(shop, subject, passage, sentence, s, f) for s, f in _gaps(shop, sentence))), None
        )
        if item is not None:
            yield item
            return


def _gaps(shop: Workshop, sentence: str) -> Iterator[tuple[str, Fact]]:
    """The figures of a sentence that may be left out: said once, and read as one fact of a kind worth knowing."""
    for match in _SURFACE.finditer(sentence):
        if _UPPER_END.search(sentence[: match.start()]):
            continue
        words = match[0].rstrip().split(" ")
        # The longest stretch that is still one fact: "5 March 2023", "180 days", but not "180 days before".
        for end in range(len(words), 0, -1):
            surface = " ".join(words[:end])
            facts = shop.read(surface)
            fact = next(iter(facts), None)
            shorter = end > 1 and shop.read(" ".join(words[: end - 1])) == facts
            if fact is not None and len(facts) == 1 and fact.kind in _ASKED and not shorter:
                # "In March 2026 an extra ..." holds no span of years, though "an" is a year in French.
                if (fact.kind == "date" or _YEAR_FIGURE.match(surface)) and not _DAY.fullmatch(surface):
                    break
                if sentence.count(_NUMBER.findall(surface)[0]) == 1:
                    yield surface, fact
                break


def _gap(shop: Workshop, subject: Subject, passage: Passage, sentence: str, surface: str, fact: Fact) -> Item | None:
    rivals: list[Option] = []
    for text in _near(surface, fact):
        apart = all(told_apart(text, other) for other in (surface, *(option.text for option in rivals)))
        if apart and len(text) <= MAX_OPTION and not shop.backs(passage, text) and len(rivals) < OPTIONS - 1:
            rivals.append(Option(text=text))
    if len(rivals) < OPTIONS - 1:
        return None
    return shop.item(
        subject,
        "cloze",
        f"{passage.id.rpartition('#')[2]}/{blanked(sentence, surface)}",
        question=shop.say("cloze.ask", subject.language, heading=passage.heading, sentence=blanked(sentence, surface)),
        key=surface,
        key_en=surface,
        explanation=Statement(text=sentence, passages=(passage,)),
        quote=sentence,
        rivals=rivals,
    )


def _near(surface: str, fact: Fact) -> Iterator[str]:
    """The same expression with other figures."""
    day = _DAY.fullmatch(surface)
    if day:
        yield from (f"{day['day']} {day['month']} {int(day['year']) + step}" for step in _YEARS)
        return
    figure = _NUMBER.findall(surface)[0]
    value = float(figure.replace(",", ""))
    if fact.kind == "percent":
        near = [value + step for step in _PERCENT_STEPS if 0 < value + step < _HUNDRED]
        yield from (surface.replace(figure, f"{number:g}") for number in near)
    else:
        near = _round_numbers(value, months=fact.kind == "duration" and fact.value == f"{value:g} months")
        yield from (surface.replace(figure, f"{number:,.10g}") for number in near)


def _round_numbers(value: float, *, months: bool) -> list[float]:
    """Numbers near to a value and as round as it is, nearest first; of months in whole years only whole years."""
    if months and value % _YEAR == 0:
        near = [float(_YEAR * years) for years in range(1, 7)]
    elif value <= _SMALL:
        near = [float(number) for number in range(1, 2 * _SMALL)]
    else:
        grain = next(grain for grain in _GRAINS if value % grain == 0) if value == int(value) else 0.5
        near = [round(value * factor / grain) * grain for factor in _FACTORS]
    return sorted((n for n in near if n > 0 and n != value), key=lambda n: (abs(math.log(n / value)), n))


def _recall(shop: Workshop, subject: Subject, passage: Passage) -> Iterator[Item]:
    """The heading is a question, and by our rules of writing a section's first sentence answers it."""
    first = sentences(passage.text)[:1]
    if not passage.heading.endswith("?") or not first or first[0].endswith(":") or first[0].startswith("- "):
        return
    item = shop.item(
        subject,
        "recall",
        passage.id.rpartition("#")[2],
        question=shop.say("recall.heading", subject.language, heading=passage.heading),
        key=first[0],
        key_en=first[0],
        explanation=Statement(text=first[0], passages=(passage,)),
        quote=first[0],
        bloom="understand",
    )
    if item is not None:
        yield item
