"""Thumbs: what people show to think of an answer. Plain data and its port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.mail import Posted
from bot.learning.learner import Identity, Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumb:
    """Up or down, by somebody, for a message. `taken_back`: so they have thought, and do not any more.

    `community` is the one in which it was given, None where that was in no community.
    """

    who: Identity
    message: Posted
    up: bool
    at: datetime
    taken_back: bool = False
    community: Room | None = None

    @property
    def word(self) -> str:
        """In one word, as a metric's label."""
        if self.taken_back:
            return "taken_back"
        return "up" if self.up else "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many people think so of answers now, each counted once for an answer."""

    ups: int = 0
    downs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Disliked:
    """A question whose answer got thumbs down. Says where and when it was asked, and nothing of anybody."""

    question: str
    answer: str
    room: Room
    asked_at: datetime
    ups: int
    downs: int


class Feedback(Protocol):
    """Thumbs on answers. Every method is one transaction; raises `MissingService` like `LearnerStore`.

    Of one person the newest thumb on an answer counts, whichever of its messages it is on. `since` is the first
    moment that counts, `until` the first that does not, both of when a thumb was given.
    """

    async def give(self, thumb: Thumb) -> bool:
        """Keep it. False, and nothing is kept, where the message is no answer of ours that is remembered. What is
        taken back is only what still counts: of an older thumb it says nothing.
        """
        ...

    async def tally(self, since: datetime, until: datetime, community: Room | None = None) -> Tally:
        """Of one community, or of all that there is."""
        ...

    async def disliked(
        self, since: datetime, until: datetime, community: Room | None = None, *, limit: int = 20
    ) -> list[Disliked]:
        """Questions that all could see whose answers got thumbs down, the most of them first: in one community or in
        all. What was asked in private is never among them, and is only counted.
        """
        ...
