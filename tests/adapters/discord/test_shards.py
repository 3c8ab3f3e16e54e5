"""More than one shard: each has one owner, sessions are begun in turn, and what a dead process heard is taken over."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bot.adapters.discord.session_starts import BackOff, StartPace
from bot.app import Library
from bot.errors import InputError
from tests.adapters.discord.conftest import running
from tests.adapters.telegram.test_run import credway
from tests.servers.discord.people import Person
from tests.servers.discord.server import DiscordServer
from tests.servers.discord.world import TOKEN

SERVED = "tests.adapters.served"


@pytest.fixture
def channels(server: DiscordServer) -> list[str]:
    """One of a server of each of the two shards."""
    server.gateway.shards = 2
    return [str(server.world.guild(f"On {shard}", (shard, 2))["channels"][0]["id"]) for shard in range(2)]


async def all_heard(server: DiscordServer) -> None:
    """By a process that is there."""
    for shard in range(server.gateway.shards):
        await server.gateway.ready(shard=shard)


def shards(server: DiscordServer) -> list[list[int]]:
    """Which were begun, and of how many."""
    return [told["shard"] for told in server.gateway.identified]


async def test_each_server_is_heard_on_its_shard_and_direct_messages_on_the_first(
    server: DiscordServer, library: Library, home: Path, channels: list[str], anna: Person
) -> None:
    async with running(server, library, home):
        await all_heard(server)
        assert sorted(shards(server)) == [[0, 2], [1, 2]]
        for channel in channels:
            assert "425" in (await anna.asks("sec+ cost?", channel))["content"]
            await anna.says(f"<@{server.world.bot['id']}> ccna cost?", channel)
            assert "300" in (await anna.receives(channel))["content"]
        await anna.says("ccna cost?")
        assert "300" in (await anna.receives())["content"]
        for place, channel in enumerate(channels):
            told = [each["d"].get("channel_id") for each in (await server.gateway.ready(shard=place)).events]
            assert channel in told
            assert channels[1 - place] not in told


async def test_one_shard_is_resumed_while_the_other_goes_on(
    server: DiscordServer, library: Library, home: Path, channels: list[str], anna: Person
) -> None:
    async with running(server, library, home):
        await all_heard(server)
        await server.gateway.drop(shard=1)
        asked = [await anna.calls("ask", channel, question="sec+ cost?") for channel in channels]
        for each in asked:
            assert "425" in (await anna.reads(each))["content"]
        assert len(server.gateway.resumed) == 1
        assert len(server.gateway.identified) == 2


async def test_processes_that_are_started_together_share_the_shards_and_each_has_one_owner(
    server: DiscordServer, library: Library, home: Path, channels: list[str], anna: Person
) -> None:
    server.gateway.shards = 4
    async with running(server, library, home) as one, running(server, library, home) as other:
        await all_heard(server)
        assert sorted(shards(server)) == [[0, 4], [1, 4], [2, 4], [3, 4]]
        await one.ends()
        await server.world.until(lambda: len(server.gateway.identified) > 4, "a shard that is taken over")
        await all_heard(server)
        # Both had some: what the first one had, and nothing else, was begun again.
        assert 4 < len(server.gateway.identified) < 8
        assert not other.task.done()
        assert "425" in (await anna.asks("sec+ cost?", channels[1]))["content"]


async def test_the_shards_of_a_process_that_is_killed_are_taken_over(
    server: DiscordServer, library: Library, tmp_path: Path, channels: list[str], anna: Person
) -> None:
    (tmp_path / "index.db").write_bytes((library.settings.credway_home / "index.db").read_bytes())
    own = {"CREDWAY_HOME": str(tmp_path), "DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": server.api_url}
    own |= {"TELEGRAM_TOKEN": "", "DISCORD_GATEWAY_URL": server.gateway.url}
    environment = {**os.environ, **own}
    first, second = [await credway(environment=environment, cwd=tmp_path, module=SERVED) for _ in range(2)]
    try:
        await all_heard(server)
        assert sorted(shards(server)) == [[0, 2], [1, 2]]
        first.send_signal(signal.SIGKILL)
        await first.wait()
        await all_heard(server)
        for channel in channels:
            assert "425" in (await anna.asks("sec+ cost?", channel))["content"]
    finally:
        second.send_signal(signal.SIGTERM)
        await second.communicate()
    assert second.returncode == 0


@pytest.mark.parametrize("at_once", [1, 2])
async def test_sessions_are_begun_in_turn_whichever_process_they_are_of(
    server: DiscordServer, library: Library, home: Path, at_once: int
) -> None:
    server.gateway.shards, server.gateway.at_once, server.gateway.every = 4, at_once, 0.2
    starts = StartPace(every=0.6, lasting=0.0, first=0.01)
    async with running(server, library, home, starts=starts), running(server, library, home, starts=starts):
        await all_heard(server)
        assert server.gateway.too_early == 0
        assert len(server.gateway.identified) == 4


async def test_few_sessions_are_waited_with(server: DiscordServer, library: Library, home: Path, anna: Person) -> None:
    server.gateway.remaining = 99
    async with asyncio.TaskGroup() as group:
        calls = group.create_task(_asked_twice(server))
        async with running(server, library, home):
            await calls
            assert "425" in (await anna.asks("sec+ cost?"))["content"]
    assert len(server.gateway.identified) == 1


async def _asked_twice(server: DiscordServer) -> None:
    """When the bot has looked again, and found no more than before; then there are enough."""
    before = len(server.made("/gateway/bot"))
    await server.world.until(lambda: len(server.made("/gateway/bot")) >= before + 3, "a second look")
    assert server.gateway.identified == []
    server.gateway.remaining = 1000


@pytest.mark.parametrize("code", [4010, 4011])
async def test_a_number_of_shards_that_discord_refuses_ends_the_process_with_a_reason(
    server: DiscordServer, library: Library, home: Path, code: int
) -> None:
    async with running(server, library, home, discord_shards=1) as at_work:
        server.gateway.refuses = code
        await server.gateway.invalidate()
        with pytest.raises(InputError, match="DISCORD_SHARDS"):
            await at_work.task
        at_work.stop.set()


def test_a_session_that_does_not_last_is_begun_more_and_more_seldom() -> None:
    back_off, at, waits = BackOff(StartPace()), 0.0, []
    for _ in range(9):
        waits.append(back_off.left(0, at))
        at += waits[-1]
        back_off.began(0, at)
    assert waits == [0, 5, 10, 20, 40, 80, 160, 320, 600]
    # Ten minutes each time are 144 of a thousand a day.
    assert back_off.left(0, at + 599) == 1
    assert back_off.left(1, at) == 0

    at += 600 + 61
    back_off.began(0, at)
    assert back_off.left(0, at) == 5
