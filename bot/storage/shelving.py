"""Stores a document of an owner, in the transaction of its caller."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.owned import OwnDocument
from bot.storage.codec import dumped
from bot.storage.dialects import insert


async def shelve(connection: AsyncConnection, table: Table, owner: dict[str, str], document: OwnDocument) -> None:
    """Keep a document of an owner, in the place of one with the same id."""
    new = insert(connection, table).values(
        **owner,
        document=document.id,
        name=document.name,
        at=document.at,
        count=len(document.passages),
        characters=document.characters,
        passages=dumped(document.passages),
        vectors=document.vectors,
        embedded=document.embedded,
        model=document.model,
    )
    kept = {"name", "at", "count", "characters", "passages", "vectors", "embedded", "model"}
    await connection.execute(
        new.on_conflict_do_update(index_elements=[*owner, "document"], set_={name: new.excluded[name] for name in kept})
    )
