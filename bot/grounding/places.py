"""Where in a text its figures stand, and among which words: what claims and passages are compared by.

Knows nothing of claims or passages: a text is cut into sentences and clauses, its words become features (a concept of
the lexicon, a stem, a credential named), and each figure has the features around it, the nearer the weightier.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from snowballstemmer import stemmer

from bot.catalog.names import Names
from bot.grounding.facts import Fact, FactReader, Placed
from bot.text.lexicon import Cue, Lexicon
from bot.text.words import placed_words

Context = dict[str, float]
_SENTENCE_END = re.compile(r"[.!?](?=\s|\*|$)|[。！？।\n]")
_CLAUSE_END = re.compile(r"[;,—–|]|\s-\s")
_JOINERS = frozenset({"and", "but", "or", "while", "whereas", "then", "plus", "y", "und", "et", "e", "oder", "ou"})
_RANGE = re.compile(r"\s?(?:-|–|/|to|out of|of|von|sur|de|a|bis|à)\s?")
_FADING = 0.12  # how much a word counts less for each word between it and the figure
_NEIGHBOUR, _FARTHER = 0.35, 0.2  # how much a word of another clause counts, by how far that is
_ABOUT, _NAMED = "about.", "@"
POSSESSIVE = re.compile(r"(?<=\w)'s\b")  # "PMP's price" names PMP
_YEAR = re.compile(r"(?:19|20)\d\d")
_BEFORE_YEARS = frozenset({"in", "since", "until", "by", "from", "during", "before", "after", "early", "late"})
_NO_COUNT_AFTER = frozenset({"since", "in", "checked", *map(str.lower, calendar.month_name[1:])})
_STEM = stemmer("english")


@dataclass(frozen=True, slots=True)
class Token:
    """A word and its place. `bracket` is the number of the bracket that it stands in, 0 for none."""

    word: str
    start: int
    end: int
    sentence: int
    clause: int
    bracket: int


@dataclass(frozen=True, slots=True)
class Mention:
    """Credentials that a name may mean, the words that are the name, and the features around it."""

    ids: frozenset[str]
    start: int
    end: int
    context: Context


@dataclass(frozen=True, slots=True)
class Figure:
    """A fact in its place: at which word, and the features around it. `stated` is False where it only backs."""

    fact: Fact
    stated: bool
    at: int
    context: Context
    near: frozenset[str]

    @property
    def is_year(self) -> bool:
        """Whether a bare number may be a year: "2026"."""
        return self.fact.kind == "number" and _YEAR.fullmatch(self.fact.value) is not None

    @property
    def is_told_as_year(self) -> bool:
        return self.is_year and any(f"before:{word}" in self.context for word in _BEFORE_YEARS)

    def competes(self, other: Figure) -> bool:
        """Whether another figure of a text could stand in this one's place: a date for a date, a count for a count."""
        if self.is_told_as_year:
            return other.is_year or other.fact.kind == "date"
        if self.is_year:
            return other.fact.kind in {"number", "date"}
        return other.fact.kind == self.fact.kind and (not other.is_year or self._is_placed_as_year)

    @property
    def _is_placed_as_year(self) -> bool:
        return any(f"before:{word}" in self.context for word in _NO_COUNT_AFTER)


@dataclass(frozen=True, slots=True)
class Layout:
    """A text that has been read."""

    folded: str
    tokens: Sequence[Token]
    figures: Sequence[Figure]
    mentions: Sequence[Mention]
    cues: Sequence[Cue]
    features: Sequence[tuple[str, ...]]
    names: frozenset[int]
    told: frozenset[int]

    @property
    def spaced(self) -> str:
        """The words with a space before and after each, to look for phrases in."""
        return f" {' '.join(token.word for token in self.tokens)} "

    def phrase(self, mention: Mention) -> str:
        return f" {' '.join(token.word for token in self.tokens[mention.start : mention.end])} "

    def sentence(self, at: int) -> int:
        return self.tokens[at].sentence

    def cued(self, prefix: str) -> list[Cue]:
        """What the lexicon has under a key or below it, where it stands in the text."""
        return [cue for cue in self.cues if cue.key == prefix or cue.key.startswith(f"{prefix}.")]


