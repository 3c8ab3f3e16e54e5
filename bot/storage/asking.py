"""`Asked` on SQLite and PostgreSQL: read from the turns, so that it is forgotten with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import not_, select

from bot.core.answer import Answer
from bot.core.asked import Unanswered
from bot.learning.learner import Room
from bot.storage.codec import loaded
from bot.storage.database import Database
from bot.storage.tables import turns

# So many turns are looked through; a community in which more is asked has enough in them.
_LOOKED_THROUGH = 5000
_ABSTAINED = "abstained"


class SqlAsked:
    """See the port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def unanswered(self, community: Room, since: datetime, until: datetime) -> list[Unanswered]:
        of = turns.c
        query = (
            select(of.learner_id, of.platform, of.room, of.question, of.answer)
            .where(of.platform == community.platform, of.community == community.number)
            .where(of.at >= since, of.at < until, not_(of.private), of.answer.is_not(None))
            .where(not_(of.question.startswith("/")))
            .order_by(of.at.desc(), of.id.desc())
            .limit(_LOOKED_THROUGH)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        people: dict[str, int] = {}
        return [
            Unanswered(
                question=row.question,
                by=people.setdefault(row.learner_id, len(people)),
                room=Room(platform=row.platform, number=row.room, private=False),
            )
            for row in rows
            if loaded(Answer, row.answer).status == _ABSTAINED
        ]
