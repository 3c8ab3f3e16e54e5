"""A model that makes things up: as honest otherwise, but with something wrong in each of its sentences, or in a share.

`sentences` tells what is wrong with which, so that a test can say that none of it came through.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.servers.llm.honest import MONTHS, NUMBERS, Honest, Sentence, set_text
from tests.servers.llm.reading import Entry, Reading
from tests.servers.llm.wire import Json, Said

NO_SUCH_MARK = 99
_MONEY = re.compile(r"(?:USD|EUR|GBP|INR) [\d,]*\d(?:\.\d+)?|[$€£₹][\d,]*\d(?:\.\d+)?|[\d,]*\d US dollars")
_DURATION = re.compile(rf"\b(?:\d[\d,.]*|{'|'.join(NUMBERS)}) (?:month|year|hour|minute|week|day)s?\b")
_PERCENT = re.compile(r"\b\d+(?:\.\d+)?(?:%| percent)")
_DATE = re.compile(rf"\b20\d\d-\d\d(?:-\d\d)?\b|\b(?:\d{{1,2}} )?(?:{'|'.join(MONTHS)})(?: \d{{1,2}},)? 20\d\d\b")
_CODE = re.compile(r"\b(?=[A-Za-z-]*\d)[A-Z][A-Z0-9]{1,3}-[A-Z]?\d{2,4}\b")
_SCORE = re.compile(r"\b\d{3} (?:points|out of 1,?000|of 1,?000)\b|(?<=score of )\d{3}\b|(?<=score is )\d{3}\b")
_FIGURES = (_MONEY, _DURATION, _PERCENT, _DATE, _CODE, _SCORE)
_MONTHS = {"year": 12, "month": 1}
_MINUTES = {"hour": 60, "minute": 1, "day": 1440, "week": 10080}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What a lie is made of: the sentence's own entry, the others, and chance."""

    cited: str
    others: tuple[Entry, ...]
    chance: random.Random


