"""Tasks at work, each on something that the mailbox has given to it for a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.mail import Ticket
from bot.errors import MissingService
from bot.flow.waking import Bell

logger = logging.getLogger(__name__)


# What is given for less than this part of the lease is prolonged; it is looked at three times a lease.
_KEPT = 0.7
# How many seconds somebody has who is cancelled.
_TO_LET_GO = 1.0
# In seconds; together less than what is given is given for.
_AWAY = (0.2, 0.5, 1, 2, 4, 8, 16)


async def insisting(do: Callable[[], Awaitable[None]]) -> None:
    """Do it, and again while the database is away. Raises `MissingService` when it is away for long."""
    for wait in _AWAY:
        try:
            await do()
        except MissingService:
            await asyncio.sleep(wait)
        else:
            return
    await do()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How many work at once, for how long each is given its work (prolonged while it works), and how often is looked
    for more without being called, in seconds.
    """

    at_once: int
    lease: timedelta = timedelta(seconds=45)
    look_every: float = 1.0


class Crew:
    """Takes as much as there are hands for, whenever the bell rings or a hand is free."""

    def __init__(
        self,
        shift: Shift,
        bell: Bell,
        take: Callable[[int, datetime, datetime], Awaitable[bool]],
        prolong: Callable[[Sequence[Ticket], datetime], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        """`take` starts up to so many, by `start`, and says whether there may be more at once. It is told what time it
        is, and until when each is given.
        """
        self._shift = shift
        self._bell = bell
        self._take = take
        self._prolong = prolong
        self._now = now
        self._running: dict[Ticket, asyncio.Task[None]] = {}
        self._until: dict[Ticket, datetime] = {}

    def start(self, ticket: Ticket, until: datetime, work: Coroutine[None, None, None]) -> None:
        def done(_: asyncio.Task[None]) -> None:
            del self._running[ticket]
            del self._until[ticket]
            # There is a hand free, and perhaps more to do of the same.
            self._bell.ring()

        task = asyncio.create_task(work)
        self._running[ticket] = task
        self._until[ticket] = until
        task.add_done_callback(done)

    async def run(self, stop: asyncio.Event) -> None:
        """Take until `stop` is set (and the bell rung). What is at work then goes on: see `finish`."""
        prolonging = asyncio.create_task(self._keep_prolonging())
        try:
            while not stop.is_set():
                if not await self._take_more():
                    await self._bell.wait(self._shift.look_every)
        finally:
            prolonging.cancel()

    async def finish(self, within: float) -> None:
        """Let what is at work come to its end, for so many seconds; the rest is cancelled, and waited for no longer
        than it should take: a platform or a database that hangs may keep it for half a minute.
        """
        prolonging = asyncio.create_task(self._keep_prolonging())
        try:
            if self._running:
                await asyncio.wait(self._running.values(), timeout=within)
            left = list(self._running.values())
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left, timeout=_TO_LET_GO)
        finally:
            prolonging.cancel()

    async def _take_more(self) -> bool:
        free = self._shift.at_once - len(self._running)
        if free <= 0:
            return False
        now = self._now()
        try:
            # First of all: a process that had no time to prolong would else be given what it is working on.
            await self._prolong_in_time(now)
            return await self._take(free, now, now + self._shift.lease)
        except MissingService:
            logger.exception("mailbox.cannot_be_read")
            return False

    async def _keep_prolonging(self) -> None:
        while True:
            await asyncio.sleep(self._shift.lease / timedelta(seconds=1) / 3)
            with contextlib.suppress(MissingService):
                await self._prolong_in_time(self._now())

    async def _prolong_in_time(self, now: datetime) -> None:
        """Afterwards nothing that is at work here can be given to anybody at that time."""
        if any(until < now + self._shift.lease * _KEPT for until in self._until.values()):
            tickets, until = list(self._running), now + self._shift.lease
            await self._prolong(tickets, until)
            self._until |= {ticket: until for ticket in tickets if ticket in self._running}
