"""Where the bot is silent: a channel in which moderators do not want it, and every thread of such a channel."""

from __future__ import annotations

import logging
from collections import OrderedDict

from bot.adapters.discord.posts import Place
from bot.adapters.discord.receiving import FAULTS
from bot.adapters.discord.sdk import Rest
from bot.adapters.discord.server_settings import Servers

logger = logging.getLogger(__name__)

_REMEMBERED = 10_000


class Silence:
    """Discord does not say with a message whether its channel is a thread, and of which: it is asked where that
    matters, once for each channel.
    """

    def __init__(self, servers: Servers, rest: Rest) -> None:
        self._servers = servers
        self._rest = rest
        self._parents: OrderedDict[str, str | None] = OrderedDict()

    async def holds(self, place: Place) -> bool:
        """Whether nothing is said there that others could see."""
        if place.private or place.guild is None:
            return False
        return await self.holds_in(place.guild, place.channel)

    async def holds_in(self, guild: str, channel: str) -> bool:
        set_ = await self._servers.settings(guild)
        if not (set_.muted or set_.only) or channel in set_.muted:
            return set_.is_silent(channel)
        return set_.is_silent(channel, await self._parent(channel))

    async def _parent(self, channel: str) -> str | None:
        if channel not in self._parents:
            try:
                parent = await self._rest.parent(channel)
            except FAULTS as error:
                # Not remembered: the next message asks again.
                logger.info("discord.parent %s", type(error).__name__)
                return None
            self._parents[channel] = parent
            if len(self._parents) > _REMEMBERED:
                self._parents.popitem(last=False)
        return self._parents[channel]
