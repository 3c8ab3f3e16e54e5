"""What is sent: messages as plain data that survives in the outbox, and where they go. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.mail import Outgoing
from bot.learning.learner import Identity, Room

PLATFORM = "discord"
# Milliseconds since 1970 at which Discord's numbers begin.
_EPOCH = 1_420_070_400_000
# An interaction's token is good for 15 minutes; what takes longer is sent as a message of its own.
ANSWERABLE_SECONDS = 14 * 60
SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
# The message is made of components alone. Once set, no edit takes it away.
COMPONENTS_V2 = 1 << 15
NO_MENTIONS: dict[str, Any] = {"parse": [], "replied_user": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One message. `body` has Discord's own names; `kept` is what its buttons need, by key, to be kept before it is
    sent.
    """

    body: dict[str, Any]
    filename: str | None = None
    content: bytes | None = None
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where posts go, and whose. `answers` is the token of an interaction that waits for its answer.

    `ephemeral`: only `who` sees it, in a channel where others are. `present`: the bot is a member there, so that it
    may post by itself. `turns`: the answer changes the message in which something was tapped. `first`: the
    interaction's own answer is still to be given.
    """

    channel: str
    who: str
    guild: str | None = None
    application: str = ""
    answers: str | None = None
    since: float = 0.0
    ephemeral: bool = False
    present: bool = True
    reply_to: str | None = None
    turns: bool = False
    first: bool = True

    @property
    def private(self) -> bool:
        """Nobody else sees it."""
        return self.ephemeral or self.guild is None

    @property
    def beside(self) -> Place:
        """The same for what is told without changing that message."""
        alone = self.guild is not None
        return replace(self, turns=False, first=False, ephemeral=alone) if self.turns else self


def room_of(place: Place) -> Room:
    """The room of a conversation: a person's own, wherever only they see it, else the channel or thread of a server."""
    if place.private:
        return Room(platform=PLATFORM, number=place.who)
    return Room(platform=PLATFORM, number=f"{place.guild}/{place.channel}", private=False)


def community_of(guild: str) -> Room:
    """The room of what a whole server shares: its ranking, its budget."""
    return Room(platform=PLATFORM, number=guild, private=False)


def guild_of(room: Room) -> str | None:
    """The server that a room belongs to."""
    return None if room.private else room.number.partition("/")[0]


def identity(number: str) -> Identity:
    return Identity(platform=PLATFORM, number=number)


def born(number: str) -> float:
    """When a thing with this number was made, in seconds since 1970."""
    return ((int(number) >> 22) + _EPOCH) / 1000


def outgoing(posts: Iterable[Post], place: Place) -> list[Outgoing]:
    """Posts as the outbox keeps them."""
    found = []
    for number, post in enumerate(posts):
        payload: dict[str, Any] = {"body": post.body, "channel": place.channel, "who": place.who}
        if post.filename is not None:
            payload["filename"] = post.filename
        if post.kept:
            payload["kept"] = post.kept
        if place.answers is not None:
            payload["answers"] = {
                "application": place.application,
                "token": place.answers,
                "until": place.since + ANSWERABLE_SECONDS,
                "first": number == 0 and place.first,
                "ephemeral": place.ephemeral,
                "present": place.present,
            }
        elif place.reply_to is not None and number == 0:
            payload["reply_to"] = place.reply_to
        found.append(Outgoing(room=room_of(place), kind="message", payload=payload, content=post.content))
    return found
