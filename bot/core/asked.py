"""What was asked in a community and got no answer. Plain data and its port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.learning.learner import Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question as it was asked where all could see it: in which room, of those that make up a community. `by` tells
    only that two are of the same person.
    """

    question: str
    by: int
    room: Room


class Asked(Protocol):
    """Raises `MissingService` like `LearnerStore`."""

    async def unanswered(self, community: Room, since: datetime, until: datetime) -> list[Unanswered]:
        """The latest first, commands left out; of nobody who has been forgotten since, and nothing said in private."""
        ...
