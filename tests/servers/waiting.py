"""Waiting for a loopback server's world to become what a test wants, and not for time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 30.0
Found = TypeVar("Found")


class Changing:
    """Something that says when it has changed. `patience` is for how many seconds anything is waited for."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self.patience = PATIENCE

    def changed(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, look: Callable[[], Found | None], what: str, patience: float | None = None) -> Found:
        """The first thing that `look` finds. Waits for changes, not for time; patience only ends a test that hangs."""
        limit = time.monotonic() + (patience or self.patience)
        while not (found := look()):
            event = self._changed
            try:
                await asyncio.wait_for(event.wait(), max(0.01, limit - time.monotonic()))
            except TimeoutError:
                raise AssertionError(f"waited in vain for {what}") from None
        return found
