"""Reminders: once, in time, outside quiet hours, and to nobody who does not want to hear."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import Library
from tests.adapters.at_work import Running
from tests.adapters.telegram.conftest import running
from tests.servers.telegram.people import Person, labels
from tests.servers.telegram.server import TelegramServer


class Clock:
    """Goes on as time does, from where the test sets it."""

    def __init__(self, at: datetime) -> None:
        self._ahead = at - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def forward(self, by: timedelta) -> None:
        self._ahead += by


async def test_an_expiry_is_told_once_and_not_at_night(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated_file, tmp_path)
    anna = server.person("Anna")
    clock = Clock(datetime(2026, 11, 23, 23, tzinfo=UTC))
    async with running(server, library, tmp_path, now=clock):
        await anna.sends("I passed Security+ on 2023-12-20")
        await anna.receives()
        await anna.sends("ccna cost?")
        assert "300" in (await anna.receives())["text"]

        clock.forward(timedelta(hours=12))
        reminder = await anna.receives()
        assert "Security+" in reminder["text"]
        assert "2026-12-20" in reminder["text"]
        await anna.sends("az-104 cost?")
        assert "165" in (await anna.receives())["text"]


async def test_practice_is_recalled_with_a_way_into_it_and_a_way_out(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated_file, tmp_path)
    anna = server.person("Anna")
    clock = Clock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    async with running(server, library, tmp_path, now=clock):
        await anna.sends("/practice az-104")
        while "poll" not in await anna.receives():
            pass
        await anna.sends("I don't know")
        assert (await anna.receives())["text"]

        clock.forward(timedelta(hours=21, minutes=1))
        while "Practice is due" not in (reminder := await anna.receives()).get("text", ""):
            pass
        assert labels(reminder) == ["Practise now", "Not today", "Stop these reminders"]
        await anna.taps(reminder, "Stop these reminders")
        assert "any more" in (await anna.receives())["text"]
        clock.forward(timedelta(days=1))
        await anna.sends("/settings")
        settings = await anna.receives()
        await anna.taps(settings, "Remind me to practise")
        assert "From now on" in (await anna.receives())["text"]


async def test_who_has_blocked_the_bot_is_not_reminded(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path
) -> None:
    shutil.copy(migrated_file, tmp_path)
    anna, ben = server.person("Anna"), server.person("Ben")
    clock = Clock(datetime(2026, 11, 23, 23, tzinfo=UTC))
    async with running(server, library, tmp_path, now=clock) as at:
        for person in (anna, ben):
            await person.sends("I passed Security+ on 2023-12-20")
            await person.receives()
        await anna.blocks_the_bot()
        await _until_handled(at, anna)
        clock.forward(timedelta(hours=12))
        assert "2026-12-20" in (await ben.receives())["text"]
        assert len(server.world.posted(anna.id)) == 1
        assert not [call for call in server.calls if call.status == 403]


async def _until_handled(at: Running, person: Person) -> None:
    """Taken is not handled: until nothing that came in waits any more."""
    person.chat.blocked = False
    await person.world.until(lambda: not person.world.updates, "the news to be taken")
    async with asyncio.timeout(30):
        while (await at.stores.mailbox.backlog()).waiting:
            pass
