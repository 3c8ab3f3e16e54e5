"""The product at work in a test, on whatever platforms it is given."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Generic, TypeVar

from bot.app import Paces, Service, Stores, build_flow
from bot.errors import InputError
from bot.flow.crew import Shift
from bot.flow.leasing import Terms
from bot.flow.ports import Platform
from bot.flow.reception import Reception
from bot.flow.senders import SendPace
from bot.flow.workers import Pace
from bot.settings import Settings

Server = TypeVar("Server")


def passed_lately() -> date:
    """A day on which an exam can have been passed, so that nothing of it is about to expire on the day of the test:
    a reminder of that would come in between.
    """
    return datetime.now(UTC).date() - timedelta(days=100)


@dataclass(slots=True)
class Running(Generic[Server]):
    """`server` is the loopback server that it talks to. `stop` ends it as SIGTERM would."""

    settings: Settings
    stores: Stores
    service: Service
    server: Server
    stop: asyncio.Event
    task: asyncio.Task[None]

    async def settled(self) -> None:
        """Until nothing waits any more, to be answered or to arrive."""
        async with asyncio.timeout(30):
            while (left := await self.stores.mailbox.backlog()).waiting or left.outgoing:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def ends(self) -> None:
        self.stop.set()
        await self.task


@asynccontextmanager
async def at_work(
    server: Server,
    settings: Settings,
    stores: Stores,
    service: Service,
    builds: Sequence[Callable[[Reception], Platform]],
    now: Callable[[], datetime],
) -> AsyncIterator[Running[Server]]:
    flow = build_flow(
        settings, stores, service, lambda given: [build(given) for build in builds], paces=in_a_hurry(), now=now
    )
    stop = asyncio.Event()
    task = asyncio.create_task(flow.run(stop))
    try:
        yield Running(settings, stores, service, server, stop, task)
    finally:
        stop.set()
        # What a platform refuses has ended it already; whoever expects that looks at the task.
        with contextlib.suppress(asyncio.CancelledError, InputError):
            await task


def in_a_hurry() -> Paces:
    """Nobody waits long for what a test makes fail."""
    again = timedelta(milliseconds=20)
    return Paces(
        work=Pace(shift=Shift(at_once=16, look_every=0.05), try_again=again),
        send=SendPace(shift=Shift(at_once=64, look_every=0.05), first_wait=0.02, longest_wait=0.2),
        terms=Terms(every=0.3),
        reminders_every=0.05,
    )
