"""Mail: what platforms brought and was promised an answer, and what goes out to them. Plain data and its ports.

Knows no platform: `payload` is an adapter's own, of what JSON knows, written by it and read only by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.core.answer import Answer
from bot.core.reply import Reply
from bot.learning.learner import Identity, Room

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Something that a platform brought. `key` is the platform's own number of it: a repeated one is taken once.

    Updates of one `conversation` (a chat, or a topic in it) are answered one after the other. `sender` is the number
    of the person that it is about, so that it is exported and erased with them; None where it is about nobody.
    """

    platform: str
    key: str
    conversation: str
    payload: Payload
    sender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The right to settle an update, until somebody else is given it: `fence` grows with every taking."""

    id: int
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """An update that somebody has been given to work on. `attempt` counts from 1, over all who were given it."""

    ticket: Ticket
    update: Update
    attempt: int
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to a room, or anything else to be done there. `kind` and `payload` are the adapter's own.

    What is sent `once` is rather lost than sent twice: a reminder. Anything else is rather sent twice than lost.
    """

    room: Room
    kind: str
    payload: Payload
    content: bytes | None = None
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What ends the work on an update: the messages of the reply in their order, none where it needs no reply."""

    ticket: Ticket
    outgoing: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a turn's reply leaves: `render` makes messages of it before the turn is stored, so that they are stored
    with it and the update is settled in the same transaction.
    """

    ticket: Ticket
    render: Callable[[Answer, Reply], Sequence[Outgoing]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A reminder to be delivered to one of these identities. `claim` is given back when that is done."""

    claim: str
    identities: tuple[Identity, ...]
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """An outgoing message that somebody has been given to send.

    `effect` is the same however often it is sent, and no other message's: for platforms that recognise a repetition.
    `again` where it may have arrived already; `doubts` is how often a platform's answer was missed. `attempt` counts
    from 1.
    """

    ticket: Ticket
    effect: str
    room: Room
    kind: str
    payload: Payload
    content: bytes | None
    once: bool
    again: bool
    doubts: int
    attempt: int
    posted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message that stands in a room, by the number that its platform has given it there."""

    room: Room
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits in the mailbox, and since when the longest waiting does; `set_aside` is what nobody could answer."""

    waiting: int = 0
    waiting_since: datetime | None = None
    outgoing: int = 0
    outgoing_since: datetime | None = None
    set_aside: int = 0


class Superseded(Exception):
    """The update or parcel has been given to somebody else meanwhile, or is settled: nothing of this work counts."""


class Mailbox(Protocol):
    """What came in and what goes out. Every method is one transaction; raises `MissingService` like `LearnerStore`.

    Whoever is given something has it until the time that was said, and may prolong that; then another is given it.
    """

    async def accept(self, updates: Sequence[Update], now: datetime) -> int:
        """Store those that have not been seen in the last seven days, in their order; how many these were. When it
        returns they may be acknowledged: each of them will be answered.
        """
        ...

    async def take(self, now: datetime, until: datetime, *, limit: int, platforms: Sequence[str]) -> list[Accepted]:
        """The next update of conversations in which nobody is at work, each conversation in its turn."""
        ...

    async def number_of(self, platform: str, key: str) -> int | None:
        """The number of an update that is not settled, as on its ticket: greater than that of any accepted before it
        in its conversation.
        """
        ...

    async def prolong(self, tickets: Sequence[Ticket], until: datetime) -> None: ...

    async def give_back(self, ticket: Ticket, due: datetime | None, *, begun: bool) -> None:
        """Let it be taken again, from `due` on where that is given, before all that waits behind it. `begun`: this
        attempt counts.
        """
        ...

    async def settle(self, settlement: Settlement, now: datetime) -> None:
        """Post the reply and forget the update. Raises `Superseded`."""
        ...

    async def set_aside(self, settlement: Settlement, now: datetime, fault: str) -> None:
        """The same for an update that cannot be answered, which is kept for seven days under the id of the fault."""
        ...

    async def post_notice(self, notice: Notice, outgoing: Sequence[Outgoing], to: Identity, now: datetime) -> None:
        """Post a reminder and remember it as told, at once; nothing where it has been posted before."""
        ...

    async def parcels(self, now: datetime, until: datetime, *, limit: int, platforms: Sequence[str]) -> list[Parcel]:
        """The next message of rooms to which nobody is sending, the longest waiting first."""
        ...

    async def prolong_parcels(self, tickets: Sequence[Ticket], until: datetime) -> None: ...

    async def sent(self, parcel: Parcel, messages: Sequence[str] = ()) -> None:
        """It has arrived, or will never: it is not needed any more. Raises `Superseded`.

        `messages` are the platform's numbers of what has arrived. Where that answers a turn, it is remembered for 30
        days which: people react to a message and reply to it, and mean the answer.
        """
        ...

    async def later(self, parcel: Parcel, due: datetime | None, *, unsure: bool = False) -> None:
        """Try again, from `due` on where that is given; `unsure` where it may have arrived. Raises `Superseded`."""
        ...

    async def abandon(self, room: Room) -> int:
        """Drop everything that waits for a room; how much it was."""
        ...

    async def moved(self, old: Room, new: Room) -> None:
        """A room has another number now: what waits for the old one goes to the new, and what was said and kept there
        belongs to it.
        """
        ...

    async def unreachable(self, who: Identity, now: datetime) -> None:
        """Somebody does not want to hear from us: no reminders there, until an update of theirs is accepted."""
        ...

    async def backlog(self) -> Backlog: ...

    async def sweep(self, now: datetime) -> None:
        """Drop what is only kept for a time and whose time is over."""
        ...


class Leases(Protocol):
    """Things that only one process may do at a time: ask a platform for its updates, say."""

    async def lease(self, name: str, owner: str, now: datetime, until: datetime) -> int | None:
        """Get or prolong it; its fencing number, which grows with every new owner. None while another has it."""
        ...

    async def release(self, name: str, owner: str) -> None:
        """Another may have it at once."""
        ...
