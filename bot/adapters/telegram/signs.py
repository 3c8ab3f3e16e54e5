"""The first sign that somebody is heard: "typing", sent as soon as their update is written down.

When many write at once, signs go before answers: an answer takes the processor for longer than a sign, and whoever
sees nothing sends again. They are sent by a client of their own, because the library's spends four times as long on
each call as on what it is for.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from aiohttp import ClientError, ClientSession

from bot.adapters.telegram.posts import Place

logger = logging.getLogger(__name__)

# For so long answers give way to signs.
_LONGEST = 1.0
_REMEMBERED = 5000
# Telegram shows "typing" for five seconds; within these it is there already.
_SHOWN = 4.0


class Signs:
    """`url` is the bot's own address at the Bot API; the session is whoever opened it's to close."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._sending: set[asyncio.Task[None]] = set()
        self._expecting = False
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._given: deque[str] = deque(maxlen=_REMEMBERED)
        self._shown: set[Place] = set()

    def give(self, key: str, place: Place) -> None:
        """Show in a private chat that the update with this key has arrived."""
        self._given.append(key)
        if place in self._shown:
            return
        self._shown.add(place)
        asyncio.get_running_loop().call_later(_SHOWN, self._shown.discard, place)
        task = asyncio.create_task(self._send(place))
        self._sending.add(task)
        self._quiet.clear()
        task.add_done_callback(self._sent)

    def expect(self, *, more: bool) -> None:
        """Whether more updates are known to wait at Telegram."""
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
            logger.info("telegram.signs_late waiting=%d", len(self._sending))
            # What has not come by now is waited for by nobody else.
            self.expect(more=False)

    async def _send(self, place: Place) -> None:
        call: dict[str, object] = {"chat_id": int(place.chat), "action": "typing"}
        if place.topic is not None:
            call["message_thread_id"] = place.topic
        try:
            async with self._session.post(f"{self._url}/sendChatAction", json=call) as answer:
                await answer.read()
        except (ClientError, TimeoutError, OSError) as error:
            # Its text may hold the address, and with it the token.
            logger.info("telegram.sign_lost %s", type(error).__name__)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._settle()

    def _settle(self) -> None:
        if self._sending or self._expecting:
            self._quiet.clear()
        else:
            self._quiet.set()
