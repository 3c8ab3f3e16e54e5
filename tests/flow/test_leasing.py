"""What only one process may do is done by one, and by the next when that one is gone."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

from bot import app
from bot.core.mail import Leases
from bot.errors import MissingService
from bot.flow.leasing import Sole, Terms
from tests.contracts.people import Place
from tests.flow.fakes import until

TERMS = Terms(length=2.0, every=0.4, to_end=1.0)


class Job:
    """Something that only one may do: `doing` is who does it, and `most` how many did it at once at most."""

    def __init__(self) -> None:
        self.doing: set[str] = set()
        self.most = 0

    async def of(self, name: str, stop: asyncio.Event) -> None:
        self.doing.add(name)
        self.most = max(self.most, len(self.doing))
        try:
            await stop.wait()
        finally:
            self.doing.remove(name)


class Unreliable:
    """`Leases` over a database that can be `away`, and takes so many seconds for whatever is asked."""

    def __init__(self, leases: Leases, *, takes: float = 0.0) -> None:
        self._leases = leases
        self._takes = takes
        self.away = False

    async def lease(self, name: str, owner: str, now: datetime, until: datetime) -> int | None:
        if self.away:
            raise MissingService("the database is away")
        await asyncio.sleep(self._takes)
        return await self._leases.lease(name, owner, now, until)

    async def release(self, name: str, owner: str) -> None:
        if self.away:
            raise MissingService("the database is away")
        await self._leases.release(name, owner)


def now() -> datetime:
    return datetime.now(UTC)


async def test_one_of_many_does_it_and_another_when_that_one_stops(sqlite_place: Place) -> None:
    job = Job()
    async with sqlite_place.open_all() as stores:
        stops = {name: asyncio.Event() for name in ("one", "two", "three")}
        running = {
            name: asyncio.create_task(
                Sole(stores.leases, name, now, TERMS).run("job", lambda s, n=name: job.of(n, s), stop)
            )
            for name, stop in stops.items()
        }
        for _ in range(3):
            await until(lambda: job.doing)
            [name] = job.doing
            stops[name].set()
            await running[name]
            assert name not in job.doing

    assert 1 == job.most


async def test_who_cannot_prolong_stops_before_another_begins(sqlite_place: Place) -> None:
    job = Job()
    async with sqlite_place.open_all() as stores:
        cut_off = Unreliable(stores.leases)
        stop = asyncio.Event()
        first = asyncio.create_task(Sole(cut_off, "one", now, TERMS).run("job", lambda s: job.of("one", s), stop))
        await until(lambda: job.doing)
        second = asyncio.create_task(
            Sole(stores.leases, "two", now, TERMS).run("job", lambda s: job.of("two", s), stop)
        )

        cut_off.away = True
        await until(lambda: job.doing == {"two"})

        stop.set()
        await asyncio.gather(first, second)
    assert 1 == job.most


class Hanging(Unreliable):
    """One that `hangs`, and does not even hear that nobody waits for it any more."""

    def __init__(self, leases: Leases) -> None:
        super().__init__(leases)
        self.hangs = False
        self.may_end = asyncio.Event()

    async def lease(self, name: str, owner: str, now: datetime, until: datetime) -> int | None:
        await self._hang()
        return await super().lease(name, owner, now, until)

    async def release(self, name: str, owner: str) -> None:
        await self._hang()
        await super().release(name, owner)

    async def _hang(self) -> None:
        while self.hangs and not self.may_end.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await self.may_end.wait()


async def test_a_slow_database_keeps_nobody_from_working(sqlite_place: Place) -> None:
    job, stop, terms = Job(), asyncio.Event(), Terms(length=30.0, every=0.05)
    async with sqlite_place.open_all() as stores:
        slow = Unreliable(stores.leases, takes=3 * terms.every)
        running = asyncio.create_task(Sole(slow, "one", now, terms).run("job", lambda s: job.of("one", s), stop))

        await until(lambda: job.doing == {"one"})

        stop.set()
        await running


async def test_a_database_that_hangs_and_does_not_let_go_keeps_no_lease_alive(sqlite_place: Place) -> None:
    job, stop = Job(), asyncio.Event()
    async with sqlite_place.open_all() as stores:
        hanging, other = Hanging(stores.leases), Sole(stores.leases, "two", now, TERMS)
        first = asyncio.create_task(Sole(hanging, "one", now, TERMS).run("job", lambda s: job.of("one", s), stop))
        await until(lambda: job.doing == {"one"})
        second = asyncio.create_task(other.run("job", lambda s: job.of("two", s), stop))
        hanging.hangs = True
        await until(lambda: job.doing == {"two"})

        hanging.may_end.set()
        stop.set()
        await asyncio.gather(first, second)
    assert 1 == job.most


async def test_work_that_fails_lets_go_of_it_at_once(sqlite_place: Place) -> None:
    async def fail(_: asyncio.Event) -> None:
        raise ZeroDivisionError

    async with sqlite_place.open_all() as stores:
        result = await asyncio.gather(
            Sole(stores.leases, "one", now, TERMS).run("job", fail, asyncio.Event()), return_exceptions=True
        )

        assert isinstance(result[0], ZeroDivisionError)
        assert await stores.leases.lease("job", "two", now(), now() + timedelta(seconds=1))


async def test_work_that_does_not_end_when_told_to_is_ended(sqlite_place: Place) -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def deaf(_: asyncio.Event) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with sqlite_place.open_all() as stores:
        stop = asyncio.Event()
        running = asyncio.create_task(Sole(stores.leases, "one", now, TERMS).run("job", deaf, stop))
        await begun.wait()
        stop.set()
        await running

    assert cancelled.is_set()


def test_a_process_has_a_name_that_no_other_has() -> None:
    assert app.own_name() != app.own_name()
