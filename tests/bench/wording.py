"""What the advisor adds to a language model: time before the first claim is shown, and many turns at once.

The model is on loopback and takes no time, or a known one; it runs in a process of its own (`python -m
tests.bench.wording serve`), and so do the turns (`… turns FOLDER URL`), so that their memory is the product's.
"""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.app import Library, build_assistant, build_service, open_library, open_model, open_stores
from bot.core.conversation import Incoming
from bot.core.reply import Reply
from bot.evaluation.answers import read_cases
from bot.learning.learner import Identity, Room
from tests.bench import memory
from tests.bench.process import bare_python, output_of
from tests.bench.setting import Bench, own_settings
from tests.bench.tables import Table, ratio, spread
from tests.servers.llm.honest import Honest
from tests.servers.llm.server import LlmServer, Pace, llm_server
from tests.servers.llm.wire import Json, Said

QUESTIONS = Path(__file__).resolve().parents[1] / "evals"
_ALONE = 150  # questions asked one after the other
_TOGETHER = 200
_SLOW = 2.0  # seconds that a model takes when many ask it at once
_WARMING = 5
_NAMES = ("AZ-104", "AZ-305", "Security+", "CISSP", "PMP", "CCNA", "CKA", "CISM", "CISA", "CAPM")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Seconds: from question to first claim and to answer, asked one by one, with the model and offline; of many at
    once how many were answered, by the model, about something else than asked; sizes in bytes.
    """

    first: list[float]
    whole: list[float]
    offline: list[float]
    worded: int
    together: list[float]
    answered: int
    together_worded: int
    mixed: int
    seconds: float
    peak: int


def section(bench: Bench) -> Table:
    with serving() as url:
        told = Turns(**json.loads(output_of(["-m", "tests.bench.wording", "turns", str(bench.home), url])))
    first, whole, offline, many = (spread(x) for x in (told.first, told.whole, told.offline, told.together))
    rows = [
        ("offline, without a model (baseline)", offline.count, offline.p50 * 1e3, offline.p95 * 1e3, 1.0),
        (
            "from the model's first sentence to the first claim shown",
            first.count,
            first.p50 * 1e3,
            first.p95 * 1e3,
            ratio(first.p50, offline.p50),
        ),
        (
            "whole answer, a model that takes no time",
            whole.count,
            whole.p50 * 1e3,
            whole.p95 * 1e3,
            ratio(whole.p50, offline.p50),
        ),
        (
            f"whole answer, {_TOGETHER} at once, a model of {_SLOW:g} s",
            many.count,
            many.p50 * 1e3,
            many.p95 * 1e3,
            ratio(many.p50, offline.p50),
        ),
    ]
    return Table(
        title="7. The advisor with a language model on loopback",
        columns=("what", "n", "p50 ms", "p95 ms", "× offline"),
        rows=rows,
        notes=(
            f"worded by the model: {told.worded} of {len(told.whole)}; the others are answered by rules",
            _at_once(told),
        ),
    )


def _at_once(told: Turns) -> str:
    times = ratio(told.peak, bare_python().peak)
    return (
        f"at once: {told.answered} of {_TOGETHER} answered, {told.together_worded} worded, {told.mixed} mixed up, "
        f"in {told.seconds:.1f} s; peak {told.peak / 1e6:.0f} MB, {times:.1f} × bare Python"
    )


@contextmanager
def serving() -> Iterator[str]:
    """The model's address. Its own process: what it takes is not the advisor's."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.wording", "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def serve() -> None:
    """A model that takes its time, until the input ends; its address stands on one line."""
    with llm_server(Honest(), Pace(total=_SLOW)) as slow:
        sys.stdout.write(f"{slow.base_url}\n")
        sys.stdout.flush()
        sys.stdin.read()


