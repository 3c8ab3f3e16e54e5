"""What a reply to a practice item means: which option, whether a typed answer is right, or a word to the session."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Literal

from bot.grounding.facts import Fact, FactReader, supports
from bot.practice.items import LETTERS, Item
from bot.text.prompts import DEFAULT_LANGUAGE, Phrases
from bot.text.words import fold, words

Word = Literal["hint", "unknown", "next", "stop", "show", "skip"]
_WORDS: tuple[Word, ...] = ("hint", "unknown", "next", "stop", "show", "skip")
# How well one remembered; a number from 1 is kept.
GRADES = ("again", "hard", "good", "easy")
# A name may be misspelt by about a letter in seven.
_NEAR_ENOUGH = 0.86
_PICK = re.compile(r"\(?([a-z]|\d)[).:]?")
_A_QUESTION = 4  # words: a longer reply with a question mark is a question, a shorter one is a doubt


@dataclass(frozen=True, slots=True)
class Meant:
    """A reply without its doubts: what remains, and whether there were any."""

    text: str
    unsure: bool


class Grader:
    """Understands replies in the languages of the practice phrases; English is always understood too."""

    def __init__(self, phrases: Phrases, reader: FactReader) -> None:
        self._phrases = phrases
        self._reader = reader

    def word(self, reply: str, language: str) -> Word | None:
        """The reply as a word to the session, None where it is something else."""
        said = words(reply)
        return next((word for word in _WORDS if said in self._entries(f"words.{word}", language)), None)

    def grade(self, reply: str, language: str) -> int | None:
        """The learner's own grade, 1 (again) to 4 (easy)."""
        said = words(reply)
        if len(said) == 1 and said[0] in {"1", "2", "3", "4"}:
            return int(said[0])
        names = (grade for grade in GRADES if said in self._entries(f"words.grade.{grade}", language))
        name = next(names, None)
        return None if name is None else GRADES.index(name) + 1

    def doubts(self, reply: str, language: str) -> Meant:
        """The reply without "I think", "maybe" or a question mark."""
        text = fold(reply).strip()
        unsure = text.endswith("?")
        text = text.rstrip("? ")
        for entry in sorted(self._texts("words.unsure", language), key=len, reverse=True):
            stripped = re.sub(rf"(?<!\w){re.escape(fold(entry))}(?!\w)", " ", text)
            if stripped != text and stripped.strip(" ,.-"):
                text, unsure = stripped, True
        return Meant(text.strip(" ,.-"), unsure)

    def is_question(self, reply: str) -> bool:
        """Whether somebody asks something instead of answering."""
        return reply.rstrip().endswith("?") and len(words(reply)) > _A_QUESTION

    def option(self, item: Item, reply: str) -> int | None:
        """Which option a reply means: its text, its letter, its number (from 1), or its fact; None where unclear."""
        said = words(reply)
        texts = [words(option.text) for option in item.options]
        if said in texts:
            return texts.index(said)
        pick = _PICK.fullmatch(fold(reply).strip())
        if pick:
            place = int(pick[1]) - 1 if pick[1].isdigit() else LETTERS.lower().find(pick[1])
            if 0 <= place < len(texts):
                return place
        return self._by_content(item, reply, said)

    def _by_content(self, item: Item, reply: str, said: list[str]) -> int | None:
        facts = self._reader.read(reply)
        if facts:
            held = [self._reader.backing(option.text) for option in item.options]
            fitting = [i for i, known in enumerate(held) if all(supports(known, fact) for fact in facts)]
        else:
            fitting = [i for i, option in enumerate(item.options) if said and set(said) <= set(words(option.text))]
        return fitting[0] if len(fitting) == 1 else None

    def typed(self, item: Item, reply: str) -> bool:
        """Whether a typed answer is right: the same fact however it is written, a bare figure where the question says
        of what, or one of the accepted names, a slip of the keyboard forgiven.
        """
        said = words(reply)
        if not said:
            return False
        if any(said == words(spelling) for spelling in item.accepts):
            return True
        key, facts = self._reader.backing(item.key), self._reader.read(reply)
        if key and facts:
            return self._same(key, facts, reply)
        return not key and any(_nearly(said, words(spelling)) for spelling in item.accepts)

    @staticmethod
    def _same(key: frozenset[Fact], facts: frozenset[Fact], reply: str) -> bool:
        # A scale is not an answer: of "700/1000" the 700 is.
        if all(fact.kind == "number" for fact in key) and len(key) > 1:
            first = re.search(r"\d+(?:\.\d+)?", reply)
            return first is not None and all(supports(key, fact) for fact in facts) and first[0] != _scale(key)
        if all(supports(key, fact) for fact in facts):
            return True
        # "One hundred sixty-five" is read as its parts.
        spelt = all(fact.kind == "number" for fact in facts) and not re.search(r"\d", reply)
        total = sum(float(fact.value) for fact in facts) if spelt else None
        return total is not None and supports(key, Fact("number", f"{total:g}"))

    def _texts(self, key: str, language: str) -> list[str]:
        tags = dict.fromkeys((language, DEFAULT_LANGUAGE))
        return [entry for tag in tags for entry in self._phrases.items(key, tag)]

    def _entries(self, key: str, language: str) -> list[list[str]]:
        return [words(entry) for entry in self._texts(key, language)]


def _scale(key: frozenset[Fact]) -> str:
    """The greatest of some numbers: what a score is out of."""
    return max((fact.value for fact in key), key=float)


def _nearly(said: list[str], name: list[str]) -> bool:
    one, other = " ".join(said), " ".join(name)
    if not other or len(one) < len(other) // 2:
        return False
    return difflib.SequenceMatcher(None, one, other).ratio() >= _NEAR_ENOUGH
