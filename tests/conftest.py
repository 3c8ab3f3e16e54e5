"""Places where learners can be kept, for every test that needs one: a file, a real PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.core.ports import LearnerStore
from bot.settings import Settings
from tests.contracts.people import Place
from tests.servers import postgres as server


@pytest.fixture(scope="session")
def postgres() -> Iterator[server.Postgres]:
    """One server for all tests, started by the first that needs it."""
    with server.running() as started:
        yield started


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with tables and nobody in it: copying is faster than migrating."""
    place = Place(Settings(credway_home=tmp_path_factory.mktemp("migrated"), database_url=""))

    async def migrate() -> None:
        async with place.open():
            pass

    asyncio.run(migrate())
    return place.settings.database_file


@pytest.fixture
def sqlite_place(migrated_file: Path, tmp_path: Path) -> Place:
    home = tmp_path / "credway"
    home.mkdir()
    shutil.copy(migrated_file, home)
    return Place(Settings(credway_home=home, database_url=""))


@pytest.fixture
def postgres_place(postgres: server.Postgres, tmp_path: Path) -> Place:
    return Place(Settings(credway_home=tmp_path, database_url=postgres.url()))


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    """An empty database, once of each kind."""
    found: Place = request.getfixturevalue(f"{request.param}_place")
    return found


@pytest.fixture
async def store(place: Place) -> AsyncIterator[LearnerStore]:
    async with place.open() as opened:
        yield opened
