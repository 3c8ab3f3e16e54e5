"""Notes by which one process asks another to stop an answer: who takes an update in is not always who answers.

They are kept where both look. Knows no platform.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.ports import Keepsakes
from bot.learning.learner import Identity

# Longer than any answer takes. What asks to stop is answered behind it, and takes its note away then.
_KEPT = timedelta(minutes=5)


class StopNotes:
    """One note for each conversation of a person, with the key of the update that asks and when it did."""

    def __init__(self, keepsakes: Keepsakes, now: Callable[[], datetime]) -> None:
        self._keepsakes = keepsakes
        self.now = now

    async def ask(self, conversation: str, who: Identity, key: str) -> None:
        note = {"key": key, "at": self.now().isoformat()}
        await self._keepsakes.keep(who, {_asked(conversation): note}, self.now() + _KEPT)

    async def is_asked(self, conversation: str, who: Identity, since: datetime) -> bool:
        """Whether it was asked after a moment: what is left of an earlier wish stops nothing that begins after it."""
        note = await self._keepsakes.recall(who, _asked(conversation), self.now())
        return note is not None and datetime.fromisoformat(note["at"]) >= since

    async def stopped(self, conversation: str, who: Identity) -> None:
        """What was asked for is done."""
        note = await self._keepsakes.recall(who, _asked(conversation), self.now())
        if note is not None:
            await self._keepsakes.keep(who, {_done(conversation): note["key"]}, self.now() + _KEPT)
            await self._keepsakes.drop(who, _asked(conversation))

    async def taken_away(self, conversation: str, who: Identity, key: str) -> bool:
        """Whether this update has stopped something. It stops nothing that begins after it."""
        done = await self._keepsakes.recall(who, _done(conversation), self.now())
        await self._keepsakes.drop(who, _asked(conversation))
        return bool(done == key)


def _asked(conversation: str) -> str:
    return f"stop:{conversation}"


def _done(conversation: str) -> str:
    return f"stopped:{conversation}"
