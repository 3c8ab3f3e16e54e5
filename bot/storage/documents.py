"""`Shelf` on SQLite and PostgreSQL: the documents of a learner, or of a community."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, and_, delete, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.owned import OwnDocument, Owner, Shelved
from bot.core.shelf import Lacking
from bot.documents.model import Passage
from bot.learning.learner import Room
from bot.storage.codec import loaded
from bot.storage.committing import locked_or_created
from bot.storage.database import Database
from bot.storage.reading import learner_id
from bot.storage.shelving import shelve
from bot.storage.tables import community_documents, own_documents

_TABLES = {"own": own_documents, "community": community_documents}


class SqlShelf:
    """Implements `Shelf` and `VectorShelf`: see the ports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, owner: Owner, document: OwnDocument) -> None:
        async with self._database.write() as connection:
            if isinstance(owner, Room):
                await shelve(connection, community_documents, _community(owner), document)
            else:
                learner = await locked_or_created(connection, owner)
                await shelve(connection, own_documents, {"learner_id": learner}, document)

    async def remove(self, owner: Owner, document: str) -> bool:
        return bool(await self._delete(owner, document))

    async def clear(self, owner: Owner) -> int:
        return await self._delete(owner, None)

    async def documents(self, owner: Owner) -> list[Shelved]:
        async with self._database.read() as connection:
            table, own = await _own(connection, owner)
            of = table.c
            found = await connection.execute(
                select(of.document, of.name, of.at, of.count, of.characters, of.embedded, of.model)
                .where(own)
                .order_by(of.id.desc())
            )
            names = ("id", "name", "at", "passages", "characters", "embedded", "model")
            return [Shelved(**dict(zip(names, row, strict=True))) for row in found]

    async def read(self, owner: Owner, documents: Sequence[str]) -> list[OwnDocument]:
        async with self._database.read() as connection:
            table, own = await _own(connection, owner)
            rows = await connection.execute(
                select(table).where(own, table.c.document.in_(documents)).order_by(table.c.id)
            )
            return [_document(row) for row in rows]

    async def lacking(self, model: str, but: frozenset[str] = frozenset()) -> Lacking | None:
        async with self._database.read() as connection:
            for kind, table in _TABLES.items():
                of = table.c
                left_out = [int(place.partition(":")[2]) for place in but if place.startswith(f"{kind}:")]
                lacks = or_(of.embedded < of.count, of.model != model)
                found = await connection.execute(
                    select(table).where(lacks, of.id.not_in(left_out)).order_by(of.id).limit(1)
                )
                if (row := found.first()) is not None:
                    return Lacking(place=f"{kind}:{row.id}", document=_document(row))
        return None

    async def keep_vectors(self, lacking: Lacking, document: OwnDocument) -> bool:
        kind, _, number = lacking.place.partition(":")
        table, before = _TABLES[kind], lacking.document
        of = table.c
        # A document that is sent again keeps its number and its id; its vectors begin anew.
        same = and_(
            of.id == int(number),
            of.document == before.id,
            of.at == before.at,
            of.embedded == before.embedded,
            of.model == before.model,
        )
        after = {"vectors": document.vectors, "embedded": document.embedded, "model": document.model}
        async with self._database.write() as connection:
            return bool((await connection.execute(update(table).where(same).values(after))).rowcount)

    async def _delete(self, owner: Owner, document: str | None) -> int:
        async with self._database.write() as connection:
            table, own = await _own(connection, owner)
            if document is not None:
                own = and_(own, table.c.document == document)
            gone = (await connection.execute(delete(table).where(own))).rowcount
        if gone:
            await self._database.leave_no_trace()
        return gone


async def _own(connection: AsyncConnection, owner: Owner) -> tuple[Table, Any]:
    """The table in which somebody's documents are, and what tells theirs in it."""
    if isinstance(owner, Room):
        of = community_documents.c
        return community_documents, and_(*(of[name] == value for name, value in _community(owner).items()))
    learner = await learner_id(connection, owner)
    # Of somebody unknown nothing, and never "of whom no learner is known".
    return own_documents, false() if learner is None else own_documents.c.learner_id == learner


def _community(room: Room) -> dict[str, str]:
    if room.private:
        raise ValueError("a private room owns nothing; give the identity of who talks there")
    return {"platform": room.platform, "room": room.number}


def _document(row: Any) -> OwnDocument:
    return OwnDocument(
        id=row.document,
        name=row.name,
        at=row.at,
        passages=loaded(tuple[Passage, ...], row.passages),
        vectors=row.vectors,
        embedded=row.embedded,
        model=row.model,
    )
