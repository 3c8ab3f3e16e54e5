"""Somebody's own documents: kept on a shelf of theirs, found for nobody else, and taken only within limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.core.conversation import Turn
from bot.core.owned import FileRefused, OwnDocument, Owner, SentFile, Shelved
from bot.core.ports import Hit, Keepsakes
from bot.learning.learner import Identity

MAX_BYTES = 10_000_000
MAX_DOCUMENTS = 50
MAX_CHARACTERS = 5_000_000
# As many as go into one album of a chat.
MAX_FILES = 10
PERIOD = timedelta(minutes=10)
_SENT = "files.sent"


class Shelf(Protocol):
    """Where documents of somebody are kept. Every method is about one owner and sees nothing of any other.

    Those of a learner are exported, forgotten and joined with all else that is kept of them. Raises `MissingService`
    and `InputError` as a `LearnerStore` does, and `ValueError` for a private room.
    """

    async def put(self, owner: Owner, document: OwnDocument) -> None:
        """Keep a document; one with the same id is replaced."""
        ...

    async def remove(self, owner: Owner, document: str) -> bool:
        """Whether there was such a one; nothing of it is left in the database's files."""
        ...

    async def clear(self, owner: Owner) -> int:
        """Remove all; how many there were. For a community that sends us away."""
        ...

    async def documents(self, owner: Owner) -> list[Shelved]:
        """Those that are kept, the latest first."""
        ...

    async def read(self, owner: Owner, documents: Sequence[str]) -> list[OwnDocument]:
        """These documents whole, as far as they are this owner's."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A document as it was found, with passages that have no vectors of some model. `place` tells it from all others,
    and nothing of whose it is.
    """

    place: str
    document: OwnDocument


class VectorShelf(Protocol):
    """The shelf for whoever completes vectors: it sees everybody's documents, and changes nothing else of them."""

    async def lacking(self, model: str, but: frozenset[str] = frozenset()) -> Lacking | None:
        """The one that has waited the longest for vectors of this model, leaving out these places."""
        ...

    async def keep_vectors(self, lacking: Lacking, document: OwnDocument) -> bool:
        """Keep the vectors of `document`. False where what was found is gone, or is another by now."""
        ...


class OwnSearch(Protocol):
    async def search(
        self, query: str, owner: Owner, *, limit: int = 5, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """The best passages of this owner's documents, best first, compared as those of a `Retriever` are."""
        ...


class FileReading(Protocol):
    async def read(self, name: str, content: bytes, at: datetime) -> OwnDocument:
        """A file as a document, without orders to machines. Raises `FileRefused`."""
        ...


class OwnDocuments:
    """What can be done with somebody's own documents. The one place where it is decided what is taken."""

    def __init__(self, shelf: Shelf, reading: FileReading, search: OwnSearch, keepsakes: Keepsakes) -> None:
        """`keepsakes`: where it is remembered how often somebody has sent a file."""
        self._shelf = shelf
        self._reading = reading
        self._search = search
        self._keepsakes = keepsakes

    async def read(self, owner: Owner, file: SentFile, sender: Identity, now: datetime) -> OwnDocument:
        """A sent file as a document of this owner, which is not kept yet. Raises `FileRefused`."""
        if file.size is not None and file.size > MAX_BYTES:
            raise FileRefused("size", f"{file.size:,} bytes")
        await self._count(sender, now)
        held = await self._shelf.documents(owner)
        content = await file.fetch()
        if len(content) > MAX_BYTES:
            raise FileRefused("size", f"{len(content):,} bytes")
        document = await self._reading.read(file.name, content, now)
        others = [other for other in held if other.id != document.id]
        characters = document.characters + sum(other.characters for other in others)
        if len(others) >= MAX_DOCUMENTS or characters > MAX_CHARACTERS:
            raise FileRefused("full", f"{len(others)} documents, {characters:,} characters")
        return document

    async def put(self, owner: Owner, file: SentFile, sender: Identity, now: datetime) -> OwnDocument:
        """Read and keep: for a community, whose documents come with nobody's turn. Raises `FileRefused`."""
        document = await self.read(owner, file, sender, now)
        await self._shelf.put(owner, document)
        return document

    async def remove(self, owner: Owner, document: str) -> bool:
        return await self._shelf.remove(owner, document)

    async def clear(self, owner: Owner) -> int:
        return await self._shelf.clear(owner)

    async def documents(self, owner: Owner) -> list[Shelved]:
        return await self._shelf.documents(owner)

    async def search(
        self, query: str, owner: Owner, *, limit: int = 5, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        return await self._search.search(query, owner, limit=limit, documents=documents)

    async def _count(self, sender: Identity, now: datetime) -> None:
        """Counted before a file is looked at: one that is refused has cost as much as one that is taken."""
        kept: Any = await self._keepsakes.recall(sender, _SENT, now)
        times = [time for time in kept or [] if datetime.fromisoformat(time) > now - PERIOD]
        if len(times) >= MAX_FILES:
            raise FileRefused("often")
        await self._keepsakes.keep(sender, {_SENT: [*times, now.isoformat()]}, now + PERIOD)


def owner_of(turn: Turn) -> Owner | None:
    """Whose documents a turn may find: in private the person's own, among others those of the community, else none."""
    if turn.private:
        return turn.who if turn.learner is not None else None
    return turn.community or turn.room
