"""Telegram under load: `python -m tests.bench.telegram [USERS]`, a thousand users at once against a loopback server.

The bot runs in a process of its own, with the offline advisor over the packaged knowledge and no limit of sending;
measured is when each user saw a first sign and their answer, whether each chat kept its order, and the bot's memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tempfile
import time
from pathlib import Path

from bot.app import build_flow, build_service, build_telegram, open_library, open_stores, open_telegram
from bot.flow.ports import Limits
from bot.flow.running import stopping_on_signals
from bot.settings import Settings
from tests.servers.telegram.people import Person
from tests.servers.telegram.server import TOKEN, TelegramServer, telegram_server

USERS = 1000
QUESTIONS = ("sec+ cost?", "how long is it valid?")


async def serve(home: Path, url: str) -> None:
    """The bot, until it is told to end."""
    settings = Settings(
        _env_file=None, credway_home=home, knowledge_dirs=(), telegram_token=TOKEN, telegram_api_url=url
    )
    library = open_library(settings)
    library.ingest()
    async with open_stores(settings) as stores, open_telegram(settings) as opened:
        service = build_service(library, store=stores.learners)
        # What is loaded with the first question is no part of what is measured.
        await service.assistant.ask("ccna cost?")
        build = build_telegram(settings, opened, service, stores, limits=Limits())
        flow = build_flow(settings, stores, service, lambda reception: [build(reception)])
        with stopping_on_signals() as stop:
            await flow.run(stop)
    library.close()


async def measure(users: int) -> None:
    async with telegram_server() as server:
        with tempfile.TemporaryDirectory() as home:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.bench.telegram", "serve", home, server.url
            )
            await server.until_made("setMyCommands")
            people = [server.person(f"User {n}") for n in range(users)]
            began = time.monotonic()
            for question in QUESTIONS:
                for person in people:
                    await person.sends(question)
            asked = time.monotonic() - began
            await _until_answered(server, people)
            print(f"{users} users sent {len(QUESTIONS)} questions each within {asked:.2f} s")
            _tell(server, people, began)
            print(f"memory of the bot: {_peak_memory(process.pid)} MB at most")
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(ProcessLookupError):
                print(f"ended with status {await process.wait()}")


async def _until_answered(server: TelegramServer, people: list[Person]) -> None:
    wanted = len(people) * len(QUESTIONS)
    while sum(call.method == "sendMessage" and call.status == 200 for call in server.calls) < wanted:  # noqa: ASYNC110
        await asyncio.sleep(0.5)


def _tell(server: TelegramServer, people: list[Person], began: float) -> None:
    signs: dict[int, float] = {}
    answers: dict[int, list[float]] = {}
    for call in server.calls:
        chat = call.parameters.get("chat_id")
        if chat is None:
            continue
        if call.method in {"sendChatAction", "sendMessage"}:
            signs.setdefault(chat, call.at - began)
        if call.method == "sendMessage":
            answers.setdefault(chat, []).append(call.at - began)
    _percentiles("first sign", list(signs.values()))
    _percentiles("first answer", [times[0] for times in answers.values()])
    _percentiles("last answer", [times[-1] for times in answers.values()])
    texts = [[message["text"] for message in server.world.posted(person.id)] for person in people]
    ordered = sum(len(each) == len(QUESTIONS) and "425" in each[0] and "valid" in each[1] for each in texts)
    print(f"in order and each once: {ordered} of {len(people)}; forbidden calls: {len(server.wrong)}")


def _percentiles(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    told = {share: ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] for share in (50, 95, 100)}
    print(f"{name:<13}" + "  ".join(f"p{share} {value:.2f} s" for share, value in told.items()))


def _peak_memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(Path(sys.argv[2]), sys.argv[3]))
    else:
        asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else USERS))


if __name__ == "__main__":
    main()
