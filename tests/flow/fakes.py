"""A platform that is not there, for tests of the flow and of all who stand on it: transport, desk, responder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.answer import Answer
from bot.core.assistant import Assistant
from bot.core.conversation import Incoming, Response, Turn
from bot.core.mail import Accepted, Notice, Outgoing, Parcel, Update
from bot.core.reply import Reply
from bot.flow.ports import Limits, Outcome, Sent
from bot.flow.reminder_posting import Notices
from bot.flow.work import Work
from bot.learning.learner import Changes, Holding, Identity, Room

PLATFORM = "fake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the flow needs of a service."""

    assistant: Assistant
    reminding: Notices


@dataclass(slots=True)
class FakeTransport:
    """A `Transport`: `arrived` is what it delivered, in order. It answers with the next of `outcomes` for a text, and
    what it says has arrived or may have, has. An error there is raised instead. While it is not `open`, whoever sends
    waits. `busiest` is how many messages were on their way at most at the same time.
    """

    platform: str = PLATFORM
    limits: Limits = field(default_factory=Limits)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    arrived: list[Parcel] = field(default_factory=list)
    tried: list[Parcel] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    busiest: int = 0
    _under_way: int = 0

    def __post_init__(self) -> None:
        self.open.set()

    async def send(self, parcel: Parcel) -> Outcome:
        self.tried.append(parcel)
        self._under_way += 1
        self.busiest = max(self.busiest, self._under_way)
        try:
            await self.open.wait()
            return self._outcome(parcel)
        finally:
            self._under_way -= 1

    def _outcome(self, parcel: Parcel) -> Outcome:
        coming = self.outcomes.get(parcel.payload["text"], [])
        outcome = coming.pop(0) if coming else Sent()
        if isinstance(outcome, Exception):
            raise outcome
        if type(outcome).__name__ in {"Sent", "Unsure"}:
            self.arrived.append(parcel)
        return outcome

    def texts(self, room: str | None = None) -> list[str]:
        return [parcel.payload["text"] for parcel in self.arrived if room in {None, parcel.room.number}]


class EchoResponder:
    """A `Responder` that says what was said. "hold x" puts x into the wallet, "forget" keeps nothing of the turn."""

    async def respond(self, turn: Turn) -> Response:
        holding = turn.question.removeprefix("hold ")
        changes = Changes(holdings=(Holding(credential=holding),)) if holding != turn.question else Changes()
        answer = Answer(
            question=turn.question, status="answered", language="en", mode="offline", text=f"re: {turn.question}"
        )
        return Response(answer=answer, context=turn.context, changes=changes, kept=turn.question != "forget")


class EchoDesk:
    """A `Desk`: a message is answered in `parts` messages. "boom" fails, "ignore" needs no answer, "direct" none of
    the assistant's. What is in `holding` is waited for before a message with that text is answered.
    """

    def __init__(self, parts: int = 1) -> None:
        self.parts = parts
        self.holding: dict[str, asyncio.Event] = {}
        self.begun: list[str] = []
        self.works: list[Work] = []

    async def handle(self, work: Work) -> None:
        text = work.update.payload["text"]
        self.begun.append(text)
        self.works.append(work)
        work.seen()
        if text in self.holding:
            await self.holding[text].wait()
        if text == "boom":
            raise ZeroDivisionError
        if text == "ignore":
            return
        room = room_of(work.update)
        if text == "direct":
            await work.settle(message(room, "done"))
            return
        incoming = Incoming(
            who=Identity(platform=work.update.platform, number=work.update.sender or ""),
            room=room,
            text=text,
            key=work.update.key,
        )
        await work.respond(incoming, lambda _, reply: self._render(room, reply))

    def _render(self, room: Room, reply: Reply) -> Sequence[Outgoing]:
        if self.parts == 1:
            return [message(room, reply.text)]
        return [message(room, f"{reply.text} ({part + 1})") for part in range(self.parts)]

    def apology(self, accepted: Accepted, fault: str) -> Sequence[Outgoing]:
        return [message(room_of(accepted.update), "sorry")]

    def notice(self, notice: Notice, to: Identity) -> Sequence[Outgoing]:
        return [message(Room(platform=to.platform, number=to.number), notice.reply.text)]


@dataclass(slots=True)
class FakeNotices:
    """`Notices`: gives out what waits, once. What it `fails` with comes before."""

    waiting: list[Notice] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    async def due(self, now: datetime, *, platforms: Sequence[str] | None = None) -> list[Notice]:
        if self.fails:
            raise self.fails.pop()
        given, self.waiting = self.waiting, []
        return given


class PushGateway:
    """A `Gateway` that brings what a test hands it: `bring` returns what the reception said."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name
        self.ready = True
        self.running = asyncio.Event()
        self.fails: list[Exception] = []
        self.started = 0

    async def run(self, stop: asyncio.Event) -> None:
        self.started += 1
        if self.fails:
            raise self.fails.pop(0)
        self.running.set()
        try:
            await stop.wait()
        finally:
            self.running.clear()


def said(number: str, text: str, key: str, conversation: str | None = None) -> Update:
    """Somebody says something, in private or in a conversation of that number."""
    return Update(
        platform=PLATFORM, key=key, conversation=conversation or number, payload={"text": text}, sender=number
    )


def room_of(update: Update) -> Room:
    return Room(platform=update.platform, number=update.conversation, private=update.conversation == update.sender)


def message(room: Room, text: str, **rest: object) -> Outgoing:
    return replace(Outgoing(room=room, kind="text", payload={"text": text}), **rest)


async def until(holds: Callable[[], object], at_most: float = 60.0) -> None:
    """Wait until something holds. How long that takes is no part of any test."""
    async with asyncio.timeout(at_most):
        while not holds():  # noqa: ASYNC110 - what is waited for knows of no event
            await asyncio.sleep(0.005)
