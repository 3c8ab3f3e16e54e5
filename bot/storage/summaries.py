"""What was said long ago in a room, in fewer words, in the transaction of the caller."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import Summary
from bot.learning.learner import Learner, Room
from bot.storage.dialects import insert
from bot.storage.reading import in_room, locked_by_id
from bot.storage.tables import summaries, turns

# The last turn that a summary covers.
COVERED = and_(turns.c.platform == summaries.c.platform, turns.c.key == summaries.c.upto)


async def stored(connection: AsyncConnection, learner: Learner, room: Room) -> Summary | None:
    found = await connection.execute(select(summaries).where(_of(learner, room)))
    row = found.first()
    if row is None:
        return None
    return Summary(text=row.text, upto=row.upto, at=row.at, model=row.model, prompt=row.prompt)


async def keep(connection: AsyncConnection, learner: Learner, room: Room, summary: Summary) -> None:
    """See `LearnerStore.keep_summary`."""
    if learner.id not in await locked_by_id(connection, [learner.id]):
        return
    same = and_(turns.c.learner_id == learner.id, *in_room(turns, room), turns.c.key == summary.upto)
    reaches = await connection.scalar(select(turns.c.id).where(same))
    known = await connection.scalar(select(turns.c.id).join_from(summaries, turns, COVERED).where(_of(learner, room)))
    if reaches is None or (known is not None and known > reaches):
        return
    told = {
        "text": summary.text,
        "upto": summary.upto,
        "at": summary.at,
        "model": summary.model,
        "prompt": summary.prompt,
    }
    new = insert(connection, summaries).values(
        learner_id=learner.id, platform=room.platform, room=room.number, private=room.private, **told
    )
    await connection.execute(
        new.on_conflict_do_update(index_elements=["learner_id", "platform", "room", "private"], set_=told)
    )


def _of(learner: Learner, room: Room) -> Any:
    return and_(summaries.c.learner_id == learner.id, *in_room(summaries, room))
