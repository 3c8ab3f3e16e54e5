"""What goes out: posted in the order in which it is to arrive, sent by one at a time. Every function works in the
transaction of its caller.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.mail import Outgoing, Parcel, Superseded, Ticket
from bot.learning.learner import Room
from bot.storage import dialects
from bot.storage.codec import as_json
from bot.storage.dialects import insert
from bot.storage.reading import AnyRow
from bot.storage.tables import outbox

logger = logging.getLogger(__name__)


async def post(
    connection: AsyncConnection, outgoing: Sequence[Outgoing], cause: str, number: str | None, now: datetime
) -> None:
    """`cause` is what it comes of, and only this once; `number` is whose it is."""
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
    free = (
        select(func.min(outbox.c.id))
        .where(outbox.c.platform.in_(platforms))
        .group_by(outbox.c.platform, outbox.c.room)
        .having(or_(func.max(outbox.c.until).is_(None), func.max(outbox.c.until) <= now))
    )
    first = (
        select(outbox.c.id)
        .where(outbox.c.id.in_(free), or_(outbox.c.until.is_(None), outbox.c.until <= now))
        .order_by(outbox.c.posted_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
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


async def prolong(connection: AsyncConnection, tickets: Sequence[Ticket], until: datetime) -> None:
    for ticket in sorted(tickets, key=lambda ticket: ticket.id):
        await connection.execute(update(outbox).where(_given(ticket)).values(until=until))


async def sent(connection: AsyncConnection, ticket: Ticket) -> None:
    gone = await connection.execute(delete(outbox).where(_given(ticket)).returning(outbox.c.id))
    if gone.first() is None:
        raise Superseded


async def later(connection: AsyncConnection, ticket: Ticket, due: datetime | None, *, unsure: bool) -> None:
    # Nobody's any more: a sender that prolongs all it has at this moment must not put off when this one is due.
    kept = await connection.execute(
        update(outbox)
        .where(_given(ticket))
        .values(until=due, begun=0, fence=outbox.c.fence + 1, doubts=outbox.c.doubts + (1 if unsure else 0))
        .returning(outbox.c.id)
    )
    if kept.first() is None:
        raise Superseded


async def abandon(connection: AsyncConnection, room: Room) -> int:
    gone = await connection.execute(delete(outbox).where(_to(room)))
    return int(gone.rowcount)


def _given(ticket: Ticket) -> ColumnElement[bool]:
    return and_(outbox.c.id == ticket.id, outbox.c.fence == ticket.fence)


def _to(room: Room) -> ColumnElement[bool]:
    return and_(outbox.c.platform == room.platform, outbox.c.room == room.number)
