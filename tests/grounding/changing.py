"""True claims made false: one figure, code, date or link replaced, or the credential swapped for another."""

from __future__ import annotations

import calendar
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.catalog.credential import Credential
from bot.documents.model import Passage

NUMBER_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
UNIT = r"(?:year|month|week|day|hour|minute)s?\b"
SPANS = {"year": ("months", 12), "month": ("months", 1), "week": ("minutes", 10_080), "day": ("minutes", 1_440)}
SPANS |= {"hour": ("minutes", 60), "minute": ("minutes", 1)}
# How facts look on the page, on purpose not read with the reader that is under test.
SURFACES = {
    "link": re.compile(r"https?://\S+?(?=[.,;)]*(?:\s|$))"),
    "code": re.compile(r"\b[A-Z][A-Z0-9]{1,3}-[A-Z]?\d{2,4}\b|\b\d{3}-\d{3,4}\b"),
    "date": re.compile(r"\b20\d\d-\d\d(?:-\d\d)?\b|\b\d{1,2} (?:January|February|March|April|May|June|July|August|"
                       r"September|October|November|December) 20\d\d\b"),
    "price": re.compile(r"(?:USD |US\$|\$)\d(?:[\d,]*\d)?(?:\.\d+)?"),
    "percentage": re.compile(r"\d+(?=%)"),
    "duration": re.compile(rf"\b(?:\d+|{'|'.join(NUMBER_WORDS)})[ -]{UNIT}"),
    "number": re.compile(rf"(?<![\w.,-])\d(?:[\d,]*\d)?(?:\.\d+)?(?![\w%-]|[.,]\d|[ -]{UNIT})"),
}  # fmt: skip
Way = Literal["random", "in the passage", "of a sibling", "subject"]


@dataclass(frozen=True, slots=True)
class Truth:
    """A claim that its passages say. `subject` is the credential that the page is about, `asked` what was asked."""

    text: str
    passages: tuple[Passage, ...]
    origin: str
    subject: Credential | None = None
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Mutant:
    way: Way
    kind: str
    text: str
    true: Truth


def surfaces(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    rest = text
    for kind, surface in SURFACES.items():
        yield from ((kind, found) for found in surface.finditer(rest))
        rest = surface.sub(lambda found: "·" * len(found[0]), rest)


def said(passages: Sequence[Passage]) -> str:
    return "\n".join(f"{p.title}. {p.heading}. {p.text} {p.as_of} {p.url} {' '.join(p.links)}" for p in passages)


def stands_in(value: str, text: str) -> bool:
    return re.search(rf"(?<![\w.,]){re.escape(value)}(?!\w)", text) is not None


def with_random(true: Truth, dice: random.Random) -> Iterator[Mutant]:
    """Each fact of a claim in turn changed to a value that its passages do not have."""
    held = said(true.passages)
    for kind, found in surfaces(true.text):
        false = changed(kind, found[0], dice)
        if not stands_in(false, held) and not stands_in(_figure(false), held):
            yield Mutant("random", kind, true.text[: found.start()] + false + true.text[found.end() :], true)


def with_other(true: Truth, others: Sequence[Passage], way: Way, dice: random.Random) -> Iterator[Mutant]:
    """Each fact of a claim in turn changed to another of its kind that stands in some passages."""
    pool: dict[str, set[str]] = {}
    for passage in others:
        for kind, found in surfaces(f"{passage.text} {' '.join(passage.links)}"):
            pool.setdefault(kind, set()).add(found[0])
    for kind, found in surfaces(true.text):
        told = meaning(kind, found[0])
        fitting = sorted(value for value in pool.get(kind, ()) if meaning(kind, value) != told)
        if kind == "date":
            other = {value: meaning(kind, value) for value in fitting}
            fitting = [v for v in fitting if not other[v].startswith(told) and not told.startswith(other[v])]
        if kind == "code" and true.subject and found[0] in true.subject.codes:
            # Another code of the same credential would not make it false.
            fitting = [value for value in fitting if value not in true.subject.codes]
        if fitting:
            text = true.text[: found.start()] + dice.choice(fitting) + true.text[found.end() :]
            yield Mutant(way, kind, text, true)


def with_subject(true: Truth, credentials: Sequence[Credential], dice: random.Random) -> Iterator[Mutant]:
    """The credential that a claim names swapped for another, of the same provider where there is one."""
    own = true.subject
    if own is None:
        return
    names = sorted({own.name, own.title, own.short_name, *own.codes}, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in names))
    if not pattern.search(true.text):
        return
    kin = [other for other in credentials if other.provider == own.provider and other.id != own.id] or [
        other for other in credentials if other.id != own.id
    ]
    other = dice.choice(kin)
    text = pattern.sub(lambda _: dice_name(other, dice), true.text)
    yield Mutant("subject", "subject", text, true)


def dice_name(credential: Credential, dice: random.Random) -> str:
    return dice.choice([credential.name, credential.short_name, *credential.codes[:1]])


def meaning(kind: str, value: str) -> str:
    """One spelling for equal values, read by other means than the reader that is under test."""
    if kind == "price":
        return _figure(value).replace(",", "").removesuffix(".00")
    if kind == "duration":
        amount, unit = re.split(r"[ -]", value, maxsplit=1)
        count = NUMBER_WORDS.index(amount.lower()) + 1 if amount.lower() in NUMBER_WORDS else int(amount)
        sort, size = SPANS[unit.removesuffix("s")]
        return f"{count * size} {sort}"
    if kind == "date" and " " in value:
        day, month, year = value.split()
        return f"{year}-{list(calendar.month_name).index(month):02d}-{int(day):02d}"
    return value.lower()


def _figure(value: str) -> str:
    found = re.search(r"\d[\d,.]*\d|\d", value)
    return found[0] if found else value


def changed(kind: str, told: str, dice: random.Random) -> str:
    if kind == "link":
        host = told.split("/")[2]
        return dice.choice([f"{told}x", told.replace(host, f"{host}.evil.com"), told.replace("://", "://my-")])
    first, *rest = re.split(r"(?=[ -])", told, maxsplit=1)
    if first in NUMBER_WORDS:
        return dice.choice([word for word in NUMBER_WORDS[1:] if word != first]) + "".join(rest)
    if kind == "code" and told[0].isalpha() and dice.random() < 0.3:
        return dice.choice([letter for letter in "BCDFGT" if letter != told[0]]) + told[1:]
    place = dice.choice([place for place, char in enumerate(told) if char.isdigit()])
    digit = dice.choice([digit for digit in "123456789" if digit != told[place]])
    return told[:place] + digit + told[place + 1 :]
