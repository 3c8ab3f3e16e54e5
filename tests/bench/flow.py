"""What the flow costs: from an update's acceptance to its reply's delivery, by an advisor that takes no time."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot import app
from bot.core.assistant import Assistant
from bot.core.mail import Parcel
from bot.flow.ports import Outcome, Platform
from bot.flow.reception import Busy, Reception
from bot.settings import Settings, content_folder
from bot.text.prompts import Phrases
from tests.bench.tables import Table, spread
from tests.flow.fakes import PLATFORM, EchoDesk, EchoResponder, FakeNotices, FakeTransport, Front, PushGateway, said


class _Clocked(FakeTransport):
    """Knows when what arrived."""

    async def send(self, parcel: Parcel) -> Outcome:
        outcome = await super().send(parcel)
        self.at[parcel.payload["text"]] = time.perf_counter()
        self.came.set()
        return outcome

    def __post_init__(self) -> None:
        super().__post_init__()
        self.at: dict[str, float] = {}
        self.came = asyncio.Event()


def section(*, quick: bool = False) -> Table:
    one_by_one, at_once = (100, 500) if quick else (300, 2000)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder), one_by_one, at_once))


async def _measured(home: Path, one_by_one: int, at_once: int) -> Table:
    settings = Settings(credway_home=home, database_url="")
    transport = _Clocked()
    told: list[Reception] = []
    async with app.open_stores(settings) as stores:

        def platforms(reception: Reception) -> list[Platform]:
            told.append(reception)
            return [Platform(name=PLATFORM, desk=EchoDesk(), transport=transport, gateways=(PushGateway(),))]

        phrases = Phrases.load(content_folder("prompts") / "offline")
        service = Front(assistant=Assistant(EchoResponder(), phrases, stores.learners), reminding=FakeNotices())
        flow, stop = app.build_flow(settings, stores, service, platforms), asyncio.Event()
        running = asyncio.create_task(flow.run(stop))
        await asyncio.sleep(0)
        [reception] = told
        waits = [await _one(reception, transport, f"one {number}") for number in range(one_by_one)]
        seconds = await _many(reception, transport, at_once)
        stop.set()
        await running
    return _table(waits, at_once, seconds)


async def _one(reception: Reception, transport: _Clocked, text: str) -> float:
    began = time.perf_counter()
    transport.came.clear()
    await reception.accept([said("ada", text, text)])
    await transport.came.wait()
    return transport.at[f"re: {text}"] - began


async def _many(reception: Reception, transport: _Clocked, count: int) -> float:
    """From 200 people, as a platform brings them: 50 at a time."""
    began = time.perf_counter()
    texts = [f"many {number}" for number in range(count)]
    for first in range(0, count, 50):
        part = texts[first : first + 50]
        batch = [said(f"p{(first + place) % 200}", text, text) for place, text in enumerate(part)]
        while isinstance(await reception.accept(batch), Busy):  # noqa: ASYNC110 - as a platform tries again
            await asyncio.sleep(0.05)
    while not all(f"re: {text}" in transport.at for text in texts):
        transport.came.clear()
        await transport.came.wait()
    return time.perf_counter() - began


def _table(waits: Sequence[float], count: int, seconds: float) -> Table:
    one = spread([1000 * wait for wait in waits])
    return Table(
        title="9. The flow around an advisor that only echoes, on SQLite, to a platform that takes no time",
        columns=("updates", "n", "p50 ms", "p95 ms", "a second"),
        rows=[
            ("one after the other", one.count, one.p50, one.p95, None),
            ("of 200 people, 50 at a time", count, None, None, count / seconds),
        ],
        notes=("from acceptance to delivery: written down, taken, answered, stored, posted, sent, marked",),
    )
