"""Everything of a learner: given out as one readable object, or erased, in the transaction of the caller."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import FromClause, Table, and_, delete, exists, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.learning.learner import Identity
from bot.storage.reading import identities_of, learner_id, locked
from bot.storage.tables import BY_IDENTITY, NOBODYS, inbox, learners, metadata

# What is no row of its own for whoever reads an export, and what hashes, and the figures made of a text beside it,
# would tell them.
_LEFT_OUT = {"id", "learner_id", "digest", "vectors"}
_JSON = {"profile", "wallet", "answer", "context", "variables", "state", "correct_days", "payload", "passages"}


async def export(connection: AsyncConnection, who: Identity) -> dict[str, Any]:
    """Table by table, as it is stored: also what this version of the code would not know how to use."""
    id_ = await learner_id(connection, who)
    known = (await identities_of(connection, [id_]))[id_] if id_ is not None else (who,)
    told: dict[str, Any] = {"learner": id_}
    for table in _personal():
        rows = await connection.execute(
            select(table).where(_about(table, id_, known)).order_by(*table.primary_key.columns)
        )
        told[table.name] = [_readable({**row}) for row in rows.mappings()]
    return told


async def everyone(connection: AsyncConnection, who: Identity) -> tuple[Identity, ...]:
    """All identities of the person behind one, which may be new to us."""
    id_ = await learner_id(connection, who)
    return (await identities_of(connection, [id_]))[id_] if id_ is not None else (who,)


async def erase(connection: AsyncConnection, who: Identity) -> dict[str, int]:
    """How many rows of which tables are gone, without those of which there were none."""
    row = await locked(connection, who)
    known = await everyone(connection, who)
    erased = {}
    # The tables that refer to others come first.
    for table in reversed(_personal()):
        own = _about(table, row.id if row else None, known)
        if table is inbox:
            own = and_(own, not_(_in_work(known)))
        gone = await connection.execute(delete(table).where(own))
        erased[table.name] = gone.rowcount
    return {name: count for name, count in erased.items() if count}


def _personal() -> list[Table]:
    """The tables that hold something of people, those first that others refer to."""
    return [table for table in metadata.sorted_tables if table not in NOBODYS]


def _in_work(known: Sequence[Identity]) -> Any:
    """Whether an update is being answered, perhaps by what forgets, or waits behind one that is. It will be answered,
    as somebody's of whom nothing is known, and is gone then.
    """
    before = inbox.alias()
    return exists(
        select(before.c.id).where(
            _of(before, known),
            before.c.platform == inbox.c.platform,
            before.c.conversation == inbox.c.conversation,
            before.c.id <= inbox.c.id,
            before.c.until.is_not(None),
            before.c.fault.is_(None),
        )
    )


def _about(table: Table, id_: str | None, known: Sequence[Identity]) -> Any:
    """What tells the rows of one learner. A table for which nothing does is an error, not left out."""
    if table in BY_IDENTITY:
        return _of(table, known)
    return table.c.id == id_ if table is learners else table.c.learner_id == id_


def _of(table: FromClause, known: Sequence[Identity]) -> Any:
    return or_(*(and_(table.c.platform == one.platform, table.c.number == one.number) for one in known))


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items() if name not in _LEFT_OUT}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return json.loads(value) if name in _JSON and value is not None else value
