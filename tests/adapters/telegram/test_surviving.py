"""A process that is killed while it talks on Telegram: nobody is left without an answer."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from pathlib import Path

from bot.app import Library
from tests.adapters.telegram.test_run import at_home, credway
from tests.servers.telegram.server import telegram_server

PEOPLE = 6
SERVED = "tests.adapters.served"
# Where it is killed, and how often more than once somebody may be answered then.
PLACES = {
    "before_inbox_insert": 0,
    "after_inbox_insert": 0,
    "after_answer": 0,
    "before_commit": 0,
    "after_settle": 0,
    "before_send": 1,
    "after_send": 1,
}


async def test_killed_at_a_named_place_everybody_is_answered_and_nobody_more_than_twice(
    library: Library, tmp_path: Path
) -> None:
    # Each place has its own server and its own data; two at a time, because starting up takes a processor.
    hands = asyncio.Semaphore(2)

    async def tried(place: str) -> list[int]:
        async with hands:
            home = tmp_path / place
            home.mkdir()
            return await answers_around_a_death(library, home, place)

    counts = dict(zip(PLACES, await asyncio.gather(*map(tried, PLACES)), strict=True))
    # What was on its way to several people when the process died may reach each of them once more.
    wrong = {
        place: found for place, found in counts.items() if not all(1 <= count <= 1 + PLACES[place] for count in found)
    }
    assert wrong == {}


async def answers_around_a_death(library: Library, home: Path, place: str) -> list[int]:
    """How often each of those who asked is answered, where one process dies at this place and another goes on."""
    async with telegram_server() as server:
        environment = at_home(library, home, server)
        people = [server.person(f"Person {number}") for number in range(PEOPLE)]
        for person in people:
            await person.sends("sec+ cost?")
        first = await credway(environment={**environment, "CRASH_POINT": place}, cwd=home, module=SERVED)
        await first.communicate()
        assert first.returncode == -signal.SIGKILL, place

        second = await credway(environment=environment, cwd=home, module=SERVED)
        try:
            for person in people:
                assert "425" in (await person.receives())["text"]
            await server.until_heard()
        finally:
            with contextlib.suppress(ProcessLookupError):
                second.send_signal(signal.SIGTERM)
            await second.communicate()
        assert second.returncode == 0, place
        assert server.wrong == []
        return [len(server.world.posted(person.id)) for person in people]
