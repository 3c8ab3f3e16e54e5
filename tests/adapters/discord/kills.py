"""A bot on Discord in processes of their own that are killed while a crowd talks to it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot import app
from bot.settings import Settings
from tests.adapters.discord.crowd import Crowd
from tests.servers.discord.server import DiscordServer
from tests.servers.discord.world import TOKEN

KILLED = -signal.SIGKILL
_ROOT = Path(__file__).parents[3]
_MOMENT = 0.05
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When so many calls more have been made, and then so many seconds are over: a machine may be slow."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that keeps its data at `home`. What it says of itself stands in a file there."""

    home: Path
    server: DiscordServer

    async def starts(self, **more: str) -> asyncio.subprocess.Process:
        own = {"CREDWAY_HOME": str(self.home), "DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": self.server.api_url}
        own |= {"TELEGRAM_TOKEN": "", "DISCORD_GATEWAY_URL": self.server.gateway.url, "PYTHONPATH": str(_ROOT), **more}
        with (self.home / "log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.adapters.served"),
                env={**os.environ, **own},
                cwd=self.home,
                stdout=log,
                stderr=log,
            )

    async def is_killed(self, moment: Moment) -> int:
        """The return code of a process that is killed then."""
        process = await self.starts()
        await self.server.gateway.ready(_PATIENCE)
        enough = len(self.server.calls) + moment.calls
        await self.server.world.until(lambda: len(self.server.calls) >= enough, "calls", _PATIENCE)
        await asyncio.sleep(moment.seconds)
        process.kill()
        return await process.wait()

    async def dies_at(self, place: str) -> int:
        """The return code of a process that kills itself at a place, or has not passed it and is told to end."""
        process = await self.starts(CRASH_POINT=place)
        try:
            async with asyncio.timeout(_PATIENCE):
                return await process.wait()
        except TimeoutError:
            process.terminate()
            return await process.wait()

    async def goes_on(self, crowd: Crowd, talk: asyncio.Task[None]) -> int:
        """Another process does all that is left, and is told to stop; its return code."""
        process = await self.starts()
        try:
            crowd.enough()
            await talk
            await self._until_nothing_waits()
        finally:
            process.send_signal(signal.SIGTERM)
        return await process.wait()

    async def _until_nothing_waits(self) -> None:
        async with app.open_stores(Settings(_env_file=None, credway_home=self.home, database_url="")) as stores:
            async with asyncio.timeout(_PATIENCE):
                while True:
                    left = await stores.mailbox.backlog()
                    if not left.waiting and not left.outgoing:
                        break
                    await asyncio.sleep(_MOMENT)


async def killed_at(bot: Bot, moments: Iterable[Moment]) -> Mapping[str, int]:
    """What came of a crowd's talk with processes that were killed at these moments."""
    crowd = Crowd(bot.server)
    async with asyncio.TaskGroup() as group:
        talk = group.create_task(crowd.talks())
        codes = [await bot.is_killed(moment) for moment in moments]
        last = await bot.goes_on(crowd, talk)
    return {"kills": codes.count(KILLED), "the last one's status": last, **crowd.found()}


async def died_at(bot: Bot, place: str, people: int) -> Mapping[str, int]:
    """The same with one process that kills itself at a place."""
    crowd = Crowd(bot.server, at_once=people)
    async with asyncio.TaskGroup() as group:
        talk = group.create_task(crowd.talks(people))
        code = await bot.dies_at(place)
        last = await bot.goes_on(crowd, talk)
    return {"kills": int(code == KILLED), "the last one's status": last, **crowd.found()}
