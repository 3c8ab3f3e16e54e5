"""A bell that wakes who waits for work, with a look now and then for work that came from another process."""

from __future__ import annotations

import asyncio


class Bell:
    """Rung as often as one likes; who waits is woken once."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, at_most: float) -> None:
        """Until it rings, or has rung since the last time, or so many seconds are over."""
        try:
            async with asyncio.timeout(at_most):
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()
