"""The digest of a week: which servers want it, and when it is due. It comes through the inbox, so it comes once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.adapters.discord.posts import PLATFORM, identity
from bot.adapters.discord.server_settings import week_of
from bot.core.mail import Update
from bot.core.ports import Keepsakes
from bot.errors import MissingService
from bot.flow.reception import Reception

logger = logging.getLogger(__name__)

_KEY = "digests"
_KIND = "DIGEST"
_KEPT = timedelta(days=3650)
_MONDAY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A server and the channel in which it wants to be told."""

    guild: str
    channel: str


def digest_of(payload: Mapping[str, Any]) -> Digest | None:
    """What an update of ours says; None for one of Discord's."""
    return Digest(**payload["d"]) if payload["t"] == _KIND else None


class WantedDigests:
    """Kept under the bot's own number, as one list of all servers."""

    def __init__(self, application: str, keepsakes: Keepsakes, now: Callable[[], datetime]) -> None:
        self.application = application
        self._keepsakes = keepsakes
        self._now = now

    async def all(self) -> list[Digest]:
        found = await self._keepsakes.recall(identity(self.application), _KEY, self._now()) or {}
        return [Digest(guild=guild, channel=channel) for guild, channel in found.items()]

    async def keep(self, guild: str, channel: str | None) -> None:
        """From now on there, or nowhere; whatever other servers want just then."""

        def kept(before: dict[str, str] | None) -> dict[str, str]:
            others = {each: where for each, where in (before or {}).items() if each != guild}
            return others if channel is None else {**others, guild: channel}

        now = self._now()
        await self._keepsakes.change(identity(self.application), _KEY, kept, now, now + _KEPT)


class Digests:
    """A `Gateway` that brings in, each Monday, what servers want to be told."""

    ready = True

    def __init__(
        self, wanted: WantedDigests, reception: Reception, now: Callable[[], datetime], look_every: float
    ) -> None:
        self._wanted = wanted
        self._reception = reception
        self._now = now
        self._look_every = look_every

    @property
    def name(self) -> str:
        return f"discord:digests:{self._wanted.application}"

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if self._now().weekday() == _MONDAY:
                await self._bring()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._look_every):
                    await stop.wait()

    async def _bring(self) -> None:
        """One that was brought already is not taken again, however often it is brought."""
        week = week_of(self._now())
        try:
            due = [_update(digest, week) for digest in await self._wanted.all()]
            await self._reception.accept(due)
        except MissingService:
            logger.warning("discord.digests_later")


def _update(digest: Digest, week: str) -> Update:
    return Update(
        platform=PLATFORM,
        key=f"digest:{digest.guild}:{week}",
        conversation=f"digest:{digest.guild}",
        payload={"t": _KIND, "d": {"guild": digest.guild, "channel": digest.channel}},
    )
