"""What came in is answered once, in order; what goes out arrives in order: what every `Mailbox` promises."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot import app
from bot.core.mail import Accepted, Mailbox, Notice, Outgoing, Parcel, Settlement, Superseded, Ticket, Update
from bot.core.ports import LearnerStore, StaleLearner
from bot.core.reply import Reply
from bot.errors import InputError
from bot.learning.learner import Changes, Holding, Identity, Room
from tests.contracts.people import DAY, GROUP, NOW, Person, Place, a_message, a_turn, an_update

MINUTE = timedelta(minutes=1)
CHAT = Room(platform="telegram", number="1001")


def updates(*texts: str, conversation: str = "1001") -> list[Update]:
    """Each text is its key, too."""
    return [
        Update(platform="telegram", key=text, conversation=conversation, payload={"text": text}, sender=conversation)
        for text in texts
    ]


async def take(mailbox: Mailbox, now: datetime = NOW, limit: int = 9, platform: str = "telegram") -> list[Accepted]:
    return await mailbox.take(now, now + MINUTE, limit=limit, platforms=[platform])


async def take_one(mailbox: Mailbox, now: datetime = NOW) -> Accepted:
    [taken] = await take(mailbox, now)
    return taken


async def parcels(mailbox: Mailbox, now: datetime = NOW, limit: int = 9) -> list[Parcel]:
    return await mailbox.parcels(now, now + MINUTE, limit=limit, platforms=["telegram"])


async def post(mailbox: Mailbox, *outgoing: Outgoing, key: str = "cause", now: datetime = NOW) -> None:
    await mailbox.accept(updates(key, conversation=f"conversation of {key}"), now)
    [taken] = [one for one in await take(mailbox, now) if one.update.key == key]
    await mailbox.settle(Settlement(ticket=taken.ticket, outgoing=outgoing), now)


def texts(given: list[Accepted] | list[Parcel]) -> list[Any]:
    return [(one.update if isinstance(one, Accepted) else one).payload["text"] for one in given]


class TestAccepting:
    async def test_what_was_accepted_comes_as_it_was(self, mailbox: Mailbox) -> None:
        update = Update(
            platform="telegram",
            key="7",
            conversation="-77:5",
            payload={"message": {"text": "¿Qué? 🎓", "ids": [1, 2.5, None, True]}},
            sender="1001",
        )

        assert 1 == await mailbox.accept([update], NOW)

        assert (update, 1, NOW) == ((taken := await take_one(mailbox)).update, taken.attempt, taken.accepted_at)

    async def test_a_repeated_update_is_taken_once_whatever_the_order_and_however_far_the_numbers_jump(
        self, mailbox: Mailbox
    ) -> None:
        assert 3 == await mailbox.accept(updates("900", "2", "900", "1"), NOW)
        assert 1 == await mailbox.accept(updates("1", "3", "2"), NOW)

        seen = []
        while taken := await take(mailbox):
            seen += texts(taken)
            await mailbox.settle(Settlement(ticket=taken[0].ticket), NOW)
        assert ["900", "2", "1", "3"] == seen
        assert 0 == await mailbox.accept(updates("900", "1", "2", "3"), NOW + 6 * DAY)

    async def test_the_same_key_of_another_platform_is_another_update(self, mailbox: Mailbox) -> None:
        other = Update(platform="discord", key="1", conversation="1", payload={})

        assert 2 == await mailbox.accept([*updates("1"), other], NOW)

    async def test_what_was_seen_is_forgotten_after_seven_days(self, mailbox: Mailbox) -> None:
        await mailbox.accept(updates("1"), NOW)
        await mailbox.settle(Settlement(ticket=(await take_one(mailbox)).ticket), NOW)

        await mailbox.sweep(NOW + 6.9 * DAY)
        assert 0 == await mailbox.accept(updates("1"), NOW + 6.9 * DAY)
        await mailbox.sweep(NOW + 7 * DAY)
        assert 1 == await mailbox.accept(updates("1"), NOW + 7 * DAY)

    async def test_processes_that_bring_the_same_at_once_bring_it_once(self, place: Place) -> None:
        async with place.open_all() as one, place.open_all() as other:
            brought = [updates(*map(str, range(n, n + 40))) for n in range(20)]
            new = await asyncio.gather(
                *(stores.mailbox.accept(batch, NOW) for batch in brought for stores in (one, other))
            )

            assert 59 == sum(new)
            assert 59 == (await one.mailbox.backlog()).waiting

    async def test_more_than_one_statement_takes_is_accepted_whole(self, mailbox: Mailbox) -> None:
        assert 1200 == await mailbox.accept(updates(*map(str, range(1200))), NOW)

    async def test_a_key_that_cannot_be_stored_is_refused_with_all_that_came_with_it(self, mailbox: Mailbox) -> None:
        with pytest.raises(InputError):
            await mailbox.accept(updates("1", "2\0", conversation="1\0"), NOW)

        assert 0 == (await mailbox.backlog()).waiting


class TestTaking:
    async def test_a_conversation_is_worked_on_by_one_at_a_time_in_its_order(self, mailbox: Mailbox) -> None:
        await mailbox.accept(updates("a1", "a2", conversation="a") + updates("b1", conversation="b"), NOW)

        first, other = await take(mailbox)
        assert ["a1", "b1"] == texts([first, other])
        assert [] == await take(mailbox)

        await mailbox.settle(Settlement(ticket=first.ticket), NOW)
        assert ["a2"] == texts(await take(mailbox))

    async def test_a_conversation_with_much_to_say_does_not_keep_others_waiting(self, mailbox: Mailbox) -> None:
        await mailbox.accept(updates(*(f"a{n}" for n in range(500)), conversation="a"), NOW)
        await mailbox.accept(updates("b", conversation="b") + updates("c", conversation="c"), NOW)

        served = []
        for _ in range(5):
            [taken] = await take(mailbox, limit=1)
            served += texts([taken])
            await mailbox.settle(Settlement(ticket=taken.ticket), NOW + timedelta(seconds=1))

        assert ["a0", "b", "c", "a1", "a2"] == served

    async def test_what_is_not_settled_in_time_is_given_to_another_and_counts_as_an_attempt(
        self, mailbox: Mailbox
    ) -> None:
        await mailbox.accept(updates("1", "2"), NOW)
        lost = await take_one(mailbox)

        assert [] == await take(mailbox, NOW + MINUTE / 2)
        again = await take_one(mailbox, NOW + MINUTE)

        assert ("1", 2) == (again.update.key, again.attempt)
        assert again.ticket.fence > lost.ticket.fence

    async def test_who_lost_it_cannot_settle_prolong_or_give_it_back(self, mailbox: Mailbox) -> None:
        await mailbox.accept(updates("1"), NOW)
        lost = await take_one(mailbox)
        again = await take_one(mailbox, NOW + MINUTE)

        with pytest.raises(Superseded):
            await mailbox.settle(Settlement(ticket=lost.ticket, outgoing=(a_message(CHAT),)), NOW)
        with pytest.raises(Superseded):
            await mailbox.set_aside(Settlement(ticket=lost.ticket, outgoing=(a_message(CHAT),)), NOW, "fault")
        await mailbox.give_back(lost.ticket, None, begun=True)
        await mailbox.prolong([lost.ticket], NOW + DAY)

        assert [] == await take(mailbox, NOW + 1.5 * MINUTE)
        assert [] == await parcels(mailbox)
        await mailbox.settle(Settlement(ticket=again.ticket), NOW)

    async def test_who_goes_on_working_keeps_it(self, mailbox: Mailbox) -> None:
        await mailbox.accept(updates("1"), NOW)
        taken = await take_one(mailbox)

        await mailbox.prolong([taken.ticket], NOW + 5 * MINUTE)

        assert [] == await take(mailbox, NOW + 4 * MINUTE)
        assert 2 == (await take_one(mailbox, NOW + 5 * MINUTE)).attempt

    async def test_what_is_given_back_comes_before_what_waits_behind_it(self, mailbox: Mailbox) -> None:
        await mailbox.accept(updates("1", "2"), NOW)
        await mailbox.give_back((await take_one(mailbox)).ticket, NOW + MINUTE, begun=True)

        assert [] == await take(mailbox, NOW + MINUTE / 2)
        again = await take_one(mailbox, NOW + MINUTE)
        assert ("1", 2) == (again.update.key, again.attempt)

    async def test_an_attempt_that_was_not_begun_does_not_count(self, mailbox: Mailbox) -> None:
        await mailbox.accept(updates("1"), NOW)
        await mailbox.give_back((await take_one(mailbox)).ticket, None, begun=False)

        assert 1 == (await take_one(mailbox)).attempt

    async def test_what_is_set_aside_lets_the_next_pass_and_is_kept_for_a_week(self, mailbox: Mailbox) -> None:
        await mailbox.accept(updates("poison", "next"), NOW)
        apology = Settlement(ticket=(await take_one(mailbox)).ticket, outgoing=(a_message(CHAT, "sorry"),))

        await mailbox.set_aside(apology, NOW, "abcd1234")

        assert ["next"] == texts(await take(mailbox))
        assert ["sorry"] == texts(await parcels(mailbox))
        assert (1, 1) == ((backlog := await mailbox.backlog()).waiting, backlog.set_aside)
        await mailbox.sweep(NOW + 7 * DAY)
        assert 0 == (await mailbox.backlog()).set_aside

    async def test_only_updates_of_platforms_that_are_here_are_given(self, mailbox: Mailbox) -> None:
        await mailbox.accept(updates("1"), NOW)

        assert [] == await take(mailbox, platform="discord")

    async def test_no_two_processes_work_on_one_conversation_and_nothing_is_taken_twice(self, place: Place) -> None:
        async with place.open_all() as one, place.open_all() as other:
            for number in range(12):
                batch = updates(*(f"{number}-{n}" for n in range(4)), conversation=str(number))
                await one.mailbox.accept(batch, NOW)
            served: list[str] = []

            async def work(mailbox: Mailbox) -> None:
                while (await mailbox.backlog()).waiting:
                    for taken in await take(mailbox, limit=2):
                        served.append(taken.update.key)
                        await mailbox.settle(Settlement(ticket=taken.ticket), NOW)

            await asyncio.gather(*(work(stores.mailbox) for stores in (one, other) * 3))

            assert {f"{number}-{n}" for number in range(12) for n in range(4)} == set(served)
            assert 48 == len(served)
            for number in range(12):
                own = [key for key in served if key.startswith(f"{number}-")]
                assert sorted(own) == own

    async def test_a_number_that_was_settled_is_never_given_to_another_update(self, mailbox: Mailbox) -> None:
        """Else an old ticket would settle what it was never given for."""
        await mailbox.accept(updates("1"), NOW)
        old = await take_one(mailbox)
        await mailbox.settle(Settlement(ticket=old.ticket), NOW)
        await mailbox.accept(updates("2"), NOW)
        await take(mailbox)

        with pytest.raises(Superseded):
            await mailbox.settle(Settlement(ticket=old.ticket), NOW)


class TestOneTransaction:
    async def taken(self, mailbox: Mailbox) -> Ticket:
        await mailbox.accept(updates("1"), NOW)
        return (await take_one(mailbox)).ticket

    async def test_a_turn_its_reply_and_the_end_of_its_update_are_stored_together(
        self, store: LearnerStore, mailbox: Mailbox
    ) -> None:
        ada = Person(store)
        settlement = Settlement(ticket=await self.taken(mailbox), outgoing=(a_message(ada.room, "reply"),))

        learner = await ada.says("hello", settlement=settlement, changes=Changes(holdings=(Holding(credential="x"),)))

        assert 1 == learner.version
        assert 0 == (await mailbox.backlog()).waiting
        assert ["reply"] == texts(await parcels(mailbox))

    async def test_who_lost_the_update_stores_nothing_of_the_turn(self, store: LearnerStore, mailbox: Mailbox) -> None:
        ada = Person(store)
        lost = await self.taken(mailbox)
        await take(mailbox, NOW + MINUTE)

        with pytest.raises(Superseded):
            await ada.says("hello", settlement=Settlement(ticket=lost, outgoing=(a_message(ada.room),)))

        assert 0 == (await ada.learner()).version
        assert [] == (await store.export(ada.who))["turns"] + await parcels(mailbox)

    async def test_a_learner_who_changed_meanwhile_leaves_the_update_to_be_answered(
        self, store: LearnerStore, mailbox: Mailbox
    ) -> None:
        ada = Person(store)
        before = await ada.learner()
        await ada.holds("x")
        ticket = await self.taken(mailbox)
        turn = a_turn(ada.room, settlement=Settlement(ticket=ticket, outgoing=(a_message(ada.room),)))

        with pytest.raises(StaleLearner):
            await store.commit(ada.who, before, turn)
        assert [] == await parcels(mailbox)

        await ada.does(turn)
        assert 1 == len(await parcels(mailbox))

    async def test_a_turn_that_is_not_kept_settles_too(self, store: LearnerStore, mailbox: Mailbox) -> None:
        ada = Person(store)
        ticket = await self.taken(mailbox)

        await store.settle(Settlement(ticket=ticket, outgoing=(a_message(ada.room, "forgotten"),)), NOW)

        assert ["forgotten"] == texts(await parcels(mailbox))
        assert 0 == (await mailbox.backlog()).waiting
        assert [] == (await store.export(ada.who))["turns"]

    async def test_forgetting_leaves_the_update_that_forgets_and_what_came_after_it_to_be_answered(
        self, store: LearnerStore, mailbox: Mailbox
    ) -> None:
        ada = Person(store)
        await mailbox.accept(updates("forget", "hello again"), NOW)
        await mailbox.accept(updates("elsewhere", conversation="1001"), NOW)
        await mailbox.accept([an_update(ada, "unread", "unread", "another conversation")], NOW)
        forgetting, unread = await take(mailbox)
        await mailbox.give_back(unread.ticket, None, begun=False)

        await store.forget(ada.who, NOW)
        await mailbox.settle(Settlement(ticket=forgetting.ticket, outgoing=(a_message(ada.room, "gone"),)), NOW)

        assert ["hello again"] == texts(await take(mailbox))
        assert ["gone"] == texts(await parcels(mailbox))

    async def test_forgetting_drops_what_has_not_arrived_yet(self, store: LearnerStore, mailbox: Mailbox) -> None:
        await mailbox.accept(updates("1"), NOW)
        await mailbox.settle(
            Settlement(ticket=(await take_one(mailbox)).ticket, outgoing=(a_message(CHAT, "private"),)), NOW
        )

        await store.forget(Person(store).who, NOW)

        assert [] == await parcels(mailbox)


class TestSending:
    async def test_what_was_posted_comes_as_it_was(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(GROUP, "x", content=b"\0\xff", once=True))

        [parcel] = await parcels(mailbox)

        assert (GROUP, "text", {"text": "x"}, b"\0\xff") == (
            parcel.room,
            parcel.kind,
            parcel.payload,
            parcel.content,
        )
        assert (True, False, 0, 1, NOW) == (
            parcel.once,
            parcel.again,
            parcel.doubts,
            parcel.attempt,
            parcel.posted_at,
        )

    async def test_parts_of_a_reply_do_not_overtake_each_other(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(CHAT, "1"), a_message(CHAT, "2"), a_message(GROUP, "other"))

        first, other = await parcels(mailbox)
        assert ["1", "other"] == texts([first, other])
        assert [] == await parcels(mailbox)
        await mailbox.sent(other)
        await mailbox.later(first, NOW + MINUTE)
        assert [] == await parcels(mailbox)

        [again] = await parcels(mailbox, NOW + MINUTE)
        assert ("1", False, 2) == (again.payload["text"], again.again, again.attempt)
        await mailbox.sent(again)
        assert ["2"] == texts(await parcels(mailbox))

    async def test_every_effect_has_a_name_that_stays(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(CHAT, "1"), a_message(GROUP, "2"), key="7")
        await post(mailbox, a_message(Room(platform="telegram", number="3"), "3"), key="8")

        first = await parcels(mailbox)
        again = await parcels(mailbox, NOW + MINUTE)

        assert 3 == len({parcel.effect for parcel in first})
        assert [parcel.effect for parcel in first] == [parcel.effect for parcel in again]
        assert {40} == {len(parcel.effect) for parcel in first}

    async def test_an_answer_whose_sender_did_not_come_back_is_sent_again_and_says_so(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(CHAT, "answer"))
        [lost] = await parcels(mailbox)

        [again] = await parcels(mailbox, NOW + MINUTE)

        assert (True, 2) == (again.again, again.attempt)
        with pytest.raises(Superseded):
            await mailbox.sent(lost)
        with pytest.raises(Superseded):
            await mailbox.later(lost, None)
        await mailbox.sent(again)

    async def test_a_reminder_whose_sender_did_not_come_back_is_not_sent_again(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(CHAT, "reminder", once=True), a_message(CHAT, "next"))
        await parcels(mailbox)

        assert [] == await parcels(mailbox, NOW + MINUTE)
        assert ["next"] == texts(await parcels(mailbox, NOW + MINUTE))

    async def test_a_doubt_is_remembered(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(CHAT, "answer"))
        await mailbox.later((await parcels(mailbox))[0], None, unsure=True)

        [again] = await parcels(mailbox)

        assert (True, 1) == (again.again, again.doubts)

    async def test_who_goes_on_sending_keeps_it(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(CHAT))
        [parcel] = await parcels(mailbox)

        await mailbox.prolong_parcels([parcel.ticket], NOW + 5 * MINUTE)

        assert [] == await parcels(mailbox, NOW + 4 * MINUTE)
        await mailbox.sent(parcel)

    async def test_what_is_to_be_sent_later_is_prolonged_by_nobody(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(CHAT))
        [parcel] = await parcels(mailbox)
        await mailbox.later(parcel, NOW + MINUTE)

        await mailbox.prolong_parcels([parcel.ticket], NOW + 5 * MINUTE)
        assert [parcel.effect] == [again.effect for again in await parcels(mailbox, NOW + MINUTE)]

    async def test_a_room_that_moved_gets_what_waits_for_it(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(GROUP, "1"), a_message(GROUP, "2"))
        new = Room(platform="telegram", number="-100", private=False)

        await mailbox.moved(GROUP, new)

        assert [new] == [parcel.room for parcel in await parcels(mailbox)]

    async def test_what_waits_for_a_room_can_be_dropped(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(GROUP, "1"), a_message(GROUP, "2"), a_message(CHAT, "3"))

        assert 2 == await mailbox.abandon(GROUP)

        assert ["3"] == texts(await parcels(mailbox))

    async def test_what_is_a_day_old_is_dropped_unless_it_is_being_sent(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(CHAT, "1"), a_message(GROUP, "2"))
        [sending] = await mailbox.parcels(NOW + DAY, NOW + DAY + MINUTE, limit=1, platforms=["telegram"])

        await mailbox.sweep(NOW + DAY)

        assert 1 == (await mailbox.backlog()).outgoing
        await mailbox.sent(sending)

    async def test_no_two_processes_send_to_one_room_at_once(self, place: Place) -> None:
        async with place.open_all() as one, place.open_all() as other:
            rooms = [Room(platform="telegram", number=str(number)) for number in range(10)]
            await post(one.mailbox, *(a_message(room, str(part)) for part in range(4) for room in rooms))
            arrived: list[tuple[str, str]] = []

            async def work(mailbox: Mailbox) -> None:
                while (await mailbox.backlog()).outgoing:
                    for parcel in await parcels(mailbox, limit=2):
                        arrived.append((parcel.room.number, parcel.payload["text"]))
                        await mailbox.sent(parcel)

            await asyncio.gather(*(work(stores.mailbox) for stores in (one, other) * 3))

            assert 40 == len(arrived) == len(set(arrived))
            for room in rooms:
                assert ["0", "1", "2", "3"] == [part for number, part in arrived if number == room.number]


class TestReminders:
    async def test_a_reminder_is_posted_and_remembered_as_told_at_once(
        self, store: LearnerStore, mailbox: Mailbox
    ) -> None:
        ada = Person(store)
        await ada.wants_to_hear("a")
        [due] = await store.claim_reminders(NOW, platforms=["telegram"])
        notice = Notice(claim=due.claim, identities=due.identities, reply=Reply(text="renew"))

        # Again where it was not heard that it is done.
        for _ in range(2):
            await mailbox.post_notice(notice, [a_message(ada.room, "renew", once=True)], ada.who, NOW)

        assert ["renew"] == texts(await parcels(mailbox))
        exported = await store.export(ada.who)
        assert [NOW.isoformat()] == [row["sent_at"] for row in exported["reminders"]]
        assert 1 == len(exported["outbox"])

    async def test_only_reminders_that_can_be_told_here_are_given(self, store: LearnerStore) -> None:
        ada, bo = Person(store, "1", "telegram"), Person(store, "2", "terminal")
        for person in (ada, bo):
            await person.wants_to_hear("a")

        assert [ada.who] == [
            who for due in await store.claim_reminders(NOW, platforms=["telegram"]) for who in due.identities
        ]
        assert [bo.who] == [who for due in await store.claim_reminders(NOW) for who in due.identities]

    async def test_who_blocked_us_is_told_nothing_until_they_write_again(
        self, store: LearnerStore, mailbox: Mailbox
    ) -> None:
        ada = Person(store)
        await ada.wants_to_hear("a")
        await mailbox.unreachable(ada.who, NOW)
        await mailbox.unreachable(ada.who, NOW)
        assert [] == await store.claim_reminders(NOW, platforms=["telegram"])

        await mailbox.accept([an_update(ada, "hello")], NOW)

        assert 1 == len(await store.claim_reminders(NOW, platforms=["telegram"]))

    async def test_who_blocked_us_on_one_platform_is_told_on_another(
        self, store: LearnerStore, mailbox: Mailbox
    ) -> None:
        ada, there = Person(store), Identity(platform="discord", number="9")
        await store.redeem(await store.link_code(ada.who, NOW), there, NOW)
        await ada.wants_to_hear("a")
        await mailbox.unreachable(ada.who, NOW)

        [due] = await store.claim_reminders(NOW, platforms=["telegram", "discord"])

        assert (there,) == due.identities


class TestBacklog:
    async def test_it_tells_how_much_waits_and_since_when(self, mailbox: Mailbox) -> None:
        await post(mailbox, a_message(CHAT), now=NOW - MINUTE)
        await mailbox.accept(updates("old"), NOW - DAY)
        await mailbox.accept(updates("new"), NOW)

        backlog = await mailbox.backlog()

        assert (2, NOW - DAY) == (backlog.waiting, backlog.waiting_since)
        assert (1, NOW - MINUTE, 0) == (backlog.outgoing, backlog.outgoing_since, backlog.set_aside)


class TestLeases:
    async def test_one_has_it_until_it_ends_and_the_next_has_a_greater_number(self, stores: app.Stores) -> None:
        leases = stores.leases
        first = await leases.lease("poller", "one", NOW, NOW + MINUTE)

        assert None is await leases.lease("poller", "two", NOW + MINUTE / 2, NOW + 2 * MINUTE)
        assert first == await leases.lease("poller", "one", NOW + MINUTE / 2, NOW + 2 * MINUTE)
        second = await leases.lease("poller", "two", NOW + 2 * MINUTE, NOW + 3 * MINUTE)

        assert first is not None
        assert second is not None
        assert second > first
        assert None is await leases.lease("poller", "one", NOW + 2 * MINUTE, NOW + 3 * MINUTE)
        assert None is not await leases.lease("another", "one", NOW, NOW + MINUTE)

    async def test_what_is_released_can_be_had_at_once_and_only_by_its_owner_released(self, stores: app.Stores) -> None:
        leases = stores.leases
        first = await leases.lease("poller", "one", NOW, NOW + MINUTE)
        await leases.release("poller", "two")
        assert None is await leases.lease("poller", "two", NOW, NOW + MINUTE)

        await leases.release("poller", "one")

        second = await leases.lease("poller", "two", NOW, NOW + MINUTE)
        assert (second or 0) > (first or 0)

    async def test_of_many_who_ask_at_once_one_has_it(self, place: Place) -> None:
        async with place.open_all() as one, place.open_all() as other:
            asked = [
                stores.leases.lease("poller", f"{name}-{n}", NOW, NOW + MINUTE)
                for n in range(10)
                for name, stores in (("one", one), ("other", other))
            ]

            assert 1 == sum(fence is not None for fence in await asyncio.gather(*asked))
