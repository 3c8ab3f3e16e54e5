"""`Feedback` on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.answer import Answer
from bot.core.feedback import Disliked, Tally, Thumb
from bot.core.mail import Posted
from bot.learning.learner import Room
from bot.storage.codec import loaded
from bot.storage.database import Database
from bot.storage.dialects import insert
from bot.storage.reading import AnyRow, is_message
from bot.storage.tables import feedback, sent_messages, turns

_UP, _DOWN, _TAKEN_BACK = 1, -1, 0


class SqlFeedback:
    """See the port. What is over is dropped when the mailbox is swept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, thumb: Thumb) -> bool:
        async with self._database.write() as connection:
            turn = await _answered(connection, thumb.message)
            if turn is None:
                return False
            if thumb.taken_back:
                await _take_back(connection, thumb, turn)
            else:
                await _keep(connection, thumb, turn)
            return True

    async def tally(self, since: datetime, until: datetime, community: Room | None = None) -> Tally:
        async with self._database.read() as connection:
            given = select(_count(_UP), _count(_DOWN)).where(_within(since, until), _in(community))
            row = (await connection.execute(given)).one()
            return Tally(ups=row[0], downs=row[1])

    async def disliked(
        self, since: datetime, until: datetime, community: Room | None = None, *, limit: int = 20
    ) -> list[Disliked]:
        async with self._database.read() as connection:
            of, ups, downs = turns.c, _count(_UP), _count(_DOWN)
            about = and_(feedback.c.platform == of.platform, feedback.c.turn == of.key)
            asked = (of.id, of.platform, of.room, of.at, of.question, of.answer)
            found = await connection.execute(
                select(*asked, ups.label("ups"), downs.label("downs"))
                .join_from(turns, feedback, about)
                .where(_within(since, until), _in(community), not_(of.private))
                # A command is no question, and may have been answered to one person alone.
                .where(not_(of.question.startswith("/")))
                .group_by(*asked)
                .having(downs > 0)
                .order_by(downs.desc(), of.id.desc())
                .limit(limit)
            )
            return [_disliked(row) for row in found]


async def _answered(connection: AsyncConnection, message: Posted) -> str | None:
    """The key of the turn that a message answers."""
    found: str | None = await connection.scalar(select(sent_messages.c.turn).where(is_message(message)))
    return found


async def _keep(connection: AsyncConnection, thumb: Thumb, turn: str) -> None:
    new = insert(connection, feedback).values(
        platform=thumb.who.platform,
        number=thumb.who.number,
        turn=turn,
        verdict=_UP if thumb.up else _DOWN,
        room=thumb.community.number if thumb.community else None,
        at=thumb.at,
    )
    await connection.execute(
        new.on_conflict_do_update(
            index_elements=["platform", "number", "turn"],
            set_={name: new.excluded[name] for name in ("verdict", "room", "at")},
            where=feedback.c.at <= new.excluded.at,
        )
    )


async def _take_back(connection: AsyncConnection, thumb: Thumb, turn: str) -> None:
    of = feedback.c
    await connection.execute(
        update(feedback)
        .where(of.platform == thumb.who.platform, of.number == thumb.who.number, of.turn == turn)
        .where(of.verdict == (_UP if thumb.up else _DOWN), of.at <= thumb.at)
        .values(verdict=_TAKEN_BACK, at=thumb.at)
    )


def _count(verdict: int) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((feedback.c.verdict == verdict, 1), else_=0)), 0)


def _within(since: datetime, until: datetime) -> Any:
    return and_(feedback.c.at >= since, feedback.c.at < until)


def _in(community: Room | None) -> Any:
    if community is None:
        return true()
    return and_(feedback.c.platform == community.platform, feedback.c.room == community.number)


def _disliked(row: AnyRow) -> Disliked:
    return Disliked(
        question=row.question,
        answer=loaded(Answer, row.answer).text if row.answer is not None else "",
        room=Room(platform=row.platform, number=row.room, private=False),
        asked_at=row.at,
        ups=row.ups,
        downs=row.downs,
    )
