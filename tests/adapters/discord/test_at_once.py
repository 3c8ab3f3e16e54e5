"""What several processes keep at the same moment is all kept: roles worn, sums of a week, who wants a digest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.adapters.discord.digest_times import WantedDigests
from bot.adapters.discord.posts import identity
from bot.adapters.discord.server_settings import GivenRole, Servers
from bot.adapters.discord.wearing import Wearing, Worn
from bot.app import Library, Stores, open_stores
from bot.core.answer import Answer, Citation

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MANY = 10


@pytest.fixture
async def processes(library: Library, home: Path) -> AsyncIterator[list[Stores]]:
    """The same file, opened as two processes do."""
    settings = library.settings.model_copy(update={"credway_home": home})
    async with open_stores(settings) as one, open_stores(settings) as other:
        yield [one, other] * MANY


async def test_answers_are_all_counted(processes: list[Stores]) -> None:
    said = {"document": "credentials/az-104", "title": "AZ-104", "heading": "Cost", "passage": "It costs 165 dollars."}
    cited = Citation(n=1, **said, url=None, source=None, as_of=None)
    answer = Answer(question="?", status="answered", language="en", mode="offline", text="[1]", citations=(cited,))
    servers = [Servers(stores.keepsakes, lambda: NOW) for stores in processes]
    await asyncio.gather(*(each.count_answer("1", answer) for each in servers))
    week = await servers[0].week("1", NOW)
    assert (week.counts["asked"], week.sources) == (2 * MANY, {"AZ-104": 2 * MANY})


async def test_roles_that_are_put_on_and_taken_off_are_all_known(processes: list[Stores]) -> None:
    worn = [Worn(stores.keepsakes, stores.mailbox, lambda: NOW) for stores in processes]
    roles = [Wearing(guild="1", who="7", role=str(number)) for number in range(len(worn))]
    await asyncio.gather(*(each.wear(role) for each, role in zip(worn, roles, strict=True)))
    assert {each.role for each in await worn[0].by(identity("7"))} == {each.role for each in roles}

    await asyncio.gather(*(each.shed(role) for each, role in zip(worn[1:], roles[1:], strict=True)))
    assert await worn[1].by(identity("7")) == roles[:1]
    await worn[0].shed_all(identity("7"), "1")
    kept = await processes[0].learners.export(identity("7"))
    assert kept["keepsakes"] == []


async def test_what_moderators_set_is_all_set(processes: list[Stores]) -> None:
    servers = [Servers(stores.keepsakes, lambda: NOW) for stores in processes]
    await servers[0].give_role("1", GivenRole(role="5", name="A", achievement="points", at=1, channel="2"))
    await asyncio.gather(
        *(each.watch("1", f"forum {number}", on=True) for number, each in enumerate(servers)),
        *(each.mute("1", f"channel {number}", silent=True) for number, each in enumerate(servers)),
        servers[0].speak(servers[0].group("1"), "de"),
        servers[1].refuse_role("1", "5"),
        servers[1].limit("1", 500),
    )
    found = await servers[0].settings("1")
    assert (len(found.forums), len(found.muted), found.language, found.budget) == (2 * MANY, 2 * MANY, "de", 500)
    assert [each.refused for each in found.roles] == [True]


async def test_servers_that_want_a_digest_do_not_take_one_anothers_place(processes: list[Stores]) -> None:
    wanted = [WantedDigests("9", stores.keepsakes, lambda: NOW) for stores in processes]
    await asyncio.gather(*(each.keep(str(number), "3") for number, each in enumerate(wanted)))
    assert len(await wanted[0].all()) == 2 * MANY
