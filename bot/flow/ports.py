"""What a platform's adapter gives to the flow: a desk that answers updates, a transport that delivers, a gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.mail import Accepted, Notice, Outgoing, Parcel
from bot.flow.work import Work
from bot.learning.learner import Identity, Room


class Desk(Protocol):
    """Answers the updates of one platform."""

    async def handle(self, work: Work) -> None:
        """Answer one update: `work.respond` for what the assistant answers, `work.settle` for anything else. What is
        settled by neither is settled without a reply when this returns. Whatever is raised counts as an attempt.
        """
        ...

    def apology(self, accepted: Accepted, fault: str) -> Sequence[Outgoing]:
        """What is said of an update that could not be answered; nothing where nobody waits for an answer."""
        ...

    def notice(self, notice: Notice, to: Identity) -> Sequence[Outgoing]:
        """A reminder as messages to this person. They are sent at most once, whatever `once` says."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """It has arrived, or the platform says that it had already. `messages` are the platform's numbers of it there,
    as far as they are known.
    """

    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """It has certainly not arrived. `seconds` where the platform says how long to wait; `everywhere` where that is
    for everything that is sent to it, not for this room only.
    """

    seconds: float | None = None
    everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It will never arrive: the message is not allowed, or the room is gone. It is logged and dropped."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """The person has blocked us: what waits for this room is dropped, and no reminders are sent there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The room has another number, to which it is sent instead."""

    room: Room


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """It may have arrived: the connection ended before the answer came."""

    reason: str = ""


Outcome = Sent | Later | Refused | Blocked | Moved | Unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How fast may be sent: messages a second in all and to one private room, and a minute to one group. None: as
    fast as it goes. With several processes each gets its share.

    `under_way` is how many messages are on their way at the same time. Where the process is killed, each of them may
    arrive a second time, unless the platform recognises a repetition.
    """

    per_second: float | None = None
    per_room_second: float | None = None
    per_group_minute: float | None = None
    under_way: int = 1


class Transport(Protocol):
    """Delivers to one platform."""

    @property
    def platform(self) -> str: ...

    @property
    def limits(self) -> Limits: ...

    async def send(self, parcel: Parcel) -> Outcome:
        """Deliver one message, within the transport's own time limits. Whatever it raises counts as `Unsure`."""
        ...


class Gateway(Protocol):
    """Brings updates in: asks for them, or listens. `name` is what only one process may run at a time, None where any
    number may.
    """

    @property
    def name(self) -> str | None: ...

    async def run(self, stop: asyncio.Event) -> None:
        """Bring updates in until `stop` is set, then return within two seconds (it is cancelled after that)."""
        ...

    @property
    def ready(self) -> bool:
        """Whether updates come in, as far as is known. True while another process runs it."""
        ...


class Chore(Protocol):
    """Something that is to be done for all, whatever platforms there are, by one process at a time."""

    @property
    def name(self) -> str: ...

    async def run(self, stop: asyncio.Event) -> None:
        """As a gateway's; it may return when there is nothing left to do, and is begun again after a while."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One platform as the flow runs it. `shards` are gateways that bring in a part each: a process takes one after the
    other, so that processes which are started together share them.
    """

    name: str
    desk: Desk
    transport: Transport
    gateways: tuple[Gateway, ...] = ()
    shards: tuple[Gateway, ...] = ()
