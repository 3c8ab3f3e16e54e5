"""A bot in processes that are killed while a crowd talks to it; the last of them does what is left to do."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bot import app
from bot.settings import Settings
from tests.adapters.forked import Child, Nursery
from tests.adapters.telegram.crowd import Crowd
from tests.servers.telegram.server import TOKEN, TelegramServer
from tests.tools.random_kills import Moment

KILLED = -signal.SIGKILL
# Seconds in which a process has ended that was told to: fewer than the 30 after which orchestrators kill it.
DRAINED = 25


def bot_at(home: Path, server: TelegramServer, **more: str) -> Child:
    """A process that talks to this server and keeps its data there."""
    return Child(home=str(home), settings={"telegram_token": TOKEN, "telegram_api_url": server.url, **more})


async def kill_at(
    children: Nursery, child: Child, server: TelegramServer, crowd: Crowd, when: Iterable[Moment]
) -> list[int]:
    """The return codes of processes that are killed at these moments."""
    codes = []
    for moment in when:
        crowd.another_process()
        enough = server.world.arrived + moment.arrivals
        process = await children.start(child)
        await process.does(server.world.until(lambda enough=enough: server.world.arrived >= enough, "arrivals"))  # type: ignore[misc]
        await asyncio.sleep(moment.seconds)
        process.send(signal.SIGKILL)
        codes.append(await process.ends())
    return codes


async def die_at(children: Nursery, child: Child, crowd: Crowd, place: str, times: int) -> int:
    """The return code of a process that kills itself at a place."""
    crowd.another_process()
    process = await children.start(replace(child, dies_at=place, times=times))
    return await process.ends()


async def stop_at(children: Nursery, child: Child, server: TelegramServer, crowd: Crowd, arrivals: int) -> int:
    """The return code of a process that is told to stop when so many messages have arrived."""
    crowd.another_process()
    process = await children.start(child)
    await process.does(server.world.until(lambda: server.world.arrived >= arrivals, "arrivals"))
    process.send(signal.SIGTERM)
    async with asyncio.timeout(DRAINED):
        return await process.ends()


async def go_on(children: Nursery, child: Child, server: TelegramServer, crowd: Crowd, talk: asyncio.Task[None]) -> int:
    """Another process does all that is left, and is told to stop; its return code."""
    crowd.another_process()
    process = await children.start(child)
    crowd.enough()

    async def all_that_is_left() -> None:
        await talk
        await server.until_heard()
        await _until_nothing_waits(Path(child.home))

    try:
        await process.does(all_that_is_left())
    finally:
        process.send(signal.SIGTERM)
    return await process.ends()


async def _until_nothing_waits(home: Path) -> None:
    async with app.open_stores(Settings(_env_file=None, credway_home=home, database_url="")) as stores:
        async with asyncio.timeout(60):
            while (left := await stores.mailbox.backlog()).waiting or left.outgoing:  # noqa: ASYNC110 - in the database
                await asyncio.sleep(0.05)
