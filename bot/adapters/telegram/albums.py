"""Albums: pictures that were sent together come as one message each, and want one answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.ports import Keepsakes
from bot.learning.learner import Identity

# The parts of an album come at once; a little longer where the process was away.
_KEPT = timedelta(hours=1)


class Albums:
    """Remembers by which of its parts an album was answered."""

    def __init__(self, keepsakes: Keepsakes, now: Callable[[], datetime]) -> None:
        self._keepsakes = keepsakes
        self._now = now

    async def begins(self, who: Identity, album: str | None, update: str) -> bool:
        """Whether this update is to answer for its album: the first one, also when it is taken up a second time."""
        if album is None:
            return True
        key = f"album:{album}"
        first = await self._keepsakes.recall(who, key, self._now())
        if first is None:
            await self._keepsakes.keep(who, {key: update}, self._now() + _KEPT)
        return first in {None, update}
