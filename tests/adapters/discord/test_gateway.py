"""The gateway: what is asked for there, and what is not lost and not answered twice when it is away for a while."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bot.adapters.discord.sdk import Ears
from bot.app import Library
from bot.errors import InputError
from tests.adapters.discord.conftest import Running, running
from tests.servers.discord.people import Person
from tests.servers.discord.server import DiscordServer

_PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15


async def test_nothing_privileged_is_asked_for(server: DiscordServer, bot: Running) -> None:
    told = server.gateway.identified[0]
    assert told["intents"] == 1 | 1 << 9 | 1 << 12
    assert not told["intents"] & _PRIVILEGED
    assert told["shard"] == [0, 1]


@pytest.mark.parametrize("how", ["dropped", "told to reconnect"])
async def test_what_happens_meanwhile_is_answered_once(
    server: DiscordServer, bot: Running, anna: Person, how: str
) -> None:
    before = await anna.calls("ask", question="sec+ cost?")
    await anna.acknowledged(before)
    if how == "dropped":
        await server.gateway.drop()
    else:
        await server.gateway.ask_to_reconnect()
    meanwhile = await anna.calls("ask", question="ccna cost?")
    assert "300" in (await anna.reads(meanwhile))["content"]
    assert "425" in (await anna.reads(before))["content"]
    assert len(server.gateway.resumed) == 1
    assert len(server.gateway.identified) == 1
    assert [made.parts["webhook_token"] for made in server.made("@original")].count(before.token) == 1


async def test_what_is_told_twice_is_answered_once(server: DiscordServer, bot: Running, anna: Person) -> None:
    message = await anna.says("sec+ cost?")
    await anna.receives()
    session = await server.gateway.ready()
    for event in [each for each in session.events if each["t"] == "MESSAGE_CREATE"]:
        await server.gateway.dispatch("MESSAGE_CREATE", event["d"])
    await anna.says("ccna cost?")
    assert "300" in (await anna.receives(number=2))["content"]
    assert message["id"]
    assert len(server.world.posted(anna.dm)) == 2


async def test_a_session_that_is_no_more_is_begun_anew(server: DiscordServer, bot: Running, anna: Person) -> None:
    await server.gateway.invalidate()
    await server.world.until(lambda: len(server.gateway.identified) == 2, "a new session")
    assert "425" in (await anna.asks("sec+ cost?"))["content"]


async def test_a_connection_without_a_heartbeat_is_left_and_resumed(
    server: DiscordServer, library: Library, home: Path, anna: Person
) -> None:
    server.gateway.heartbeat_ms = 100
    async with running(server, library, home, ears=partial(Ears, heartbeat_timeout=0.5)):
        server.gateway.deaf = True
        await server.world.until(lambda: server.gateway.resumed, "a session that is resumed")
        server.gateway.deaf = False
        assert "425" in (await anna.asks("sec+ cost?"))["content"]


@pytest.mark.parametrize(("code", "words"), [(4004, "DISCORD_TOKEN"), (4014, "intents"), (4013, "intents")])
async def test_what_will_never_work_ends_the_process_with_a_reason(
    server: DiscordServer, library: Library, home: Path, code: int, words: str
) -> None:
    async with running(server, library, home) as at_work:
        server.gateway.refuses = code
        await server.gateway.invalidate()
        with pytest.raises(InputError, match=words):
            await at_work.task
        at_work.task.exception()
        # It has ended, and the end of the test finds nothing to wait for.
        at_work.stop.set()


async def test_sessions_are_not_used_up(server: DiscordServer, library: Library, home: Path) -> None:
    server.gateway.remaining = 99
    with pytest.raises(AssertionError, match="in vain"):
        async with running(server, library, home, patience=0.5):
            pass
    assert server.gateway.identified == []


async def test_only_one_process_hears(server: DiscordServer, library: Library, home: Path, anna: Person) -> None:
    async with running(server, library, home) as first, running(server, library, home) as second:
        assert "425" in (await anna.asks("sec+ cost?"))["content"]
        assert len(server.gateway.identified) == 1
        await first.ends()
        assert second.task.done() is False
        await server.world.until(lambda: len(server.gateway.identified) == 2, "the other process")
        assert "300" in (await anna.asks("ccna cost?"))["content"]
