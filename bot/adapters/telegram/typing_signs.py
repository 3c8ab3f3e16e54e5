"""The word "typing" in a private chat: what is shown as soon as an update is written down.

Sent by a client of its own, because the library's spends four times as long on each call as on what it is for.
"""

from __future__ import annotations

import asyncio
import logging

from aiohttp import ClientError, ClientSession

from bot.adapters.telegram.posts import Place
from bot.chat.signs import Signs

logger = logging.getLogger(__name__)

# Telegram shows "typing" for five seconds; within these it is there already.
_SHOWN = 4.0


class TypingSigns(Signs):
    """`url` is the bot's own address at the Bot API; the session is whoever opened it's to close."""

    def __init__(self, session: ClientSession, url: str) -> None:
        super().__init__()
        self._session = session
        self._url = url
        self._shown: set[Place] = set()

    def show(self, key: str, place: Place) -> None:
        """Show in a private chat that the update with this key has arrived."""
        if place in self._shown:
            self.remember(key)
            return
        self._shown.add(place)
        asyncio.get_running_loop().call_later(_SHOWN, self._shown.discard, place)
        self.give(key, self._send(place))

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
