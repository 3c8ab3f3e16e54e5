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
from tests.servers.discord.world import Interaction

PEOPLE = 12
_PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15


async def test_nothing_privileged_is_asked_for(server: DiscordServer, bot: Running) -> None:
    told = server.gateway.identified[0]
    assert told["intents"] == 1 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 13
    assert not told["intents"] & _PRIVILEGED
    assert told["shard"] == [0, 1]


# Closed, by these codes, which stand for faults after which one may come back; op 7; op 9, of a session that goes on.
@pytest.mark.parametrize("how", ["4000", "4001", "4008", "4009", "1001", "to reconnect", "invalid but resumable"])
async def test_what_happens_meanwhile_is_answered_once(
    server: DiscordServer, bot: Running, anna: Person, how: str
) -> None:
    before = await anna.calls("ask", question="sec+ cost?")
    await anna.acknowledged(before)
    if how.isdigit():
        await server.gateway.drop(int(how))
    elif how == "to reconnect":
        await server.gateway.ask_to_reconnect()
    else:
        await server.gateway.invalidate(resumable=True)
    meanwhile = await anna.calls("ask", question="ccna cost?")
    assert "300" in (await anna.reads(meanwhile))["content"]
    assert "425" in (await anna.reads(before))["content"]
    assert len(server.gateway.resumed) == 1
    assert len(server.gateway.identified) == 1
    assert [made.parts["webhook_token"] for made in server.made("@original")].count(before.token) == 1


async def test_a_gateway_that_is_dropped_again_and_again_in_the_middle_of_answers_repeats_and_loses_none(
    server: DiscordServer, bot: Running
) -> None:
    people = [server.person(f"Person {number}") for number in range(PEOPLE)]
    asked: list[Interaction] = []
    for number, person in enumerate(people):
        asked.append(await person.calls("ask", question="sec+ cost?"))
        await person.says("ccna cost?")
        if number % 4 == 3:
            await server.gateway.drop()
            await server.gateway.ready()
    for person, interaction in zip(people, asked, strict=True):
        assert "425" in (await person.reads(interaction))["content"]
        assert "300" in (await person.receives())["content"]
    await bot.ends()
    edited = [made.parts["webhook_token"] for made in server.made("@original")]
    assert [edited.count(interaction.token) for interaction in asked] == [1] * PEOPLE
    assert [len(server.world.posted(person.dm)) for person in people] == [1] * PEOPLE
    assert len(server.gateway.resumed) == PEOPLE // 4
    assert len(server.gateway.identified) == 1


async def test_a_session_that_cannot_be_resumed_is_begun_anew(
    server: DiscordServer, bot: Running, anna: Person
) -> None:
    server.gateway.forgets = True
    await server.gateway.drop()
    await server.world.until(lambda: len(server.gateway.identified) == 2, "a new session")
    await server.gateway.ready()
    assert len(server.gateway.resumed) == 1
    assert "425" in (await anna.asks("sec+ cost?"))["content"]


@pytest.mark.parametrize("code", [1000, 4000, 4002, 4003, 4005, 4007, 4008, 4009])
async def test_a_session_that_is_closed_as_soon_as_it_begins_is_begun_again(
    server: DiscordServer, library: Library, home: Path, anna: Person, code: int
) -> None:
    server.gateway.reconnects = [code, code]
    async with running(server, library, home):
        assert "425" in (await anna.asks("sec+ cost?"))["content"]
        assert len(server.gateway.identified) == 3


async def test_a_heartbeat_is_sent_when_it_is_asked_for(server: DiscordServer, bot: Running) -> None:
    before = server.gateway.heartbeats
    await server.gateway.ask_for_a_heartbeat()
    await server.world.until(lambda: server.gateway.heartbeats > before, "a heartbeat")


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
