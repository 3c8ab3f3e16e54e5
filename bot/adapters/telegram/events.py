"""What can happen: somebody says, sends, taps, reacts. Plain data, with none of its library's objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.adapters.telegram.posts import Place
from bot.learning.learner import Identity, Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Somebody and where they are: every event of a person has one. `language` is that of their app."""

    who: Identity
    place: Place
    room: Room
    language: str | None

    @property
    def private(self) -> bool:
        return self.place.private


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text for the bot: all in private, in a group only what is addressed to it. What stands below a picture is one;
    `album` is what the picture was sent together with.
    """

    by: Speaker
    text: str
    message: int
    edited: bool = False
    # The bot's own message that it replies to.
    replies_to: int | None = None
    album: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentDocument:
    """A file for the bot. `size` is what Telegram says of it, None where it does not."""

    by: Speaker
    file_id: str
    name: str
    size: int | None
    media_type: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPicture:
    """A picture without a word, as a photo or as a file. What it shows the bot cannot see."""

    by: Speaker
    album: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentElse:
    """Something else that the bot cannot read: a voice message, a sticker."""

    by: Speaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Faceless:
    """Somebody addresses the bot in the name of a group or a channel: nobody can tell who."""

    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """A button under one of the bot's messages."""

    by: Speaker
    query: str
    data: str
    message: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """A thumb on somebody's message: Telegram does not say whose. In a group it tells only administrators."""

    by: Speaker
    message: int
    up: bool
    taken_back: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """Somebody has chosen options of a poll. Telegram does not say where the poll is."""

    who: Identity
    poll: str
    options: tuple[int, ...]
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Somebody types @bot and a text, in any chat."""

    who: Identity
    query: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summoned:
    """Somebody mentions the bot in a chat that it is not in."""

    who: Identity
    query: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """The bot is in a group now."""

    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """A person has blocked the bot, or it is no longer in a group."""

    who: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """A group has another number now."""

    old: Room
    new: Room


Heard = Said | SentDocument | SentPicture | SentElse | Faceless | Tapped | Reacted | Polled | Sought | Summoned
Event = Heard | Added | Silenced | Migrated
