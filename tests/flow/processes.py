"""Processes of their own that run the flow on a `FilePlatform`, to be killed, paused and told to stop.

Standard input holds an order a line: a JSON list of `Child`s that run at the same time, whose return codes are printed
as another. (Forked from one that has imported everything: starting an interpreter for each takes ten times as long.)
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot import app
from bot.app.flow import Paces
from bot.core.assistant import Assistant
from bot.flow.crash_points import dying_at, passing
from bot.flow.crew import Shift
from bot.flow.leasing import Terms
from bot.flow.ports import Limits, Platform
from bot.flow.reception import Reception
from bot.flow.running import Drain, stopping_on_signals
from bot.flow.senders import SendPace
from bot.flow.workers import Pace
from bot.settings import Settings, content_folder
from bot.text.prompts import Phrases
from tests.flow.fakes import PLATFORM, EchoResponder, Front
from tests.flow.file_platform import FileDesk, FileGateway, FilePlatform, FileTransport, StoredNotices


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """What one process does. It ends when everything that people said is answered and delivered.

    `dies_at` names a place at which it kills itself when it passes it for the `times`th time; `pauses_at` one at which
    it stops until it is told to go on, which is when all the others have ended. A `signal` is sent to it when so many
    messages more have arrived (from whomever) and then so many seconds are over: a machine may be slow.
    """

    home: str
    platform: str
    database_url: str = ""
    dies_at: str = ""
    times: int = 1
    pauses_at: str = ""
    signal: str = ""
    arrivals: int = 0
    seconds: float = 0.0
    under_way: int = 1
    lease: float = 1.0

    @property
    def settings(self) -> Settings:
        return Settings(credway_home=Path(self.home), database_url=self.database_url)

    @property
    def paces(self) -> Paces:
        lease, soon = timedelta(seconds=self.lease), timedelta(seconds=0.05)
        return Paces(
            work=Pace(shift=Shift(at_once=8, lease=lease, look_every=0.1), try_again=soon),
            send=SendPace(shift=Shift(at_once=8, lease=lease, look_every=0.1), first_wait=0.05),
            terms=Terms(length=1.5, every=0.2, to_end=0.5),
            drain=Drain(),
            reminders_every=0.1,
        )


def pausing_at(place: str) -> Callable[[str], None]:
    left = [1]

    def pause(passed: str) -> None:
        if passed == place and left:
            left.clear()
            os.kill(os.getpid(), signal.SIGSTOP)

    return pause


async def run(child: Child) -> None:
    platform = FilePlatform(Path(child.platform))
    passed = dying_at(child.dies_at, child.times) if child.dies_at else passing
    passed = pausing_at(child.pauses_at) if child.pauses_at else passed
    with stopping_on_signals() as stop:
        async with app.open_stores(child.settings, passing=passed) as stores:
            phrases = Phrases.load(content_folder("prompts") / "offline")
            assistant = Assistant(EchoResponder(), phrases, stores.learners, lambda: datetime.now(UTC))

            def platforms(reception: Reception) -> list[Platform]:
                gateway = FileGateway(platform, reception)
                transport = FileTransport(platform, limits=Limits(under_way=child.under_way))
                return [Platform(name=PLATFORM, desk=FileDesk(), transport=transport, gateways=(gateway,))]

            service = Front(assistant=assistant, reminding=StoredNotices(stores.learners))
            flow = app.build_flow(child.settings, stores, service, platforms, paces=child.paces, passing=passed)
            ending = asyncio.create_task(_stop_when_done(stores, platform, stop))
            await flow.run(stop)
            ending.cancel()


async def _stop_when_done(stores: app.Stores, platform: FilePlatform, stop: asyncio.Event) -> None:
    while True:
        backlog = await stores.mailbox.backlog()
        if platform.acknowledged() == len(platform.updates()) and not backlog.waiting and not backlog.outgoing:
            stop.set()
        await asyncio.sleep(0.1)


def forked(work: Callable[[], None]) -> int:
    """The number of a process that does this work and nothing else."""
    number = os.fork()
    if number == 0:
        failed = 1
        try:
            work()
            failed = 0
        finally:
            os._exit(failed)
    return number


def ended(running: Iterable[int]) -> list[tuple[int, int]]:
    """Which of these processes have ended, and their return codes."""
    gone = [os.waitpid(number, os.WNOHANG) for number in running]
    return [(number, os.waitstatus_to_exitcode(status)) for number, status in gone if number]


def run_all(children: Sequence[Child]) -> list[int]:
    """Their return codes. A process that was killed has the signal's number, negative."""
    enough = {place: _arrived(child) + child.arrivals for place, child in enumerate(children) if child.signal}
    running = {forked(partial(_run, child)): place for place, child in enumerate(children)}
    paused = {number for number, place in running.items() if children[place].pauses_at}
    codes: list[int] = [0] * len(children)
    while running:
        for number, place in running.items():
            child = children[place]
            if place in enough and _arrived(child) >= enough[place]:
                del enough[place]
                time.sleep(child.seconds)
                os.kill(number, signal.Signals[child.signal])
        if set(running) <= paused:
            for number in paused:
                os.kill(number, signal.SIGCONT)
            paused = set()
        for number, code in ended(running):
            codes[running.pop(number)] = code
        time.sleep(0.005)
    return codes


def _run(child: Child) -> None:
    asyncio.run(run(child))


def _arrived(child: Child) -> int:
    return len(FilePlatform(Path(child.platform)).arrived())


def order(children: Sequence[Child]) -> str:
    return json.dumps([asdict(child) for child in children])


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(run_all([Child(**child) for child in json.loads(line)])), flush=True)


if __name__ == "__main__":
    main()