class TextReader:
    """Reads texts into layouts, with the names of a catalogue and the words of `prompts/grounding/`."""

    def __init__(self, facts: FactReader, names: Names, lexicon: Lexicon) -> None:
        self._facts = facts
        self._names = names
        self._lexicon = lexicon
        self._plain = lexicon.single_words("plain")

    def read(self, text: str) -> Layout:
        folded, placed = self._facts.placed(POSSESSIVE.sub("", text.replace("’", "'")))
        found = placed_words(folded)
        words = [word for word, _, _ in found]
        cues = _longest(self._lexicon.cues(words))
        named = self._names.find(words)
        spans = list(zip(named.found, named.spans, strict=True))
        inside = frozenset(at for _, (start, end) in spans for at in range(start, end))
        tokens = _tokens(folded, found, frozenset(at for _, (start, end) in spans for at in range(start + 1, end)))
        figured = _figured(tokens, placed)
        told = frozenset(at for start, entry in figured for at in _words_of(tokens, start, entry))
        features = self._features(words, cues, spans, told)
        sides = _sides(folded, figured)
        return Layout(
            folded=folded,
            tokens=tokens,
            figures=[_figure(tokens, features, at, entry, sides.get(id(entry))) for at, entry in figured],
            mentions=[_mention(tokens, features, ids, span) for ids, span in spans],
            cues=cues,
            features=features,
            names=inside,
            told=told,
        )

    def _features(
        self,
        words: Sequence[str],
        cues: Iterable[Cue],
        names: Iterable[tuple[tuple[str, ...], tuple[int, int]]],
        told: frozenset[int],
    ) -> list[tuple[str, ...]]:
        found: list[list[str]] = [
            [stem(word)] if word not in self._plain and not word[0].isdigit() and at not in told else []
            for at, word in enumerate(words)
        ]
        for ids, (start, end) in names:
            for at in range(start, end):
                found[at] = []
            found[start] = [f"{_NAMED}{identity}" for identity in ids]
        for cue in cues:
            if cue.key.startswith(_ABOUT):
                found[cue.start].append(cue.key)
        return [tuple(entry) for entry in found]


def weight(feature: str) -> float:
    """How much a feature tells: who is spoken of most, then what, then a word."""
    if feature.startswith((_NAMED, "<")):
        return 2.0
    if feature.startswith(_ABOUT):
        return 1.5
    return 0.6 if feature.startswith(("before:", "after:")) else 1.0


def likeness(one: Context, other: Context) -> float:
    """How far two figures stand among the same words."""
    return sum(weight(feature) * min(near, other[feature]) for feature, near in one.items() if feature in other)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    return str(_STEM.stemWord(word))


def _tokens(folded: str, words: Iterable[tuple[str, int, int]], inside: frozenset[int]) -> list[Token]:
    """The words with their sentences, clauses and brackets; the words `inside` a name are not apart."""
    found: list[Token] = []
    sentence = clause = bracket = brackets = end = 0
    outer: list[tuple[int, int]] = []
    last_clause = 0
    for at, (word, start, stop) in enumerate(words):
        gap = "" if at in inside else folded[end:start]
        if _SENTENCE_END.search(gap):
            sentence, last_clause, bracket = sentence + 1, last_clause + 1, 0
            clause = last_clause
            outer.clear()
        elif _CLAUSE_END.search(gap) or (word in _JOINERS and at not in inside):
            last_clause += 1
            clause = last_clause
        for char in gap:
            if char in "([":
                outer.append((clause, bracket))
                brackets, last_clause = brackets + 1, last_clause + 1
                clause, bracket = last_clause, brackets
            elif char in ")]" and outer:
                clause, bracket = outer.pop()
        found.append(Token(word, start, stop, sentence, clause, bracket))
        end = stop
    return found


