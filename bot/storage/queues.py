"""What inbox and outbox have in common: rows that wait in lanes, a conversation or a room, each taken by one at a time.

Who takes a row has it `until` then, as long as `fence` is the number it was given. Every function works in the
transaction of its caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.mail import Ticket


def firsts(
    table: Table,
    *,
    lane: ColumnElement[Any],
    since: ColumnElement[Any],
    now: datetime,
    limit: int,
    platforms: Sequence[str],
    among: ColumnElement[bool] | None = None,
) -> Select[tuple[int]]:
    """The first of each lane where nobody has any of it, those that have waited longest. What another process takes at
    this moment is passed over.

    Rows that were added at the same time, by several processes, may become visible in another order than that of their
    numbers: that is why nobody may have any of the lane, and not only its first.
    """
    of = table.c
    free = (
        select(func.min(of.id))
        .where(true() if among is None else among, of.platform.in_(platforms))
        .group_by(of.platform, lane)
        .having(or_(func.max(of.until).is_(None), func.max(of.until) <= now))
    )
    return (
        select(of.id)
        .where(of.id.in_(free), or_(of.until.is_(None), of.until <= now))
        .order_by(since, of.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def given(table: Table, ticket: Ticket) -> ColumnElement[bool]:
    """The row of a ticket, as long as nobody else has been given it."""
    return and_(table.c.id == ticket.id, table.c.fence == ticket.fence)


async def prolong(connection: AsyncConnection, table: Table, tickets: Sequence[Ticket], until: datetime) -> None:
    """In the order of their numbers, as everybody, so that no two wait for each other."""
    for ticket in sorted(tickets, key=lambda ticket: ticket.id):
        await connection.execute(update(table).where(given(table, ticket)).values(until=until))
