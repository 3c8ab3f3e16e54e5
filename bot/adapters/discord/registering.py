"""Discord's menu of commands: said to it when it has changed, and never otherwise."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.adapters.discord.command_menu import fingerprint, menu
from bot.adapters.discord.posts import identity
from bot.adapters.discord.receiving import FAULTS
from bot.adapters.discord.sdk import Rest
from bot.chat.words import Words
from bot.core.ports import Keepsakes

logger = logging.getLogger(__name__)

_KEY = "commands"
_KEPT = timedelta(days=365)
_AGAIN_AFTER = (2.0, 300.0)


class Registering:
    """A `Gateway` that brings nothing in: one process sets the menu for all."""

    ready = True

    def __init__(self, rest: Rest, words: Words, keepsakes: Keepsakes, now: Callable[[], datetime]) -> None:
        self._rest = rest
        self._words = words
        self._keepsakes = keepsakes
        self._now = now

    @property
    def name(self) -> str:
        return f"discord:commands:{self._rest.application}"

    async def run(self, stop: asyncio.Event) -> None:
        setting = asyncio.create_task(self._set())
        await stop.wait()
        setting.cancel()
        await asyncio.gather(setting, return_exceptions=True)

    async def _set(self) -> None:
        commands = menu(self._words)
        wanted, ours = fingerprint(commands), identity(self._rest.application)
        if await self._keepsakes.recall(ours, _KEY, self._now()) == wanted:
            return
        wait, longest = _AGAIN_AFTER
        while True:
            try:
                await self._rest.register(commands)
                break
            except FAULTS as error:
                logger.warning("discord.commands %s: %s", type(error).__name__, error)
                await asyncio.sleep(wait)
                wait = min(longest, wait * 2)
        await self._keepsakes.keep(ours, {_KEY: wanted}, self._now() + _KEPT)
