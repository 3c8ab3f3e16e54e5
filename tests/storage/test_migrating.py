"""A database of any age is brought up to date, by any number of processes, and never by an older version."""

from __future__ import annotations

import asyncio
import shutil
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from bot import app
from bot.errors import MissingService
from bot.learning.learner import Holding, Identity, Profile
from bot.settings import Settings
from bot.storage import migrating
from bot.storage.tables import metadata
from tests.contracts.people import GROUP, NOW, Person, Place, everything
from tests.servers.postgres import Postgres
from tests.storage.conftest import Processes

ROOT = Path(__file__).resolve().parents[2]
REVISIONS = ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008"]


@pytest.fixture(params=["sqlite", "postgres"])
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A database without tables."""
    if request.param == "sqlite":
        return Place(Settings(credway_home=tmp_path, database_url=""))
    postgres: Postgres = request.getfixturevalue("postgres")
    return Place(Settings(credway_home=tmp_path, database_url=postgres.empty_url()))


async def move_to(place: Place, revision: str) -> None:
    async with place.open(), place.database() as database, database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


async def test_migrations_make_exactly_the_tables_that_the_code_knows(empty_place: Place) -> None:
    async with empty_place.open(), empty_place.database() as database, database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )

    assert [] == differences


async def test_migrations_are_one_after_the_other() -> None:
    scripts = ScriptDirectory(str(ROOT / "bot/storage/migrations"))

    assert REVISIONS == [script.revision for script in scripts.walk_revisions()][::-1]


async def test_starting_again_changes_nothing(empty_place: Place) -> None:
    for _ in range(2):
        async with empty_place.open() as store:
            learner = await Person(store).says("hello")

    assert 1 == learner.version
    assert REVISIONS[-1] == (await app.database_state(empty_place.settings)).migration


async def test_a_migration_that_fails_leaves_the_database_as_it_was(
    empty_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Connection) -> None:
        raise ZeroDivisionError

    async def half_way() -> None:
        async with empty_place.database() as database, database.write() as connection:
            await connection.run_sync(migrating.upgrade)
            await connection.run_sync(fail)

    with pytest.raises(ZeroDivisionError):
        await half_way()
    async with empty_place.database() as database:
        assert (None, tuple(REVISIONS)) == ((schema := await database.schema()).current, schema.lacking)


async def test_processes_that_start_at_once_make_the_tables_once(empty_place: Place) -> None:
    async def start(number: int) -> int:
        async with empty_place.open() as store:
            return (await Person(store, str(number)).says("hello")).version

    assert [1] * 6 == await asyncio.gather(*(start(number) for number in range(6)))


def test_real_processes_that_start_at_once_make_one_file(tmp_path: Path, processes: Processes) -> None:
    for attempt in range(3):
        assert [0] * 4 == processes("start", tmp_path / f"home-{attempt}", 4)


class TestOlder:
    """`data/learners-0001.db` was made on 2026-11-23 by the code of commit f64909f, whose only migration was 0001."""

    @pytest.fixture
    def old_place(self, tmp_path: Path) -> Place:
        shutil.copy(Path(__file__).parent / "data" / "learners-0001.db", tmp_path / "credway.db")
        return Place(Settings(credway_home=tmp_path, database_url=""))

    async def test_its_learners_are_read_as_they_were(self, old_place: Place) -> None:
        assert len(REVISIONS) - 1 == (await app.database_state(old_place.settings)).behind
        async with old_place.open() as store:
            ada = Person(store, "1001")
            learner = await ada.learner()
            assert learner.profile == Profile(
                goals=("az-305",),
                hours_per_week=6.5,
                deadline=date(2028, 2, 29),
                languages=("en", "hi"),
                time_zone="Asia/Kolkata",
                quiet_from=time(21, 30),
            )
            assert learner.wallet == (
                Holding(credential="az-104", earned_on=date(2024, 2, 29), expires_on=date(2027, 2, 28)),
                Holding(credential="az-305", earned_on=date(2026, 11, 20)),
            )
            first, last = await store.turns(learner, ada.room, limit=9)
            assert (NOW, "How much is AZ-104?") == (first.at, first.question)
            assert first.answer is not None
            assert "https://learn.microsoft.com/" == first.answer.citations[0].url
            assert ("I passed AZ-305 🎉", ("az-305",)) == (last.question, last.context.focus)
            assert ["what is a micro-credential?"] == [
                turn.question for turn in await store.turns(learner, GROUP, limit=9)
            ]
            assert ["az-104#1", "az-104#2"] == [review.item for review in await store.reviews(learner)]
            assert [{"stability": 2.5, "step": None}] == [card.state for card in await store.cards(learner)]
            before = await store.before_last_change(learner)
            assert before is not None
            assert "in_progress" == before.wallet[1].state

    async def test_its_people_go_on_where_they_were(self, old_place: Place) -> None:
        async with old_place.open() as store:
            cy = Person(store, "3003")
            assert await cy.learner() == await store.learner(Identity(platform="discord", number="4004"))
            assert [] == await store.claim_reminders(NOW)
            assert ["renew:az-104:7"] == [
                claimed.reminder.key for claimed in await store.claim_reminders(NOW + timedelta(days=20))
            ]
            await Person(store, "1001").changes(reviews=everything("x").reviews)
            assert await store.join_ranking(Identity(platform="telegram", number="1001"), GROUP, "Ada")
            assert [2] == [one.correct for one in await store.ranking(GROUP, since=NOW)]
            assert {"turns": 1, "identities": 2, "learners": 1} == (await store.forget(cy.who, NOW)).erased


class TestNewer:
    async def test_a_newer_database_is_left_alone_and_told_in_one_line(self, empty_place: Place) -> None:
        await move_to(empty_place, "9999")

        for attempt in (empty_place.open().__aenter__, lambda: app.database_state(empty_place.settings)):
            with pytest.raises(MissingService) as refused:
                await attempt()  # type: ignore[operator]
            assert "newer Credway (migration 9999)" in str(refused.value)
            assert "DATABASE_URL" in str(refused.value)
            assert "\n" not in str(refused.value)
