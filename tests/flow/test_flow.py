"""What came in is answered once and in order, whatever fails on the way; what is answered arrives."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.mail import Mailbox, Notice
from bot.core.reply import Reply
from bot.errors import InputError, MissingService
from bot.flow.crew import Shift
from bot.flow.ports import Blocked, Later, Limits, Moved, Refused, Unsure
from bot.flow.reception import Busy, Taken
from bot.flow.running import Drain
from bot.flow.senders import SendPace
from bot.flow.work import Work
from bot.flow.workers import MAX_ABANDONED, Pace
from bot.learning.learner import Identity, Room
from tests.contracts.people import NOW, Person, Place
from tests.flow.conftest import HURRY, Office, in_a_hurry
from tests.flow.fakes import PLATFORM, EchoDesk, FakeNotices, FakeTransport, PushGateway, said, until
from tests.servers.postgres import Postgres

Opened = Callable[..., Any]


class TestAnswering:
    async def test_what_is_said_is_answered_and_remembered(self, office: Office) -> None:
        assert Taken(new=1) == await office.bring(said("ada", "hold az-104", "1"))
        await office.settled()

        assert ["re: hold az-104"] == office.transport.texts("ada")
        learner = await office.stores.learners.learner(Identity(platform=PLATFORM, number="ada"))
        assert ["az-104"] == [held.credential for held in learner.wallet]

    async def test_a_turn_that_is_not_kept_is_answered_too(self, office: Office) -> None:
        await office.bring(said("ada", "forget", "1"))
        await office.settled()

        assert ["re: forget"] == office.transport.texts()
        assert [] == (await office.stores.learners.export(Identity(platform=PLATFORM, number="ada")))["turns"]

    async def test_what_needs_no_assistant_is_settled_without_it_and_what_needs_nothing_in_silence(
        self, office: Office
    ) -> None:
        await office.bring(said("ada", "direct", "1"), said("ada", "ignore", "2"))
        await office.settled()

        assert ["done"] == office.transport.texts()

    async def test_two_hundred_updates_three_times_shuffled_with_numbers_that_jump_are_answered_once_each(
        self, office: Office
    ) -> None:
        chance = random.Random(7)  # noqa: S311 - no secret
        keys = chance.sample(range(10**9), 200)
        thrice = [said(str(key % 9), f"message {key}", str(key)) for key in keys] * 3
        chance.shuffle(thrice)

        while thrice:
            await office.bring(*thrice[:40])
            del thrice[:40]
        await office.settled()

        assert sorted(f"re: message {key}" for key in keys) == sorted(office.transport.texts())

    async def test_conversations_are_answered_at_the_same_time_and_each_in_its_order(self, opened: Opened) -> None:
        desk = EchoDesk()
        desk.holding["slow"] = asyncio.Event()
        async with opened(desk=desk) as office:
            await office.bring(said("ada", "slow", "1"), said("ada", "next", "2"), said("bo", "quick", "3"))
            await until(lambda: office.transport.texts("bo"))

            assert ["slow", "quick"] == sorted(desk.begun, reverse=True)
            desk.holding["slow"].set()
            await office.settled()
        assert ["re: slow", "re: next"] == office.transport.texts("ada")

    async def test_a_chatterbox_does_not_keep_others_waiting(self, opened: Opened) -> None:
        paces = in_a_hurry(work=Pace(shift=Shift(at_once=1, look_every=0.05)))
        async with opened(paces=paces) as office:
            await office.bring(*(said("ada", f"chat {number}", f"a{number}") for number in range(60)))
            await office.bring(said("bo", "hello", "b"))
            await until(lambda: office.transport.texts("bo"))

            assert len(office.desk.begun) < 40
            await office.settled()
        assert 61 == len(office.transport.arrived)

    async def test_a_person_who_was_seen_to_counts_once_as_a_first_sign(self, office: Office) -> None:
        await office.bring(said("ada", "hello", "1"))
        await office.settled()
        office.desk.works[0].seen()

        assert b"credway_first_sign_seconds_count 1.0" in office.reception._measures.told()


class TestFailing:
    async def test_what_fails_three_times_is_set_aside_with_an_apology_and_blocks_nobody(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        await office.bring(said("ada", "boom", "1"), said("ada", "hello", "2"))
        await office.settled()

        assert ["boom", "boom", "boom", "hello"] == office.desk.begun
        assert ["sorry", "re: hello"] == office.transport.texts()
        assert 1 == (await office.stores.mailbox.backlog()).set_aside
        assert any("update.set_aside fault=" in record.message for record in caplog.records)

    async def test_what_hangs_fails_after_its_deadline(self, opened: Opened) -> None:
        desk = EchoDesk()
        desk.holding["hang"] = asyncio.Event()
        pace = Pace(shift=Shift(at_once=8, look_every=0.05), try_again=HURRY, deadline=0.05)
        async with opened(desk=desk, paces=in_a_hurry(work=pace)) as office:
            await office.bring(said("ada", "hang", "1"), said("ada", "hello", "2"))
            await office.settled()

        assert ["sorry", "re: hello"] == office.transport.texts()

    async def test_what_ends_its_worker_again_and_again_is_set_aside_without_another_try(
        self, opened: Opened, sqlite_place: Place
    ) -> None:
        """As an update does that takes the process with it: nobody is left to count but the database."""
        then = datetime.now(UTC) - timedelta(hours=1)
        async with sqlite_place.open_all() as stores:
            await stores.mailbox.accept([said("ada", "deadly", "1")], then)
            for _ in range(MAX_ABANDONED):
                then += timedelta(minutes=1)
                assert await stores.mailbox.take(then, then + timedelta(seconds=30), limit=1, platforms=[PLATFORM])

        async with opened() as office:
            await office.settled()

        assert ["sorry"] == office.transport.texts()
        assert [] == office.desk.begun

    async def test_a_database_that_restarts_delays_everything_and_loses_nothing(
        self, opened: Opened, postgres_place: Place, postgres: Postgres
    ) -> None:
        async with opened(postgres_place, desk=EchoDesk(parts=2)) as office:
            for number in range(40):
                with contextlib.suppress(MissingService):
                    await office.bring(*(said(str(n % 7), f"message {n}", str(n)) for n in range(number + 1)))
                if number % 10 == 5:
                    postgres.cut_off(postgres_place.settings.database_url)
            await office.bring(*(said(str(n % 7), f"message {n}", str(n)) for n in range(40)))
            await office.settled()

        wanted = [f"re: message {n} ({part})" for n in range(40) for part in (1, 2)]
        assert sorted(wanted) == sorted(office.transport.texts())


class TestSending:
    async def test_parts_arrive_in_order_also_when_one_has_to_wait(self, opened: Opened) -> None:
        transport = FakeTransport(outcomes={"re: a (1)": [Later(seconds=0.1)], "re: a (2)": [Later(), Later()]})
        async with opened(desk=EchoDesk(parts=3), transport=transport) as office:
            await office.bring(said("ada", "a", "1"), said("ada", "b", "2"))
            await office.settled()

        assert [f"re: {text} ({part})" for text in "ab" for part in (1, 2, 3)] == transport.texts()

    async def test_an_answer_whose_arrival_is_unknown_is_sent_once_more_and_not_again(self, opened: Opened) -> None:
        transport = FakeTransport(outcomes={"re: a": [Unsure(), Unsure(), Unsure()]})
        async with opened(transport=transport) as office:
            await office.bring(said("ada", "a", "1"))
            await office.settled()

        assert [(False, 0), (True, 1)] == [(parcel.again, parcel.doubts) for parcel in transport.tried]
        assert 1 == len({parcel.effect for parcel in transport.tried})

    async def test_a_transport_that_raises_leaves_it_unknown(self, opened: Opened) -> None:
        transport = FakeTransport(outcomes={"re: a": [OSError("away")]})
        async with opened(transport=transport) as office:
            await office.bring(said("ada", "a", "1"))
            await office.settled()

        assert ["re: a"] == transport.texts()

    async def test_what_is_refused_is_dropped_and_what_follows_arrives(self, opened: Opened) -> None:
        transport = FakeTransport(outcomes={"re: a (1)": [Refused(reason="too long")]})
        async with opened(desk=EchoDesk(parts=2), transport=transport) as office:
            await office.bring(said("ada", "a", "1"))
            await office.settled()

        assert ["re: a (2)"] == transport.texts()
        assert 2 == len(transport.tried)

    async def test_who_blocked_us_gets_nothing_more_and_others_do(self, opened: Opened) -> None:
        transport = FakeTransport(outcomes={"re: a (1)": [Blocked()]})
        async with opened(desk=EchoDesk(parts=2), transport=transport) as office:
            await office.bring(said("ada", "a", "1"), said("bo", "b", "2"))
            await office.settled()
            exported = await office.stores.learners.export(Identity(platform=PLATFORM, number="ada"))

        assert ["re: b (1)", "re: b (2)"] == transport.texts()
        assert 1 == len(exported["unreachable"])

    async def test_a_room_that_moved_gets_it_at_its_new_number(self, opened: Opened) -> None:
        new = Room(platform=PLATFORM, number="supergroup", private=False)
        transport = FakeTransport(outcomes={"re: a (1)": [Moved(room=new)]})
        async with opened(desk=EchoDesk(parts=2), transport=transport) as office:
            await office.bring(said("ada", "a", "1", "group"))
            await office.settled()

        assert ["re: a (1)", "re: a (2)"] == transport.texts("supergroup") == transport.texts()

    async def test_a_platform_that_wants_nothing_for_a_while_is_left_alone(self, opened: Opened) -> None:
        transport = FakeTransport(outcomes={"re: a": [Later(seconds=0.3, everywhere=True)]})
        async with opened(transport=transport) as office:
            await office.bring(said("ada", "a", "1"))
            await until(lambda: transport.tried)
            await office.bring(said("bo", "b", "2"))
            await office.settled()

        first, *rest = transport.tried
        assert "re: a" == first.payload["text"]
        assert ["re: a", "re: b"] == sorted(parcel.payload["text"] for parcel in rest)

    async def test_a_slow_room_does_not_keep_others_waiting(self, opened: Opened) -> None:
        transport = FakeTransport(limits=Limits(per_room_second=2))
        async with opened(desk=EchoDesk(parts=4), transport=transport) as office:
            await office.bring(said("ada", "a", "1"), said("bo", "b", "2"))
            await until(lambda: len(transport.arrived) == 8)
            await office.settled()

        assert {"ada", "bo"} == {parcel.room.number for parcel in transport.arrived[:4]}
        assert [f"re: a ({part})" for part in range(1, 5)] == transport.texts("ada")

    async def test_one_message_at_a_time_is_on_its_way_so_that_a_kill_repeats_one_at_most(self, opened: Opened) -> None:
        transport = FakeTransport()
        transport.open.clear()
        patient = SendPace(shift=Shift(at_once=8, look_every=0.05), patience=100.0)
        async with opened(transport=transport, paces=in_a_hurry(send=patient)) as office:
            await office.bring(*(said(str(n), "a", str(n)) for n in range(9)))
            await until(lambda: transport.tried)
            await office.posted(9)
            transport.open.set()
            await office.settled()

        assert 9 == len(transport.arrived)
        assert 1 == transport.busiest

    async def test_one_that_hangs_keeps_nobody_else_waiting(self, opened: Opened) -> None:
        transport = FakeTransport()
        transport.open.clear()
        impatient = SendPace(shift=Shift(at_once=8, look_every=0.05), patience=0.01)
        async with opened(transport=transport, paces=in_a_hurry(send=impatient)) as office:
            await office.bring(*(said(who, "a", who) for who in ("ada", "bo", "cy")))
            await until(lambda: len(transport.tried) == 3)
            transport.open.set()
            await office.settled()

        assert 3 == len(transport.arrived)

    async def test_what_could_not_be_sent_is_sent_when_the_platform_is_back(self, opened: Opened) -> None:
        transport = FakeTransport(outcomes={f"re: {n}": [Later()] * 5 for n in range(10)})
        async with opened(transport=transport) as office:
            await office.bring(*(said(str(n % 3), str(n), str(n)) for n in range(10)))
            await office.settled()

        assert sorted(f"re: {n}" for n in range(10)) == sorted(transport.texts())


class Shaky:
    """A mailbox that is away when the first reminder is to be posted, and when the second has just been."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._posted = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mailbox, name)

    async def post_notice(self, *given: Any) -> None:
        self._posted += 1
        if self._posted == 1:
            raise MissingService("away")
        await self._mailbox.post_notice(*given)
        if self._posted == 3:
            raise MissingService("away before it could be said that it is done")


