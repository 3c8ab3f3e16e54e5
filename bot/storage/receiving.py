"""What came in: accepted once, taken by one, settled once. Every function works in the transaction of its caller."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.mail import Accepted, Settlement, Superseded, Ticket, Update
from bot.storage import dialects, posting, queues
from bot.storage.codec import as_json
from bot.storage.dialects import insert
from bot.storage.reading import AnyRow
from bot.storage.tables import arrivals, inbox, unreachable

# SQLite takes at most 32,766 values in a statement, and an update has seven.
_AT_ONCE = 500


async def accept(connection: AsyncConnection, updates: Sequence[Update], now: datetime) -> int:
    """See `Mailbox.accept`."""
    new = 0
    for begin in range(0, len(updates), _AT_ONCE):
        new += await _accept(connection, updates[begin : begin + _AT_ONCE], now)
    return new


async def _accept(connection: AsyncConnection, updates: Sequence[Update], now: datetime) -> int:
    by_digest: dict[str, Update] = {}
    for one in updates:
        by_digest.setdefault(_digest(one), one)
    # In one order for everybody, so that no two who bring the same wait for each other.
    arrived = await connection.execute(
        insert(connection, arrivals)
        .values([{"digest": digest, "at": now} for digest in sorted(by_digest)])
        .on_conflict_do_nothing()
        .returning(arrivals.c.digest)
    )
    unseen = {row.digest for row in arrived}
    new = [one for digest, one in by_digest.items() if digest in unseen]
    if not new:
        return 0
    await connection.execute(insert(connection, inbox).values([_row(one, now) for one in new]))
    # Who writes to us can be written to.
    senders = {(one.platform, one.sender) for one in new if one.sender is not None}
    of_them = tuple_(unreachable.c.platform, unreachable.c.number).in_(senders)
    await connection.execute(delete(unreachable).where(of_them))
    return len(new)


def _digest(arrived: Update) -> str:
    return hashlib.sha256(f"{arrived.platform}\0{arrived.key}".encode(errors="surrogatepass")).hexdigest()


def _row(arrived: Update, now: datetime) -> dict[str, object]:
    return {
        "platform": arrived.platform,
        "key": arrived.key,
        "conversation": arrived.conversation,
        "number": arrived.sender,
        "payload": as_json(arrived.payload),
        "accepted_at": now,
        "queued_at": now,
        "attempts": 0,
        "fence": 0,
    }


async def take(
    connection: AsyncConnection, now: datetime, until: datetime, *, limit: int, platforms: Sequence[str]
) -> list[Accepted]:
    """See `Mailbox.take`."""
    await dialects.wait_for_turn(connection, dialects.TAKING)
    of = inbox.c
    first = queues.firsts(
        inbox,
        lane=of.conversation,
        since=of.queued_at,
        now=now,
        limit=limit,
        platforms=platforms,
        among=of.fault.is_(None),
    )
    taken = await connection.execute(
        update(inbox)
        .where(inbox.c.id.in_(first))
        .values(fence=inbox.c.fence + 1, attempts=inbox.c.attempts + 1, until=until)
        .returning(inbox)
    )
    return [_accepted(row) for row in sorted(taken, key=lambda row: (row.queued_at, row.id))]


def _accepted(row: AnyRow) -> Accepted:
    return Accepted(
        ticket=Ticket(id=row.id, fence=row.fence),
        update=Update(
            platform=row.platform,
            key=row.key,
            conversation=row.conversation,
            payload=json.loads(row.payload),
            sender=row.number,
        ),
        attempt=row.attempts,
        accepted_at=row.accepted_at,
    )


async def number_of(connection: AsyncConnection, platform: str, key: str) -> int | None:
    """See `Mailbox.number_of`."""
    waiting = and_(inbox.c.platform == platform, inbox.c.key == key, inbox.c.fault.is_(None))
    found: int | None = await connection.scalar(select(func.max(inbox.c.id)).where(waiting))
    return found


async def give_back(connection: AsyncConnection, ticket: Ticket, due: datetime | None, *, begun: bool) -> None:
    """`due` is None for at once. Who was given it last cannot settle it any more."""
    await connection.execute(
        update(inbox)
        .where(queues.given(inbox, ticket))
        .values(until=due, fence=inbox.c.fence + 1, attempts=inbox.c.attempts - (0 if begun else 1))
    )


async def settle(connection: AsyncConnection, settlement: Settlement, now: datetime, turn: str | None = None) -> None:
    """See `Mailbox.settle`. `turn` is the key of the one that the messages answer, where they answer one."""
    ticket = settlement.ticket
    gone = await connection.execute(
        delete(inbox)
        .where(_given(ticket))
        .returning(inbox.c.platform, inbox.c.key, inbox.c.conversation, inbox.c.number)
    )
    await _end(connection, gone.first(), settlement, now, turn)


async def set_aside(connection: AsyncConnection, settlement: Settlement, now: datetime, fault: str) -> None:
    """See `Mailbox.set_aside`."""
    kept = await connection.execute(
        update(inbox)
        .where(_given(settlement.ticket))
        .values(fault=fault, until=None)
        .returning(inbox.c.platform, inbox.c.key, inbox.c.conversation, inbox.c.number)
    )
    await _end(connection, kept.first(), settlement, now)


def _given(ticket: Ticket) -> ColumnElement[bool]:
    return and_(queues.given(inbox, ticket), inbox.c.fault.is_(None))


async def _end(
    connection: AsyncConnection, row: AnyRow | None, settlement: Settlement, now: datetime, turn: str | None = None
) -> None:
    if row is None:
        raise Superseded
    await posting.post(connection, settlement.outgoing, f"{row.platform}:{row.key}", row.number, now, turn)
    following = select(func.min(inbox.c.id)).where(
        inbox.c.platform == row.platform, inbox.c.conversation == row.conversation, inbox.c.fault.is_(None)
    )
    # The next of this conversation waits from now on, behind the others that have waited already.
    await connection.execute(update(inbox).where(inbox.c.id == following.scalar_subquery()).values(queued_at=now))
