"""A lane to one platform: how many messages are on their way to it at the same time, and which must not hold it up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Lane:
    """Where a process is killed, every message on its way may arrive a second time: few are let out at once.

    One that takes longer than `patience`, in seconds, makes room for the next, so that a platform that hangs in one
    call, or a large file, keeps nobody else waiting.
    """

    def __init__(self, width: int, patience: float) -> None:
        self._free = asyncio.Semaphore(width)
        self._patience = patience

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """A place in it, first come, first served."""
        await self._free.acquire()
        place = _Place(self._free)
        steps_aside = asyncio.get_running_loop().call_later(self._patience, place.leave)
        try:
            yield
        finally:
            steps_aside.cancel()
            place.leave()


class _Place:
    """Left once, whether it is by stepping aside or by arriving."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._left = False

    def leave(self) -> None:
        if not self._left:
            self._left = True
            self._free.release()
