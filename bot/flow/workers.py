"""Workers: updates are taken from the mailbox and answered, one after the other in a conversation and many at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.assistant import Assistant
from bot.core.mail import Accepted, Mailbox, Settlement, Superseded
from bot.errors import MissingService
from bot.flow.crash_points import Passing
from bot.flow.crew import Crew, Shift, insisting
from bot.flow.measuring import Measures
from bot.flow.ports import Desk
from bot.flow.waking import Bell
from bot.flow.work import Work

logger = logging.getLogger(__name__)

# How often an update is tried that cannot be answered; how often one that ends its worker, perhaps by chance.
MAX_ATTEMPTS = 3
MAX_ABANDONED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How workers keep time: how long to wait after a failure (per attempt), and after how many seconds an attempt has
    failed.
    """

    shift: Shift = field(default_factory=lambda: Shift(at_once=32))
    try_again: timedelta = timedelta(seconds=2)
    deadline: float = 120.0


class Workers:
    """All workers of a process. `inbox` rings when something was accepted; `outbox` is rung when it is posted."""

    def __init__(
        self,
        mailbox: Mailbox,
        assistant: Assistant,
        desks: Mapping[str, Desk],
        *,
        inbox: Bell,
        outbox: Bell,
        measures: Measures,
        now: Callable[[], datetime],
        passing: Passing,
        pace: Pace,
    ) -> None:
        self._mailbox = mailbox
        self._assistant = assistant
        self._desks = desks
        self._outbox = outbox
        self._measures = measures
        self._now = now
        self._passing = passing
        self._pace = pace
        self._crew = Crew(pace.shift, inbox, self._take, mailbox.prolong, now)

    async def run(self, stop: asyncio.Event) -> None:
        """Take and answer until `stop` is set. What is being answered then goes on: see `finish`."""
        await self._crew.run(stop)

    async def finish(self, within: float) -> None:
        """Let what is being answered come to its end; what does not is given back for another process."""
        await self._crew.finish(within)

    async def _take(self, free: int, now: datetime, until: datetime) -> bool:
        taken = await self._mailbox.take(now, until, limit=free, platforms=[*self._desks])
        for accepted in taken:
            self._passing("after_take")
            self._crew.start(accepted.ticket, until, self._answer(accepted))
        return len(taken) == free

    async def _answer(self, accepted: Accepted) -> None:
        self._measures.began(accepted, self._now())
        try:
            result = await self._attempt(accepted)
        except Superseded:
            logger.warning("update.superseded id=%s", accepted.ticket.id)
            result = "superseded"
        except MissingService:
            logger.exception("update.left id=%s", accepted.ticket.id)
            result = "left"
            await self._hand_back(accepted)
        except asyncio.CancelledError:
            # As the process ends, there is no time to insist.
            with contextlib.suppress(MissingService):
                await self._mailbox.give_back(accepted.ticket, None, begun=False)
            raise
        self._measures.ended(accepted, self._now(), result)
        self._outbox.ring()

    async def _hand_back(self, accepted: Accepted) -> None:
        """Nothing was wrong with the update, the database was away. It is tried again at once, or, where that cannot be
        said, when its time is over.
        """
        with contextlib.suppress(MissingService):
            await insisting(lambda: self._mailbox.give_back(accepted.ticket, None, begun=False))

    async def _attempt(self, accepted: Accepted) -> str:
        if accepted.attempt > MAX_ABANDONED:
            return await self._set_aside(accepted)
        work = Work(
            accepted,
            self._assistant,
            self._mailbox,
            self._now,
            self._passing,
            lambda one: self._measures.sign(one, self._now()),
            self._measures.thumb,
        )
        try:
            self._passing("before_handle")
            async with asyncio.timeout(self._pace.deadline):
                await self._desks[accepted.update.platform].handle(work)
            if not work.settled:
                await work.settle()
        except (Superseded, MissingService):
            raise
        except Exception:
            logger.exception("update.failed id=%s attempt=%s", accepted.ticket.id, accepted.attempt)
            return work.result if work.settled else await self._failed(accepted)
        return work.result

    async def _failed(self, accepted: Accepted) -> str:
        if accepted.attempt >= MAX_ATTEMPTS:
            return await self._set_aside(accepted)
        due = self._now() + self._pace.try_again * accepted.attempt
        await self._mailbox.give_back(accepted.ticket, due, begun=True)
        return "failed"

    async def _set_aside(self, accepted: Accepted) -> str:
        """It must not stand in the way of what comes after it. Whoever sent it is told, with an id to ask about."""
        fault = secrets.token_hex(4)
        logger.error("update.set_aside fault=%s id=%s attempts=%s", fault, accepted.ticket.id, accepted.attempt)
        try:
            apology = tuple(self._desks[accepted.update.platform].apology(accepted, fault))
        except Exception:
            # A fault of the apology's own must not bring the update back.
            logger.exception("update.no_apology fault=%s", fault)
            apology = ()
        settlement = Settlement(ticket=accepted.ticket, outgoing=apology)
        await self._mailbox.set_aside(settlement, self._now(), fault)
        self._passing("after_set_aside")
        return "set_aside"
