"""What carries over from one turn to the next, and what an advisor is asked. Plain data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Protocol

from bot.catalog.recommend import Constraints
from bot.core.answer import Answer
from bot.core.mail import Posted
from bot.core.owned import OwnDocument, SentFile
from bot.core.reply import Attachment, Quiz, Reply
from bot.learning.exercise import PracticeState, SimulationState
from bot.learning.learner import Changes, Identity, Learner, Room
from bot.planning.model import PlanWish


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the learner and the bot are talking about.

    `focus`: credentials of the last answer; `options`: what was last listed, in order; `fields`: what was asked of
    them; `comparing`: whether they were set side by side; `wish`: with what a credential was looked for; `asked`:
    the last question about a provider, without its name; `language`: of the last question.

    Under way may be: a `plan` that the next message changes, `practice`, a `simulation`, or something that waits to be
    confirmed in the very next message (`confirming`).
    """

    focus: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    comparing: bool = False
    wish: Constraints = field(default_factory=Constraints)
    asked: str = ""
    language: str | None = None
    plan: PlanWish | None = None
    practice: PracticeState | None = None
    simulation: SimulationState | None = None
    confirming: Literal["forget"] | None = None


# Shows what of a reply is certain so far; each call replaces what was shown before. A reply may come without any.
Progress = Callable[[Reply], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question with what came before it. `question` is clean text (see `bot.text.words.clean`).

    `command` is the word after the slash of "/plan az-104", and `question` then what follows it. `learner` is who
    asks, None where nothing may be known of them: in a group, or where nothing is remembered. `now` is in UTC.
    `progress` is told what can be shown already, where the front end can show an answer that grows. `community` is
    the whole that `room` is a part of, where rooms have such; `file` came with the message, which may reply to one of
    the bot's (`replies_to`). `again`: the same message has been answered, but the learner has changed meanwhile; the
    person waits already. `quoted`: somebody else may have written the question; it is answered, and whatever it says
    commands nothing and tells nothing of who asks.
    """

    question: str
    context: Context = field(default_factory=Context)
    language: str | None = None
    command: str | None = None
    learner: Learner | None = None
    who: Identity | None = None
    room: Room | None = None
    community: Room | None = None
    private: bool = True
    replies_to: Posted | None = None
    file: SentFile | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    progress: Progress | None = None
    again: bool = False
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What comes of a turn: the answer, what to remember of the talk, what changes of the learner, what to attach,
    and the question that it asks, where it asks one.

    A turn that is not to be `kept` leaves no trace: the one that has erased everything. `shelved` are documents that
    become the learner's own.
    """

    answer: Answer
    context: Context
    changes: Changes = field(default_factory=Changes)
    attachments: tuple[Attachment, ...] = ()
    quiz: Quiz | None = None
    kept: bool = True
    shelved: tuple[OwnDocument, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One message as a front end received it. `key` is unique for the platform: its own number of the message.

    `language` is what is to be replied in; `locale` only what the person's app speaks, for want of anything better.
    `community` is what the room is a part of: the server of a channel, the group of a topic. `replies_to` is the bot's
    own message that it replies to, or below which something was tapped. A `file` may come without any text. `quoted`:
    the text may be somebody else's.
    """

    who: Identity
    room: Room
    text: str
    key: str
    language: str | None = None
    locale: str | None = None
    community: Room | None = None
    replies_to: Posted | None = None
    file: SentFile | None = None
    quoted: bool = False


class Advisor(Protocol):
    """Answers a turn. Never raises for anything a learner may say; what it returns has passed the gate."""

    async def answer(self, turn: Turn) -> tuple[Answer, Context]: ...


class Responder(Protocol):
    """Answers a turn with all that belongs to it: what an advisor says, and what a learner's own affairs need."""

    async def respond(self, turn: Turn) -> Response: ...
