"""What asks to stop stops what came before it, whatever any clock says: in one process and over two."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.app import Stores
from bot.chat.stop_notes import StopNotes
from bot.chat.stopping import Stopped, Stops
from bot.core.mail import Settlement
from tests.contracts.people import NOW, Person, an_update

TELEGRAM = ["telegram"]
OFTEN = 0.01


@pytest.fixture
def ada(stores: Stores) -> Person:
    return Person(stores.learners)


def stops_of(stores: Stores, now: Callable[[], datetime] = lambda: NOW) -> Stops:
    """Of one process."""
    return Stops(StopNotes(stores.keepsakes, stores.mailbox, now), look_every=OFTEN)


async def arrives(stores: Stores, ada: Person, *keys: str) -> list[int]:
    await stores.mailbox.accept([an_update(ada, key) for key in keys], NOW)
    numbers = [await stores.mailbox.number_of("telegram", key) for key in keys]
    return [number for number in numbers if number is not None]


async def settled(stores: Stores) -> None:
    [taken] = await stores.mailbox.take(NOW, NOW + timedelta(minutes=1), limit=1, platforms=TELEGRAM)
    await stores.mailbox.settle(Settlement(ticket=taken.ticket), NOW)


async def test_numbers_grow_and_are_gone_when_an_update_is_settled(stores: Stores, ada: Person) -> None:
    first, second = await arrives(stores, ada, "1", "2")
    assert first < second
    await settled(stores)
    assert None is await stores.mailbox.number_of("telegram", "1")
    assert second == await stores.mailbox.number_of("telegram", "2")
    assert None is await stores.mailbox.number_of("discord", "2")


@pytest.mark.parametrize("seconds", [-3, 0, 3])
@pytest.mark.parametrize("processes", [1, 2])
async def test_what_came_before_is_stopped(stores: Stores, ada: Person, processes: int, seconds: int) -> None:
    answering = stops_of(stores)
    asking = answering if processes == 1 else stops_of(stores, lambda: NOW + timedelta(seconds=seconds))
    question, _ = await arrives(stores, ada, "question", "stop")

    answer = answering.unless_stopped(ada.number, ada.who, question, asyncio.Event().wait())
    answered = asyncio.create_task(answer)
    await asyncio.sleep(0)
    await asking.stop_anywhere(ada.number, ada.who, "stop")

    with pytest.raises(Stopped):
        await answered
    assert await answering.has_stopped_anywhere(ada.number, ada.who, "stop")


@pytest.mark.parametrize("seconds", [-3, 0, 3])
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("over", [True, False])
async def test_what_came_after_goes_on_also_when_it_is_asked_late_or_again(
    stores: Stores, ada: Person, processes: int, seconds: int, *, over: bool
) -> None:
    answering = stops_of(stores)
    asking = answering if processes == 1 else stops_of(stores, lambda: NOW + timedelta(seconds=seconds))
    _, question = await arrives(stores, ada, "stop", "question")
    if over:
        await settled(stores)

    async def answer() -> str:
        await asking.stop_anywhere(ada.number, ada.who, "stop")
        await asyncio.sleep(5 * OFTEN)
        return "whole"

    assert "whole" == await answering.unless_stopped(ada.number, ada.who, question, answer())


async def test_two_that_are_answered_apart_do_not_get_in_each_others_way(stores: Stores, ada: Person) -> None:
    stops, may_end = stops_of(stores), asyncio.Event()
    first = asyncio.create_task(stops.unless_stopped(ada.number, ada.who, 1, may_end.wait()))
    await asyncio.sleep(0)
    second = asyncio.create_task(stops.unless_stopped(ada.number, ada.who, 2, may_end.wait()))
    await asyncio.sleep(0)
    may_end.set()

    assert [True, True] == await asyncio.gather(first, second)
