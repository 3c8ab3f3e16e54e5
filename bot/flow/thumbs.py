"""A thumb on its way in: kept where it is on an answer of ours, and counted. Answers nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.core.feedback import Feedback, Thumb
from bot.flow.work import Work

# An answer that people see is known as one a moment later, and one that still grows only when it is whole.
AGAIN_AFTER = (timedelta(seconds=2), timedelta(seconds=20))


class Thumbs:
    """`again_after`: how long to wait each time for a message that is not known to be an answer, and may yet be."""

    def __init__(
        self, feedback: Feedback, now: Callable[[], datetime], again_after: Sequence[timedelta] = AGAIN_AFTER
    ) -> None:
        self._feedback = feedback
        self._now = now
        self._again_after = again_after

    async def take(self, work: Work, thumb: Thumb) -> bool:
        """Whether it counts. Where that cannot be said yet, the work is put off, and ends here."""
        if await self._feedback.give(thumb):
            work.judged(thumb)
            return True
        waits = self._again_after[work.accepted.attempt - 1 :]
        if waits:
            await work.put_off(self._now() + waits[0])
        return False
