"""Gives out reminders that are due, each to one caller, in the transaction of that caller."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, and_, bindparam, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import DueReminder
from bot.learning.learner import Identity, Reminder
from bot.storage.reading import identities_of, learner_of
from bot.storage.tables import identities, learners, reminders, unreachable


async def claim(
    connection: AsyncConnection, now: datetime, limit: int, platforms: Sequence[str] | None = None
) -> list[DueReminder]:
    """Those due by `now`, the longest waiting first. Their claim is what keeps them from being given again."""
    there = true() if platforms is None else reminders.c.learner_id.in_(_reached_on(platforms))
    # Another process that claims at this moment has locked what it takes, and what is locked is passed over.
    found = await connection.execute(
        select(reminders)
        .where(reminders.c.claim.is_(None), reminders.c.due_at <= now, there)
        .order_by(reminders.c.due_at, reminders.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = found.all()
    if not rows:
        return []
    claims = {row.id: secrets.token_hex(16) for row in rows}
    await connection.execute(
        update(reminders).where(reminders.c.id == bindparam("number")).values(claim=bindparam("token")),
        [{"number": number, "token": token} for number, token in claims.items()],
    )
    ids = sorted({row.learner_id for row in rows})
    people = {
        row.id: learner_of(row) for row in await connection.execute(select(learners).where(learners.c.id.in_(ids)))
    }
    reached = await _identities(connection, ids, platforms)
    return [
        DueReminder(
            claim=claims[row.id],
            learner=people[row.learner_id],
            identities=reached[row.learner_id],
            reminder=Reminder(
                key=row.key,
                due_at=row.due_at,
                text_key=row.text_key,
                values=json.loads(row.variables),
                credential=row.credential,
            ),
        )
        for row in rows
    ]


async def is_sent(connection: AsyncConnection, claim: str) -> bool:
    return await connection.scalar(select(reminders.c.sent_at).where(reminders.c.claim == claim)) is not None


async def sent(connection: AsyncConnection, claims: Sequence[str], at: datetime) -> None:
    await connection.execute(update(reminders).where(reminders.c.claim.in_(claims)).values(sent_at=at))


async def postpone(connection: AsyncConnection, claims: Sequence[str], until: datetime) -> None:
    """What is known as sent is not given back."""
    await connection.execute(
        update(reminders)
        .where(reminders.c.claim.in_(claims), reminders.c.sent_at.is_(None))
        .values(claim=None, due_at=until)
    )


def _reached_on(platforms: Sequence[str]) -> Select[tuple[str]]:
    """The learners who can be reached on one of these platforms: who are there and have not blocked us."""
    blocked = and_(identities.c.platform == unreachable.c.platform, identities.c.number == unreachable.c.number)
    return (
        select(identities.c.learner_id)
        .outerjoin(unreachable, blocked)
        .where(identities.c.platform.in_(platforms), unreachable.c.number.is_(None))
    )


async def _identities(
    connection: AsyncConnection, ids: Sequence[str], platforms: Sequence[str] | None
) -> dict[str, tuple[Identity, ...]]:
    everywhere = await identities_of(connection, ids)
    if platforms is None:
        return everywhere
    blocked = {(row.platform, row.number) for row in await connection.execute(select(unreachable))}
    return {
        id_: tuple(one for one in known if one.platform in platforms and (one.platform, one.number) not in blocked)
        for id_, known in everywhere.items()
    }
