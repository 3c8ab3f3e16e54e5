"""Doubles of ports, for tests that are not about the real part. Each keeps the promise of its port."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from bot.core.ports import Hit, Vectors
from bot.errors import MissingService
from bot.text.words import words


class FakeEmbedder:
    """An `Embedder`: a text's words, each hashed to a direction, added up. Texts with common words are near.

    `passages` and `queries` hold what was embedded, in order. While `down`, it fails as a remote model would.
    """

    def __init__(self, model: str = "fake/hashed-words", dimension: int = 64) -> None:
        self.model = model
        self.dimension = dimension
        self.passages: list[str] = []
        self.queries: list[str] = []
        self.down = False

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.stack([self._vector(text) for text in texts])
        self.passages += texts
        return vectors

    def embed_query(self, text: str) -> Vectors:
        vector = self._vector(text)
        self.queries.append(text)
        return vector

    def _vector(self, text: str) -> Vectors:
        if self.down:
            raise MissingService("the fake embedder is down")
        total = np.sum([self._direction(word) for word in words(text) or [""]], axis=0)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    def _direction(self, word: str) -> Vectors:
        """The same in every process, unlike `hash`; other models have other directions."""
        seed = int.from_bytes(hashlib.sha256(f"{self.model}\0{word}".encode()).digest()[:8])
        return np.random.default_rng(seed).standard_normal(self.dimension, dtype=np.float32)


class NoRetriever:
    """A `Retriever` over no documents: for what is answered from the catalogue alone."""

    async def retrieve(self, query: str, *, limit: int = 5, documents: frozenset[str] | None = None) -> list[Hit]:
        return []
