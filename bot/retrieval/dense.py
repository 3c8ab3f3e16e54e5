"""Nearest passages by vector: exact in memory, or in Chroma when a server or a folder is set.

Measured here (1,000 to 10,000 passages): an exact scan in numpy takes 0.1 to 1 ms and starts at once, Chroma 2 ms
after a start of 1.5 s, and with a filter it slows with its size. So exact is the default; Chroma serves those who
share one index between processes or outgrow memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from bot.core.ports import Vectors
from bot.retrieval.index import Index


class VectorStore(Protocol):
    def refresh(self, index: Index) -> None:
        """Hold exactly the vectors that the index holds now."""
        ...

    def nearest(self, vector: Vectors, limit: int, within: frozenset[int] | None) -> list[tuple[int, float]]:
        """Passage numbers with their cosine similarity, best first."""
        ...


class ExactVectors:
    """All vectors in memory, scanned whole: exact, and fast enough to about 100,000 passages (11 ms)."""

    def __init__(self) -> None:
        self._numbers = np.zeros(0, dtype=np.int64)
        self._matrix: Vectors = np.zeros((0, 1), dtype=np.float32)

    def refresh(self, index: Index) -> None:
        numbers, self._matrix = index.vectors()
        self._numbers = np.asarray(numbers, dtype=np.int64)

    def nearest(self, vector: Vectors, limit: int, within: frozenset[int] | None) -> list[tuple[int, float]]:
        numbers, matrix = self._numbers, self._matrix
        if within is not None:
            mask = np.isin(numbers, list(within))
            numbers, matrix = numbers[mask], matrix[mask]
        if not len(numbers) or matrix.shape[1] != vector.shape[0]:
            return []
        similarities = matrix @ vector
        best = np.argsort(-similarities, kind="stable")[:limit]
        return [(int(numbers[i]), float(similarities[i])) for i in best]


class ChromaVectors:
    """A Chroma collection that mirrors the index. Its name carries the embedding model and the schema.

    `address` is a folder or an `http://host:port` address. Vectors are always passed in: Chroma's own embedding
    function would download a model.
    """

    _BATCH = 5000  # Chroma 1.5 refuses more than 5,461 at once

    def __init__(self, address: str, model: str) -> None:
        import chromadb  # noqa: PLC0415 - 1.5 s to import, only where it is used
        from chromadb.config import Settings  # noqa: PLC0415

        settings = Settings(anonymized_telemetry=False)
        client: Any
        if address.startswith(("http://", "https://")):
            client = chromadb.HttpClient(**_host_and_port(address), settings=settings)
        else:
            Path(address).mkdir(parents=True, exist_ok=True)
            client = chromadb.PersistentClient(path=address, settings=settings)
        self._collection = client.get_or_create_collection(
            name=collection_name(model), metadata={"hnsw:space": "cosine", "model": model}, embedding_function=None
        )

    def refresh(self, index: Index) -> None:
        numbers, matrix = index.vectors()
        wanted = dict(zip((str(number) for number in numbers), matrix, strict=True))
        held = set(self._collection.get(include=[])["ids"])
        gone, new = sorted(held - wanted.keys()), sorted(wanted.keys() - held, key=int)
        for batch in _batches(gone, self._BATCH):
            self._collection.delete(ids=list(batch))
        for batch in _batches(new, self._BATCH):
            self._collection.add(
                ids=list(batch),
                embeddings=np.stack([wanted[key] for key in batch]),
                metadatas=[{"number": int(key)} for key in batch],
            )

    def nearest(self, vector: Vectors, limit: int, within: frozenset[int] | None) -> list[tuple[int, float]]:
        where: dict[str, Any] = {} if within is None else {"where": {"number": {"$in": sorted(within)}}}
        if within is not None and not within:
            return []
        found = self._collection.query(
            query_embeddings=[vector], n_results=limit, include=["distances"], **where
        )
        distances = (found["distances"] or [[]])[0]
        return [(int(key), 1.0 - float(far)) for key, far in zip(found["ids"][0], distances, strict=True)]


def collection_name(model: str) -> str:
    """A name Chroma accepts (letters, figures, `-`): two models never share a collection, whatever their dimension."""
    return "credway-" + "".join(char if char.isalnum() else "-" for char in model.lower())[:40].strip("-")


def _host_and_port(address: str) -> dict[str, Any]:
    from urllib.parse import urlsplit  # noqa: PLC0415

    parts = urlsplit(address)
    secure = parts.scheme == "https"
    return {"host": parts.hostname, "port": parts.port or (443 if secure else 8000), "ssl": secure}


def _batches(items: Sequence[str], size: int) -> list[Sequence[str]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
