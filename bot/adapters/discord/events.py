"""What can happen: somebody says, calls, taps, reacts. Plain data, with Discord's numbers and no JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.discord.posts import Place
from bot.core.mail import Posted
from bot.learning.learner import Identity, Room

# The button below a new post of a forum, whose title is what its form begins with.
POST = "s:post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Somebody and where they are. `language` is that of their app; `moderates`: they may manage the server, `tidies`:
    they may delete others' messages there; `roles` are those that they have; `key` is Discord's number of what they
    did.
    """

    who: Identity
    place: Place
    room: Room
    language: str | None = None
    moderates: bool = False
    tidies: bool = False
    roles: tuple[str, ...] = ()
    key: str = ""

    @property
    def private(self) -> bool:
        return self.place.private


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that came with a message or a command."""

    name: str
    size: int
    media_type: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text for the bot: all in private, in a server what mentions it or replies to it. A file may come without.
    `quoted`: it came from a form that began with what somebody else had written.
    """

    by: Speaker
    text: str
    file: Attached | None = None
    # The bot's own message that it replies to.
    replies_to: Posted | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role of a server. `may` is what it allows; `managed`: nobody can give it."""

    id: str
    name: str
    may: int
    managed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A command with its options. `inner` is the name of the subcommand, where it has one. Beside a `role` is told who
    may give any.
    """

    by: Speaker
    name: str
    options: Mapping[str, Any]
    inner: str | None = None
    file: Attached | None = None
    role: Role | None = None
    they_give_roles: bool = False
    bot_gives_roles: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A message menu on somebody's message, whose text comes with it."""

    by: Speaker
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """A button or what was chosen from a list, under one of the bot's messages. `title` is that of the post; told is
    also who may open a thread there, where it is none already.
    """

    by: Speaker
    data: str
    message: str
    # The same message, where it stands: the answer to a tap may be for one person, and below what all see.
    below: Posted
    title: str = ""
    in_thread: bool = False
    they_open_threads: bool = False
    bot_opens_threads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """A thumb below a message, or one taken away. Where Discord says whose message it is, it is the bot's."""

    by: Speaker
    message: str
    up: bool
    taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """Somebody is typing an option that is completed."""

    by: Speaker
    name: str
    option: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAway:
    """The bot is not in a server any more."""

    guild: str


Event = Said | Called | Chosen | Tapped | Reacted | Typing