def _figured(tokens: Sequence[Token], placed: Iterable[Placed]) -> list[tuple[int, Placed]]:
    """Each fact with the first word that it is told by."""
    found = []
    for entry in placed:
        at = next((n for n, token in enumerate(tokens) if token.end > entry.start), None)
        if at is not None:
            found.append((at, entry))
    return found


def _words_of(tokens: Sequence[Token], start: int, entry: Placed) -> Iterable[int]:
    at = start
    while at < len(tokens) and tokens[at].start < entry.end:
        yield at
        at += 1


def _sides(folded: str, figured: Sequence[tuple[int, Placed]]) -> dict[int, str]:
    """Which end of a range a figure is: "40-60", "700/1000", "15 to 45 hours"."""
    found: dict[int, str] = {}
    ordered = sorted((entry for _, entry in figured if entry.fact.kind != "link"), key=lambda entry: entry.start)
    for first, second in pairwise(ordered):
        if first.end <= second.start and _RANGE.fullmatch(folded[first.end : second.start]):
            found[id(first)], found[id(second)] = "<low>", "<high>"
    return found


def _figure(
    tokens: Sequence[Token], features: Sequence[tuple[str, ...]], at: int, entry: Placed, side: str | None
) -> Figure:
    end = max(_words_of(tokens, at, entry), default=at) + 1
    context = _context(tokens, features, at, end)
    own = tokens[at]
    near = frozenset(
        feature
        for place, token in enumerate(tokens)
        if token.sentence == own.sentence and token.clause == own.clause and not at <= place < end
        for feature in _telling(features[place])
    )
    if side:
        context[side] = 1.0
    return Figure(entry.fact, entry.stated, at, context, near)


def _mention(
    tokens: Sequence[Token], features: Sequence[tuple[str, ...]], ids: Iterable[str], span: tuple[int, int]
) -> Mention:
    """A name in its place; that the same credential is named again beside it tells nothing."""
    context = _context(tokens, features, *span)
    for identity in ids:
        context.pop(f"{_NAMED}{identity}", None)
    return Mention(frozenset(ids), *span, context)


def _longest(cues: Sequence[Cue]) -> list[Cue]:
    """Without what is said of a figure by a part of a phrase that says another thing: "members" in "non-members"."""
    about = [cue for cue in cues if cue.key.startswith(_ABOUT)]
    return [
        cue
        for cue in cues
        if not any(
            other.start <= cue.start and cue.end <= other.end and other.end - other.start > cue.end - cue.start
            for other in about
            if cue.key.startswith(_ABOUT)
        )
    ]


def _telling(features: Sequence[str]) -> Sequence[str]:
    """A word that stands for a concept tells only that."""
    return [feature for feature in features if feature.startswith(_ABOUT)] or features


def _context(tokens: Sequence[Token], features: Sequence[tuple[str, ...]], start: int, end: int) -> Context:
    """The features around some words: of their sentence, the nearer the weightier; and the words next to them."""
    own = tokens[start]
    context: Context = {}
    first, last = start, end
    while first > 0 and tokens[first - 1].sentence == own.sentence:
        first -= 1
    while last < len(tokens) and tokens[last].sentence == own.sentence:
        last += 1
    for place in (*range(first, start), *range(end, last)):
        apart = abs(tokens[place].clause - own.clause)
        share = 1.0 if apart == 0 else _NEIGHBOUR if apart == 1 else _FARTHER
        value = share / (1 + _FADING * min(abs(place - start), abs(place - end + 1)))
        for feature in features[place]:
            context[feature] = max(context.get(feature, 0.0), value)
    if first < start:
        context[f"before:{tokens[start - 1].word}"] = 1.0
    if end < last:
        context[f"after:{tokens[end].word}"] = 1.0
    return context
