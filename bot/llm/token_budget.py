"""What a turn spends: counted before each call, put right after it, bounded for the turn and for the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.ports import Budget, Reservation
from bot.learning.learner import Identity, Room

# Characters to a token, on the safe side for English; scripts without spaces have about one.
_CHARACTERS = 3.0
_DENSE = 1.0


class OverBudget(Exception):
    """A limit of the turn or of the day is reached; the turn is answered without the model."""


@dataclass(slots=True)
class Meter:
    """One turn's. `most` tokens may be used in it, and `answer` by one answer at most."""

    budget: Budget
    who: Identity | None
    room: Room | None
    now: datetime
    most: int
    answer: int
    used: int = 0
    calls: int = 0
    _reserved: list[tuple[Reservation, int]] = field(default_factory=list)

    async def before(self, texts: Sequence[str]) -> None:
        """Count what a call will at most use. Raises `OverBudget` where that is too much."""
        expected = sum(map(estimated, texts)) + self.answer
        if self.used + expected > self.most:
            raise OverBudget(f"the turn would use {self.used + expected} of {self.most} tokens")
        reservation = await self.budget.reserve(self.who, self.room, expected, self.now)
        if reservation is None:
            raise OverBudget("a daily budget is used up")
        self._reserved.append((reservation, expected))
        self.calls += 1
        self.used += expected

    async def after(self, told: Sequence[int | None], texts: Sequence[str]) -> None:
        """What the call has used, as the model tells it; where it does not, the estimate stays."""
        if not self._reserved or all(count is None for count in told):
            return
        reservation, expected = self._reserved.pop()
        spent = sum(count or estimated(text) for count, text in zip(told, texts, strict=True))
        self.used += spent - expected
        await self.budget.settle(reservation, spent)

    async def refused(self) -> None:
        """The server has answered the call with an error: nothing was used, and it costs nobody their day."""
        if self._reserved:
            reservation, expected = self._reserved.pop()
            self.used -= expected
            await self.budget.settle(reservation, 0)


def estimated(text: str) -> int:
    """Tokens of a text, rather too many than too few."""
    dense = sum(char > "\u2e80" for char in text)
    return int(dense / _DENSE + (len(text) - dense) / _CHARACTERS) + 8
