"""Discord's gateway: each shard of it is heard by one process, and a lost session is resumed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

import discord

from bot.adapters.discord.receiving import FAULTS, Receiving
from bot.adapters.discord.sdk import Ears, Heard, Shard
from bot.adapters.discord.session_starts import SessionStarts
from bot.errors import InputError

Turn = Callable[[int], Awaitable[None]]


class BuildEars(Protocol):
    """Makes what hears one shard: tells what it hears and whether it hears anything, and waits for its turn before it
    begins a session anew.
    """

    def __call__(self, shard: Shard, heard: Heard, ready: Callable[[bool], None], turn: Turn) -> Ears: ...


# Close codes after which connecting again is of no use.
_REFUSED = {
    4004: "DISCORD_TOKEN: Discord does not know it; copy it from the developer portal again",
    4010: "Discord refuses the shard; leave DISCORD_SHARDS empty, or set the same for all processes",
    4011: "Discord wants more shards; leave DISCORD_SHARDS empty or set more, and start again",
    4012: "Discord refuses this version of its gateway; update Credway",
    4013: "Discord refuses the intents",
    4014: "Discord refuses the intents; none that this bot asks for needs permission",
}


class Gateway:
    """A `Gateway` of the flow: one shard. A lost session is resumed, so that nothing is missed in a short time."""

    def __init__(
        self,
        token: str,
        application: str,
        shard: Shard,
        receiving: Receiving,
        starts: SessionStarts,
        build: BuildEars,
    ) -> None:
        self._token = token
        self._application = application
        self._shard = shard
        self._receiving = receiving
        self._starts = starts
        self._build = build
        # Another process may be the one that hears.
        self.ready = True

    @property
    def name(self) -> str:
        return f"discord:gateway:{self._application}:{self._shard.number}/{self._shard.of}"

    async def run(self, stop: asyncio.Event) -> None:
        self.ready = False
        writing = asyncio.create_task(self._receiving.run())
        try:
            if await _unless_stopped(self._starts.turn(self._shard.number), stop):
                await self._listen(stop)
                await self._receiving.drained()
        except asyncio.CancelledError:
            # Another process has it now, and says whether it is heard.
            self.ready = True
            raise
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _listen(self, stop: asyncio.Event) -> None:
        ears = self._build(self._shard, self._receiving.hear, self._is_ready, self._starts.turn)
        try:
            await _unless_stopped(self._hear(ears), stop)
        finally:
            self.ready = False
            with contextlib.suppress(*FAULTS):
                await ears.close()

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


async def _unless_stopped(work: Awaitable[None], stop: asyncio.Event) -> bool:
    """Whether the work came to its own end and is not to stop. Raises what it raises."""
    stopping, working = asyncio.create_task(stop.wait()), asyncio.ensure_future(work)
    try:
        await asyncio.wait({stopping, working}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        return working.done() and not stop.is_set()
    finally:
        stopping.cancel()
        working.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
