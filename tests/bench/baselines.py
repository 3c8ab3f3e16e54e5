"""What hybrid search has to beat: plain BM25 and plain Chroma, both as they come, over the same passages."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from bot.core.ports import Vectors

Ranked = list[tuple[int, float]]

DEPTH = 100
_CHROMA_BATCH = 5000  # Chroma 1.5 refuses more than 5,461 at once


class PlainBm25:
    """bm25s with its own tokenisation, stop words and parameters. `built` is how long indexing took."""

    def __init__(self, numbers: Sequence[int], texts: Sequence[str]) -> None:
        import bm25s  # noqa: PLC0415 - only where it is measured

        logging.getLogger("bm25s").setLevel(logging.WARNING)
        self._bm25s = bm25s
        self._numbers = numbers
        began = time.perf_counter()
        self._index = bm25s.BM25()
        self._index.index(bm25s.tokenize(list(texts), show_progress=False), show_progress=False)
        self.built = time.perf_counter() - began

    def search(self, query: str, _vector: Vectors) -> Ranked:
        tokens = self._bm25s.tokenize(query, show_progress=False)
        found, scores = self._index.retrieve(tokens, k=min(DEPTH, len(self._numbers)), show_progress=False)
        # It fills up with documents that hold no word of the query.
        return [(self._numbers[n], float(s)) for n, s in zip(found[0], scores[0], strict=True) if s > 0]


class PlainChroma:
    """A collection in memory with Chroma's default index. The vectors are the product's."""

    def __init__(self, name: str, numbers: Sequence[int], vectors: Vectors) -> None:
        import chromadb  # noqa: PLC0415 - 1.5 s, likewise
        from chromadb.config import Settings  # noqa: PLC0415

        client: Any = chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False))
        self._collection = client.create_collection(name, embedding_function=None)
        # Its graph is better when neighbours do not come in a row: measured, 95 % of the nearest ten against 85 %.
        order = np.random.default_rng(1).permutation(len(numbers))
        began = time.perf_counter()
        for start in range(0, len(order), _CHROMA_BATCH):
            batch = order[start : start + _CHROMA_BATCH]
            self._collection.add(ids=[str(numbers[place]) for place in batch], embeddings=vectors[batch])
        self.built = time.perf_counter() - began

    def search(self, _query: str, vector: Vectors) -> Ranked:
        found = self._collection.query(query_embeddings=np.stack([vector]), n_results=DEPTH, include=["distances"])
        return [(int(n), -float(d)) for n, d in zip(found["ids"][0], found["distances"][0], strict=True)]
