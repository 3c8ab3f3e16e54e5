"""Cancelled at any moment at which it waits, a write is done whole or not at all: nothing stays open, locked or half
done, and whoever comes next can do it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, delete, select

from bot.core.feedback import Thumb
from bot.core.mail import Accepted, Parcel, Posted, Settlement
from bot.core.ports import Limits, TurnRecord
from bot.learning.learner import Changes, Holding, Learner
from bot.storage.database import Database
from bot.storage.documents import SqlShelf
from bot.storage.feedback import SqlFeedback
from bot.storage.keepsakes import SqlKeepsakes
from bot.storage.mailbox import SqlMailbox
from bot.storage.store import SqlLearnerStore
from bot.storage.tables import metadata
from bot.storage.token_budget import SqlBudget
from tests.contracts.cancelling import cancelled_at
from tests.contracts.people import (
    GROUP,
    NOW,
    Person,
    Place,
    a_document,
    a_message,
    a_reminder,
    a_turn,
    an_answer,
    an_update,
)

MINUTE = timedelta(minutes=1)
# When whoever was given something has not come back.
LATER = NOW + 2 * MINUTE
TELEGRAM = ["telegram"]
# Made anew each time: two that did the same differ in these.
_BY_CHANCE = {"id", "learner_id", "claim"}

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One database and what is kept in it: Ada's second update is being answered, her first answer is on its way."""

    database: Database
    mailbox: SqlMailbox
    store: SqlLearnerStore
    ada: Person
    learner: Learner
    taken: Accepted
    parcel: Parcel

    @property
    def settlement(self) -> Settlement:
        return Settlement(ticket=self.taken.ticket, outgoing=(a_message(self.ada.room), a_message(self.ada.room)))

    @property
    def turn(self) -> TurnRecord:
        """The answer to Ada's second update, with as much as can be changed by one."""
        changes = Changes(holdings=(Holding(credential="az-305"),), reminders=(a_reminder("new"),))
        rest = {"key": "second", "answer": an_answer("yes"), "changes": changes, "settlement": self.settlement}
        return a_turn(self.ada.room, **rest, shelved=(a_document("sent with it"),))


DOES: dict[str, Callable[[Scene], Awaitable[object]]] = {
    "accept": lambda s: s.mailbox.accept([an_update(s.ada, "7"), an_update(s.ada, "8")], NOW),
    "take": lambda s: s.mailbox.take(LATER, LATER + MINUTE, limit=9, platforms=TELEGRAM),
    "settle": lambda s: s.mailbox.settle(s.settlement, NOW),
    "parcels": lambda s: s.mailbox.parcels(LATER, LATER + MINUTE, limit=9, platforms=TELEGRAM),
    "sent": lambda s: s.mailbox.sent(s.parcel, ["2", "3"]),
    "lease": lambda s: s.mailbox.lease("poller", "one", NOW, LATER),
    "moved": lambda s: s.mailbox.moved(s.ada.room, GROUP),
    "commit": lambda s: s.store.commit(s.ada.who, s.learner, s.turn),
    "read": lambda s: s.store.learner(s.ada.who),
    "forget": lambda s: s.store.forget(s.ada.who, NOW),
    "keep": lambda s: SqlKeepsakes(s.database).keep(s.ada.who, {"a": 1, "b": 2}, LATER),
    "shelve": lambda s: SqlShelf(s.database).put(s.ada.who, a_document("new")),
    "give a thumb": lambda s: SqlFeedback(s.database).give(
        Thumb(who=s.ada.who, message=Posted(room=s.ada.room, number="1"), up=True, at=NOW)
    ),
    "be refused": lambda s: SqlBudget(s.database, Limits(total=9)).reserve(s.ada.who, s.ada.room, 5, NOW),
}


@asynccontextmanager
async def scene(place: Place) -> AsyncIterator[Scene]:
    async with place.database() as database:
        await _empty(database)
        store, mailbox = SqlLearnerStore(database), SqlMailbox(database)
        ada = Person(store)
        await mailbox.accept([an_update(ada, key) for key in ("first", "second", "third")], NOW)
        [first] = await mailbox.take(NOW, NOW + MINUTE, limit=1, platforms=TELEGRAM)
        answer = Settlement(ticket=first.ticket, outgoing=(a_message(ada.room), a_message(ada.room)))
        learner = await ada.does(
            a_turn(ada.room, key="first", changes=Changes(reminders=(a_reminder("old"),)), settlement=answer)
        )
        await SqlShelf(database).put(ada.who, a_document("old"))
        await SqlBudget(database, Limits()).reserve(ada.who, ada.room, 5, NOW)
        [arrived] = await mailbox.parcels(NOW, NOW + MINUTE, limit=1, platforms=TELEGRAM)
        await mailbox.sent(arrived, ["1"])
        [parcel] = await mailbox.parcels(NOW, NOW + MINUTE, limit=1, platforms=TELEGRAM)
        [taken] = await mailbox.take(NOW, NOW + MINUTE, limit=1, platforms=TELEGRAM)
        yield Scene(
            database=database, mailbox=mailbox, store=store, ada=ada, learner=learner, taken=taken, parcel=parcel
        )


async def _empty(database: Database) -> None:
    async with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            await connection.execute(delete(table))


async def kept(database: Database) -> Rows:
    """All rows of all tables, in any order, without what differs by chance."""
    async with database.read() as connection:
        return {
            table.name: sorted([tuple(row) for row in await connection.execute(_certain(table))], key=repr)
            for table in metadata.sorted_tables
        }


def _certain(table: Table) -> Any:
    return select(*(column for column in table.c if column.name not in _BY_CHANCE))


async def nothing_is_held(database: Database, witness: Database) -> None:
    """No connection is out, no transaction is open, and others can write every row."""
    assert 0 == database.engine.pool.checkedout()  # type: ignore[attr-defined]
    async with witness.write() as connection:
        for table in metadata.sorted_tables:
            column = next(iter(table.c))
            await connection.execute(table.update().values({column: column}))


@pytest.mark.parametrize("name", DOES)
async def test_who_is_cancelled_at_any_moment_has_done_it_or_not_and_keeps_nobody_from_it(
    place: Place, name: str
) -> None:
    does = DOES[name]
    async with place.database() as witness:
        async with scene(place) as one:
            before = await kept(witness)
            await does(one)
        after = await kept(witness)

        # What was raised is kept, as a log may do, and with it all that was at hand where it was raised.
        raised: list[BaseException | None] = []
        while None not in raised:
            async with scene(place) as one:
                now = before
                while now == before and None not in raised:
                    raised.append(await cancelled_at(len(raised), does(one)))
                    await nothing_is_held(one.database, witness)
                    now = await kept(witness)
                assert after == now

    *cancelled, _ = raised
    assert cancelled
    assert {asyncio.CancelledError} == {type(each) for each in cancelled}
