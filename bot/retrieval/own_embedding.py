"""Embeds what of somebody's documents could not be embedded while they waited: in the background, a document at a time.

Knows neither whose they are nor how long they stay: what is gone or was sent anew meanwhile is left alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.core.ports import Embedder
from bot.core.shelf import Lacking, VectorShelf
from bot.documents.model import Passage
from bot.errors import MissingService

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingPace:
    """In seconds: how often it looks for work, and how often what is done is kept (so much is lost with a process).

    After each `batch` of passages it rests `rest` times as long as that took: who asks something meanwhile needs the
    processor more.
    """

    look_every: float = 30.0
    keep_every: float = 20.0
    rest: float = 1.0
    batch: int = 4


class OwnEmbedding:
    """A `Chore`."""

    name = "documents:embedding"

    def __init__(
        self,
        shelf: VectorShelf,
        embedder: Embedder,
        pace: EmbeddingPace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shelf = shelf
        self._embedder = embedder
        self._pace = pace or EmbeddingPace()
        self._clock = clock
        # What fails here would fail again at once, and keep the others waiting.
        self._given_up: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                lacking = await self._shelf.lacking(self._embedder.model, frozenset(self._given_up))
                if lacking is not None:
                    await self._complete(lacking, stop)
                    continue
            except MissingService as error:
                logger.warning("documents.not_embedded %s", error)
            await _pause(stop, self._pace.look_every)

    async def _complete(self, lacking: Lacking, stop: asyncio.Event) -> None:
        try:
            await self._embed(lacking, stop)
        except MissingService:
            raise
        except Exception:
            logger.exception("documents.not_embedded place=%s", lacking.place)
            self._given_up.add(lacking.place)

    async def _embed(self, lacking: Lacking, stop: asyncio.Event) -> None:
        """Go on behind what is embedded already, unless that is of another model."""
        document = lacking.document
        if document.model != self._embedder.model:
            document = replace(document, vectors=b"", embedded=0, model=self._embedder.model)
        kept = self._clock()
        while document.embedded < len(document.passages) and not stop.is_set():
            began = self._clock()
            batch = document.passages[document.embedded : document.embedded + self._pace.batch]
            vectors = await asyncio.to_thread(self._vectors, batch)
            document = replace(document, vectors=document.vectors + vectors, embedded=document.embedded + len(batch))
            if self._clock() - kept >= self._pace.keep_every and document.embedded < len(document.passages):
                if not await self._shelf.keep_vectors(lacking, document):
                    return
                lacking, kept = replace(lacking, document=document), self._clock()
            await _pause(stop, (self._clock() - began) * self._pace.rest)
        await self._shelf.keep_vectors(lacking, document)

    def _vectors(self, passages: Sequence[Passage]) -> bytes:
        found = self._embedder.embed_passages([passage.indexed_text for passage in passages])
        return b"".join(vector.astype(np.float16).tobytes() for vector in found)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
