"""Where adapters hand in what came: written down before it is acknowledged, refused when too much waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.mail import Mailbox, Update
from bot.flow.crash_points import Passing
from bot.flow.measuring import Measures
from bot.flow.waking import Bell

MAX_WAITING = 1000
MAX_WAIT = timedelta(seconds=60)
# How often the backlog is looked at, and for how long somebody who is refused is to wait.
_LOOK_EVERY = timedelta(seconds=1)
_RETRY_AFTER = 10  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """They are written down and may be acknowledged; so many of them were `new`."""

    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Nothing was written down: do not acknowledge, and bring them again after so many seconds."""

    retry_after: int = _RETRY_AFTER


class Reception:
    """One for all adapters of a process."""

    def __init__(
        self, mailbox: Mailbox, bell: Bell, measures: Measures, now: Callable[[], datetime], passing: Passing
    ) -> None:
        self._mailbox = mailbox
        self._bell = bell
        self._measures = measures
        self._now = now
        self._passing = passing
        self._busy = False
        self._looked: datetime | None = None

    async def accept(self, updates: Sequence[Update]) -> Taken | Busy:
        """Acknowledge them only after this has returned `Taken`. Raises `MissingService` where they cannot be written
        down now: then they are to be brought again, too.
        """
        if not updates:
            return Taken(new=0)
        if await self._too_much():
            return Busy()
        self._passing("before_inbox_insert")
        new = await self._mailbox.accept(updates, self._now())
        self._passing("after_inbox_insert")
        self._measures.accepted(new, repeated=len(updates) - new)
        if new:
            self._bell.ring()
        return Taken(new=new)

    async def _too_much(self) -> bool:
        now = self._now()
        if self._looked is None or abs(now - self._looked) >= _LOOK_EVERY:
            self._looked = now
            backlog = await self._mailbox.backlog()
            self._measures.backlog(backlog, now)
            since = backlog.waiting_since
            self._busy = backlog.waiting > MAX_WAITING or (since is not None and now - since > MAX_WAIT)
        return self._busy
