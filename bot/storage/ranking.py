"""Communities' rankings of those who want to be seen in one, in the transaction of the caller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import Standing
from bot.errors import InputError
from bot.learning.learner import Identity, Room
from bot.storage.committing import locked_or_created
from bot.storage.dialects import insert
from bot.storage.reading import locked
from bot.storage.tables import members, reviews
from bot.text.words import clean, fold

MAX_ALIAS = 32


async def join(connection: AsyncConnection, who: Identity, community: Room, alias: str) -> None:
    """See `LearnerStore.join_ranking`. Aliases that differ only in case or accents are the same.

    Raises SQLAlchemy's `IntegrityError` where another has the alias: only the database knows for certain.
    """
    shown = " ".join(clean(alias[: 2 * MAX_ALIAS]).split())[:MAX_ALIAS].rstrip()
    if not any(char.isalnum() for char in shown):
        raise InputError(f"choose an alias with letters or figures, of up to {MAX_ALIAS} characters")
    own = await locked_or_created(connection, who)
    seen = {"alias": shown, "folded": fold(shown)}
    new = insert(connection, members).values(platform=community.platform, room=community.number, learner_id=own, **seen)
    await connection.execute(new.on_conflict_do_update(index_elements=["platform", "room", "learner_id"], set_=seen))


async def leave(connection: AsyncConnection, who: Identity, community: Room) -> None:
    row = await locked(connection, who)
    if row is not None:
        await connection.execute(delete(members).where(_of(community), members.c.learner_id == row.id))


async def standings(connection: AsyncConnection, community: Room, since: datetime) -> list[Standing]:
    """Equals stand in order of their aliases."""
    right = and_(reviews.c.learner_id == members.c.learner_id, reviews.c.correct, reviews.c.at >= since)
    found = await connection.execute(
        select(members.c.alias, members.c.folded, func.count(reviews.c.id).label("correct"))
        .join_from(members, reviews, right, isouter=True)
        .where(_of(community))
        .group_by(members.c.learner_id, members.c.alias, members.c.folded)
    )
    rows = sorted(found, key=lambda row: (-row.correct, row.folded))
    better = {row.correct: sum(other.correct > row.correct for other in rows) for row in rows}
    return [Standing(rank=better[row.correct] + 1, alias=row.alias, correct=row.correct) for row in rows]


def _of(community: Room) -> Any:
    return and_(members.c.platform == community.platform, members.c.room == community.number)
