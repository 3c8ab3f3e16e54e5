"""The signals of `prompts/injections/` in a sentence: which, in which language, where. Knows nothing of what they mean.

Phrases are kept by their first word, so that a text is read once and not once for each of 3,000 phrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.text.prompts import PromptFile, split_list
from bot.text.words import SIGNS, fold, is_spaceless

_WORD = re.compile(rf"[\w{SIGNS}]+")
_BY = 3  # letters by which beginnings of words are kept
_AND = ("و", "ف")  # Arabic writes "and" as one word with what follows
_LONG = 3


@dataclass(frozen=True, slots=True)
class Signal:
    """A phrase of the section `key`, from character `start` to `end`; `first` if nothing stands before it."""

    key: str
    language: str
    start: int
    end: int
    first: bool


@dataclass(frozen=True, slots=True)
class _Phrase:
    words: tuple[str, ...]
    key: str
    language: str


class Signals:
    """Finds phrases. In an entry an asterisk stands for any beginning of its first or any ending of its last word."""

    def __init__(self, files: Iterable[PromptFile]) -> None:
        self._whole: dict[str, list[_Phrase]] = {}
        self._beginnings: dict[str, list[_Phrase]] = {}
        self._endings: dict[str, list[_Phrase]] = {}
        self._anywhere: list[tuple[str, str, str]] = []
        for file in files:
            for key, body in file.sections.items():
                for entry in split_list(body):
                    self._add(fold(entry), key, file.header["language"])

    def _add(self, entry: str, key: str, language: str) -> None:
        if is_spaceless(entry):
            self._anywhere.append((entry, key, language))
            return
        words = tuple(_WORD.findall(entry))
        if not words:
            return
        if entry.endswith("*"):
            words = (*words[:-1], f"{words[-1]}*")
        phrase = _Phrase(words, key, language)
        if entry.startswith("*"):
            self._endings.setdefault(words[0].rstrip("*")[-1], []).append(phrase)
        elif words[0].endswith("*"):
            self._beginnings.setdefault(words[0].rstrip("*")[:_BY], []).append(phrase)
        else:
            self._whole.setdefault(words[0], []).append(phrase)

    def find(self, plain: str) -> list[Signal]:
        """All signals in a folded text."""
        found = [
            Signal(key, language, start, start + len(entry), first=not _WORD.search(plain[:start]))
            for entry, key, language in (self._anywhere if is_spaceless(plain) else ())
            if (start := plain.find(entry)) >= 0
        ]
        spans = [match.span() for match in _WORD.finditer(plain)]
        words = [plain[start:end] for start, end in spans]
        for place, word in enumerate(words):
            for phrase in self._beginning_with(word):
                last = place + len(phrase.words) - 1
                if last < len(words) and all(map(_fits, words[place + 1 : last + 1], phrase.words[1:])):
                    found.append(Signal(phrase.key, phrase.language, spans[place][0], spans[last][1], not place))
        return found

    def _beginning_with(self, word: str) -> Iterator[_Phrase]:
        yield from self._whole.get(word, ())
        for length in range(1, _BY + 1):
            for phrase in self._beginnings.get(word[:length], ()) if length <= len(word) else ():
                if _fits(word, phrase.words[0]):
                    yield phrase
        for phrase in self._endings.get(word[-1], ()):
            if word.endswith(phrase.words[0].rstrip("*")):
                yield phrase
        if word.startswith(_AND) and len(word) > _LONG:
            yield from self._beginning_with(word[1:])


def _fits(word: str, wanted: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted


def by_key(signals: Sequence[Signal], language: str) -> dict[str, list[tuple[int, int]]]:
    """Where the signals of one language stand, by their key."""
    places: dict[str, list[tuple[int, int]]] = {}
    for signal in signals:
        if signal.language == language:
            places.setdefault(signal.key, []).append((signal.start, signal.end))
    return places
