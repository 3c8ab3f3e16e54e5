"""The words by which questions are understood, in all languages at once, from `prompts/understanding/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.text.prompts import read_prompt_file, split_list
from bot.text.words import fold, words

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase of the lexicon found in a question: which key, which language, and the words `start` to `end`."""

    key: str
    language: str
    start: int
    end: int


class Lexicon:
    """Phrases by key. A phrase is found wherever its words stand in a row; of two that overlap under one key the
    longer counts.
    """

    def __init__(self, files: Mapping[str, Mapping[str, str]]) -> None:
        """`files`: the sections of each language's file."""
        self._files = files
        self._entries: dict[str, list[tuple[Phrase, str, str]]] = {}
        self._signs: list[tuple[str, str, str]] = []
        for language, sections in files.items():
            for key, body in sections.items():
                for entry in split_list(body):
                    self._add(key, language, entry)

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        files = [read_prompt_file(path) for path in sorted(folder.glob("*.md"))]
        return cls({f.header["language"]: f.sections for f in files if f.header.get("kind") == "lexicon"})

    def _add(self, key: str, language: str, entry: str) -> None:
        phrase = tuple(words(entry.split("=", 1)[0]))
        if not phrase:
            self._signs.append((entry, key, language))
        else:
            self._entries.setdefault(phrase[0], []).append((phrase, key, language))

    def cues(self, tokens: Sequence[str]) -> list[Cue]:
        """All phrases in a question, leftmost first, the longest first where several start together."""
        found = [
            Cue(key, language, start, start + len(phrase))
            for start, token in enumerate(tokens)
            for phrase, key, language in self._entries.get(token, ())
            if tuple(tokens[start : start + len(phrase)]) == phrase
        ]
        return sorted(found, key=lambda cue: (cue.start, -cue.end))

    def signs(self, text: str, end: int) -> list[Cue]:
        """Entries without a letter that stand by themselves in a text: "$ and minutes?"; "$100" is an amount. They
        are no words, so they are put behind the last one, at `end`.
        """
        loose = set(text.split())
        return [Cue(key, language, end, end) for sign, key, language in self._signs if sign in loose]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every single word of every phrase."""
        return frozenset(word for entries in self._entries.values() for phrase, _, _ in entries for word in phrase)

    @cached_property
    def shared_keys(self) -> frozenset[str]:
        """The keys that every language has."""
        return frozenset.intersection(*(frozenset(sections) for sections in self._files.values()))

    def vocabulary_of(self, *languages: str) -> frozenset[str]:
        """Every single word of every phrase of some languages."""
        return frozenset(
            word
            for entries in self._entries.values()
            for phrase, _, language in entries
            if language in languages
            for word in phrase
        )

    def phrases(self, *keys: str) -> frozenset[Phrase]:
        return frozenset(phrase for entries in self._entries.values() for phrase, key, _ in entries if key in keys)

    def phrases_below(self, *prefixes: str) -> frozenset[Phrase]:
        return frozenset(
            phrase for entries in self._entries.values() for phrase, key, _ in entries if key.startswith(prefixes)
        )

    def single_words(self, *keys: str) -> frozenset[str]:
        return frozenset(phrase[0] for phrase in self.phrases(*keys) if len(phrase) == 1)

    def figures(self, key: str) -> dict[str, int]:
        """A section of `word = figure` entries, of all languages."""
        return {fold(word.strip()): int(figure) for word, figure in self._pairs(key)}

    def renamings(self, key: str) -> dict[str, str]:
        """A section of `word = word` entries, of all languages."""
        return {fold(word.strip()): fold(other.strip()) for word, other in self._pairs(key)}

    def units(self) -> dict[str, str]:
        """Words for spans of time, each with the unit's English name."""
        return {
            fold(entry): key.removeprefix("units.")
            for sections in self._files.values()
            for key, body in sections.items()
            if key.startswith("units.")
            for entry in split_list(body)
        }

    def _pairs(self, key: str) -> Iterable[tuple[str, str]]:
        for sections in self._files.values():
            for entry in split_list(sections.get(key, "")):
                word, _, figure = entry.partition("=")
                yield word, figure
