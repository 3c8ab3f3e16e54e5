"""Senders: what was posted is delivered, in order to each room and to many rooms at once, no faster than allowed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.mail import Mailbox, Parcel, Superseded
from bot.errors import MissingService
from bot.flow.crash_points import Passing
from bot.flow.crew import Crew, Shift, insisting
from bot.flow.lanes import Lane
from bot.flow.limiting import Limiter
from bot.flow.measuring import Measures
from bot.flow.ports import Blocked, Later, Moved, Outcome, Refused, Sent, Transport, Unsure
from bot.flow.waking import Bell
from bot.learning.learner import Identity

logger = logging.getLogger(__name__)

# An answer whose arrival is not known is sent so many times more.
_ONCE_MORE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SendPace:
    """How senders keep time: the first and the longest wait before trying again, and how long a message may be on its
    way before the next need not wait for it any more, in seconds.

    The shift is larger than a platform's lane: most of it waits until its room may be sent to.
    """

    shift: Shift = field(default_factory=lambda: Shift(at_once=64))
    patience: float = 1.0
    first_wait: float = 1.0
    longest_wait: float = 60.0


class Senders:
    """All senders of a process."""

    def __init__(
        self,
        mailbox: Mailbox,
        transports: Mapping[str, Transport],
        *,
        outbox: Bell,
        measures: Measures,
        now: Callable[[], datetime],
        passing: Passing,
        pace: SendPace,
    ) -> None:
        self._mailbox = mailbox
        self._transports = transports
        self._limiters = {name: Limiter(transport.limits) for name, transport in transports.items()}
        self._lanes = {name: Lane(each.limits.under_way, pace.patience) for name, each in transports.items()}
        self._measures = measures
        self._now = now
        self._passing = passing
        self._pace = pace
        self._crew = Crew(pace.shift, outbox, self._take, mailbox.prolong_parcels, now)

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set. What is under way then goes on: see `finish`."""
        await self._crew.run(stop)

    async def finish(self, within: float) -> None:
        """Let what is under way come to its end. What does not is sent by another process, when its time is over."""
        await self._crew.finish(within)

    async def _take(self, free: int, now: datetime, until: datetime) -> bool:
        platforms = [name for name, limiter in self._limiters.items() if limiter.open]
        parcels = await self._mailbox.parcels(now, until, limit=free, platforms=platforms)
        for parcel in parcels:
            self._passing("after_parcel")
            self._crew.start(parcel.ticket, until, self._send(parcel))
        return len(parcels) == free

    async def _send(self, parcel: Parcel) -> None:
        left = False
        try:
            await self._limiters[parcel.room.platform].wait(parcel.room)
            async with self._lanes[parcel.room.platform].taken():
                left = True
                await self._deliver(parcel)
        except asyncio.CancelledError:
            if not left:
                with contextlib.suppress(MissingService, Superseded):
                    await self._mailbox.later(parcel, None)
            raise

    async def _deliver(self, parcel: Parcel) -> None:
        outcome = await self._outcome(parcel)
        self._passing("after_send")
        self._measures.sent(parcel.room.platform, type(outcome).__name__.lower())
        try:
            # What has left and is not marked would be sent again.
            await insisting(lambda: self._conclude(parcel, outcome))
        except Superseded:
            logger.warning("outbox.superseded effect=%s", parcel.effect)
        except MissingService:
            logger.exception("outbox.unmarked effect=%s", parcel.effect)
        self._passing("after_mark")

    async def _outcome(self, parcel: Parcel) -> Outcome:
        self._passing("before_send")
        try:
            return await self._transports[parcel.room.platform].send(parcel)
        except Exception as error:
            logger.exception("send.failed effect=%s", parcel.effect)
            return Unsure(reason=type(error).__name__)

    async def _conclude(self, parcel: Parcel, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                await self._mailbox.sent(parcel, outcome.messages)
                self._measures.arrived(parcel.posted_at, self._now())
            case Later():
                await self._mailbox.later(parcel, self._due(parcel, outcome))
            case Unsure():
                await self._in_doubt(parcel, outcome)
            case Refused():
                logger.error("send.refused effect=%s kind=%s reason=%s", parcel.effect, parcel.kind, outcome.reason)
                await self._mailbox.sent(parcel)
            case Blocked():
                await self._blocked(parcel)
            case Moved():
                # In this order: what is free to be sent must not have the old number any more.
                await self._mailbox.moved(parcel.room, outcome.room)
                await self._mailbox.later(parcel, None)

    def _due(self, parcel: Parcel, outcome: Later) -> datetime:
        if outcome.seconds is None:
            return self._now() + self._wait(parcel)
        if outcome.everywhere:
            self._limiters[parcel.room.platform].close(outcome.seconds)
        return self._now() + timedelta(seconds=outcome.seconds)

    def _wait(self, parcel: Parcel) -> timedelta:
        """Twice as long every time, and not all at the same moment."""
        # 2 ** 20 is more than any wait; an outage of days must not make a number without end of it.
        longest = min(self._pace.first_wait * 2 ** min(parcel.attempt - 1, 20), self._pace.longest_wait)
        return timedelta(seconds=longest * random.uniform(0.5, 1.0))  # noqa: S311 - no secret

    async def _in_doubt(self, parcel: Parcel, outcome: Unsure) -> None:
        if parcel.once or parcel.doubts >= _ONCE_MORE:
            logger.warning("send.perhaps_lost effect=%s reason=%s", parcel.effect, outcome.reason)
            await self._mailbox.sent(parcel)
        else:
            await self._mailbox.later(parcel, self._now() + self._wait(parcel), unsure=True)

    async def _blocked(self, parcel: Parcel) -> None:
        room = parcel.room
        dropped = await self._mailbox.abandon(room)
        logger.info("send.blocked effect=%s dropped=%s", parcel.effect, dropped)
        if room.private:
            await self._mailbox.unreachable(Identity(platform=room.platform, number=room.number), self._now())
