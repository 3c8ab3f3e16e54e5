"""How fast may be sent to one platform: in all, to one private room, and to one group."""

from __future__ import annotations

import asyncio

from aiolimiter import AsyncLimiter

from bot.flow.ports import Limits
from bot.learning.learner import Room

# More rooms than are written to in a minute; of those beyond, the ones that have been quiet are forgotten.
_MANY = 2_000


class Limiter:
    """One for each platform of a process."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all = AsyncLimiter(limits.per_second, 1) if limits.per_second else None
        self._rooms: dict[Room, AsyncLimiter] = {}
        self._closed_until = 0.0

    @property
    def open(self) -> bool:
        """False while the platform wants nothing at all."""
        return asyncio.get_running_loop().time() >= self._closed_until

    def close(self, seconds: float) -> None:
        self._closed_until = max(self._closed_until, asyncio.get_running_loop().time() + seconds)

    async def wait(self, room: Room) -> None:
        """Until one more message may be sent to this room."""
        # The room first: who waits for it must not use up what others could have.
        own = self._of(room)
        if own is not None:
            await own.acquire()
        if self._all is not None:
            await self._all.acquire()
        closed = self._closed_until - asyncio.get_running_loop().time()
        if closed > 0:
            await asyncio.sleep(closed)

    def _of(self, room: Room) -> AsyncLimiter | None:
        rate, period = (self._limits.per_room_second, 1) if room.private else (self._limits.per_group_minute, 60)
        if rate is None:
            return None
        if len(self._rooms) > _MANY:
            quiet = [known for known, limiter in self._rooms.items() if limiter.has_capacity(limiter.max_rate)]
            for known in quiet:
                del self._rooms[known]
        return self._rooms.setdefault(room, AsyncLimiter(rate, period))