async def ask_all(library: Library, address: str) -> Turns:
    first, whole, worded = await one_by_one(library)
    offline = await without_model(library)
    together, answered, together_worded, mixed, seconds = await all_at_once(library, address)
    return Turns(
        first=first,
        whole=whole,
        offline=offline,
        worded=worded,
        together=together,
        answered=answered,
        together_worded=together_worded,
        mixed=mixed,
        seconds=seconds,
        peak=memory.peak(),
    )


def questions() -> list[str]:
    cases = [case for case in read_cases(QUESTIONS) if case.status == ("answered",) and not case.before]
    return [case.question for case in cases[:: max(1, len(cases) // (_ALONE + _WARMING))]]


@dataclass(slots=True)
class Stamped:
    """A model that answers at once and says when."""

    at: float = 0.0

    def __call__(self, request: Json) -> Said:
        said = Honest()(request)
        self.at = time.perf_counter()
        return said


async def one_by_one(library: Library) -> tuple[list[float], list[float], int]:
    """From the model's answer, whose first sentence is complete at once, to the first claim shown; and in all."""
    persona, first, whole, worded = Stamped(), [], [], 0
    server = LlmServer(persona)
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(server.running())
        settings = library.settings.model_copy(update={"llm_model": "test-model", "llm_base_url": server.base_url})
        model = await opened.enter_async_context(open_model(settings))
        assistant = build_assistant(library, model=model)
        for number, question in enumerate(questions()):
            began, seen = time.perf_counter(), []

            async def progress(_: Reply, seen: list[float] = seen) -> None:
                seen.append(time.perf_counter())

            answer, _ = await assistant.ask(question, progress=progress)
            if number >= _WARMING:
                whole.append(time.perf_counter() - began)
                first += [at - persona.at for at in seen[:1]]
                worded += answer.mode == "llm"
    return first, whole, worded


async def without_model(library: Library) -> list[float]:
    assistant, taken = build_assistant(library), []
    for number, question in enumerate(questions()):
        began = time.perf_counter()
        await assistant.ask(question)
        taken += [time.perf_counter() - began] if number >= _WARMING else []
    return taken


async def all_at_once(library: Library, address: str) -> tuple[list[float], int, int, int, float]:
    """Learners who are all new and ask at the same moment, with what is kept of them in a database."""
    settings = library.settings.model_copy(update={"llm_model": "test-model", "llm_base_url": address})
    async with open_model(settings) as model, open_stores(settings) as stores:
        service = build_service(library, store=stores.learners, model=model, budget=stores.budget)
        mark, taken = datetime.now(UTC).isoformat(), []

        async def ask(number: int) -> tuple[str, str, bool]:
            name = _NAMES[number % len(_NAMES)]
            who = Identity(platform="bench", number=f"{mark}:{number}")
            room = Room(platform="bench", number=who.number)
            began = time.perf_counter()
            answer, _ = await service.assistant.respond(
                Incoming(who=who, room=room, text=f"What does {name} cost?", key=who.number)
            )
            taken.append(time.perf_counter() - began)
            about = {citation.document for citation in answer.citations}
            return name, " ".join([*about, answer.text]).lower(), answer.mode == "llm"

        began = time.perf_counter()
        done = await asyncio.gather(*(ask(number) for number in range(_TOGETHER)))
        seconds = time.perf_counter() - began
        names = {name: name.lower().rstrip("+") for name in _NAMES}
        answered = sum("usd" in text or "price" in text for _, text, _ in done)
        mixed = sum(names[name] not in text for name, text, _ in done)
        return taken, answered, sum(worded for *_, worded in done), mixed, seconds


def main(arguments: Sequence[str]) -> None:
    logging.getLogger("bot").setLevel(logging.CRITICAL)
    if arguments[0] == "serve":
        serve()
        return
    library = open_library(own_settings(Path(arguments[1])))
    library.ingest()
    sys.stdout.write(json.dumps(asdict(asyncio.run(ask_all(library, arguments[2])))))


if __name__ == "__main__":
    main(sys.argv[1:])
