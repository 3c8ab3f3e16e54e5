"""Whether a question is in our field at all, and which of its words the documents know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from bot.core.ports import Vectors
from bot.documents.model import Passage
from bot.retrieval.index import vector_key
from bot.retrieval.retriever import HybridRetriever
from bot.retrieval.tokens import STOP_WORDS, terms
from bot.text.prompts import bullet_list, read_prompt_file

_NEIGHBOURS = 3

Examples = tuple[Vectors, Vectors]


class SubjectGuess:
    """Compares a question with examples of questions in and out of the field, by meaning, in any language.

    Without an embedder every question counts as in the field: then only coverage decides.
    """

    def __init__(self, retriever: HybridRetriever, examples: Callable[[], Examples | None]) -> None:
        """`examples` gives the vectors of the example questions inside and outside the field; it is called once, and
        not before a question needs it."""
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
        inside, outside = self._examples
        return _nearness(inside, vector) >= _nearness(outside, vector)

    def knows(self, word: str) -> bool:
        """Whether any document holds the word."""
        return all(self._retriever.knows(term) for term in terms(word))

    @staticmethod
    def content_terms(rest: Sequence[str]) -> list[str]:
        return [term for word in rest if word not in STOP_WORDS for term in terms(word)]

    @staticmethod
    def passage_terms(passage: Passage) -> frozenset[str]:
        return frozenset(terms(passage.indexed_text))


def _nearness(examples: Vectors, vector: Vectors) -> float:
    """The mean similarity of the nearest few: one odd example does not decide."""
    similarities = np.sort(examples @ vector)[::-1]
    return float(similarities[:_NEIGHBOURS].mean())


def example_questions(path: Path) -> dict[str, list[str]]:
    """The example questions by kind (`in_field`, `out_of_field`)."""
    return {key: bullet_list(body) for key, body in read_prompt_file(path).sections.items()}


def example_key(model: str, question: str) -> str:
    """Under which an example's vector is shipped. Questions and passages are embedded differently."""
    return vector_key(model, f"question: {question}")
