"""Answers from what is written: the sentences of the best passage that say it, in the document's own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.answer import Draft, Statement
from bot.core.ports import Hit
from bot.core.toolbox import Toolbox
from bot.documents.model import Passage
from bot.offline.subject import SubjectGuess
from bot.offline.thresholds import (
    FAIR_COVERAGE,
    FAIR_SIMILARITY,
    FOREIGN_SIMILARITY,
    LEXICAL_COVERAGE,
    SURE_SIMILARITY,
)
from bot.retrieval.tokens import terms

_WORD_SHARE = 0.06
_OWN_PAGE = 0.01
_AS_NEAR = 0.02
_MAX_WORDS = 60
_MAX_SECOND = 35
MAX_SENTENCES = 3
_HITS = 6
_HALF = 0.5
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])|\n+")
# An abbreviation's full stop ends no sentence.
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|no|approx|U\.S|St|Dr)\.$")


@dataclass(frozen=True, slots=True)
class Found:
    """What reading found: statements to show and the hits they came from."""

    statements: tuple[Statement, ...]
    hits: tuple[Hit, ...]

    @property
    def draft(self) -> Draft:
        return Draft(status="answered", statements=self.statements)


class Reading:
    """Reads passages for an answer."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    async def read(
        self,
        question: str,
        *,
        documents: Sequence[str] | None = None,
        mentioning: Sequence[str] = (),
        english: bool = True,
    ) -> Found | None:
        """The answer in the documents' own words, or None when no passage is about the question.

        `mentioning`: names of which a passage has to hold one (of the provider that was asked about).
        `english`: whether the question can share words with the documents.
        """
        hits = await self._toolbox.search(question, limit=_HITS, documents=documents)
        asked = set(terms(question)) - {term for name in mentioning for term in terms(name)}
        about = [hit for hit in hits if is_about(hit, english=english) and _mentions(hit, mentioning)]
        about.sort(key=lambda hit: -fitness(hit, asked, own_page=bool(mentioning)))
        if not about:
            return None
        best = about[0].passage
        statements = [Statement(text=_named(best, excerpt(best, question)), passages=(best,))]
        if (second := _second(about)) is not None:
            statements.append(Statement(text=excerpt(second, question, _MAX_SECOND, first=True), passages=(second,)))
        return Found(tuple(statements), tuple(about))

    async def define(self, term: str) -> Found | None:
        """The passage that explains a single term: of those with it in their heading the one that says least else."""
        hits = await self._toolbox.search(term, limit=_HITS)
        about = [hit for hit in hits if set(terms(term)) <= set(terms(hit.passage.heading))]
        if not about:
            return None
        best = min(about, key=lambda hit: len(hit.passage.heading.split())).passage
        return Found((Statement(text=excerpt(best, term), passages=(best,)),), tuple(about))


def _named(passage: Passage, text: str) -> str:
    """In someone's own files a section may be a row of a table, which says little without its name."""
    return f"{passage.heading}: {text}" if passage.kind == "general" and passage.heading else text


def _second(about: Sequence[Hit]) -> Passage | None:
    """The next passage, where it is about as near as the best: it completes the answer, or is the better one."""
    best = about[0]
    near = [hit for hit in about[1:] if (hit.similarity or 0.0) >= (best.similarity or 1.0) - _AS_NEAR]
    # Another document sees it from another side.
    others = [hit for hit in near if hit.passage.document != best.passage.document]
    return next((hit.passage for hit in (*others, *near)), None)


def covers(found: Found, rest: Sequence[str], *, english: bool, share: float = _HALF) -> bool:
    """Whether the passage holds what was asked beyond the name. Across languages only meaning can tell."""
    if not english:
        return True
    asked = SubjectGuess.content_terms(rest)
    held = set(terms(found.hits[0].passage.indexed_text))
    return bool(asked) and len([term for term in asked if term in held]) >= share * len(asked)


def is_about(hit: Hit, *, english: bool) -> bool:
    """Whether a passage is about the question: by meaning, or by meaning and words together."""
    if hit.similarity is None:
        return hit.coverage >= LEXICAL_COVERAGE
    if hit.similarity >= (SURE_SIMILARITY if english else FOREIGN_SIMILARITY):
        return True
    return hit.similarity >= FAIR_SIMILARITY and hit.coverage >= FAIR_COVERAGE


def fitness(hit: Hit, asked: set[str], *, own_page: bool) -> float:
    """Meaning first; between passages of like meaning the one that holds more of the words asked for, and of a
    provider's own page when a provider is asked about, else the other.
    """
    held = set(terms(hit.passage.indexed_text))
    share = len(asked & held) / len(asked) if asked else 0.0
    own = 0.0
    if hit.passage.kind == "provider":
        own = _OWN_PAGE if own_page else -_OWN_PAGE
    return (hit.similarity or hit.score) + _WORD_SHARE * share + own


def _mentions(hit: Hit, names: Sequence[str]) -> bool:
    text = hit.passage.indexed_text.lower()
    return not names or any(name.lower() in text for name in names)


def excerpt(passage: Passage, question: str, limit: int = _MAX_WORDS, *, first: bool = False) -> str:
    """The sentences that answer: the first, which by our rule of writing answers the heading, then those that share
    most with the question, in their own order, as far as a short answer goes.
    """
    sentences = split_sentences(passage.text)
    if not sentences:
        return passage.text
    asked = set(terms(question))
    ranked = sorted(range(len(sentences)), key=lambda place: (-_shared(sentences[place], asked), place))
    keep_first = first or (passage.kind != "credential" and bool(asked & set(terms(passage.heading or passage.title))))
    order = [0, *(place for place in ranked if place)] if keep_first else ranked
    return fitting(sentences, order, limit)


def fitting(sentences: Sequence[str], order: Sequence[int], limit: int) -> str:
    """The few that come first in an order and have no more words than `limit` together (the first always), said in
    the order in which they stand.
    """
    chosen: list[int] = []
    size = 0
    for place in order:
        length = len(sentences[place].split())
        if chosen and size + length > limit:
            continue
        chosen.append(place)
        size += length
        if len(chosen) == MAX_SENTENCES:
            break
    return " ".join(sentences[place] for place in sorted(chosen))


def split_sentences(text: str) -> list[str]:
    """Sentences in order; a list belongs to the sentence that introduces it, its items joined by semicolons."""
    sentences: list[str] = []
    for piece in (part.strip() for part in _SENTENCE.split(text)):
        if not piece:
            continue
        if sentences and piece.startswith("- "):
            joint = " " if sentences[-1].endswith(":") else "; "
            sentences[-1] += joint + piece[2:].rstrip(".;")
        elif sentences and _ABBREVIATION.search(sentences[-1]):
            sentences[-1] += " " + piece
        else:
            sentences.append(piece)
    return sentences


def _shared(sentence: str, asked: set[str]) -> float:
    """How much of the question a sentence holds; of two alike the shorter is worth more."""
    held = set(terms(sentence))
    return len(held & asked) / (1 + len(held) / 20)
