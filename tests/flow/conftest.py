"""A flow in this process, on a fake platform and a real database."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import app
from bot.app.flow import Paces
from bot.core.assistant import Assistant
from bot.core.mail import Backlog, Update
from bot.flow.crew import Shift
from bot.flow.leasing import Terms
from bot.flow.ports import Platform
from bot.flow.reception import Busy, Reception, Taken
from bot.flow.running import Drain
from bot.flow.senders import SendPace
from bot.flow.workers import Pace
from bot.settings import content_folder
from bot.text.prompts import Phrases
from tests.contracts.people import Place
from tests.flow.fakes import PLATFORM, EchoDesk, EchoResponder, FakeNotices, FakeTransport, Front, PushGateway
from tests.flow.processes import Child, order

Processes = Callable[..., list[int]]

HURRY = timedelta(seconds=0.05)


def in_a_hurry(**rest: Any) -> Paces:
    """The flow as it is, but for its waits."""
    given: dict[str, Any] = {
        "work": Pace(shift=Shift(at_once=8, look_every=0.05), try_again=HURRY),
        "send": SendPace(shift=Shift(at_once=8, look_every=0.05), first_wait=0.05, longest_wait=0.2),
        "terms": Terms(length=1.5, every=0.1, to_end=1.0),
        "drain": Drain(gateways=1.0, workers=1.0, senders=1.0),
        "reminders_every": 0.05,
    }
    return Paces(**given | rest)


@dataclass
class Office:
    """A flow that runs, and what is around it."""

    stores: app.Stores
    desk: EchoDesk = field(default_factory=EchoDesk)
    transport: FakeTransport = field(default_factory=FakeTransport)
    gateway: PushGateway = field(default_factory=PushGateway)
    notices: FakeNotices = field(default_factory=FakeNotices)
    paces: Paces = field(default_factory=in_a_hurry)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    listen: str = ""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    reception: Reception = field(init=False)
    ended: asyncio.Task[None] = field(init=False)

    def start(self, place: Place) -> None:
        def platforms(reception: Reception) -> list[Platform]:
            self.reception = reception
            return [Platform(name=PLATFORM, desk=self.desk, transport=self.transport, gateways=(self.gateway,))]

        phrases = Phrases.load(content_folder("prompts") / "offline")
        assistant = Assistant(EchoResponder(), phrases, self.stores.learners, self.now)
        flow = app.build_flow(
            place.settings.model_copy(update={"health_listen": self.listen}),
            self.stores,
            Front(assistant=assistant, reminding=self.notices),
            platforms,
            paces=self.paces,
            now=self.now,
        )
        self.ended = asyncio.create_task(flow.run(self.stop))

    async def bring(self, *updates: Update) -> Taken | Busy:
        return await self.reception.accept(updates)

    async def settled(self) -> None:
        """Until nothing waits any more."""
        async with asyncio.timeout(60):
            while not self._idle(await self.stores.mailbox.backlog()):  # noqa: ASYNC110 - in the database
                await asyncio.sleep(0.01)

    async def posted(self, number: int) -> None:
        """Until so many messages wait to be delivered."""
        async with asyncio.timeout(60):
            while (await self.stores.mailbox.backlog()).outgoing < number:  # noqa: ASYNC110 - in the database
                await asyncio.sleep(0.01)

    @staticmethod
    def _idle(backlog: Backlog) -> bool:
        return not backlog.waiting and not backlog.outgoing


@pytest.fixture
def opened(sqlite_place: Place) -> Callable[..., Any]:
    """Runs an office over the one database of the test, or over another."""

    @asynccontextmanager
    async def open_office(place: Place = sqlite_place, **rest: Any) -> AsyncIterator[Office]:
        async with place.open_all() as stores:
            office = Office(stores, **rest)
            office.start(place)
            try:
                yield office
            finally:
                office.stop.set()
                await office.ended

    return open_office


@pytest.fixture(scope="session")
def processes() -> Iterator[Processes]:
    """Runs the children at the same time, until all have ended; gives their return codes."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.flow.processes"],
        cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    ) as process:  # fmt: skip
        orders, codes = process.stdin, process.stdout
        assert orders is not None
        assert codes is not None

        def run(*children: Child) -> list[int]:
            orders.write(order(children) + "\n")
            told: list[int] = json.loads(codes.readline())
            return told

        yield run
        orders.close()


@pytest.fixture
async def office(opened: Callable[..., Any]) -> AsyncIterator[Office]:
    async with opened() as one:
        yield one
