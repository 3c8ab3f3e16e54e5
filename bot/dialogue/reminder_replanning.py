"""Plans the reminders of everybody anew when a day begins or the knowledge is another: what it has learnt of a
retirement reaches also those who have not changed anything since.

Goes through all learners in pages. Doing one again does no harm, and where it was interrupted it goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.ports import Keepsakes, LearnerStore
from bot.dialogue.reminding import Reminding
from bot.errors import MissingService
from bot.learning.learner import Identity, Learner

logger = logging.getLogger(__name__)

# Nobody's: how far it has come is kept beside what is kept for people.
_OWN, _KEY = Identity(platform="credway", number="reminders"), "planned"
_KEPT = timedelta(days=2)


class Replanning:
    """A `Chore`."""

    name = "reminders:planning"

    def __init__(
        self,
        reminding: Reminding,
        store: LearnerStore,
        keepsakes: Keepsakes,
        knowledge: Callable[[], str],
        now: Callable[[], datetime],
        *,
        page: int = 100,
        look_every: float = 600.0,
    ) -> None:
        """`knowledge` names what is known: another name, other knowledge. `look_every` is in seconds."""
        self._reminding = reminding
        self._store = store
        self._keepsakes = keepsakes
        self._knowledge = knowledge
        self._now = now
        self._page = page
        self._look_every = look_every

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.plan(stop)
            except MissingService as error:
                logger.warning("reminders.not_planned %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._look_every):
                    await stop.wait()

    async def plan(self, stop: asyncio.Event) -> int:
        """All for whom it has not been done with this knowledge today, or until it is to stop; how many."""
        wanted = f"{self._now().astimezone(UTC).date()} {self._knowledge()}"
        kept = await self._keepsakes.recall(_OWN, _KEY, self._now())
        done: dict[str, Any] = kept if kept is not None and kept["for"] == wanted else {"after": None, "over": False}
        after, planned, over = done["after"], 0, done["over"]
        while not over and not stop.is_set():
            page = await self._store.learners(after=after, limit=self._page)
            for learner in page:
                await self._plan(learner)
            after, over = page[-1].id if page else after, len(page) < self._page
            planned += len(page)
            await self._keepsakes.keep(_OWN, {_KEY: {"for": wanted, "after": after, "over": over}}, self._now() + _KEPT)
        return planned

    async def _plan(self, learner: Learner) -> None:
        """Who has changed meanwhile has been planned with that change."""
        try:
            await self._store.plan_reminders(learner, await self._reminding.wanted(learner, self._now()))
        except MissingService:
            raise
        except Exception:
            # One who cannot be planned must not keep the others from being told.
            logger.exception("reminders.not_planned")
