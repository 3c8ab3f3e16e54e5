"""A sent file into a document of somebody: read apart, freed of orders to machines, cut and, in time, embedded.

Knows neither whose it is nor where it is kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import cast

import numpy as np

from bot.core.owned import FileRefused, OwnDocument, Refusal
from bot.core.ports import Embedder
from bot.documents.apart import ReadingApart, Unreadable
from bot.documents.cleared import Clearing, cleared
from bot.documents.model import Document, Passage
from bot.documents.passages import written_passages
from bot.errors import DocumentError, MissingService
from bot.text.words import clean

# A passage takes some 0.1 s to embed, on a busy machine several times that: what is not done by then is found by its
# words alone, and nobody waits a minute to be told that a file has arrived.
EMBEDDING_SECONDS = 8.0
_BATCH = 4
_NAME = 80
# What would be a link, a mention or a format in a chat.
_UNFIT = re.compile(r"[^\w .,()+&'-]+")


class OwnFileReading:
    """Implements `FileReading`."""

    def __init__(
        self,
        apart: ReadingApart,
        clearing: Clearing,
        embedder: Embedder | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._apart = apart
        self._clearing = clearing
        self._embedder = embedder
        self._clock = clock

    async def read(self, name: str, content: bytes, at: datetime) -> OwnDocument:
        identity = hashlib.sha256(content).hexdigest()[:16]
        try:
            document = await self._apart.read(f"own/{identity}", _shown(name), content)
        except Unreadable as error:
            raise FileRefused(cast("Refusal", error.reason), error.detail) from error
        return await asyncio.to_thread(self._made, identity, document, at)

    def _made(self, identity: str, document: Document, at: datetime) -> OwnDocument:
        try:
            document, _ = cleared(document, self._clearing)
        except DocumentError as error:
            raise FileRefused("orders", str(error)) from error
        passages = tuple(written_passages(document))
        vectors, embedded = self._embed(passages)
        return OwnDocument(
            id=identity,
            name=document.title,
            at=at,
            passages=passages,
            vectors=vectors,
            embedded=embedded,
            model=self._embedder.model if self._embedder is not None and embedded else "",
        )

    def _embed(self, passages: Sequence[Passage]) -> tuple[bytes, int]:
        """The vectors of as many passages, from the first on, as there is time for."""
        if self._embedder is None:
            return b"", 0
        done: list[bytes] = []
        began = self._clock()
        for start in range(0, len(passages), _BATCH):
            if self._clock() - began > EMBEDDING_SECONDS:
                break
            texts = [passage.indexed_text for passage in passages[start : start + _BATCH]]
            try:
                vectors = self._embedder.embed_passages(texts)
            except MissingService:
                break
            done += [vector.astype(np.float16).tobytes() for vector in vectors]
        return b"".join(done), len(done)


def _shown(name: str) -> str:
    """A file's name as it may stand in an answer, with its ending."""
    path = PurePosixPath(_UNFIT.sub("_", clean(name).replace("\\", "/").rsplit("/", 1)[-1]).strip(" ._") or "document")
    return f"{path.stem[:_NAME]}{path.suffix[:10]}"
