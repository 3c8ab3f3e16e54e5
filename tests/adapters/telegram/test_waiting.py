"""Telegram asks for patience, or is away: nothing is lost, nothing comes early, and everything in its order."""

from __future__ import annotations

import random
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import Library
from bot.core.answer import Answer
from bot.core.assistant import utc_now
from bot.core.conversation import Response, Turn
from tests.adapters.telegram.conftest import Running, running
from tests.servers.telegram.people import Person
from tests.servers.telegram.server import BAD_GATEWAY, TelegramServer, too_many
from tests.tools.kill_telegram import hooked


class Echo:
    """A `Responder` that says what it heard."""

    async def respond(self, turn: Turn) -> Response:
        answer = Answer(
            question=turn.question, status="answered", language="en", mode="offline", text=f"re: {turn.question}"
        )
        return Response(answer=answer, context=turn.context)


@dataclass(slots=True)
class Clock:
    """The flow's, which a test moves on."""

    passed: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return utc_now() + self.passed

    def passes(self, seconds: float) -> None:
        self.passed += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def bot(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path, clock: Clock
) -> AsyncIterator[Running]:
    shutil.copy(migrated_file, tmp_path)
    async with running(server, library, tmp_path, responder=Echo(), now=clock) as at_work:
        yield at_work


def texts(server: TelegramServer, person: Person) -> list[str]:
    return [message["text"] for message in server.world.posted(person.id)]


@pytest.mark.parametrize("seconds", [2, 60])
async def test_a_message_that_was_too_many_comes_when_it_may_and_not_before(
    server: TelegramServer, bot: Running, clock: Clock, seconds: int
) -> None:
    anna, ben = server.person("Anna"), server.person("Ben")

    def statuses() -> list[int]:
        return [call.status for call in server.calls if call.method == "sendMessage"]

    server.fail("sendMessage", too_many(seconds))
    await anna.sends("one")
    await server.world.until(lambda: statuses() == [429], "the refusal")
    await anna.sends("two")
    # Whoever else is written to meanwhile shows that what there is to send was looked at, before and after.
    await ben.sends("before")
    await ben.receives()
    clock.passes(seconds - 1)
    for number in range(2):
        await ben.sends(str(number))
        await ben.receives()
    assert statuses() == [429, 200, 200, 200]

    clock.passes(1)
    assert [(await anna.receives())["text"] for _ in range(2)] == ["re: one", "re: two"]
    assert statuses() == [429, 200, 200, 200, 200, 200]


async def test_a_minute_without_telegram_loses_nothing_and_keeps_the_order(
    server: TelegramServer, bot: Running, clock: Clock
) -> None:
    people = [server.person(f"Person {number}") for number in range(5)]
    for person in people:
        await person.sends("1")
        await person.sends("2")
    await server.until_heard()
    server.out = BAD_GATEWAY
    for number in (3, 4):
        for person in people:
            await person.sends(str(number))
    for _ in range(12):
        failed = len(server.calls)
        await server.world.until(lambda failed=failed: len(server.calls) > failed, "another try")  # type: ignore[misc]
        clock.passes(5)
    assert all(len(texts(server, person)) < 4 for person in people)

    server.out = None
    await server.world.until(lambda: all(len(texts(server, person)) >= 4 for person in people), "every answer")
    await server.until_heard()
    for person in people:
        assert texts(server, person) == ["re: 1", "re: 2", "re: 3", "re: 4"]


async def test_two_hundred_updates_three_times_shuffled_with_numbers_that_jump_are_answered_once_each(
    server: TelegramServer, bot: Running
) -> None:
    people, thrice = await two_hundred_thrice(server)
    # So many come in one answer; those with lower numbers than the last of it would count as acknowledged.
    for start in range(0, len(thrice), 100):
        await server.until_heard()
        server.world.updates += thrice[start : start + 100]
        server.world.changed()
    await each_is_answered_once(server, bot, people)


async def test_the_same_by_webhook(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path, unused_tcp_port: int
) -> None:
    shutil.copy(migrated_file, tmp_path)
    async with running(server, library, tmp_path, responder=Echo(), **hooked(unused_tcp_port)) as bot:
        await server.until_made("setWebhook")
        server.webhook, hook = {}, server.webhook
        people, thrice = await two_hundred_thrice(server)
        server.webhook = hook
        server.world.updates += thrice
        server.world.changed()
        await each_is_answered_once(server, bot, people)
        assert server.pushed.count(200) == 600


async def two_hundred_thrice(server: TelegramServer) -> tuple[dict[int, Person], list[dict[str, Any]]]:
    """Who says the number of which update, and the updates as they are to be delivered."""
    chance = random.Random(7)  # noqa: S311 - no secret
    people = [server.person(f"Person {number}") for number in range(20)]
    numbers = chance.sample(range(10**9), 200)
    said = {number: people[place % 20] for place, number in enumerate(numbers)}
    for number, person in said.items():
        await person.sends(str(number), update_id=number)
    thrice = server.world.updates * 3
    server.world.updates = []
    chance.shuffle(thrice)
    return said, thrice


async def each_is_answered_once(server: TelegramServer, bot: Running, said: dict[int, Person]) -> None:
    await server.until_heard()
    await bot.settled()
    told = sorted(text for person in {*said.values()} for text in texts(server, person))
    assert told == sorted(f"re: {number}" for number in said)
