"""The whole flow of a process: started together, and brought to its end in time when it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.core.mail import Leases, Mailbox
from bot.errors import InputError, MissingService
from bot.flow.health import Check, Health, Pulse
from bot.flow.leasing import Sole
from bot.flow.measuring import Measures
from bot.flow.ports import Chore, Gateway, Platform
from bot.flow.reminder_posting import Reminders
from bot.flow.senders import Senders
from bot.flow.waking import Bell
from bot.flow.workers import Workers

logger = logging.getLogger(__name__)

_SWEEP_EVERY = 3600.0
_LOOK_EVERY = 5.0
_AGAIN_AFTER = (1.0, 60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """How many seconds each part has to come to its end: together less than the 30 that orchestrators give."""

    gateways: float = 2.0
    workers: float = 20.0
    senders: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a flow is made of."""

    platforms: Sequence[Platform]
    mailbox: Mailbox
    leases: Leases
    workers: Workers
    senders: Senders
    reminders: Reminders | None
    sole: Sole
    measures: Measures
    inbox: Bell
    outbox: Bell
    now: Callable[[], datetime]
    chores: Sequence[Chore] = ()


class Flow:
    """Runs until told to stop. `listen` is where health is served, nowhere when empty; `checks` are more that must
    hold for the process to be ready, by name.
    """

    def __init__(
        self, parts: Parts, *, listen: str = "", checks: Mapping[str, Check] | None = None, drain: Drain | None = None
    ) -> None:
        self._parts = parts
        self._listen = listen
        self._checks = checks or {}
        self._drain = drain or Drain()
        self._stopping = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set and everything has come to its end. Raises `InputError` where a platform refuses us."""
        try:
            await self._run(stop)
        except ExceptionGroup as faults:
            refused = faults.subgroup(InputError)
            if refused is None:
                raise
            raise refused.exceptions[0] from None

    async def _run(self, stop: asyncio.Event) -> None:
        parts, pulse = self._parts, Pulse(self._parts.measures)
        taking, sending, telling = asyncio.Event(), asyncio.Event(), asyncio.Event()
        async with AsyncExitStack() as around, asyncio.TaskGroup() as group:
            if self._listen:
                health = Health(pulse, parts.measures, self._all_checks())
                await around.enter_async_context(health.serving(self._listen))
            coming = [
                group.create_task(self._kept_up(gateway, telling))
                for platform in parts.platforms
                for gateway in platform.gateways
            ]
            for platform in parts.platforms:
                turns = asyncio.Lock()
                coming += [group.create_task(self._kept_up(shard, telling, turns)) for shard in platform.shards]
            coming += [group.create_task(self._kept_up(chore, telling)) for chore in parts.chores]
            around_it = [group.create_task(pulse.run()), group.create_task(self._look_after())]
            if parts.reminders is not None:
                coming.append(group.create_task(parts.reminders.run(telling)))
            working = group.create_task(parts.workers.run(taking))
            delivering = group.create_task(parts.senders.run(sending))
            await stop.wait()
            logger.info("flow.draining")
            self._stopping.set()
            telling.set()
            await _ended(coming, self._drain.gateways)
            taking.set()
            parts.inbox.ring()
            await working
            await parts.workers.finish(self._drain.workers)
            sending.set()
            parts.outbox.ring()
            await delivering
            await parts.senders.finish(self._drain.senders)
            await _ended(around_it, 0)
        logger.info("flow.drained")

    def _all_checks(self) -> dict[str, Check]:
        async def going_on() -> bool:
            return not self._stopping.is_set()

        async def can_write() -> bool:
            now = self._parts.now()
            return await self._parts.leases.lease("ready", "anybody", now, now) is not None

        async def coming_in() -> bool:
            platforms = self._parts.platforms
            return all(gateway.ready for each in platforms for gateway in (*each.gateways, *each.shards))

        return {"not draining": going_on, "database": can_write, "platforms": coming_in, **self._checks}

    async def _kept_up(self, gateway: Gateway | Chore, stop: asyncio.Event, turns: asyncio.Lock | None = None) -> None:
        """Run a gateway or a chore, and again when it fails: a platform that is away comes back."""
        first, longest = _AGAIN_AFTER
        wait = first
        while not stop.is_set():
            began = asyncio.get_running_loop().time()
            try:
                if gateway.name is None:
                    await gateway.run(stop)
                else:
                    await self._parts.sole.run(gateway.name, gateway.run, stop, turns)
            except InputError:
                raise
            except Exception:
                logger.exception("gateway.failed name=%s", gateway.name)
            ran = asyncio.get_running_loop().time() - began
            wait = first if ran > longest else min(wait * 2, longest)
            await _ended([asyncio.create_task(stop.wait())], wait)

    async def _look_after(self) -> None:
        """Drop what is old, and measure what waits."""
        swept: datetime | None = None
        while True:
            now = self._parts.now()
            with contextlib.suppress(MissingService):
                if swept is None or now - swept >= timedelta(seconds=_SWEEP_EVERY):
                    await self._parts.mailbox.sweep(now)
                    swept = now
                self._parts.measures.backlog(await self._parts.mailbox.backlog(), now)
            await asyncio.sleep(_LOOK_EVERY)


async def _ended(tasks: Sequence[asyncio.Task[Any]], within: float) -> None:
    """Wait so many seconds for all of them, and cancel what has not ended then."""
    if tasks:
        await asyncio.wait(tasks, timeout=within)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def stopping_on_signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
