"""`Mailbox` and `Leases` on SQLite and PostgreSQL: each method one transaction, what happens in it told elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.mail import Accepted, Backlog, Notice, Outgoing, Parcel, Settlement, Ticket, Update
from bot.learning.learner import Identity, Room
from bot.storage import moving, posting, queues, receiving, reminder_claims
from bot.storage.database import Database
from bot.storage.dialects import insert
from bot.storage.tables import arrivals, feedback, inbox, keepsakes, leases, outbox, sent_messages, unreachable

logger = logging.getLogger(__name__)

# Platforms bring an update again for a day at most.
_REMEMBERED = timedelta(days=7)
# Hardly anybody goes back further to react to an answer, or to ask why it is so.
_ANSWERS = timedelta(days=30)
# What was thought of the bot as it was then says little of it as it is.
_THUMBS = timedelta(days=365)
# An answer to what was asked so long ago helps nobody.
_STALE = timedelta(days=1)


class SqlMailbox:
    """See the ports for what each method promises. `passing` is told of places at which a test lets the process die."""

    def __init__(self, database: Database, passing: Callable[[str], None] = lambda _: None) -> None:
        self._database = database
        self._passing = passing

    async def accept(self, updates: Sequence[Update], now: datetime) -> int:
        async with self._database.write() as connection:
            new = await receiving.accept(connection, updates, now)
            self._passing("in_inbox_insert")
            return new

    async def take(self, now: datetime, until: datetime, *, limit: int, platforms: Sequence[str]) -> list[Accepted]:
        async with self._database.write() as connection:
            return await receiving.take(connection, now, until, limit=limit, platforms=platforms)

    async def number_of(self, platform: str, key: str) -> int | None:
        async with self._database.read() as connection:
            return await receiving.number_of(connection, platform, key)

    async def prolong(self, tickets: Sequence[Ticket], until: datetime) -> None:
        async with self._database.write() as connection:
            await queues.prolong(connection, inbox, tickets, until)

    async def give_back(self, ticket: Ticket, due: datetime | None, *, begun: bool) -> None:
        async with self._database.write() as connection:
            await receiving.give_back(connection, ticket, due, begun=begun)

    async def settle(self, settlement: Settlement, now: datetime) -> None:
        async with self._database.write() as connection:
            await receiving.settle(connection, settlement, now)
            self._passing("before_commit")

    async def set_aside(self, settlement: Settlement, now: datetime, fault: str) -> None:
        async with self._database.write() as connection:
            await receiving.set_aside(connection, settlement, now, fault)

    async def post_notice(self, notice: Notice, outgoing: Sequence[Outgoing], to: Identity, now: datetime) -> None:
        async with self._database.write() as connection:
            if await reminder_claims.is_sent(connection, notice.claim):
                return
            await posting.post(connection, outgoing, f"notice:{notice.claim}", to.number, now)
            await reminder_claims.sent(connection, [notice.claim], now)

    async def parcels(self, now: datetime, until: datetime, *, limit: int, platforms: Sequence[str]) -> list[Parcel]:
        async with self._database.write() as connection:
            return await posting.parcels(connection, now, until, limit=limit, platforms=platforms)

    async def prolong_parcels(self, tickets: Sequence[Ticket], until: datetime) -> None:
        async with self._database.write() as connection:
            await queues.prolong(connection, outbox, tickets, until)

    async def sent(self, parcel: Parcel, messages: Sequence[str] = ()) -> None:
        async with self._database.write() as connection:
            await posting.sent(connection, parcel.ticket, messages)

    async def later(self, parcel: Parcel, due: datetime | None, *, unsure: bool = False) -> None:
        async with self._database.write() as connection:
            await posting.later(connection, parcel.ticket, due, unsure=unsure)

    async def abandon(self, room: Room) -> int:
        async with self._database.write() as connection:
            return await posting.abandon(connection, room)

    async def moved(self, old: Room, new: Room) -> None:
        async with self._database.write() as connection:
            await moving.move(connection, old, new)

    async def unreachable(self, who: Identity, now: datetime) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                insert(connection, unreachable)
                .values(platform=who.platform, number=who.number, since=now)
                .on_conflict_do_nothing()
            )

    async def backlog(self) -> Backlog:
        async with self._database.read() as connection:
            return await _backlog(connection)

    async def sweep(self, now: datetime) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(arrivals).where(arrivals.c.at <= now - _REMEMBERED))
            await connection.execute(
                delete(inbox).where(inbox.c.fault.is_not(None), inbox.c.accepted_at <= now - _REMEMBERED)
            )
            await connection.execute(delete(keepsakes).where(keepsakes.c.until <= now))
            await connection.execute(delete(sent_messages).where(sent_messages.c.at <= now - _ANSWERS))
            await connection.execute(delete(feedback).where(feedback.c.at <= now - _THUMBS))
            free = or_(outbox.c.until.is_(None), outbox.c.until <= now)
            stale = await connection.execute(delete(outbox).where(outbox.c.posted_at <= now - _STALE, free))
            if stale.rowcount:
                logger.error("outbox.never_arrived count=%s", stale.rowcount)

    async def lease(self, name: str, owner: str, now: datetime, until: datetime) -> int | None:
        async with self._database.write() as connection:
            new = insert(connection, leases).values(name=name, owner=owner, until=until, fence=1)
            held = await connection.execute(
                new.on_conflict_do_update(
                    index_elements=["name"],
                    set_={
                        "owner": owner,
                        "until": until,
                        "fence": case((leases.c.owner == owner, leases.c.fence), else_=leases.c.fence + 1),
                    },
                    where=or_(leases.c.owner == owner, leases.c.until <= now),
                ).returning(leases.c.fence)
            )
            return held.scalar()

    async def release(self, name: str, owner: str) -> None:
        """Its row stays, so that its number goes on growing."""
        async with self._database.write() as connection:
            await connection.execute(
                update(leases)
                .where(leases.c.name == name, leases.c.owner == owner)
                .values(owner="", until=datetime.fromtimestamp(0, UTC))
            )


async def _backlog(connection: AsyncConnection) -> Backlog:
    waiting = (
        await connection.execute(select(func.count(), func.min(inbox.c.accepted_at)).where(inbox.c.fault.is_(None)))
    ).one()
    aside = await connection.scalar(select(func.count()).select_from(inbox).where(inbox.c.fault.is_not(None)))
    outgoing = (await connection.execute(select(func.count(outbox.c.id), func.min(outbox.c.posted_at)))).one()
    return Backlog(
        waiting=waiting[0],
        waiting_since=waiting[1],
        outgoing=outgoing[0],
        outgoing_since=outgoing[1],
        set_aside=aside or 0,
    )
