"""Asking Telegram for updates. Acknowledged is only what has been written down: a crash loses nothing.

The library's own updater acknowledges before it hands an update on, so its loop is not used.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Coroutine
from typing import Any, TypeVar
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.adapters.telegram.pacing import Pacing
from bot.adapters.telegram.reading import ALLOWED_UPDATES
from bot.adapters.telegram.receiving import Raw, Receiving
from bot.errors import MissingService
from bot.flow.reception import Busy

logger = logging.getLogger(__name__)

# Telegram holds a wrong token against nobody, but there is no use in asking often.
_WRONG_TOKEN_WAIT = 60.0
_DATABASE_WAIT = 5.0
_SLACK = 15.0
# So many come at once where more are waiting.
_MOST = 100

Done = TypeVar("Done")


class Poller:
    """A `Gateway` that only one process may run: Telegram ends the older of two that ask."""

    def __init__(self, bot: Bot, request: BaseRequest, receiving: Receiving, *, pacing: Pacing) -> None:
        """`request` is apart from the bot's, so that a long wait takes none of its connections."""
        self._bot = bot
        self._request = request
        self._receiving = receiving
        self._pacing = pacing
        self._offset: int | None = None
        self._failures = 0
        self.ready = False

    @property
    def name(self) -> str:
        return f"telegram:poller:{self._bot.token.partition(':')[0]}"

    async def run(self, stop: asyncio.Event) -> None:
        begun = False
        while not stop.is_set():
            try:
                if not begun:
                    # While a webhook is set nothing can be asked for; what waits there is kept.
                    await _unless(stop, self._bot.delete_webhook(drop_pending_updates=False))
                    begun = True
                await self._once(stop)
            except TelegramError as error:
                self.ready = False
                await _pause(stop, self._wait(error))

    async def _once(self, stop: asyncio.Event) -> None:
        updates = await _unless(stop, self._ask())
        if updates is None:
            return
        self.ready = True
        self._failures = 0
        try:
            taken = await self._receiving.accept(updates, more=len(updates) == _MOST)
        except MissingService:
            await _pause(stop, _DATABASE_WAIT)
            return
        if isinstance(taken, Busy):
            await _pause(stop, taken.retry_after)
            return
        # Only for the next question: after a week without updates their numbers begin anew, perhaps lower, and a
        # number that is remembered would acknowledge what nobody has seen.
        self._offset = max((update["update_id"] for update in updates), default=-1) + 1 or None

    async def _ask(self) -> list[Raw]:
        """The answer as it came: one update that the library cannot read must not hide the others."""
        asked: dict[str, Any] = {"timeout": self._pacing.poll, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if self._offset is not None:
            asked["offset"] = self._offset
        url = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        answer = self._request.parse_json_payload(
            await self._request.retrieve(url, read_timeout=self._pacing.poll + _SLACK)
        )
        return [update for update in answer["result"] if isinstance(update.get("update_id"), int)]

    def _wait(self, error: TelegramError) -> float:
        self._failures += 1
        logger.warning("telegram.polling failures=%d %s", self._failures, _said(error))
        if isinstance(error, RetryAfter):
            return _seconds(error)
        if isinstance(error, InvalidToken):
            return _WRONG_TOKEN_WAIT
        wait = min(self._pacing.longest_wait, self._pacing.first_wait * 2.0 ** (min(self._failures, 10) - 1))
        if isinstance(error, Conflict):
            # Somebody else asks with the same token, against the lease: asking faster would only end theirs.
            wait = max(wait, self._pacing.conflict)
        return wait * random.uniform(0.7, 1.3)  # noqa: S311 - spreads retries, keeps no secret


def _said(error: TelegramError) -> str:
    return f"{type(error).__name__}: {error.message}"


def _seconds(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, Done]) -> Done | None:
    """The work's result; None, and the work cancelled, where it is to stop before."""
    doing = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        stopping.cancel()
        if not doing.done():
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """So many seconds, or until it is to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
