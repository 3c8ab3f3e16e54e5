"""Which message answers what, and what people think of it: what every `Mailbox` and every `Feedback` promises."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.app import Stores
from bot.core.feedback import Tally, Thumb
from bot.core.mail import Parcel, Posted, Settlement, Superseded
from bot.learning.learner import Room
from tests.contracts.people import DAY, GROUP, NOW, Person, Place, a_message, a_turn, an_update, answered

ELSEWHERE = Room(platform="telegram", number="-78", private=False)
LATER = NOW + DAY


@pytest.fixture
def ada(stores: Stores) -> Person:
    return Person(stores.learners)


@pytest.fixture
def bo(stores: Stores) -> Person:
    return Person(stores.learners, "1002")


def thumb(person: Person, posted: Posted, *, up: bool = True, **rest: Any) -> Thumb:
    given = {"at": NOW, "community": None if posted.room.private else posted.room} | rest
    return Thumb(who=person.who, message=posted, up=up, **given)


async def tally(stores: Stores, community: Room | None = None) -> tuple[int, int]:
    found = await stores.feedback.tally(NOW, LATER, community)
    return found.ups, found.downs


async def question_of(stores: Stores, person: Person, room: Room, posted: Posted) -> str | None:
    turn = await stores.learners.turn_of(await person.learner(), room, posted)
    return turn.question if turn else None


async def on_its_way(stores: Stores, person: Person, *, turn: str | None) -> Parcel:
    """A message that has been given out to be sent, and which answers a turn or none."""
    await stores.mailbox.accept([an_update(person, "an update")], NOW)
    [taken] = await stores.mailbox.take(NOW, LATER, limit=1, platforms=[person.platform])
    settlement = Settlement(ticket=taken.ticket, outgoing=(a_message(person.room),))
    if turn is None:
        await stores.mailbox.settle(settlement, NOW)
    else:
        await person.does(a_turn(person.room, turn, settlement=settlement))
    [parcel] = await stores.mailbox.parcels(NOW, LATER, limit=1, platforms=[person.platform])
    return parcel


class TestWhichMessageAnswersWhat:
    async def test_a_message_knows_its_turn(self, stores: Stores, ada: Person) -> None:
        first = await answered(stores, ada, ada.room, "first", message="5")
        second = await answered(stores, ada, ada.room, "second", message="6")

        assert "first" == await question_of(stores, ada, ada.room, first)
        assert "second" == await question_of(stores, ada, ada.room, second)
        assert None is await question_of(stores, ada, ada.room, Posted(room=ada.room, number="7"))
        assert None is await question_of(stores, ada, ada.room, Posted(room=GROUP, number="5"))

    async def test_every_message_of_an_answer_does(self, stores: Stores, ada: Person) -> None:
        await stores.mailbox.sent(await on_its_way(stores, ada, turn="album"), ["5", "6"])

        for number in ("5", "6"):
            assert "album" == await question_of(stores, ada, ada.room, Posted(room=ada.room, number=number))

    async def test_a_message_that_answers_no_turn_is_not_remembered(self, stores: Stores, ada: Person) -> None:
        await stores.mailbox.sent(await on_its_way(stores, ada, turn=None), ["5"])

        assert not await stores.feedback.give(thumb(ada, Posted(room=ada.room, number="5")))
        assert [] == (await ada.store.export(ada.who))["sent_messages"]

    async def test_a_message_into_which_another_answer_is_put_answers_that(self, stores: Stores, ada: Person) -> None:
        posted = await answered(stores, ada, ada.room, "first", message="5")
        await answered(stores, ada, ada.room, "second", message="5")

        assert "second" == await question_of(stores, ada, ada.room, posted)

    async def test_nobody_elses_private_answer_is_given_but_what_all_see_is(
        self, stores: Stores, ada: Person, bo: Person
    ) -> None:
        private = await answered(stores, ada, ada.room, "secret", message="5")
        public = await answered(stores, ada, GROUP, "public", message="5")

        assert None is await question_of(stores, bo, ada.room, private)
        assert "public" == await question_of(stores, bo, GROUP, public)
        # Nor is it given into another room than its own.
        assert None is await question_of(stores, ada, GROUP, private)

    async def test_it_is_known_for_thirty_days(self, stores: Stores, ada: Person) -> None:
        posted = await answered(stores, ada, ada.room, message="5")

        await stores.mailbox.sweep(NOW + 29 * DAY)
        assert None is not await question_of(stores, ada, ada.room, posted)
        await stores.mailbox.sweep(NOW + 30 * DAY)
        assert None is await question_of(stores, ada, ada.room, posted)
        assert not await stores.feedback.give(thumb(ada, posted))


class TestThumbs:
    async def test_each_person_counts_once_and_the_newest_thumb_counts(
        self, stores: Stores, ada: Person, bo: Person
    ) -> None:
        posted = await answered(stores, ada, GROUP, message="5")
        for person, up in ((ada, True), (ada, True), (bo, True), (bo, False)):
            assert await stores.feedback.give(thumb(person, posted, up=up))

        assert (1, 1) == await tally(stores)

    async def test_an_older_one_that_comes_late_changes_nothing(self, stores: Stores, ada: Person) -> None:
        posted = await answered(stores, ada, ada.room, message="5")
        await stores.feedback.give(thumb(ada, posted, up=False, at=NOW + DAY / 2))

        await stores.feedback.give(thumb(ada, posted, up=True))
        await stores.feedback.give(thumb(ada, posted, up=False, taken_back=True))

        assert (0, 1) == await tally(stores)

    async def test_one_answer_in_several_messages_is_one_answer(self, stores: Stores, ada: Person) -> None:
        await stores.mailbox.sent(await on_its_way(stores, ada, turn="long"), ["5", "6"])
        for number in ("5", "6"):
            await stores.feedback.give(thumb(ada, Posted(room=ada.room, number=number)))

        assert (1, 0) == await tally(stores)

    async def test_what_is_taken_back_does_not_count(self, stores: Stores, ada: Person) -> None:
        posted = await answered(stores, ada, ada.room, message="5")
        await stores.feedback.give(thumb(ada, posted))
        await stores.feedback.give(thumb(ada, posted, taken_back=True))

        assert (0, 0) == await tally(stores)

    async def test_only_what_still_counts_is_taken_back(self, stores: Stores, ada: Person, bo: Person) -> None:
        """Where both can stand below a message, taking away the old one leaves the new."""
        posted = await answered(stores, ada, GROUP, message="5")
        await stores.feedback.give(thumb(ada, posted, up=False))
        await stores.feedback.give(thumb(ada, posted, up=True))
        await stores.feedback.give(thumb(ada, posted, up=False, taken_back=True))
        await stores.feedback.give(thumb(bo, posted, up=True, taken_back=True))

        assert (1, 0) == await tally(stores)

    async def test_a_message_that_is_none_of_ours_is_not_counted_and_nothing_is_kept(
        self, stores: Stores, ada: Person
    ) -> None:
        assert not await stores.feedback.give(thumb(ada, Posted(room=GROUP, number="5")))

        assert [] == (await ada.store.export(ada.who))["feedback"]

    async def test_a_community_is_counted_by_itself_and_a_span_of_time_too(
        self, stores: Stores, ada: Person, bo: Person
    ) -> None:
        here = await answered(stores, ada, GROUP, message="5")
        there = await answered(stores, ada, ELSEWHERE, message="5")
        private = await answered(stores, ada, ada.room, message="5")
        for posted in (here, there, private):
            await stores.feedback.give(thumb(ada, posted))
        await stores.feedback.give(thumb(bo, here, at=LATER))

        assert (3, 0) == await tally(stores)
        assert (1, 0) == await tally(stores, GROUP)
        assert (0, 0) == await tally(stores, Room(platform="discord", number=GROUP.number, private=False))
        assert Tally(ups=1) == await stores.feedback.tally(LATER, LATER + DAY)

    async def test_many_at_once_all_count(self, place: Place) -> None:
        async with place.open_all() as one, place.open_all() as other:
            posted = await answered(one, Person(one.learners), GROUP, message="5")
            people = [Person(one.learners, str(number)) for number in range(20)]
            given = [stores.feedback.give(thumb(each, posted)) for each in people for stores in (one, other)]

            assert all(await asyncio.gather(*given))
            assert (20, 0) == await tally(one)

    async def test_a_year_old_it_says_nothing_any_more(self, stores: Stores, ada: Person) -> None:
        posted = await answered(stores, ada, ada.room, message="5")
        await stores.feedback.give(thumb(ada, posted))

        await stores.mailbox.sweep(NOW + 364 * DAY)
        assert (1, 0) == await tally(stores)
        await stores.mailbox.sweep(NOW + 365 * DAY)
        assert (0, 0) == await tally(stores)


class TestDisliked:
    async def test_the_most_disliked_question_stands_first_with_its_answer(
        self, stores: Stores, ada: Person, bo: Person
    ) -> None:
        liked = await answered(stores, ada, GROUP, "liked", message="5")
        once = await answered(stores, ada, GROUP, "once", message="6")
        twice = await answered(stores, bo, GROUP, "twice", message="7")
        for person in (ada, bo):
            await stores.feedback.give(thumb(person, liked))
            await stores.feedback.give(thumb(person, twice, up=False))
        await stores.feedback.give(thumb(ada, once, up=False))
        await stores.feedback.give(thumb(bo, once, up=True))

        found = await stores.feedback.disliked(NOW, LATER, GROUP)

        assert [("twice", 0, 2), ("once", 1, 1)] == [(one.question, one.ups, one.downs) for one in found]
        assert ("twice [1].", GROUP, NOW) == (found[0].answer, found[0].room, found[0].asked_at)
        assert ["twice"] == [one.question for one in await stores.feedback.disliked(NOW, LATER, limit=1)]
        assert [] == await stores.feedback.disliked(LATER, LATER + DAY)

    async def test_what_was_asked_in_private_is_shown_to_nobody(self, stores: Stores, ada: Person) -> None:
        """Not even where it was asked in a server, seen by one person alone."""
        posted = await answered(stores, ada, ada.room, "my secret", message="5")
        await stores.feedback.give(thumb(ada, posted, up=False, community=GROUP))

        assert (0, 1) == await tally(stores, GROUP)
        assert [] == await stores.feedback.disliked(NOW, LATER)
        assert [] == await stores.feedback.disliked(NOW, LATER, GROUP)

    async def test_another_communitys_questions_are_not_shown(self, stores: Stores, ada: Person) -> None:
        posted = await answered(stores, ada, GROUP, "here", message="5")
        await stores.feedback.give(thumb(ada, posted, up=False))

        assert [] == await stores.feedback.disliked(NOW, LATER, ELSEWHERE)

    async def test_who_was_forgotten_has_asked_nothing(self, stores: Stores, ada: Person, bo: Person) -> None:
        posted = await answered(stores, ada, GROUP, "asked", message="5")
        await stores.feedback.give(thumb(bo, posted, up=False))

        await ada.store.forget(ada.who, NOW)

        assert [] == await stores.feedback.disliked(NOW, LATER)
        assert "asked" not in json.dumps(await bo.store.export(bo.who))
        # Bo's thumb is Bo's.
        assert 1 == len((await bo.store.export(bo.who))["feedback"])


async def test_an_answer_that_arrives_for_somebody_forgotten_leaves_nothing(stores: Stores, ada: Person) -> None:
    parcel = await on_its_way(stores, ada, turn="asked")
    await ada.store.forget(ada.who, NOW)

    with pytest.raises(Superseded):
        await stores.mailbox.sent(parcel, ["5"])

    assert [] == (await ada.store.export(ada.who))["sent_messages"]
