"""Files that people send: fetched from Telegram, or from a Bot API server of one's own, when their bytes are wanted."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.adapters.telegram.events import SentDocument
from bot.core.owned import FileRefused, SentFile
from bot.core.shelf import MAX_BYTES

logger = logging.getLogger(__name__)

_TIMEOUT = ClientTimeout(total=60)
# Whoever sent a file sees that it is being read, and waits so long that it pays to try again.
_WAITS = (0.2, 1.0, 3.0)
# One more than is taken, so that it is seen when there is more.
_ENOUGH = MAX_BYTES + 1


class Files:
    """The session is whoever opened it's to close."""

    def __init__(self, bot: Bot, session: ClientSession) -> None:
        self._bot = bot
        self._session = session

    def sent(self, document: SentDocument) -> SentFile:
        """The file of a message; nothing of it is fetched yet."""
        return SentFile(
            name=document.name,
            size=document.size,
            media_type=document.media_type,
            fetch=partial(self._fetch, document.file_id),
        )

    @staticmethod
    def picture() -> SentFile:
        """A picture, which is not looked at and so never fetched."""

        async def never() -> bytes:
            raise FileRefused("picture")

        return SentFile(name="photo", media_type="image/*", fetch=never)

    async def _fetch(self, file_id: str) -> bytes:
        """Raises `FileRefused` for one that will never come, and Telegram's errors when it stays away."""
        for wait in _WAITS:
            try:
                return await self._fetched(file_id)
            except (NetworkError, RetryAfter) as error:
                logger.info("telegram.file_late %s", error.message)
                await asyncio.sleep(wait)
        return await self._fetched(file_id)

    async def _fetched(self, file_id: str) -> bytes:
        try:
            file = await self._bot.get_file(file_id)
        except BadRequest as error:
            raise FileRefused("size" if "too big" in error.message.lower() else "broken", error.message) from error
        path = file.file_path or ""
        if path.startswith(("https://", "http://")):
            return await self._downloaded(path)
        # A Bot API server in local mode has put it on this host's disk.
        return await asyncio.to_thread(_read, path)

    async def _downloaded(self, url: str) -> bytes:
        try:
            async with self._session.get(url, timeout=_TIMEOUT) as answer:
                if answer.status == 200:  # noqa: PLR2004 - found
                    return await _body(answer)
                status = answer.status
        except (ClientError, OSError, TimeoutError) as error:
            # Not in its own words: they hold the address, and that the token.
            raise NetworkError(f"a file could not be fetched: {type(error).__name__}") from None
        if status in {403, 404, 410}:
            raise FileRefused("broken", f"status {status}")
        raise NetworkError(f"a file could not be fetched: status {status}")


async def _body(answer: ClientResponse) -> bytes:
    """As much as is needed to see whether it is too much: nobody is obliged to say the right size before."""
    found = bytearray()
    async for part in answer.content.iter_chunked(65_536):
        found += part
        if len(found) >= _ENOUGH:
            break
    return bytes(found[:_ENOUGH])


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_ENOUGH)
    except OSError as error:
        raise FileRefused("broken", type(error).__name__) from error
