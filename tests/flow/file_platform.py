"""A platform in a folder, which outlives the processes that talk to it, and what must hold of it in the end.

`updates.jsonl` is what people say; `acknowledged` how many of these a process has said it has; `arrived.jsonl` what was
delivered. Like a real one it brings again what was not acknowledged, and delivers as often as it is told to.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.core.mail import Accepted, Notice, Outgoing, Parcel
from bot.core.ports import LearnerStore
from bot.core.reply import Reply
from bot.flow.ports import Limits, Outcome, Sent
from bot.flow.reception import Busy, Reception
from tests.flow import counting
from tests.flow.fakes import PLATFORM, EchoDesk, message, room_of, said

PARTS = 2


@dataclass(frozen=True, slots=True)
class FilePlatform:
    folder: Path

    def people_say(self, sayings: Sequence[tuple[str, str]]) -> None:
        """Who says what, in order; what number the platform gives to it is its own business."""
        self.folder.mkdir()
        with (self.folder / "updates.jsonl").open("w") as file:
            for number, (who, text) in enumerate(sayings):
                file.write(json.dumps({"key": str(1000 - 7 * number), "who": who, "text": f"{text} {number}"}) + "\n")

    def updates(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in (self.folder / "updates.jsonl").read_text().splitlines()]

    def acknowledged(self) -> int:
        file = self.folder / "acknowledged"
        return max(map(int, file.read_text().split())) if file.exists() else 0

    def acknowledge(self, count: int) -> None:
        self._append("acknowledged", f"{count}\n")

    def deliver(self, parcel: Parcel) -> None:
        told = {"room": parcel.room.number, "text": parcel.payload["text"], "by": os.getpid()}
        self._append("arrived.jsonl", json.dumps(told) + "\n")

    def arrived(self) -> list[dict[str, Any]]:
        file = self.folder / "arrived.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def _append(self, name: str, line: str) -> None:
        # One write of the kernel's: whole or not at all, whenever the process dies.
        descriptor = os.open(self.folder / name, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
        os.write(descriptor, line.encode())
        os.close(descriptor)

    def expected(self) -> dict[str, list[str]]:
        """The replies of each room in their order."""
        rooms: dict[str, list[str]] = {}
        for update in self.updates():
            rooms.setdefault(update["who"], []).extend(_replies(update["text"]))
        return rooms

    def lost(self) -> set[tuple[str, str]]:
        return counting.lost(self.expected(), self.arrived())

    def duplicates(self) -> list[str]:
        return counting.duplicates(self.arrived())

    def out_of_order(self) -> set[str]:
        return counting.out_of_order(self.expected(), self.arrived())

    def duplicates_without_need(self) -> list[str]:
        return counting.duplicates_without_need(self.arrived())


def _replies(text: str) -> list[str]:
    match text.partition(" ")[0]:
        case "boom":
            return [f"sorry {text}"]
        case "direct":
            return [f"done {text}"]
    return [f"re: {text} ({part + 1})" for part in range(PARTS)]


@dataclass(slots=True)
class FileGateway:
    """Asks for five at a time, from the first that was not acknowledged."""

    platform: FilePlatform
    reception: Reception
    ready: bool = True
    name: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        updates = self.platform.updates()
        offset = self.platform.acknowledged()
        while not stop.is_set() and offset < len(updates):
            batch = updates[offset : offset + 5]
            answer = await self.reception.accept([said(one["who"], one["text"], one["key"]) for one in batch])
            if not isinstance(answer, Busy):
                offset += len(batch)
                self.platform.acknowledge(offset)
            await asyncio.sleep(0.02)
        await stop.wait()


@dataclass(slots=True)
class FileTransport:
    """Delivers over a network that takes its time both ways."""

    store: FilePlatform
    platform: str = PLATFORM
    limits: Limits = field(default_factory=Limits)
    latency: float = 0.005

    async def send(self, parcel: Parcel) -> Outcome:
        await asyncio.sleep(self.latency)
        self.store.deliver(parcel)
        await asyncio.sleep(self.latency)
        return Sent()


class FileDesk(EchoDesk):
    """Says of everything what it is about."""

    def __init__(self) -> None:
        super().__init__(parts=PARTS)

    async def handle(self, work: Any) -> None:
        text = work.update.payload["text"]
        match text.partition(" ")[0]:
            case "boom":
                raise ZeroDivisionError
            case "direct":
                await work.settle(message(room_of(work.update), f"done {text}"))
            case _:
                await super().handle(work)

    def apology(self, accepted: Accepted, fault: str) -> Sequence[Outgoing]:
        return [message(room_of(accepted.update), f"sorry {accepted.update.payload['text']}")]


@dataclass(slots=True)
class StoredNotices:
    """`Notices`: the reminders that are stored, in no words of ours."""

    store: LearnerStore

    async def due(self, now: Any, *, platforms: Sequence[str] | None = None) -> list[Notice]:
        return [
            Notice(claim=due.claim, identities=due.identities, reply=Reply(text=f"renew {due.reminder.key}"))
            for due in await self.store.claim_reminders(now, platforms=platforms)
        ]
