"""A process that is killed while it talks on Telegram: nobody is left without an answer."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path

import pytest

from bot.app import Library
from tests.adapters.telegram.test_run import credway, environment
from tests.servers.telegram.server import TelegramServer

PEOPLE = 6
SERVED = "tests.adapters.telegram.served"
__all__ = ["environment"]


@pytest.mark.parametrize(
    ("place", "twice"),
    [
        ("before_inbox_insert", 0),
        ("after_inbox_insert", 0),
        ("after_answer", 0),
        ("before_commit", 0),
        ("after_settle", 0),
        ("before_send", 1),
        ("after_send", 1),
    ],
)
async def test_killed_at_a_named_place_everybody_is_answered_and_nobody_more_than_twice(
    server: TelegramServer,
    library: Library,
    environment: dict[str, str],
    tmp_path: Path,
    place: str,
    twice: int,
) -> None:
    people = [server.person(f"Person {number}") for number in range(PEOPLE)]
    for person in people:
        await person.sends("sec+ cost?")
    dying = {**environment, "CRASH_POINT": place}
    first = await credway(environment=dying, cwd=tmp_path, module=SERVED)
    await first.communicate()
    assert first.returncode == -signal.SIGKILL

    second = await credway(environment=environment, cwd=tmp_path, module=SERVED)
    try:
        for person in people:
            assert "425" in (await person.receives())["text"]
        await server.until_heard()
    finally:
        with contextlib.suppress(ProcessLookupError):
            second.send_signal(signal.SIGTERM)
        await second.communicate()
    assert second.returncode == 0
    counts = [len(server.world.posted(person.id)) for person in people]
    # What was on its way to several people when the process died may reach each of them once more.
    assert all(1 <= count <= 1 + twice for count in counts)
