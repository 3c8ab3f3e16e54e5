"""Searches the documents of one owner: exactly, in memory, over what the shelf gives out for that owner and no more.

An owner has a few thousand passages at most, so no index is kept: what was read is kept for a few minutes, in a form
that is quick to search. Whether it may still be found is asked of the shelf every time.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.core.owned import OwnDocument, Owner, Shelved
from bot.core.ports import Hit, Vectors
from bot.core.shelf import Shelf
from bot.documents.model import Passage
from bot.retrieval.retriever import CANDIDATES, MAX_QUERY_TERMS, fuse
from bot.retrieval.tokens import terms

# BM25's usual figures, as in the index.
_K1, _B = 1.2, 0.75
# Characters of documents that are kept ready, and for how many seconds after they were last searched.
_READY = 20_000_000
_KEPT = 600.0

# Whose, which, since when, and how much of it has vectors of which model.
_Key = tuple[Owner, str, datetime, int, str]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A document ready to be searched: for each passage its terms, and the vectors of the first ones."""

    passages: tuple[Passage, ...]
    counts: tuple[Counter[str], ...]
    vectors: Vectors | None
    characters: int
    used: float


class OwnShelfSearch:
    """Implements `OwnSearch`."""

    def __init__(
        self,
        shelf: Shelf,
        embed: Callable[[str], Vectors | None],
        model: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`embed` gives a query's vector, None where there is none now; `model` is whose vectors those are."""
        self._shelf = shelf
        self._embed = embed
        self._model = model
        self._clock = clock
        self._ready: OrderedDict[_Key, _Ready] = OrderedDict()

    async def search(
        self, query: str, owner: Owner, *, limit: int = 5, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        lines = await self._shelf.documents(owner)
        found = await self._prepared(owner, lines)
        wanted = [ready for line, ready in found if documents is None or line.id in documents]
        if not wanted:
            return []
        return await asyncio.to_thread(self._ranked, query, wanted, limit)

    async def _prepared(self, owner: Owner, lines: Sequence[Shelved]) -> list[tuple[Shelved, _Ready]]:
        """All documents of the owner as they are now, and of others nothing that is long unused."""
        now = self._clock()
        keys = {(owner, line.id, line.at, line.embedded, line.model): line for line in lines}
        for key in [*self._ready]:
            gone = key[0] == owner and key not in keys
            if gone or now - self._ready[key].used > _KEPT:
                del self._ready[key]
        known = {key: self._ready[key] for key in keys if key in self._ready}
        # By what the list said: what has got more vectors since then is read again the next time.
        missing = {line.id: key for key, line in keys.items() if key not in known}
        for document in await self._shelf.read(owner, list(missing)) if missing else []:
            key = missing[document.id]
            known[key] = await asyncio.to_thread(self._made_ready, document)
        for key, ready in known.items():
            self._ready[key] = _Ready(ready.passages, ready.counts, ready.vectors, ready.characters, now)
            self._ready.move_to_end(key)
        while sum(ready.characters for ready in self._ready.values()) > _READY:
            self._ready.popitem(last=False)
        return [(keys[key], ready) for key, ready in known.items()]

    def _made_ready(self, document: OwnDocument) -> _Ready:
        counts = tuple(Counter(terms(f"{p.heading} {p.heading} {p.text}")) for p in document.passages)
        vectors = None
        if document.embedded and document.model == self._model:
            stacked = np.frombuffer(document.vectors, dtype=np.float16).reshape(document.embedded, -1)
            vectors = stacked.astype(np.float32)
        return _Ready(document.passages, counts, vectors, document.characters, self._clock())

    def _ranked(self, query: str, wanted: Sequence[_Ready], limit: int) -> list[Hit]:
        passages = [passage for ready in wanted for passage in ready.passages]
        counts = [count for ready in wanted for count in ready.counts]
        asked = list(dict.fromkeys(terms(query)))[:MAX_QUERY_TERMS]
        rarity = {term: _rarity(sum(term in count for count in counts), len(counts)) for term in asked}
        lexical = _best(_bm25(counts, rarity))
        near = self._near(query, wanted)
        ranked = _fused(lexical, near)[:limit]
        total = sum(rarity.values())
        return [
            Hit(
                passage=passages[number],
                score=score,
                coverage=sum(rarity[term] for term in asked if term in counts[number]) / total if total else 0.0,
                similarity=near.get(number),
            )
            for number, score in ranked
        ]

    def _near(self, query: str, wanted: Sequence[_Ready]) -> dict[int, float]:
        """The cosine of each passage that has a vector."""
        if all(ready.vectors is None for ready in wanted) or (vector := self._embed(query)) is None:
            return {}
        near: dict[int, float] = {}
        first = 0
        for ready in wanted:
            if ready.vectors is not None:
                near |= {first + place: float(value) for place, value in enumerate(ready.vectors @ vector)}
            first += len(ready.passages)
        return near


def _fused(lexical: list[tuple[int, float]], near: dict[int, float]) -> list[tuple[int, float]]:
    """As elsewhere; but what has not been embedded is not put behind for that: its words count for all."""
    top = lexical[0][1] if lexical else 1.0
    scores = dict(fuse(lexical, _best(near)))
    scores |= {number: score / top for number, score in lexical if number not in near}
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _rarity(holding: int, count: int) -> float:
    return math.log(1 + (count - holding + 0.5) / (holding + 0.5))


def _bm25(counts: Sequence[Counter[str]], rarity: dict[str, float]) -> dict[int, float]:
    lengths = [count.total() for count in counts]
    mean = sum(lengths) / len(lengths) or 1.0
    scores: dict[int, float] = {}
    for number, count in enumerate(counts):
        norm = _K1 * (1 - _B + _B * lengths[number] / mean)
        score = sum(rare * count[term] * (_K1 + 1) / (count[term] + norm) for term, rare in rarity.items())
        if score > 0:
            scores[number] = score
    return scores


def _best(scores: dict[int, float]) -> list[tuple[int, float]]:
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:CANDIDATES]
