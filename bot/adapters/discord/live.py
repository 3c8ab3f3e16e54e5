"""What is shown while an answer is being made: the acknowledged answer is edited as its parts pass the gate.

All of it may fail or be lost without harm: the answer itself comes by the outbox, which waits until nothing of this is
under way any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import discord

from bot.adapters.discord.cards import button, row
from bot.adapters.discord.posts import Place
from bot.adapters.discord.receiving import FAULTS
from bot.adapters.discord.render import Renderer
from bot.adapters.discord.sdk import Rest
from bot.chat.stopping import STOP
from bot.core.reply import Reply

logger = logging.getLogger(__name__)

# Five edits in five seconds are allowed; the answer itself is one of them.
_EVERY = 1.5
_LONGEST_WAIT = 10.0


class Streams:
    """Which answers are being edited, so that the last word is the outbox's."""

    def __init__(self) -> None:
        self._running: dict[str, Live] = {}

    async def ended(self, token: str) -> None:
        """When no edit to this answer is on its way any more."""
        live = self._running.get(token)
        if live is not None:
            await live.ended.wait()

    @contextmanager
    def running(self, token: str, live: Live) -> Iterator[None]:
        self._running[token] = live
        try:
            yield
        finally:
            live.ended.set()
            self._running.pop(token, None)


class Live:
    """One answer under way, where it can be edited: `show` is given its parts."""

    def __init__(self, rest: Rest, renderer: Renderer, place: Place, stop_label: str, asked: str) -> None:
        self._rest = rest
        self._renderer = renderer
        self._place = place
        self._stop_label = stop_label
        self._asked = asked
        self._pending: Reply | None = None
        self._changed = asyncio.Event()
        self._closed = False
        self._shown: dict[str, Any] = {}
        self.latest: Reply | None = None
        self.ended = asyncio.Event()

    async def show(self, reply: Reply) -> None:
        """The answer as far as it is there. Returns at once; what is newer takes the place of what waits."""
        self._pending = self.latest = reply
        self._changed.set()

    def close(self) -> None:
        """Begin no more edits: the answer is there."""
        self._closed = True
        self._changed.set()

    async def run(self) -> None:
        """Edit until closed."""
        try:
            while not self._closed:
                await self._changed.wait()
                self._changed.clear()
                reply, self._pending = self._pending, None
                if reply is not None and not self._closed:
                    await self._put(reply)
                    await self._pause(_EVERY)
        finally:
            self.ended.set()

    async def _put(self, reply: Reply) -> None:
        token = self._place.answers
        # A card from its first part on: what is one cannot be plain text any more.
        stop = row([button(self._stop_label, STOP)])
        draft = self._renderer.draft(reply, [stop], asked=self._asked).body
        if token is None or not reply.text.strip() or draft == self._shown:
            return
        try:
            await self._rest.edit_answer(token, draft)
            self._shown = draft
        except discord.RateLimited as error:
            await self._pause(min(error.retry_after, _LONGEST_WAIT))
        except FAULTS as error:
            logger.info("discord.draft %s", type(error).__name__)

    async def _pause(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not self._closed and (left := until - loop.time()) > 0:
            try:
                async with asyncio.timeout(left):
                    await self._changed.wait()
                # Something newer, which waits with the rest; or the end.
                self._changed.clear()
            except TimeoutError:
                break
        self._changed.set()
