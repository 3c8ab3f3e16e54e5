"""A budget that several processes use at once, and one that does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import app
from bot.core.ports import Spent
from bot.errors import MissingService
from bot.learning.learner import Identity
from bot.settings import Settings
from tests.contracts.people import NOW, Place
from tests.servers.postgres import Postgres
from tests.storage.conftest import Processes

ADA = Identity(platform="telegram", number="1001")


async def test_real_processes_together_use_no_more_than_may_be_used(place: Place, processes: Processes) -> None:
    settings, tokens, limit = place.settings, 7, 200

    codes = processes("spend", settings.credway_home, settings.database_url, 4, 20, tokens, limit)

    assert limit // tokens == sum(codes)
    async with place.budget() as budget:
        spent = await budget.spent(NOW.date())
    assert [limit // tokens * tokens] * 3 == [spent.total, spent.learners, spent.communities]
    assert (3, 2) == (spent.identities, len(spent.top))


async def test_store_and_budget_are_opened_over_one_database(sqlite_place: Place) -> None:
    """So that what commits and what counts wait for each other in one queue."""
    async with app.open_stores(sqlite_place.settings) as stores:
        assert await stores.budget.reserve(ADA, None, 5, NOW)
        assert [5] == [row["tokens"] for row in (await stores.learners.export(ADA))["learner_spending"]]
        await stores.learners.forget(ADA, NOW)
        assert Spent(day=NOW.date(), total=5) == await stores.budget.spent(NOW.date())


async def test_a_budget_that_does_not_answer_is_told_and_nothing_reserved(postgres: Postgres, tmp_path: Path) -> None:
    place = Place(Settings(credway_home=tmp_path, database_url=postgres.of("nowhere")))
    async with place.budget() as budget:
        with pytest.raises(MissingService, match="DATABASE_URL"):
            await budget.reserve(ADA, None, 5, NOW)
