"""The first sign that somebody is heard, sent as soon as their update is written down.

When many write at once, signs go before answers: an answer takes the processor for longer than a sign, and whoever
sees nothing sends again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine

logger = logging.getLogger(__name__)

# For so long answers give way to signs.
_LONGEST = 1.0
_REMEMBERED = 5000


class Signs:
    """Sends signs, each on its own, and knows when none is left to be sent. What a sign is, its giver knows."""

    def __init__(self) -> None:
        self._sending: set[asyncio.Task[None]] = set()
        self._expecting = False
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._given: deque[str] = deque(maxlen=_REMEMBERED)

    def give(self, key: str, sign: Coroutine[None, None, None]) -> None:
        """Send the sign that the update with this key has arrived."""
        self.remember(key)
        task = asyncio.create_task(sign)
        self._sending.add(task)
        self._quiet.clear()
        task.add_done_callback(self._sent)

    def remember(self, key: str) -> None:
        """There is a sign of it already."""
        self._given.append(key)

    def expect(self, *, more: bool) -> None:
        """Whether more updates are known to wait."""
        self._expecting = more
        self._settle()

    def was_given(self, key: str) -> bool:
        return key in self._given

    async def over(self) -> None:
        """When every sign has been sent, or after a second."""
        try:
            async with asyncio.timeout(_LONGEST):
                await self._quiet.wait()
        except TimeoutError:
            logger.info("signs.late waiting=%d", len(self._sending))
            # What has not come by now is waited for by nobody else.
            self.expect(more=False)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._settle()

    def _settle(self) -> None:
        if self._sending or self._expecting:
            self._quiet.clear()
        else:
            self._quiet.set()
