"""`credway run` and `credway check` as processes, told to end and killed, against a loopback Discord."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import pytest

from bot.app import Library
from tests.adapters.telegram.test_run import credway
from tests.servers.discord.server import DiscordServer
from tests.servers.discord.world import TOKEN

PEOPLE = 6
SERVED = "tests.adapters.served"


@pytest.fixture
def environment(server: DiscordServer, library: Library, tmp_path: Path) -> dict[str, str]:
    # The index is made already; the learners' database is not.
    home = library.settings.credway_home
    (tmp_path / "index.db").write_bytes((home / "index.db").read_bytes())
    own = {"CREDWAY_HOME": str(tmp_path), "DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": server.api_url}
    own |= {"TELEGRAM_TOKEN": "", "DISCORD_GATEWAY_URL": server.gateway.url}
    return {**os.environ, **own, "LOG_LEVEL": "INFO"}


async def test_it_answers_until_it_is_told_to_end_and_tells_the_token_to_nobody(
    server: DiscordServer, environment: dict[str, str], tmp_path: Path
) -> None:
    process = await credway("run", environment=environment, cwd=tmp_path)
    anna = server.person("Anna")
    asked = await anna.calls("ask", question="sec+ cost?")
    assert "425" in (await anna.reads(asked))["content"]

    process.send_signal(signal.SIGTERM)
    out, err = await process.communicate()
    assert process.returncode == 0
    assert b"Discord: credway is answering" in err
    assert TOKEN.encode() not in out + err
    assert asked.token.encode() not in out + err


async def test_with_a_wrong_token_one_line_says_what_to_do(environment: dict[str, str], tmp_path: Path) -> None:
    process = await credway("run", environment={**environment, "DISCORD_TOKEN": "wrong"}, cwd=tmp_path)
    _, err = await process.communicate()
    assert process.returncode == 69
    assert "Discord does not know it" in err.decode().splitlines()[-1]


async def test_check_asks_discord_who_the_bot_is(environment: dict[str, str], tmp_path: Path) -> None:
    process = await credway("check", environment=environment, cwd=tmp_path)
    out, _ = await process.communicate()
    assert "ok       Discord         credway" in out.decode()
    assert TOKEN not in out.decode()


@pytest.mark.parametrize(
    "place", ["after_inbox_insert", "after_answer", "before_commit", "after_settle", "before_send", "after_send"]
)
async def test_killed_at_a_named_place_what_was_accepted_is_answered_and_nothing_twice(
    server: DiscordServer, environment: dict[str, str], tmp_path: Path, place: str
) -> None:
    people = [server.person(f"Person {number}") for number in range(PEOPLE)]
    first = await credway(environment={**environment, "CRASH_POINT": place}, cwd=tmp_path, module=SERVED)
    asked = [await person.calls("ask", question="sec+ cost?") for person in people]
    for person in people:
        await person.says("sec+ cost?")
    await first.communicate()
    assert first.returncode == -signal.SIGKILL
    accepted = [interaction for interaction in asked if interaction.acknowledged is not None]
    typed = [person for person in people if person.dm in server.world.typed]

    second = await credway(environment=environment, cwd=tmp_path, module=SERVED)
    try:
        await server.world.until(lambda: len(server.gateway.identified) == 2, "the second process")
        for person, interaction in zip(people, asked, strict=True):
            if interaction in accepted:
                assert "425" in (await person.reads(interaction))["content"]
        for person in typed:
            await person.receives()
        if place == "after_inbox_insert":
            # Written down, but not acknowledged any more: then the answer is a message.
            assert "425" in (await people[0].receives())["content"]
    finally:
        with contextlib.suppress(ProcessLookupError):
            second.send_signal(signal.SIGTERM)
        await second.communicate()
    assert second.returncode == 0
    for person in people:
        told = [message["content"] for message in server.world.posted(person.dm)]
        # One for the message, and one where an interaction was accepted but not acknowledged before the end.
        assert len(told) <= 2
