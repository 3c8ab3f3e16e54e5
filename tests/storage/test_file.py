"""The SQLite file itself: who may read it, what a killed process leaves in it, and what forgetting leaves."""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest

from bot.core.ports import TurnRecord
from bot.learning.learner import Changes, Profile
from bot.settings import Settings
from bot.storage import dialects
from tests.contracts.people import NOW, Person, Place, a_card, a_turn, everything, right
from tests.storage.conftest import Processes

PEOPLE = 24


def bytes_of(place: Place) -> bytes:
    """The database and all that SQLite has put beside it."""
    file = place.settings.database_file
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))


async def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    place = Place(Settings(credway_home=tmp_path / "new" / "home", database_url=""))
    async with place.open() as store:
        await Person(store).says("hello")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.settings.credway_home.iterdir()}

    assert {"credway.db": 0o600, "credway.db-wal": 0o600, "credway.db-shm": 0o600} == modes


async def test_what_was_committed_survives_a_loss_of_power(sqlite_place: Place) -> None:
    """As far as settings can see to it: the log is synced with every commit, by every connection."""
    async with sqlite_place.database() as database, database.read() as one, database.read() as other:
        for connection in (one, other):
            told = [
                (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "secure_delete")
            ]
            assert ["wal", 2, 5000, 1, 1] == told


def test_connections_that_are_the_first_to_a_new_file_all_at_once_wait_for_each_other(tmp_path: Path) -> None:
    """In threads, as they come from several processes; so many that SQLite's refusing some of them would show."""
    with ThreadPoolExecutor(6) as threads:
        for number in range(150):
            start = Barrier(6)
            told = threads.map(partial(_journal_mode, tmp_path / f"{number}.db"), [start] * 6)
            assert ["wal"] * 6 == list(told)


def _journal_mode(file: Path, start: Barrier) -> str:
    connection = sqlite3.connect(file)
    try:
        start.wait()
        dialects._prepare_sqlite(connection, None)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE IF NOT EXISTS things (x)")
        connection.execute("COMMIT")
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])
    finally:
        connection.close()


class TestForgetting:
    async def test_not_a_byte_is_left_of_who_was_forgotten(self, sqlite_place: Place) -> None:
        """With so much in it that rows move between pages, which keep a copy that `secure_delete` does not see."""
        chance = random.Random(1)  # noqa: S311 - the same lengths every time
        async with sqlite_place.open() as store:
            people = [Person(store, f"number~{number:02}~") for number in range(PEOPLE)]
            for _ in range(6):
                for person in people:
                    await person.does(_large_turn(person, chance))
            gone, staying = people[::2], people[1::2]
            kept = [await store.export(person.who) for person in staying]
            assert all(count_of(person, sqlite_place) for person in people)

            for person in gone:
                await store.forget(person.who, NOW)

            assert {person.number: 0 for person in gone} == {
                person.number: count_of(person, sqlite_place) for person in gone
            }
            assert kept == [await store.export(person.who) for person in staying]
        assert all(count_of(person, sqlite_place) for person in staying)

    async def test_while_somebody_reads_what_cannot_leave_the_log_yet_is_told_and_leaves_it_later(
        self, sqlite_place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(dialects, "PATIENCE", 0)
        async with sqlite_place.open() as store:
            ada = Person(store, "number~ada")
            await ada.says("hello")
            async with sqlite_place.database() as database, database.read() as reading:
                await reading.exec_driver_sql("SELECT * FROM learners")
                with caplog.at_level(logging.WARNING):
                    assert 1 == (await store.forget(ada.who, NOW)).erased["learners"]
                assert "storage.trace_left" in caplog.text
                assert ada.number not in caplog.text
        assert 0 == count_of(ada, sqlite_place)


def count_of(person: Person, place: Place) -> int:
    return bytes_of(place).count(person.number.encode())


def _large_turn(person: Person, chance: random.Random) -> TurnRecord:
    """Cards and words of all lengths, and cards that come back with another length than before."""
    secret = person.number
    items = [f"{chance.randrange(40)}-{secret}" for _ in range(25)]
    return a_turn(
        person.room,
        f"{secret} " * chance.randrange(1, 90),
        changes=Changes(
            profile=Profile(background=f"{secret} " * chance.randrange(1, 200)),
            cards=tuple(a_card(item, mark=secret * chance.randrange(1, 120)) for item in items),
            reviews=tuple(right(item) for item in items),
        ),
    )


@pytest.mark.parametrize("number", ["known", "new"])
def test_a_process_killed_while_it_commits_leaves_nothing_of_the_turn(
    sqlite_place: Place, processes: Processes, number: str
) -> None:
    async def stored() -> object:
        async with sqlite_place.open() as store:
            return await store.export(Person(store, number).who)

    async def begin() -> None:
        async with sqlite_place.open() as store:
            await Person(store, "known").changes(profile=everything("before").profile)

    asyncio.run(begin())
    home, before, last = sqlite_place.settings.credway_home, asyncio.run(stored()), 0
    while (codes := processes("commit", home, number, last)) != [0]:
        assert [-signal.SIGKILL] == codes
        assert before == asyncio.run(stored())
        last += 1

    assert 10 < last
    assert before != asyncio.run(stored())
    with sqlite3.connect(sqlite_place.settings.database_file) as db:
        assert [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()
    db.close()
