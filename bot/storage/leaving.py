"""Everything of a learner: given out as one readable object, or erased, in the transaction of the caller."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.learning.learner import Identity
from bot.storage.reading import identities_of, learner_id, locked
from bot.storage.tables import BY_IDENTITY, NOBODYS, learners, metadata

# What is no row of its own for whoever reads an export, and what a hash would tell them.
_LEFT_OUT = {"id", "learner_id", "digest"}
_JSON = {"profile", "wallet", "answer", "context", "variables", "state", "correct_days"}


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
        gone = await connection.execute(delete(table).where(_about(table, row.id if row else None, known)))
        erased[table.name] = gone.rowcount
    return {name: count for name, count in erased.items() if count}


def _personal() -> list[Table]:
    """The tables that hold something of people, those first that others refer to."""
    return [table for table in metadata.sorted_tables if table not in NOBODYS]


def _about(table: Table, id_: str | None, known: Sequence[Identity]) -> Any:
    """What tells the rows of one learner. A table for which nothing does is an error, not left out."""
    if table in BY_IDENTITY:
        own = [and_(table.c.platform == one.platform, table.c.number == one.number) for one in known]
        return or_(*own)
    return table.c.id == id_ if table is learners else table.c.learner_id == id_


def _readable(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items() if name not in _LEFT_OUT}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return json.loads(value) if name in _JSON and value is not None else value
