"""What only one process may do at a time, held by a lease in the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from bot.core.mail import Leases
from bot.errors import MissingService

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """For how many seconds a lease is given, how often it is prolonged (and asked for by others), and how long the
    work has to end when it is to.
    """

    length: float = 15.0
    every: float = 5.0
    to_end: float = 2.0


class Sole:
    """Does a thing as long as nobody else does it. `owner` is this process's own name."""

    def __init__(self, leases: Leases, owner: str, now: Callable[[], datetime], terms: Terms) -> None:
        self._leases = leases
        self._owner = owner
        self._now = now
        self._terms = terms
        self._asked: set[asyncio.Task[int | None]] = set()

    async def run(
        self,
        name: str,
        work: Callable[[asyncio.Event], Coroutine[None, None, None]],
        stop: asyncio.Event,
        turns: asyncio.Lock | None = None,
    ) -> None:
        """Run `work` whenever the lease of that name is ours, until `stop` is set. It is cancelled when the lease is
        lost, before another can have it.

        `turns` is common to leases that processes share: whoever has got one leaves the next to the others for a while.
        """
        clock = asyncio.get_running_loop()
        while not stop.is_set():
            async with _Turn(turns) as turn:
                asked = clock.time()
                if not stop.is_set() and await self._ask(name, self._terms.length - self._terms.every) == "ours":
                    turn.ends_after(self._terms.every)
                    await self._held(name, work, stop, asked)
                    continue
            await _either(stop, self._terms.every)

    async def _held(
        self, name: str, work: Callable[[asyncio.Event], Coroutine[None, None, None]], stop: asyncio.Event, since: float
    ) -> None:
        logger.info("lease.held name=%s owner=%s", name, self._owner)
        task = asyncio.create_task(work(stop))
        try:
            lost = await self._keep(name, task, stop, since)
            if not lost:
                await asyncio.wait([task], timeout=self._terms.to_end)
        finally:
            task.cancel()
            with contextlib.suppress(MissingService):
                await asyncio.shield(self._leases.release(name, self._owner))
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _keep(self, name: str, task: asyncio.Task[None], stop: asyncio.Event, since: float) -> bool:
        """Prolong what was asked for at `since`, until the work or the time has come to its end; whether it was lost.

        A slow database has all the time that is safe: at the last moment the work can still end before another begins.
        """
        clock = asyncio.get_running_loop()
        while True:
            last = since + self._terms.length - self._terms.every
            await self._pause(task, stop, min(self._terms.every, last - clock.time()))
            if task.done() or stop.is_set():
                return False
            asked = clock.time()
            answer = await self._ask(name, last - asked)
            if answer == "ours":
                since = asked
            elif answer == "another's" or clock.time() >= last:
                logger.warning("lease.lost name=%s owner=%s", name, self._owner)
                return True

    async def _pause(self, task: asyncio.Task[None], stop: asyncio.Event, seconds: float) -> None:
        stopping = asyncio.create_task(stop.wait())
        watched: set[asyncio.Task[Any]] = {task, stopping}
        await asyncio.wait(watched, timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()

    async def _ask(self, name: str, within: float) -> Literal["ours", "another's", "unknown"]:
        now = self._now()
        until = now + timedelta(seconds=self._terms.length)
        asking = asyncio.create_task(self._leases.lease(name, self._owner, now, until))
        try:
            await asyncio.wait({asking}, timeout=within)
            if not asking.done():
                return "unknown"
            fence = asking.result()
        except MissingService:
            return "unknown"
        finally:
            # Not waited for: a database that hangs may take seconds to let go, and then the lease is another's.
            asking.cancel()
            self._let_go(asking)
        return "ours" if fence is not None else "another's"

    def _let_go(self, asking: asyncio.Task[int | None]) -> None:
        """What it may still raise has been of no use to anybody."""
        self._asked.add(asking)

        def done(task: asyncio.Task[int | None]) -> None:
            self._asked.discard(task)
            if not task.cancelled():
                task.exception()

        asking.add_done_callback(done)


class _Turn:
    """To ask for one of the leases that are shared; it is passed on when it ends, or a while after it was of use."""

    def __init__(self, turns: asyncio.Lock | None) -> None:
        self._turns = turns
        self._ours = False

    async def __aenter__(self) -> Self:
        if self._turns is not None:
            await self._turns.acquire()
            self._ours = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self._end()

    def ends_after(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._end)

    def _end(self) -> None:
        if self._turns is not None and self._ours:
            self._ours = False
            self._turns.release()


async def _either(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
