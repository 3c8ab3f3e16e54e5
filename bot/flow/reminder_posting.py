"""Reminders leave through the outbox: those that are due are worded and posted, each at most once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.core.mail import Mailbox, Notice
from bot.errors import MissingService
from bot.flow.crash_points import Passing
from bot.flow.crew import insisting
from bot.flow.ports import Desk
from bot.flow.waking import Bell

logger = logging.getLogger(__name__)

# Those that are due come in parts; more than one part at once means that many were due while nobody was here.
_PARTS = 50


class Notices(Protocol):
    """Knows which reminders are due, and words them."""

    async def due(self, now: datetime, *, platforms: Sequence[str] | None = None) -> list[Notice]: ...


class Reminders:
    """Looks every `look_every` seconds."""

    def __init__(
        self,
        notices: Notices,
        mailbox: Mailbox,
        desks: Mapping[str, Desk],
        *,
        outbox: Bell,
        now: Callable[[], datetime],
        passing: Passing,
        look_every: float = 20.0,
    ) -> None:
        self._notices = notices
        self._mailbox = mailbox
        self._desks = desks
        self._outbox = outbox
        self._now = now
        self._passing = passing
        self._look_every = look_every

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.post()
            except Exception:
                # Whatever it is, people are answered all the same.
                logger.exception("reminders.cannot_be_read")
            try:
                async with asyncio.timeout(self._look_every):
                    await stop.wait()
            except TimeoutError:
                continue

    async def post(self) -> int:
        """Post all that are due; how many it were."""
        posted = 0
        for _ in range(_PARTS):
            notices = await self._notices.due(self._now(), platforms=[*self._desks])
            for notice in notices:
                posted += await self._post(notice)
            if not notices:
                break
        return posted

    async def _post(self, notice: Notice) -> bool:
        to = next((one for one in notice.identities if one.platform in self._desks), None)
        if to is None:
            return False
        try:
            outgoing = self._desks[to.platform].notice(notice, to)
        except Exception:
            # One that cannot be shown must not keep the others from being told.
            logger.exception("reminder.lost claim=%s", notice.claim)
            return False
        posted = [replace(one, once=True) for one in outgoing]
        self._passing("before_notice")
        try:
            # It was given to nobody else, and is lost where it is not posted.
            await insisting(lambda: self._mailbox.post_notice(notice, posted, to, self._now()))
        except MissingService:
            logger.exception("reminder.lost claim=%s", notice.claim)
            return False
        self._passing("after_notice")
        self._outbox.ring()
        return True
