"""Albums: pictures that were sent together come as one message each, and want one answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.ports import Keepsakes
from bot.learning.learner import Identity

# The parts of an album come at once; a little longer where the process was away.
_KEPT = timedelta(hours=1)


class Albums:
    """Remembers by which of its parts an album is answered: by the one with words, else by any."""

    def __init__(self, keepsakes: Keepsakes, now: Callable[[], datetime], waits: float) -> None:
        """`waits`: for how many seconds words may come with another part."""
        self._keepsakes = keepsakes
        self._now = now
        self._waits = timedelta(seconds=waits)

    def due(self) -> datetime:
        """When a part that has come without words need not wait for them any more."""
        return self._now() + self._waits

    async def begins(self, who: Identity, album: str | None, update: str) -> bool:
        """Whether this update is to answer for its album: the first one, also when it is taken up a second time."""
        if album is None:
            return True
        first = await self._first(who, album)
        if first is None:
            await self._keepsakes.keep(who, {_key(album): update}, self._now() + _KEPT)
        return first in {None, update}

    async def has_begun(self, who: Identity, album: str, update: str) -> bool:
        """Whether another update answers for it."""
        return await self._first(who, album) not in {None, update}

    async def _first(self, who: Identity, album: str) -> str | None:
        found: str | None = await self._keepsakes.recall(who, _key(album), self._now())
        return found


def _key(album: str) -> str:
    return f"album:{album}"
