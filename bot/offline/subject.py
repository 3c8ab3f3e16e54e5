"""Whether a question is in our field at all, and which of its words the documents know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from bot.core.ports import Vectors
from bot.documents.model import Passage
from bot.offline.thresholds import FIELD_LEAD, FIELD_SIMILARITY
from bot.retrieval.index import vector_key
from bot.retrieval.retriever import HybridRetriever
from bot.retrieval.tokens import STOP_WORDS, terms
from bot.text.prompts import bullet_list, read_prompt_file

_NEIGHBOURS = 3
_FIELD = "field."
_INSIDE, _OUTSIDE, _ABSENT = "in_field", "out_of_field", "absent"
_TELLING = 3.5  # in at most about 3 % of all passages

Examples = Mapping[str, Vectors]


class SubjectGuess:
    """Compares a question with example questions by meaning, in any language; and with the documents by words.

    Without an embedder every question counts as in the field and no field is guessed: then words alone decide.
    """

    def __init__(self, retriever: HybridRetriever, examples: Callable[[], Examples | None]) -> None:
        """`examples` gives the vectors of the example questions of each kind, shape (n, dimension); it is called
        once, and not before a question needs it.
        """
        self._retriever = retriever
        self._load = examples

    @cached_property
    def _examples(self) -> Examples | None:
        return self._load()

    def in_field(self, question: str) -> bool:
        """Whether the question is nearer to the examples of our field than to the others."""
        vector = self._retriever.embed(question)
        if vector is None or self._examples is None:
            return True
        return _nearness(self._examples[_INSIDE], vector) >= _nearness(self._examples[_OUTSIDE], vector)

    def is_absent(self, question: str) -> bool:
        """Whether a question about one credential is nearest to what the documents never say."""
        vector = self._retriever.embed(question)
        if vector is None or self._examples is None:
            return False
        return max(self._kinds(vector).items(), key=lambda item: item[1])[0] == _ABSENT

    def _kinds(self, vector: Vectors) -> dict[str, float]:
        return {
            kind: _nearness(vectors, vector, 2)
            for kind, vectors in (self._examples or {}).items()
            if kind.startswith(_FIELD) or kind == _ABSENT
        }

    def field_of(self, question: str) -> str | None:
        """The field that a question about one credential asks for, when its meaning says so clearly.

        The credential's name should be replaced in it: names say nothing about the field.
        """
        vector = self._retriever.embed(question)
        if vector is None or self._examples is None:
            return None
        (best, near), (_, next_near) = sorted(self._kinds(vector).items(), key=lambda item: -item[1])[:2]
        if best == _ABSENT or near < FIELD_SIMILARITY or near - next_near < FIELD_LEAD:
            return None
        return best.removeprefix(_FIELD)

    def knows(self, word: str) -> bool:
        """Whether any document holds the word."""
        return all(self._retriever.knows(term) for term in terms(word))

    def is_telling(self, word: str) -> bool:
        """Whether a word is known and rare enough to tell documents apart."""
        return self.knows(word) and self.tells_apart(terms(word))

    def tells_apart(self, found: Iterable[str]) -> bool:
        """Whether any of these terms is rare enough to tell documents apart."""
        return any(self._retriever.rarity(term) >= _TELLING for term in found)

    def weight(self, found: Iterable[str]) -> float:
        """How much terms tell, by their rarity."""
        return sum(self._retriever.rarity(term) for term in found)

    @staticmethod
    def content_terms(rest: Sequence[str]) -> list[str]:
        return [term for word in rest if word not in STOP_WORDS for term in terms(word)]

    def holds(self, passage: Passage, word: str) -> bool:
        """Whether a passage holds a word, in whatever ending."""
        return self.passage_terms(passage).issuperset(terms(word))

    @staticmethod
    def passage_terms(passage: Passage) -> frozenset[str]:
        return frozenset(terms(passage.indexed_text))


def _nearness(examples: Vectors, vector: Vectors, neighbours: int = _NEIGHBOURS) -> float:
    """The mean similarity of the nearest few: one odd example does not decide."""
    similarities = np.sort(examples @ vector)[::-1]
    return float(similarities[:neighbours].mean())


def example_questions(path: Path) -> dict[str, list[str]]:
    """The example questions by kind: `in_field`, `out_of_field`, `field.` and a field's name, `absent`."""
    return {key: bullet_list(body) for key, body in read_prompt_file(path).sections.items()}


def example_key(model: str, question: str) -> str:
    """Under which an example's vector is shipped. Questions and passages are embedded differently."""
    return vector_key(model, f"question: {question}")
