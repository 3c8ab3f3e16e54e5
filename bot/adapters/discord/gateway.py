"""Discord's gateway: one process hears it, and it is entered no more often than Discord allows."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import discord

from bot.adapters.discord.receiving import FAULTS, Receiving
from bot.adapters.discord.sdk import Ears, Heard, Rest
from bot.errors import InputError

logger = logging.getLogger(__name__)

BuildEars = Callable[[Heard, Callable[[bool], None]], Ears]
# Of the thousand times a day that one may connect anew; when none is left, Discord ends all and resets the token.
_RESERVE = 100
_LOOK_AGAIN = 600.0
# Close codes after which connecting again is of no use.
_REFUSED = {
    4004: "DISCORD_TOKEN: Discord does not know it; copy it from the developer portal again",
    4010: "Discord refuses the shard",
    4012: "Discord refuses this version of its gateway; update Credway",
    4013: "Discord refuses the intents",
    4014: "Discord refuses the intents; none that this bot asks for needs permission",
}


class Gateway:
    """A `Gateway` of the flow. A lost session is resumed, so that nothing is missed in a short time."""

    def __init__(self, token: str, rest: Rest, receiving: Receiving, build: BuildEars) -> None:
        self._token = token
        self._rest = rest
        self._receiving = receiving
        self._build = build
        # Another process may be the one that hears.
        self.ready = True

    @property
    def name(self) -> str:
        return f"discord:gateway:{self._rest.application}"

    async def run(self, stop: asyncio.Event) -> None:
        self.ready = False
        writing = asyncio.create_task(self._receiving.run())
        try:
            if await self._may_connect(stop):
                await self._listen(stop)
                await self._receiving.drained()
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _may_connect(self, stop: asyncio.Event) -> bool:
        """When there are sessions enough left to be started; False when it is to stop."""
        while not stop.is_set():
            remaining, after = await self._rest.session_starts()
            if remaining >= _RESERVE:
                return True
            logger.error("discord.few_sessions_left remaining=%d reset_after=%.0f", remaining, after)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(after + 1, _LOOK_AGAIN)):
                    await stop.wait()
        return False

    async def _listen(self, stop: asyncio.Event) -> None:
        ears = self._build(self._receiving.hear, self._is_ready)
        stopping = asyncio.create_task(stop.wait())
        hearing = asyncio.create_task(self._hear(ears))
        try:
            await asyncio.wait({stopping, hearing}, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                hearing.result()
        finally:
            self.ready = False
            stopping.cancel()
            hearing.cancel()
            with contextlib.suppress(*FAULTS):
                await ears.close()
            await asyncio.gather(hearing, stopping, return_exceptions=True)

    async def _hear(self, ears: Ears) -> None:
        try:
            await ears.login(self._token)
            await ears.connect()
        except discord.LoginFailure as error:
            raise InputError(_REFUSED[4004]) from error
        except discord.PrivilegedIntentsRequired as error:
            raise InputError(_REFUSED[4014]) from error
        except discord.ConnectionClosed as error:
            if error.code in _REFUSED:
                raise InputError(_REFUSED[error.code]) from error
            raise

    def _is_ready(self, ready: bool) -> None:  # noqa: FBT001 - the only thing it says
        self.ready = ready
