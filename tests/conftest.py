"""What tests of many parts share: the packaged knowledge, and places where learners are kept (a file, PostgreSQL)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.app import Library, open_library
from bot.core.ports import LearnerStore
from bot.settings import Settings
from tests.contracts.people import Place
from tests.servers import postgres as server

# The knowledge says "retires on 2026-11-30" and the like: a fixed day keeps the answers the same for ever.
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The packaged knowledge, indexed once for all tests. They ask it and change nothing in it."""
    home: Path = tmp_path_factory.mktemp("library")
    library = open_library(Settings(_env_file=None, credway_home=home, knowledge_dirs=()), today=TODAY)
    library.ingest()
    yield library
    library.close()


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
