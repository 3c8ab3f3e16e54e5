"""What people think of answers: reactions below them and the two buttons are the same thumbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.adapters.discord.events import Reacted, Speaker, Tapped
from bot.adapters.discord.posts import community_of
from bot.core.feedback import Thumb
from bot.core.mail import Posted
from bot.flow.thumbs import Thumbs
from bot.flow.work import Work


@dataclass(frozen=True, slots=True)
class Judging:
    """`reactions` may come before their message is known to be an answer; whoever taps a button waits for a word."""

    reactions: Thumbs
    buttons: Thumbs

    async def reacted(self, work: Work, reacted: Reacted) -> None:
        """Counted, and not answered: whoever reacts does not begin to talk."""
        by = reacted.by
        message = Posted(room=by.room, number=reacted.message)
        at = work.accepted.accepted_at
        await self.reactions.take(work, _thumb(by, message, at, up=reacted.up, taken_back=reacted.taken_back))

    async def tapped(self, work: Work, tapped: Tapped, *, up: bool) -> bool:
        """Whether it counts: not below what is no answer, or one that is not remembered. The work may be put off."""
        return await self.buttons.take(work, _thumb(tapped.by, tapped.below, work.accepted.accepted_at, up=up))


def _thumb(by: Speaker, message: Posted, at: datetime, *, up: bool, taken_back: bool = False) -> Thumb:
    guild = by.place.guild
    community = community_of(guild) if guild is not None else None
    return Thumb(who=by.who, message=message, up=up, taken_back=taken_back, at=at, community=community)
