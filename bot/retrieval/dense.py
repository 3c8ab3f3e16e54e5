"""Nearest passages by vector: exact in memory, or in Chroma when a server or a folder is set.

Measured here (1,000 to 10,000 passages): an exact scan in numpy takes 0.1 to 1 ms and starts at once, Chroma 2 ms
after a start of 1.5 s, and with a filter it slows with its size. So exact is the default; Chroma serves those who
share one index between processes or outgrow memory.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from bot.core.ports import Vectors
from bot.errors import MissingService
from bot.retrieval.index import Index

# Chroma's default search width of 100 finds 85 to 90 % of the true ten nearest of 10,000 similar passages, 500 finds
# 99 % in 3 ms (measured).
_GRAPH = {"hnsw:space": "cosine", "hnsw:search_ef": 500}


class VectorStore(Protocol):
    """Both may raise `MissingService` where the vectors are kept elsewhere."""

    def refresh(self, index: Index) -> None:
        """Hold exactly the vectors that the index holds now."""
        ...

    def nearest(self, vector: Vectors, limit: int, within: frozenset[int] | None) -> list[tuple[int, float]]:
        """Passage numbers with their cosine similarity, best first."""
        ...


class ExactVectors:
    """All vectors in memory, scanned whole: exact, and fast enough to about 100,000 passages (11 ms)."""

    def __init__(self) -> None:
        # Both in one place: a search in another thread sees the numbers and the vectors of the same refresh.
        self._held: tuple[npt.NDArray[np.int64], Vectors] = (np.zeros(0, np.int64), np.zeros((0, 1), np.float32))

    def refresh(self, index: Index) -> None:
        numbers, matrix = index.vectors()
        self._held = np.asarray(numbers, dtype=np.int64), matrix

    def nearest(self, vector: Vectors, limit: int, within: frozenset[int] | None) -> list[tuple[int, float]]:
        numbers, matrix = self._held
        if within is not None:
            mask = np.isin(numbers, list(within))
            numbers, matrix = numbers[mask], matrix[mask]
        if not len(numbers) or matrix.shape[1] != vector.shape[0]:
            return []
        similarities = matrix @ vector
        best = np.argsort(-similarities, kind="stable")[:limit]
        return [(int(numbers[i]), float(similarities[i])) for i in best]


class ChromaVectors:
    """A Chroma collection that mirrors the index; its name carries the embedding model.

    `address` is a folder or an `http://host:port` address. Vectors are always passed in: Chroma's own embedding
    function would download a model. An entry's id is the passage's number and the digest of its vector, so that an
    index made anew, which counts from one again, never finds the vectors of other texts under its numbers.
    """

    _BATCH = 5000  # Chroma 1.5 refuses more than 5,461 at once

    def __init__(self, address: str, model: str) -> None:
        import chromadb  # noqa: PLC0415 - 1.5 s to import, only where it is used
        from chromadb.config import Settings  # noqa: PLC0415

        self._address = address
        settings = Settings(anonymized_telemetry=False)
        self._client: Any
        with self._translated():
            if address.startswith(("http://", "https://")):
                self._client = chromadb.HttpClient(**_host_and_port(address), settings=settings)
            else:
                Path(address).mkdir(parents=True, exist_ok=True)
                self._client = chromadb.PersistentClient(path=address, settings=settings)
            self._collection = self._client.get_or_create_collection(
                name=collection_name(model), metadata=_GRAPH | {"model": model}, embedding_function=None
            )

    def refresh(self, index: Index) -> None:
        numbers, matrix = index.vectors()
        wanted = {_entry(number, vector): vector for number, vector in zip(numbers, matrix, strict=True)}
        with self._translated():
            held = set(self._collection.get(include=[])["ids"])
            for batch in _batches(sorted(held - wanted.keys()), self._BATCH):
                self._collection.delete(ids=list(batch))
            for batch in _batches(sorted(wanted.keys() - held, key=_number), self._BATCH):
                # Not `add`, which passes over an id that another process has added meanwhile.
                self._collection.upsert(
                    ids=list(batch),
                    embeddings=np.stack([wanted[key] for key in batch]),
                    metadatas=[{"number": _number(key)} for key in batch],
                )

    def nearest(self, vector: Vectors, limit: int, within: frozenset[int] | None) -> list[tuple[int, float]]:
        where: dict[str, Any] = {} if within is None else {"where": {"number": {"$in": sorted(within)}}}
        if within is not None and not within:
            return []
        with self._translated():
            found = self._collection.query(query_embeddings=[vector], n_results=limit, include=["distances"], **where)
        distances = (found["distances"] or [[]])[0]
        return [(_number(key), 1.0 - float(far)) for key, far in zip(found["ids"][0], distances, strict=True)]

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Chroma raises its own errors, those of its HTTP client and, where no server answers, `ValueError`."""
        import httpx  # noqa: PLC0415 - chromadb has loaded it
        from chromadb.errors import ChromaError  # noqa: PLC0415

        try:
            yield
        except (ChromaError, httpx.HTTPError, OSError, ValueError) as error:
            raise MissingService(f"Chroma at {_public(self._address)} cannot be used ({error})") from error


def _entry(number: int, vector: Vectors) -> str:
    return f"{number}-{hashlib.sha256(vector.tobytes()).hexdigest()[:16]}"


def _number(entry: str) -> int:
    return int(entry.partition("-")[0])


def collection_name(model: str) -> str:
    """A name Chroma accepts (letters, figures, `-`): two models never share a collection, whatever their dimension."""
    readable = "".join(char if char.isascii() and char.isalnum() else "-" for char in model.lower())[:30].strip("-")
    return f"credway-{readable}-{hashlib.sha256(model.encode()).hexdigest()[:12]}"


def _public(address: str) -> str:
    """The address without the name and password that it may hold."""
    return re.sub(r"(?<=//)[^/@]*@", "", address)


def _host_and_port(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    return {"host": parts.hostname, "port": parts.port or (443 if secure else 8000), "ssl": secure}


def _batches(items: Sequence[str], size: int) -> list[Sequence[str]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
