"""When a session with the gateway may be begun: in turn, with a reserve, and more seldom where none lasts.

Discord allows a thousand a day of all shards together; whoever uses them up has all sessions ended and the token reset.
Knows nothing of what is heard in a session.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.discord.sdk import Rest
from bot.core.mail import Leases

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPace:
    """How sessions are begun, in seconds. `every`: of the shards that share a turn one in five seconds may begin, and a
    little later is not too early. After a session that did not last for `lasting`, the next one is begun after `first`,
    then twice as long each time, up to `longest`. So many are kept in `reserve`; when no more are left, it is looked
    again after `look_again`.
    """

    every: float = 5.5
    lasting: float = 60.0
    first: float = 5.0
    longest: float = 600.0
    reserve: int = 100
    look_again: float = 600.0


class BackOff:
    """How long a shard waits before it begins a session, by how long those before it lasted. Times in seconds."""

    def __init__(self, pace: StartPace) -> None:
        self._pace = pace
        self._begun: dict[int, float] = {}
        self._waits: dict[int, float] = {}

    def left(self, shard: int, at: float) -> float:
        if shard not in self._begun:
            return 0.0
        return max(0.0, self._begun[shard] + self._waits[shard] - at)

    def began(self, shard: int, at: float) -> None:
        """What one that gave up waiting has waited is not waited again: it counts from here."""
        before, wait = self._begun.get(shard), self._waits.get(shard, 0.0)
        again = before is not None and at - before < wait + self._pace.lasting
        self._waits[shard] = min(wait * 2, self._pace.longest) if again else self._pace.first
        self._begun[shard] = at


class SessionStarts:
    """Tells each shard when it is its turn, whichever process it is in."""

    def __init__(self, rest: Rest, leases: Leases, now: Callable[[], datetime], pace: StartPace) -> None:
        self._rest = rest
        self._leases = leases
        self._now = now
        self._pace = pace
        self._back_off = BackOff(pace)

    async def turn(self, shard: int) -> None:
        """When this shard may say who it is."""
        clock = asyncio.get_running_loop()
        if (left := self._back_off.left(shard, clock.time())) > 0:
            logger.warning("discord.begins_again shard=%d in=%.1f", shard, left)
            await asyncio.sleep(left)
        at_once = await self._enough_left()
        name = f"discord:identify:{self._rest.application}:{shard % at_once}"
        # Nobody's name twice: not even this shard may begin again in the same turn.
        owner = f"{shard}:{secrets.token_hex(8)}"
        while True:
            if await self._taken(name, owner):
                break
            await asyncio.sleep(self._pace.every / 5)
        self._back_off.began(shard, clock.time())

    async def _enough_left(self) -> int:
        """How many shards may begin at once, when there are sessions enough left to be begun."""
        while True:
            gateway = await self._rest.gateway()
            if gateway.remaining >= self._pace.reserve:
                return gateway.at_once
            logger.error("discord.few_sessions_left remaining=%d reset=%.0f", gateway.remaining, gateway.reset_after)
            await asyncio.sleep(min(gateway.reset_after + 1, self._pace.look_again))

    async def _taken(self, name: str, owner: str) -> bool:
        now = self._now()
        until = now + timedelta(seconds=self._pace.every)
        # Never given back: it is over when the next one may begin.
        return await self._leases.lease(name, owner, now, until) is not None
