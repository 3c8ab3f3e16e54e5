"""A room that has another number from now on: all that hangs on the number, in the transaction of the caller."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Table, and_, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.learning.learner import Room
from bot.storage.tables import (
    community_documents,
    community_spending,
    feedback,
    members,
    outbox,
    sent_messages,
    summaries,
    turns,
)

# Where rows of a room stand, and what is there only once in a room.
_OF_ROOMS: tuple[tuple[Table, tuple[tuple[Column[object], ...], ...]], ...] = (
    (outbox, ()),
    (sent_messages, ((sent_messages.c.message,),)),
    (feedback, ()),
    (turns, ()),
    (summaries, ((summaries.c.learner_id, summaries.c.private),)),
    (members, ((members.c.learner_id,), (members.c.folded,))),
    (community_documents, ((community_documents.c.document,),)),
    (community_spending, ((community_spending.c.day,),)),
)


async def move(connection: AsyncConnection, old: Room, new: Room) -> None:
    """What the new room has already stays, as it is the later."""
    for table, once in _OF_ROOMS:
        for columns in once:
            there = select(*columns).where(_in(table, new))
            await connection.execute(delete(table).where(_in(table, old), tuple_(*columns).in_(there)))
        moved = {"platform": new.platform, "room": new.number}
        await connection.execute(update(table).where(_in(table, old)).values(moved))
    of = turns.c
    said_there = and_(of.platform == old.platform, of.community == old.number)
    await connection.execute(update(turns).where(said_there).values(community=new.number))


def _in(table: Table, room: Room) -> ColumnElement[bool]:
    return and_(table.c.platform == room.platform, table.c.room == room.number)
