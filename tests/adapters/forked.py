"""Processes of the product, forked from one that has imported everything: starting an interpreter takes a second.

`async with nursery() as children:` and `await children.start(Child(...))`. (Run as a module it is that process: a line
comes in for each child that is to begin, and goes out for each that has begun or ended.)
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot import app
from bot.core.conversation import Incoming
from bot.flow.crash_points import dying_at
from bot.learning.learner import Identity, Room
from bot.settings import Settings
from tests.adapters import served
from tests.flow.processes import ended, forked

_ROOT = Path(__file__).parents[2]
_LOOK_EVERY = 0.01
# Characters of a log that help whoever reads why a test failed.
_TOLD = 6_000
# What the product imports only when it is used, and what makes it load the rest.
_LATE = ("bot.adapters.telegram.desk", "bot.adapters.discord.desk")
_QUESTIONS = ("sec+ cost?", "what is a micro-credential?", "/plan sc-100", "/practice az-104", "¿cuánto cuesta CCNA?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process, with its data in `home` and these settings. `dies_at` names a place in the flow at which it kills
    itself when it passes it for the `times`th time; what it had begun is free again after `lease` seconds.
    """

    home: str
    settings: Mapping[str, str]
    dies_at: str = ""
    times: int = 1
    lease: float = 5.0

    def logged(self) -> str:
        """What all processes with this home have printed, the end of it."""
        return _log(self).read_text(encoding="utf-8", errors="replace")[-_TOLD:]


@dataclass(slots=True)
class Process:
    """A child that was started."""

    number: int
    child: Child
    code: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def send(self, sent: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.number, sent)

    async def ends(self) -> int:
        """Its return code: where it was killed the signal's number, negative."""
        return await self.code

    async def does(self, work: Awaitable[object]) -> None:
        """What only comes to its end while this process runs. Raises `AssertionError` where it ends before."""
        working = asyncio.ensure_future(work)
        await asyncio.wait({working, self.code}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
            raise AssertionError(f"the process has ended with {self.code.result()}\n{self.child.logged()}")
        try:
            await working
        except Exception as error:
            error.add_note(self.child.logged())
            raise


class Nursery:
    """Starts children, and hears of their ends."""

    def __init__(self, parent: asyncio.subprocess.Process) -> None:
        self._parent = parent
        self._running: dict[int, Process] = {}
        self._begun: asyncio.Queue[Process] = asyncio.Queue()
        self._starting = asyncio.Lock()
        self._ordered: Child

    async def start(self, child: Child) -> Process:
        assert self._parent.stdin is not None
        async with self._starting:
            self._ordered = child
            self._parent.stdin.write(json.dumps(asdict(child)).encode() + b"\n")
            return await self._begun.get()

    async def listen(self) -> None:
        assert self._parent.stdout is not None
        async for line in self._parent.stdout:
            told = json.loads(line)
            if "code" in told:
                self._running.pop(told["number"]).code.set_result(told["code"])
            else:
                process = self._running[told["number"]] = Process(told["number"], self._ordered)
                self._begun.put_nowait(process)


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """Whatever was started in it has ended when it is left."""
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.adapters.forked"),
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    children = Nursery(parent)
    listening = asyncio.create_task(children.listen())
    try:
        yield children
    finally:
        assert parent.stdin is not None
        parent.stdin.close()
        await parent.wait()
        await listening


def main() -> None:
    asyncio.run(_warm_up())
    running: set[int] = set()
    orders = open(0, "rb", buffering=0)  # noqa: SIM115 - standard input, of which nothing is read ahead
    while True:
        if select.select([orders], [], [], _LOOK_EVERY)[0]:
            line = orders.readline()
            if not line:
                break
            number = forked(partial(_serve, Child(**json.loads(line))))
            running.add(number)
            _tell(number=number)
        _tell_ended(running)
    for number in running:
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)


async def _warm_up() -> None:
    """Have everything imported and read that a process has once for all its life."""
    for name in _LATE:
        importlib.import_module(name)
    with TemporaryDirectory() as home:
        settings = Settings(_env_file=None, credway_home=Path(home), knowledge_dirs=(), database_url="")
        library = app.open_library(settings)
        library.ingest()
        async with app.open_stores(settings) as stores:
            service = app.build_service(library, store=stores.learners, keeping=stores)
            somebody = Identity(platform="nobody", number="1")
            room = Room(platform="nobody", number="1")
            for number, text in enumerate(_QUESTIONS):
                await service.assistant.respond(Incoming(who=somebody, room=room, text=text, key=str(number)))
        library.close()


def _serve(child: Child) -> None:
    # What it prints is no message of ours.
    log = os.open(_log(child), os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    passing = dying_at(child.dies_at, child.times) if child.dies_at else None
    own: Any = {"credway_home": Path(child.home), "knowledge_dirs": (), **child.settings}
    served.run(Settings(_env_file=None, **own), lease=child.lease, passing=passing)


def _log(child: Child) -> Path:
    return Path(child.home) / "log"


def _tell_ended(running: set[int]) -> None:
    for number, code in ended(running):
        running.remove(number)
        _tell(number=number, code=code)


def _tell(**what: int) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
