"""Gives out reminders that are due, each to one caller, in the transaction of that caller."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import DueReminder
from bot.learning.learner import Reminder
from bot.storage.reading import identities_of, learner_of
from bot.storage.tables import learners, reminders


async def claim(connection: AsyncConnection, now: datetime, limit: int) -> list[DueReminder]:
    """Those due by `now`, the longest waiting first. Their claim is what keeps them from being given again."""
    # Another process that claims at this moment has locked what it takes, and what is locked is passed over.
    found = await connection.execute(
        select(reminders)
        .where(reminders.c.claim.is_(None), reminders.c.due_at <= now)
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
    reached = await identities_of(connection, ids)
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


async def sent(connection: AsyncConnection, claims: Sequence[str], at: datetime) -> None:
    await connection.execute(update(reminders).where(reminders.c.claim.in_(claims)).values(sent_at=at))


async def postpone(connection: AsyncConnection, claims: Sequence[str], until: datetime) -> None:
    """What is known as sent is not given back."""
    await connection.execute(
        update(reminders)
        .where(reminders.c.claim.in_(claims), reminders.c.sent_at.is_(None))
        .values(claim=None, due_at=until)
    )
