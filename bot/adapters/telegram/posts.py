"""What is sent: texts, files and polls as plain data that survives in the outbox. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bot.core.mail import Outgoing, Posted
from bot.learning.learner import Room

PLATFORM = "telegram"
PostKind = Literal["text", "photo", "document", "poll"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One message. `payload` has the Bot API's own names: what is passed on with a call, but for the chat.

    `kept` are the long questions of its buttons by token, to be kept before it is sent; `asks` is what the options of
    a poll say. `rich` is the HTML of the same as a rich message, where that shows it better.
    """

    kind: PostKind
    payload: dict[str, Any]
    content: bytes | None = None
    rich: str = ""
    kept: dict[str, str] = field(default_factory=dict)
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where posts go: the chat, the topic in it, and the message that the first of them replies to.

    `who` is the number of the person whom it is for, so that what is kept for it goes when they are forgotten.
    """

    chat: str
    private: bool
    topic: int | None = None
    reply_to: int | None = None
    who: str | None = None


def room_of(chat: str, topic: int | None, *, private: bool) -> Room:
    """The room of a conversation: topics are apart, so what is said in one is no context in another."""
    return Room(platform=PLATFORM, number=chat if topic is None else f"{chat}:{topic}", private=private)


def posted(place: Place, message: int) -> Posted:
    """A message, as it is known by what has been sent: topics are parts of one chat, and its messages are numbered."""
    return Posted(room=Room(platform=PLATFORM, number=place.chat, private=place.private), number=str(message))


def outgoing(
    posts: Iterable[Post], place: Place, *, edit: int | None = None, closes_quiz: bool = False
) -> list[Outgoing]:
    """Posts as the outbox keeps them. They name no chat, as a group may get another number meanwhile.

    `edit`: the message into which the first is put. `closes_quiz`: the talk has gone past the poll that was asked.
    """
    room = Room(platform=PLATFORM, number=place.chat, private=place.private)
    found = []
    for number, post in enumerate(posts):
        around: dict[str, Any] = {"who": place.who} if post.kept or post.asks else {}
        around |= {"kept": post.kept} if post.kept else {}
        around |= {"asks": list(post.asks)} if post.asks else {}
        around |= {"rich": post.rich} if post.rich else {}
        if number == 0 and edit is not None and post.kind == "text":
            around["edit"] = edit
        if number == 0 and closes_quiz:
            around["closes_quiz"] = True
        if place.topic is not None:
            around["topic"] = place.topic
        if place.reply_to is not None and number == 0:
            around["reply_to"] = place.reply_to
        payload = {"call": post.payload, **around}
        found.append(Outgoing(room=room, kind=post.kind, payload=payload, content=post.content))
    return found


def with_keyboard(posts: Sequence[Post], rows: list[list[dict[str, str]]], kept: dict[str, str]) -> tuple[Post, ...]:
    """The posts with a keyboard below the last text or poll."""
    if not rows:
        return tuple(posts)
    last = max(number for number, post in enumerate(posts) if post.kind in {"text", "poll"})
    under = replace(posts[last], payload={**posts[last].payload, "reply_markup": {"inline_keyboard": rows}}, kept=kept)
    return (*posts[:last], under, *posts[last + 1 :])
