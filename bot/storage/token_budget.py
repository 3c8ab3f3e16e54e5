"""What language models have used, by day, and that they do not use more than they may.

Every call of them counts in up to three rows, always in the same order: whoever waits for one holds only rows of tables
before it, so that no two wait for each other. All processes and replicas meet in the row of the day's total, which is
therefore the last. Forgetting a learner clears their own count, as it must; those of their communities and of all stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, and_, case, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import Limits, Reservation, Spent
from bot.learning.learner import Identity, Room
from bot.storage.database import Database
from bot.storage.dialects import insert
from bot.storage.tables import community_spending, learner_spending, total_spending

# A month can be looked back on, whichever month it is.
KEPT = timedelta(days=35)


class _Exceeded(Exception):
    """A limit leaves no room for the call; ends the transaction with nothing counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """One row in which a reservation is counted, and the tokens it may come to."""

    table: Table
    key: dict[str, Any]
    limit: int | None

    @property
    def row(self) -> Any:
        return and_(*(self.table.c[name] == value for name, value in self.key.items()))


class SqlBudget:
    """See the port for what each method promises."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits

    async def reserve(
        self,
        who: Identity | None,
        room: Room | None,
        tokens: int,
        now: datetime,
        *,
        community_limit: int | None = None,
    ) -> Reservation | None:
        reservation = Reservation.of(who, room, tokens, now)
        counts = self._counts(reservation, community_limit)
        # The first call of a day is only added, not compared with anything there.
        if any(count.limit is not None and tokens > count.limit for count in counts):
            return None
        try:
            async with self._database.write() as connection:
                *_, total = [await _add(connection, count, tokens) for count in counts]
                if total == tokens:
                    await _purge(connection, reservation.day - KEPT)
        except _Exceeded:
            return None
        return reservation

    async def settle(self, reservation: Reservation, tokens: int) -> None:
        if tokens < 0:
            raise ValueError("nobody gives tokens back")
        more = tokens - reservation.tokens
        if more == 0:
            return
        async with self._database.write() as connection:
            for count in self._counts(reservation):
                # Only where there is a row: what has been forgotten is not made again. And never below zero, to where
                # it would come if somebody who was forgotten has begun a new row meanwhile.
                now = count.table.c.tokens + more
                await connection.execute(
                    update(count.table).where(count.row).values(tokens=case((now < 0, 0), else_=now))
                )

    async def spent(self, day: date, *, top: int = 10) -> Spent:
        async with self._database.read() as connection:
            total, _ = await _sum(connection, total_spending, day)
            learners, identities = await _sum(connection, learner_spending, day)
            communities, _ = await _sum(connection, community_spending, day)
            of = community_spending.c
            most = await connection.execute(
                select(of.platform, of.room, of.tokens)
                .where(of.day == day)
                .order_by(of.tokens.desc(), of.platform, of.room)
                .limit(top)
            )
            return Spent(
                day=day,
                total=total,
                learners=learners,
                identities=identities,
                communities=communities,
                top=tuple((Room(platform=row.platform, number=row.room, private=False), row.tokens) for row in most),
            )

    def _counts(self, reservation: Reservation, community_limit: int | None = None) -> list[_Count]:
        """In the order that is the same for everybody; the total is always there, and the last."""
        who, community, day = reservation.who, reservation.community, reservation.day
        counts = []
        if who is not None:
            key = {"platform": who.platform, "number": who.number, "day": day}
            counts.append(_Count(table=learner_spending, key=key, limit=self._limits.learner))
        if community is not None:
            key = {"platform": community.platform, "room": community.number, "day": day}
            limit = min((one for one in (self._limits.community, community_limit) if one is not None), default=None)
            counts.append(_Count(table=community_spending, key=key, limit=limit))
        return [*counts, _Count(table=total_spending, key={"day": day}, limit=self._limits.total)]


async def _add(connection: AsyncConnection, count: _Count, tokens: int) -> int:
    """What the row comes to. Raises `_Exceeded`.

    Adding and comparing is one statement, so that calls made all at once do not pass together.
    """
    sum_ = count.table.c.tokens + tokens
    counted: int | None = await connection.scalar(
        insert(connection, count.table)
        .values(**count.key, tokens=tokens)
        .on_conflict_do_update(
            index_elements=list(count.key),
            set_={"tokens": sum_},
            where=None if count.limit is None else sum_ <= count.limit,
        )
        .returning(count.table.c.tokens)
    )
    if counted is None:
        raise _Exceeded
    return counted


async def _purge(connection: AsyncConnection, oldest: date) -> None:
    """Days before the oldest one that is kept, by the first call of a day. What somebody has locked goes another day:
    here, where all others wait for the total, nobody is waited for.
    """
    for table in (learner_spending, community_spending, total_spending):
        key = table.primary_key.columns
        past = select(*key).where(table.c.day < oldest).with_for_update(skip_locked=True)
        await connection.execute(delete(table).where(tuple_(*key).in_(past)))


async def _sum(connection: AsyncConnection, table: Table, day: date) -> tuple[int, int]:
    """All tokens of a day, and in how many rows they are."""
    tokens = func.coalesce(func.sum(table.c.tokens), 0)
    found = (
        await connection.execute(select(tokens.label("tokens"), func.count().label("rows")).where(table.c.day == day))
    ).one()
    # PostgreSQL adds up integers to a decimal number.
    return int(found.tokens), found.rows
