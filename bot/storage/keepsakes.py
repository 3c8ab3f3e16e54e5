"""`Keepsakes` on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select, update

from bot.learning.learner import Identity
from bot.storage.database import Database
from bot.storage.dialects import insert
from bot.storage.tables import keepsakes


class SqlKeepsakes:
    """See the port. What is over is dropped when the mailbox is swept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, who: Identity, things: Mapping[str, Any], until: datetime) -> None:
        async with self._database.write() as connection:
            for key, thing in things.items():
                new = insert(connection, keepsakes).values(
                    platform=who.platform,
                    number=who.number,
                    key=key,
                    payload=json.dumps(thing, allow_nan=False),
                    until=until,
                )
                await connection.execute(
                    new.on_conflict_do_update(
                        index_elements=["platform", "number", "key"],
                        set_={"payload": new.excluded.payload, "until": new.excluded.until},
                    )
                )

    async def recall(self, who: Identity, key: str, now: datetime) -> Any | None:
        async with self._database.read() as connection:
            found = await connection.scalar(select(keepsakes.c.payload).where(_of(who, key), keepsakes.c.until > now))
        return None if found is None else json.loads(found)

    async def change(
        self, who: Identity, key: str, changed: Callable[[Any | None], Any | None], now: datetime, until: datetime
    ) -> None:
        async with self._database.write() as connection:
            nothing = {"key": key, "payload": "null", "until": now}
            new = insert(connection, keepsakes).values(platform=who.platform, number=who.number, **nothing)
            # Something is there afterwards in any case, and nobody else changes it before this is over.
            held = new.on_conflict_do_update(
                index_elements=["platform", "number", "key"], set_={"payload": keepsakes.c.payload}
            ).returning(keepsakes.c.payload, keepsakes.c.until)
            before = (await connection.execute(held)).one()
            thing = changed(json.loads(before.payload) if before.until > now else None)
            if thing is None:
                await connection.execute(delete(keepsakes).where(_of(who, key)))
            else:
                payload = json.dumps(thing, allow_nan=False)
                await connection.execute(update(keepsakes).where(_of(who, key)).values(payload=payload, until=until))

    async def drop(self, who: Identity, key: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(keepsakes).where(_of(who, key)))


def _of(who: Identity, key: str) -> Any:
    return and_(keepsakes.c.platform == who.platform, keepsakes.c.number == who.number, keepsakes.c.key == key)
