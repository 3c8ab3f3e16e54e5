"""What the core needs from outside, as small as it can be. Each port has two implementations or a test double."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bot.documents.model import Passage

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage with what speaks for it.

    `score` orders hits of one search (0 to 1, not comparable between searches). `coverage` is the share of the
    question's terms, weighted by rarity, that the passage holds; `similarity` the cosine of the embeddings, None
    when there are none. The last two are comparable between searches.
    """

    passage: Passage
    score: float
    coverage: float
    similarity: float | None = None


class Retriever(Protocol):
    async def retrieve(self, query: str, *, limit: int = 5, documents: frozenset[str] | None = None) -> list[Hit]:
        """The best passages, best first; `documents` restricts the search to those ids before ranking."""
        ...


class Embedder(Protocol):
    """Text to unit vectors. `model` names the vector space: vectors of different models are never compared."""

    @property
    def model(self) -> str: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension)."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,)."""
        ...