class TestReminding:
    def notice(self, claim: str) -> Notice:
        return Notice(
            claim=claim, identities=(Identity(platform=PLATFORM, number="ada"),), reply=Reply(text=f"renew {claim}")
        )

    async def test_a_reminder_arrives_once_also_when_its_arrival_is_unknown(self, opened: Opened) -> None:
        transport = FakeTransport(outcomes={"renew a": [Unsure()]})
        notices = FakeNotices([self.notice("a"), self.notice("b")])
        async with opened(transport=transport, notices=notices) as office:
            await until(lambda: len(transport.tried) == 2)
            await office.settled()

        assert ["renew a", "renew b"] == transport.texts()
        assert {True} == {parcel.once for parcel in transport.tried}

    async def test_one_that_cannot_be_worded_keeps_nobody_from_anything(self, opened: Opened) -> None:
        notices = FakeNotices([self.notice("a")], fails=[ZeroDivisionError(), MissingService("away")])
        async with opened(notices=notices) as office:
            await until(lambda: office.transport.tried)
            await office.bring(said("ada", "hello", "1"))
            await office.settled()
            assert ["renew a", "re: hello"] == office.transport.texts()

    async def test_a_database_that_is_away_for_a_moment_loses_none_and_repeats_none(self, sqlite_place: Place) -> None:
        async with sqlite_place.open_all() as stores:
            ada = Person(stores.learners, "ada", PLATFORM)
            await ada.wants_to_hear("a", "b")
            due = await stores.learners.claim_reminders(NOW, platforms=[PLATFORM])
            notices = FakeNotices([self.notice(one.claim) for one in due])
            wanted = [notice.reply.text for notice in notices.waiting]
            office = Office(replace(stores, mailbox=Shaky(stores.mailbox)), notices=notices)
            office.start(sqlite_place)
            await until(lambda: len(office.transport.arrived) == 2)
            await office.settled()
            office.stop.set()
            await office.ended
        assert wanted == office.transport.texts()


