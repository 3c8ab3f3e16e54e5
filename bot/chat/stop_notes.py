"""Notes by which one process asks another to stop an answer: who takes an update in is not always who answers.

They are kept where both look. What is to be stopped came before what asks for it: the mailbox knows that by numbers,
since the clocks of two processes do not agree. Knows no platform.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.core.mail import Mailbox
from bot.core.ports import Keepsakes
from bot.learning.learner import Identity

# Longer than any answer takes. What asks to stop is answered behind it, and takes its note away then.
_KEPT = timedelta(minutes=5)


class StopNotes:
    """One note for each conversation of a person, with the key of the update that asks, and its number."""

    def __init__(self, keepsakes: Keepsakes, mailbox: Mailbox, now: Callable[[], datetime]) -> None:
        self._keepsakes = keepsakes
        self._mailbox = mailbox
        self._now = now

    async def number_of(self, who: Identity, key: str) -> int | None:
        """Of an update that asks to stop: what came before it has a smaller one. None where its turn is over, so that
        whatever is under way came after it.
        """
        return await self._mailbox.number_of(who.platform, key)

    async def ask(self, conversation: str, who: Identity, key: str, number: int) -> None:
        note = {"key": key, "number": number}
        await self._keepsakes.keep(who, {_asked(conversation): note}, self._now() + _KEPT)

    async def is_asked(self, conversation: str, who: Identity, number: int) -> bool:
        """Whether it was asked to stop the answer to the update with this number: by one that came after it."""
        note = await self._keepsakes.recall(who, _asked(conversation), self._now())
        return note is not None and int(note.get("number", 0)) > number

    async def stopped(self, conversation: str, who: Identity) -> None:
        """What was asked for is done."""
        note = await self._keepsakes.recall(who, _asked(conversation), self._now())
        if note is not None:
            await self._keepsakes.keep(who, {_done(conversation): note["key"]}, self._now() + _KEPT)
            await self._keepsakes.drop(who, _asked(conversation))

    async def taken_away(self, conversation: str, who: Identity, key: str) -> bool:
        """Whether this update has stopped something. It stops nothing that begins after it."""
        done = await self._keepsakes.recall(who, _done(conversation), self._now())
        await self._keepsakes.drop(who, _asked(conversation))
        return bool(done == key)


def _asked(conversation: str) -> str:
    return f"stop:{conversation}"


def _done(conversation: str) -> str:
    return f"stopped:{conversation}"
