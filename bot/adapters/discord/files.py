"""Files that come with a message or a command, fetched from Discord when they are wanted."""

from __future__ import annotations

import discord

from bot.adapters.discord.events import Attached
from bot.adapters.discord.sdk import Rest
from bot.core.owned import FileRefused, SentFile

_GONE = {403, 404}


def sent_file(file: Attached, rest: Rest) -> SentFile:
    async def fetch() -> bytes:
        try:
            return await rest.fetch(file.url)
        except discord.HTTPException as error:
            if error.status in _GONE:
                # Its address is good for a day; nobody will find it there any more.
                raise FileRefused("broken", str(error.status)) from error
            raise

    return SentFile(name=file.name, size=file.size, media_type=file.media_type, fetch=fetch)


def text_file(name: str, text: str) -> SentFile:
    """What somebody wrote, as a file."""
    content = text.encode()

    async def fetch() -> bytes:
        return content

    return SentFile(name=name, size=len(content), media_type="text/markdown", fetch=fetch)
