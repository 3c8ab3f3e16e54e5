"""What goes out: posted in the order in which it is to arrive, sent by one at a time. Every function works in the
transaction of its caller.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.mail import Outgoing, Parcel, Superseded, Ticket
from bot.learning.learner import Room
from bot.storage import dialects, queues
from bot.storage.codec import as_json
from bot.storage.dialects import insert
from bot.storage.reading import AnyRow
from bot.storage.tables import outbox, sent_messages

logger = logging.getLogger(__name__)


async def post(
    connection: AsyncConnection,
    outgoing: Sequence[Outgoing],
    cause: str,
    number: str | None,
    now: datetime,
    turn: str | None = None,
) -> None:
    """`cause` is what it comes of, and only this once; `number` is whose it is; `turn` the key of what it answers."""
    if not outgoing:
        return
    await connection.execute(
        insert(connection, outbox),
        [
            {
                "effect": _effect(cause, step),
                "platform": message.room.platform,
                "room": message.room.number,
                "private": message.room.private,
                "number": number,
                "kind": message.kind,
                "payload": as_json(message.payload),
                "content": message.content,
                "once": message.once,
                "posted_at": now,
                "attempts": 0,
                "doubts": 0,
                "begun": 0,
                "fence": 0,
                "turn": turn,
            }
            for step, message in enumerate(outgoing)
        ],
    )


def _effect(cause: str, step: int) -> str:
    # A name that cannot be guessed is not needed, only one that is no other's; Discord takes 25 characters of it.
    return hashlib.sha1(f"{cause}:{step}".encode(errors="surrogatepass"), usedforsecurity=False).hexdigest()


async def parcels(
    connection: AsyncConnection, now: datetime, until: datetime, *, limit: int, platforms: Sequence[str]
) -> list[Parcel]:
    """See `Mailbox.parcels`."""
    await dialects.wait_for_turn(connection, dialects.SENDING)
    of = outbox.c
    first = queues.firsts(outbox, lane=of.room, since=of.posted_at, now=now, limit=limit, platforms=platforms)
    taken = await connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(first))
        .values(fence=outbox.c.fence + 1, attempts=outbox.c.attempts + 1, until=until, begun=outbox.c.begun + 1)
        .returning(outbox)
    )
    rows = sorted(taken, key=lambda row: (row.posted_at, row.id))
    lost = [row for row in rows if row.once and row.begun > 1]
    await _drop(connection, lost)
    return [_parcel(row) for row in rows if row not in lost]


async def _drop(connection: AsyncConnection, lost: Sequence[AnyRow]) -> None:
    """What is sent once at most, and whose sender has not come back."""
    for row in lost:
        logger.warning("outbox.perhaps_lost effect=%s", row.effect)
        await connection.execute(delete(outbox).where(outbox.c.id == row.id))


def _parcel(row: AnyRow) -> Parcel:
    return Parcel(
        ticket=Ticket(id=row.id, fence=row.fence),
        effect=row.effect,
        room=Room(platform=row.platform, number=row.room, private=row.private),
        kind=row.kind,
        payload=json.loads(row.payload),
        content=row.content,
        once=row.once,
        again=row.begun > 1 or row.doubts > 0,
        doubts=row.doubts,
        attempt=row.attempts,
        posted_at=row.posted_at,
    )


async def sent(connection: AsyncConnection, ticket: Ticket, messages: Sequence[str]) -> None:
    """See `Mailbox.sent`."""
    of = outbox.c
    gone = await connection.execute(
        delete(outbox)
        .where(queues.given(outbox, ticket))
        .returning(of.platform, of.room, of.number, of.turn, of.posted_at)
    )
    row = gone.first()
    if row is None:
        raise Superseded
    if row.turn is not None and row.number is not None:
        await _remember(connection, row, messages)


async def _remember(connection: AsyncConnection, row: AnyRow, messages: Sequence[str]) -> None:
    """A message that is put into another's place answers what it answers now."""
    for message in messages:
        new = insert(connection, sent_messages).values(
            platform=row.platform, room=row.room, message=message, turn=row.turn, number=row.number, at=row.posted_at
        )
        told = {name: new.excluded[name] for name in ("turn", "number", "at")}
        await connection.execute(new.on_conflict_do_update(index_elements=["platform", "room", "message"], set_=told))


async def later(connection: AsyncConnection, ticket: Ticket, due: datetime | None, *, unsure: bool) -> None:
    # Nobody's any more: a sender that prolongs all it has at this moment must not put off when this one is due.
    kept = await connection.execute(
        update(outbox)
        .where(queues.given(outbox, ticket))
        .values(until=due, begun=0, fence=outbox.c.fence + 1, doubts=outbox.c.doubts + (1 if unsure else 0))
        .returning(outbox.c.id)
    )
    if kept.first() is None:
        raise Superseded


async def abandon(connection: AsyncConnection, room: Room) -> int:
    gone = await connection.execute(delete(outbox).where(_to(room)))
    return int(gone.rowcount)


def _to(room: Room) -> ColumnElement[bool]:
    return and_(outbox.c.platform == room.platform, outbox.c.room == room.number)
