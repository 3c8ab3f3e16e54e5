"""What the knowledge learns of a credential is told to whoever holds it, though they have not said a word since."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Library, Stores, build_advising, build_retriever, open_stores
from bot.catalog.catalog import Catalog
from bot.core.conversation import Context
from bot.core.ports import TurnRecord
from bot.dialogue.reminder_replanning import Replanning
from bot.dialogue.reminding import Reminding
from bot.learning.learner import Changes, Holding, Identity, Learner, Reminder, Room
from bot.offline.wallet import WalletWords
from tests.contracts.people import NOW as LONG_AGO
from tests.dialogue.conftest import Place


@pytest.fixture
async def stores(library: Library, tmp_path: Path) -> AsyncIterator[Stores]:
    async with open_stores(library.settings.model_copy(update={"credway_home": tmp_path})) as opened:
        yield opened


@pytest.fixture
def place(library: Library, stores: Stores) -> Place:
    return Place(library, stores.learners)


@pytest.fixture
def before(library: Library, stores: Stores) -> Reminding:
    """As it was planned when nobody knew that MS-102 retires."""
    advising = build_advising(library, build_retriever(library))
    known = advising.toolbox.catalog
    ms_102 = replace(known["ms-102"], status=replace(known["ms-102"].status, value="active"), retired_on=None)
    older = Catalog([ms_102, *(one for one in known if one.id != "ms-102")], lambda: known.today)
    return Reminding(older, WalletWords(advising.toolbox), advising.gate, stores.learners)


async def holds(stores: Stores, place: Place, before: Reminding, number: str, *credentials: str) -> Learner:
    """Somebody whose reminders were planned with what was known then."""
    who = Identity(platform="test", number=number)
    learner = await stores.learners.learner(who)
    holdings = tuple(Holding(credential=credential) for credential in credentials)
    wanted = await before.wanted(replace(learner, wallet=holdings), place.now)
    turn = TurnRecord(
        key=f"told-{number}",
        room=Room(platform="test", number=number),
        at=LONG_AGO,
        question="?",
        answer=None,
        context=Context(),
        changes=Changes(holdings=holdings, reminders=wanted),
    )
    return await stores.learners.commit(who, learner, turn)


def replanning(stores: Stores, place: Place, knowledge: str = "new", page: int = 100) -> Replanning:
    return Replanning(
        place.reminding, stores.learners, stores.keepsakes, lambda: knowledge, lambda: place.now, page=page
    )


async def told(place: Place) -> list[str]:
    notices = await place.reminding.due(place.now + timedelta(hours=1))
    return [f"{notice.identities[0].number}: {notice.reply.text}" for notice in notices]


async def test_a_retirement_reaches_a_wallet_that_nobody_has_touched(
    stores: Stores, place: Place, before: Reminding
) -> None:
    learner = await holds(stores, place, before, "1", "ms-102")
    assert await told(place) == []
    assert await replanning(stores, place).plan(asyncio.Event()) == 1
    (said,) = await told(place)
    assert "2026-11-30" in said
    assert (await stores.learners.learner(Identity(platform="test", number="1"))).version == learner.version


async def test_it_is_told_once_however_often_it_is_planned(stores: Stores, place: Place, before: Reminding) -> None:
    await holds(stores, place, before, "1", "ms-102")
    for knowledge in ("new", "newer", "newest"):
        await replanning(stores, place, knowledge).plan(asyncio.Event())
        if knowledge == "new":
            assert len(await told(place)) == 1
    assert await told(place) == []


async def test_all_are_gone_through_once_a_day_and_for_each_knowledge(
    stores: Stores, place: Place, before: Reminding
) -> None:
    for number in range(7):
        await holds(stores, place, before, str(number), "ms-102")
    assert await replanning(stores, place, page=3).plan(asyncio.Event()) == 7
    assert await replanning(stores, place, page=3).plan(asyncio.Event()) == 0
    assert await replanning(stores, place, "newer", page=3).plan(asyncio.Event()) == 7
    place.now += timedelta(days=1)
    assert await replanning(stores, place, "newer", page=3).plan(asyncio.Event()) == 7


async def test_where_it_was_interrupted_it_goes_on(stores: Stores, place: Place, before: Reminding) -> None:
    for number in range(7):
        await holds(stores, place, before, str(number), "ms-102")
    stop = asyncio.Event()
    learners = _Stopping(stores, stop)
    interrupted = Replanning(
        place.reminding,
        learners,  # type: ignore[arg-type]
        stores.keepsakes,
        lambda: "new",
        lambda: place.now,
        page=3,
    )
    assert await interrupted.plan(stop) == 3
    assert await replanning(stores, place, page=3).plan(asyncio.Event()) == 4
    assert len(await told(place)) == 7


async def test_one_who_cannot_be_planned_does_not_keep_the_others_waiting(
    stores: Stores, place: Place, before: Reminding, caplog: pytest.LogCaptureFixture
) -> None:
    await holds(stores, place, before, "1", "ms-102")
    await holds(stores, place, before, "2", "ms-102")
    learners = _Failing(stores)
    failing = Replanning(
        place.reminding,
        learners,  # type: ignore[arg-type]
        stores.keepsakes,
        lambda: "new",
        lambda: place.now,
    )
    assert await failing.plan(asyncio.Event()) == 2
    assert len(await told(place)) == 1
    assert "not_planned" in caplog.text


class _Stopping:
    """The store, and the end of the process while the first page is being planned."""

    def __init__(self, stores: Stores, stop: asyncio.Event) -> None:
        self._learners = stores.learners
        self._stop = stop

    async def learners(self, *, after: str | None, limit: int) -> list[Learner]:
        self._stop.set()
        return await self._learners.learners(after=after, limit=limit)

    async def plan_reminders(self, learner: Learner, reminders: Sequence[Reminder]) -> bool:
        return await self._learners.plan_reminders(learner, reminders)


class _Failing:
    """The store, where the first that is planned cannot be."""

    def __init__(self, stores: Stores) -> None:
        self._learners = stores.learners
        self._failed = False

    async def learners(self, *, after: str | None, limit: int) -> list[Learner]:
        return await self._learners.learners(after=after, limit=limit)

    async def plan_reminders(self, learner: Learner, reminders: Sequence[Reminder]) -> bool:
        if not self._failed:
            self._failed = True
            raise ValueError("a wallet of another time")
        return await self._learners.plan_reminders(learner, reminders)