Lie = Callable[[Sentence, _Scene], Sentence | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """Lies in a `share` of its factual sentences, in the ways of `kinds` (out of `LIES` and `HARD_LIES`) if given."""

    seed: int = 0
    share: float = 1.0
    kinds: tuple[str, ...] = ()

    def __call__(self, request: Json) -> Said:
        return Said(text=set_text(self.sentences(request)))

    def sentences(self, request: Json) -> list[Sentence]:
        reading = Reading(request)
        chance = reading.chance(self.seed + 1)
        honest = Honest(seed=self.seed).sentences(request)
        return [self._told(sentence, reading, chance) if sentence.marks else sentence for sentence in honest]

    def _told(self, sentence: Sentence, reading: Reading, chance: random.Random) -> Sentence:
        if chance.random() >= self.share:
            return sentence
        own = [entry for entry in reading.entries if entry.n in sentence.marks]
        others = tuple(entry for entry in reading.entries if entry not in own)
        scene = _Scene(cited="\n".join(entry.whole for entry in own), others=others, chance=chance)
        kinds = list(self.kinds or LIES)
        chance.shuffle(kinds)
        for kind in kinds:
            if lie := (LIES | HARD_LIES)[kind](sentence, scene):
                return replace(lie, lie=kind)
        lie = LIES["invented certificate"](sentence, scene)
        return replace(lie or sentence, lie="invented certificate")


def _figure(pattern: re.Pattern[str], invent: Callable[[random.Random], str], without: str) -> Lie:
    """Another figure in the place of the true one; where there is none, one is claimed in addition."""

    def lie(sentence: Sentence, scene: _Scene) -> Sentence | None:
        invented = _unlike(scene.cited + sentence.text, lambda: invent(scene.chance))
        if pattern.search(sentence.text):
            return replace(sentence, text=pattern.sub(lambda _: invented, sentence.text, count=1))
        return replace(sentence, text=f"{sentence.text.rstrip('.')}, {without.format(invented)}.")

    return lie


def _unlike(cited: str, invent: Callable[[], str]) -> str:
    """Something invented that is not true by accident."""
    while set(re.findall(r"\d{2,}", invented := invent())) & set(re.findall(r"\d{2,}", cited.replace(",", ""))):
        pass
    return invented


def _from_another(sentence: Sentence, scene: _Scene) -> Sentence | None:
    """A true figure in the wrong place: of the same kind, from another passage of the prompt."""
    true = _values(scene.cited)
    for pattern in scene.chance.sample(_FIGURES, len(_FIGURES)):
        own = pattern.search(sentence.text)
        found = [figure for entry in scene.others for figure in pattern.findall(entry.whole)]
        strange = [figure for figure in found if not any(_within(_value(figure), value) for value in true)]
        if own and strange:
            text = sentence.text[: own.start()] + scene.chance.choice(strange) + sentence.text[own.end() :]
            return replace(sentence, text=text)
    return None


def _wrong_mark(sentence: Sentence, scene: _Scene) -> Sentence | None:
    """The number of a passage that does not hold the figure."""
    said = _values(sentence.text)
    wrong = [entry.n for entry in scene.others if entry.n is not None and said - _values(entry.whole)]
    return replace(sentence, marks=(scene.chance.choice(wrong),)) if wrong else None


def _within(figure: str, true: str) -> bool:
    """Whether a figure is a true one, or the month of a true day."""
    return figure == true or true.startswith(f"{figure}-")


def _values(text: str) -> set[str]:
    return {_value(match[0]) for pattern in _FIGURES for match in pattern.finditer(text)}


def _value(figure: str) -> str:
    """A figure in one spelling, so that "three years" in the place of "36 months" is not taken for a lie."""
    if _DURATION.fullmatch(figure):
        amount, unit = figure.split()
        number = NUMBERS.index(amount) + 2 if amount in NUMBERS else float(amount.replace(",", "").rstrip("."))
        unit = unit.removesuffix("s")
        return f"{number * _MONTHS[unit]} months" if unit in _MONTHS else f"{number * _MINUTES[unit]} minutes"
    if _DATE.fullmatch(figure):
        named = next((number for number, month in enumerate(MONTHS, 1) if month in figure), None)
        year = re.search(r"20\d\d", figure)
        assert year
        month = named or int(figure[5:7])
        day = re.findall(r"\b\d{1,2}\b", figure) if named else re.findall(r"(?<=-\d\d-)\d\d", figure)
        return "-".join(str(int(part)) for part in (year[0], month, *day))
    plain = re.sub(r"[^\d.A-Z-]|US[D ]?", "", figure)
    return re.sub(r"(?<=\.\d)0\Z|\.00?\Z", "", plain)


def _no_such_mark(sentence: Sentence, _: _Scene) -> Sentence:
    return replace(sentence, marks=(NO_SUCH_MARK,))


def _both_marks(sentence: Sentence, scene: _Scene) -> Sentence:
    """A lie with the right mark and one that nothing has."""
    invented = _unlike(scene.cited, lambda: f"USD {scene.chance.randint(101, 989)}")
    return replace(sentence, text=f"It is sold for {invented}.", marks=(*sentence.marks, NO_SUCH_MARK))


def _no_mark(sentence: Sentence, _: _Scene) -> Sentence:
    return replace(sentence, marks=())


def _invented(sentence: Sentence, scene: _Scene) -> Sentence:
    name = f"{scene.chance.choice(('Quantum', 'Orbital', 'Bionic'))} {scene.chance.choice(('Engineer', 'Auditor'))}"
    code = f"QX-{scene.chance.randint(601, 899)}"
    return replace(sentence, text=f"The Certified {name} ({code}) certificate is accepted everywhere instead.")


def _invented_without_code(sentence: Sentence, scene: _Scene) -> Sentence:
    name = scene.chance.choice(("Orbital Auditor", "Bionic Engineer", "Submarine Architect"))
    return replace(sentence, text=f"Employers prefer the Certified {name} diploma to anything else nowadays.")


def _negated(sentence: Sentence, _: _Scene) -> Sentence | None:
    """Every figure stands in what is cited, and the sentence says the contrary."""
    verbs = r"\b(is|are|must|can|costs|lasts|needs|requires)\b"
    denied = re.sub(
        verbs, lambda verb: f"{verb[0]} not" if verb[0] in _PLAIN else f"never {verb[0]}", sentence.text, count=1
    )
    return replace(sentence, text=denied) if denied != sentence.text else None


def _of_another(sentence: Sentence, scene: _Scene) -> Sentence | None:
    """What is true of one is told of another that the prompt names."""
    names = [entry.name for entry in scene.others if entry.name and entry.name not in scene.cited]
    told = re.sub(
        r"\A(?:According to the documents, )?[^,]{2,90}? (?=(?:costs|is|lasts|has|requires|needs|stays) )",
        "",
        sentence.text,
    )
    if not names or told == sentence.text:
        return None
    return replace(sentence, text=f"{scene.chance.choice(names)} {told}")


def _link(sentence: Sentence, scene: _Scene) -> Sentence:
    address = f"https://exam-{scene.chance.randint(101, 989)}.example.com/register"
    return replace(sentence, text=f"{sentence.text.rstrip('.')}; register at {address}.")


_PLAIN = ("is", "are", "must", "can")
LIES: dict[str, Lie] = {
    "price": _figure(_MONEY, lambda chance: f"USD {chance.randint(101, 989)}", "and the fee is {}"),
    "date": _figure(_DATE, lambda chance: f"{chance.randint(2031, 2039)}-0{chance.randint(1, 9)}", "until {}"),
    "duration": _figure(_DURATION, lambda chance: f"{chance.choice((13, 17, 19, 23, 29, 31))} months", "for {}"),
    "code": _figure(_CODE, lambda chance: f"QZ-{chance.randint(601, 899)}", "as exam {} shows"),
    "percentage": _figure(_PERCENT, lambda chance: f"{chance.choice((37, 41, 43, 53, 59))}%", "and {} pass"),
    "passing score": _figure(_SCORE, lambda chance: f"{chance.randint(601, 689)} points", "with a passing score of {}"),
    "link": _link,
    "from another passage": _from_another,
    "wrong mark": _wrong_mark,
    "no such mark": _no_such_mark,
    "one of two marks": _both_marks,
    "no mark": _no_mark,
    "invented certificate": _invented,
    "invented diploma": _invented_without_code,
}
# Lies that no figure gives away: only told when they are asked for by their kind.
HARD_LIES: dict[str, Lie] = {"negated": _negated, "of another": _of_another}
