"""One store of each kind for all tests of the contract, emptied before each: opening one takes longer than most tests.

It lives in one event loop, and so do the tests (`pytest_collection_modifyitems`).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot import app
from bot.core.mail import Mailbox
from bot.core.ports import Budget, LearnerStore
from bot.settings import Settings
from bot.storage.tables import metadata
from tests.contracts.people import Place
from tests.servers.postgres import Postgres


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def shared_place(
    request: pytest.FixtureRequest, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Place:
    home = tmp_path_factory.mktemp("shared")
    if request.param == "sqlite":
        shutil.copy(migrated_file, home)
        return Place(Settings(credway_home=home, database_url=""))
    postgres: Postgres = request.getfixturevalue("postgres")
    return Place(Settings(credway_home=home, database_url=postgres.url()))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_stores(shared_place: Place) -> AsyncIterator[app.Stores]:
    async with shared_place.open_all() as opened:
        yield opened


@pytest.fixture
def place(request: pytest.FixtureRequest, shared_place: Place) -> Place:
    """An empty database, once of each kind."""
    if shared_place.settings.database_url:
        request.getfixturevalue("postgres").url()
    else:
        with sqlite3.connect(shared_place.settings.database_file) as db:
            for table in reversed(metadata.sorted_tables):
                db.execute(f"DELETE FROM {table.name}")  # noqa: S608
        db.close()
    return shared_place


@pytest.fixture
def stores(place: Place, shared_stores: app.Stores) -> app.Stores:
    assert place
    return shared_stores


@pytest.fixture
def store(stores: app.Stores) -> LearnerStore:
    return stores.learners


@pytest.fixture
def budget(stores: app.Stores) -> Budget:
    """Of the same database as the store; with the limits that are set where nobody sets any."""
    return stores.budget


@pytest.fixture
def mailbox(stores: app.Stores) -> Mailbox:
    return stores.mailbox