class TestReceiving:
    async def test_a_reception_that_is_overrun_says_so_and_writes_nothing_down(self, opened: Opened) -> None:
        desk = EchoDesk()
        desk.holding["slow"] = asyncio.Event()
        async with opened(desk=desk) as office:
            await office.stores.mailbox.accept([said("ada", "slow", "0")], datetime.now(UTC))
            many = [said("ada", "ignore", f"m{number}") for number in range(1001)]
            await office.stores.mailbox.accept(many, datetime.now(UTC))

            answer = await office.bring(said("bo", "hello", "b"))

            assert isinstance(answer, Busy)
            assert answer.retry_after > 0
            assert 1002 == (await office.stores.mailbox.backlog()).waiting

    async def test_one_that_is_old_is_a_sign_of_it_as_well(self, opened: Opened) -> None:
        desk = EchoDesk()
        desk.holding["slow"] = asyncio.Event()
        async with opened(desk=desk) as office:
            await office.stores.mailbox.accept([said("ada", "slow", "0")], datetime.now(UTC) - timedelta(seconds=61))
            assert isinstance(await office.bring(said("bo", "hello", "b")), Busy)

    async def test_bringing_nothing_is_fine(self, office: Office) -> None:
        assert Taken(new=0) == await office.bring()


class TestGateways:
    async def test_one_that_fails_is_started_again(self, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
        gateway = PushGateway()
        gateway.fails = [OSError("away")]
        async with opened(gateway=gateway):
            await until(gateway.running.is_set)

        assert 2 == gateway.started

    async def test_one_that_is_refused_ends_the_flow_with_the_reason(self, opened: Opened) -> None:
        gateway = PushGateway()
        gateway.fails = [InputError("the token is not valid")]
        with pytest.raises(InputError, match="token"):
            async with opened(gateway=gateway) as office:
                await asyncio.wait([office.ended])

    async def test_of_two_processes_one_runs_it_and_the_other_when_the_first_has_ended(self, opened: Opened) -> None:
        first, second = PushGateway("poller"), PushGateway("poller")
        async with opened(gateway=second) as standing_by:
            await until(second.running.is_set)
            async with opened(gateway=first) as one:
                await asyncio.sleep(0.3)
                assert not first.running.is_set()
                standing_by.stop.set()
                await standing_by.ended
                await until(first.running.is_set)
                assert one.gateway.started == 1
        assert (1, 1) == (first.started, second.started)


class TestStopping:
    async def test_what_is_being_answered_is_finished_and_what_waits_is_left(self, opened: Opened) -> None:
        desk = EchoDesk()
        desk.holding["slow"] = asyncio.Event()
        async with opened(desk=desk) as office:
            await office.bring(said("ada", "slow", "1"), said("ada", "later", "2"))
            await until(lambda: desk.begun)
            office.stop.set()
            asyncio.get_running_loop().call_later(0.2, desk.holding["slow"].set)
            await office.ended

            assert ["re: slow"] == office.transport.texts()
            assert 1 == (await office.stores.mailbox.backlog()).waiting
        async with opened() as office:
            await office.settled()
            assert ["re: later"] == office.transport.texts()

    async def test_what_does_not_end_in_time_is_given_back_and_answered_by_the_next_at_once(
        self, opened: Opened
    ) -> None:
        desk = EchoDesk()
        desk.holding["slow"] = asyncio.Event()
        drain = Drain(gateways=0.1, workers=0.1, senders=0.1)
        async with opened(desk=desk, paces=in_a_hurry(drain=drain)) as office:
            await office.bring(said("ada", "slow", "1"))
            await until(lambda: desk.begun)
        async with opened() as office:
            await office.settled()
            assert ["re: slow"] == office.transport.texts()
            assert 1 == office.desk.works[0].accepted.attempt

    async def test_what_does_not_even_hear_that_it_is_to_end_keeps_nobody_from_ending(self, opened: Opened) -> None:
        may_end = asyncio.Event()

        class DeafDesk(EchoDesk):
            async def handle(self, work: Work) -> None:
                self.begun.append("")
                while not may_end.is_set():
                    with contextlib.suppress(asyncio.CancelledError):
                        await may_end.wait()

        drain = Drain(gateways=0.1, workers=0.1, senders=0.1)
        async with opened(desk=DeafDesk(), paces=in_a_hurry(drain=drain)) as office:
            await office.bring(said("ada", "slow", "1"))
            await until(lambda: office.desk.begun)
            office.stop.set()
            async with asyncio.timeout(60):
                await office.ended
            may_end.set()

    async def test_what_is_not_sent_in_time_is_sent_by_the_next(self, opened: Opened) -> None:
        transport = FakeTransport()
        transport.open.clear()
        paces = in_a_hurry(
            send=SendPace(shift=Shift(at_once=8, look_every=0.05, lease=timedelta(seconds=0.5))),
            drain=Drain(gateways=0.1, workers=0.1, senders=0.1),
        )
        async with opened(transport=transport, paces=paces) as office:
            await office.bring(said("ada", "a", "1"))
            await until(lambda: transport.tried)
        async with opened() as office:
            await office.settled()
            assert ["re: a"] == office.transport.texts()
            assert [True] == [parcel.again for parcel in office.transport.arrived]
