"""What was said long ago is kept in fewer words, of one learner in one room: what every `LearnerStore` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.core.ports import LearnerStore
from bot.errors import InputError
from bot.learning.learner import Learner, Room
from bot.storage.tables import summaries
from tests.contracts.people import DAY, GROUP, NOW, Person, Place, a_summary


@pytest.fixture
async def ada(store: LearnerStore) -> Person:
    """Somebody who has said a, b, c in private; each turn's key is what was said."""
    person = Person(store)
    for word in "abc":
        await person.says(word, key=word)
    return person


async def keeps(person: Person, text: str, upto: str, room: Room | None = None) -> None:
    await person.store.keep_summary(await person.learner(), room or person.room, a_summary(text, upto))


async def kept(person: Person, room: Room | None = None) -> str | None:
    summary = await person.store.summary(await person.learner(), room or person.room)
    return summary.text if summary else None


async def said(person: Person, *, after: str | None = None, limit: int = 9) -> list[str]:
    turns = await person.store.turns(await person.learner(), person.room, limit=limit, after=after)
    return [turn.question for turn in turns]


class TestTurnsAfter:
    async def test_turns_after_one_are_those_that_a_summary_up_to_it_leaves_out(self, ada: Person) -> None:
        assert ["b", "c"] == await said(ada, after="a")
        assert [] == await said(ada, after="c")
        assert ["c"] == await said(ada, after="a", limit=1)
        assert ["a", "b", "c"] == await said(ada)

    async def test_after_a_turn_that_is_not_theirs_or_not_here_is_all(self, ada: Person) -> None:
        await ada.says("in the group", GROUP, key="g")
        await Person(ada.store, "other").says("hers", key="o")
        await ada.says("d", key="d")

        for key in ("g", "o", "never"):
            assert ["a", "b", "c", "d"] == await said(ada, after=key)


class TestKeeping:
    async def test_a_summary_is_given_as_it_was_kept(self, ada: Person) -> None:
        learner, summary = await ada.learner(), a_summary("a, in short 🎉", "a")
        assert None is await ada.store.summary(learner, ada.room)

        await ada.store.keep_summary(learner, ada.room, summary)

        assert summary == await ada.store.summary(learner, ada.room)
        # It changes nothing that somebody else may be changing.
        assert learner == await ada.learner()

    async def test_one_that_covers_more_or_as_much_takes_the_place_of_the_earlier(self, ada: Person) -> None:
        await keeps(ada, "first", "a")
        await keeps(ada, "second", "b")
        assert "second" == await kept(ada)

        await keeps(ada, "better", "b")
        assert "better" == await kept(ada)

    async def test_one_that_covers_less_changes_nothing_however_late_it_comes(self, ada: Person) -> None:
        await keeps(ada, "long", "c")

        late = replace(a_summary("short", "b"), at=NOW + DAY)
        await ada.store.keep_summary(await ada.learner(), ada.room, late)

        assert "long" == await kept(ada)

    async def test_of_many_at_once_the_one_stays_that_covers_most(self, place: Place) -> None:
        async with place.open() as one, place.open() as other:
            person = Person(one)
            for number in range(10):
                await person.says("?", key=str(number))
            learner = await person.learner()

            await asyncio.gather(
                *(
                    store.keep_summary(learner, person.room, a_summary(f"up to {number}", str(number)))
                    for number in (3, 9, 1, 7, 5)
                    for store in (one, other)
                )
            )

            assert "up to 9" == await kept(person)

    async def test_each_room_has_its_own(self, ada: Person) -> None:
        """A group of the same number as a private room as well."""
        once_private = replace(ada.room, private=False)
        for room, key in ((GROUP, "g"), (once_private, "p")):
            await ada.says("?", room, key=key)
            await keeps(ada, f"in {key}", key, room)
        await keeps(ada, "in private", "c")

        assert ["in g", "in p", "in private"] == [await kept(ada, room) for room in (GROUP, once_private, ada.room)]

    @pytest.mark.parametrize("upto", ["never", "g", "o"])
    async def test_what_covers_no_turn_of_theirs_here_is_not_kept(self, ada: Person, upto: str) -> None:
        await ada.says("in the group", GROUP, key="g")
        await Person(ada.store, "other").says("hers", key="o")

        await keeps(ada, "of something else", upto)

        assert None is await kept(ada)

    async def test_of_somebody_unknown_nothing_is_kept(self, place: Place, store: LearnerStore) -> None:
        await keeps(Person(store, "nobody"), "of nobody", "a")

        assert 0 == await count(place)

    async def test_a_key_that_cannot_be_stored_is_refused(self, ada: Person) -> None:
        with pytest.raises(InputError):
            await keeps(ada, "?", "k" * 201)


class TestForgetting:
    async def test_a_summary_that_was_being_made_is_not_kept_any_more(self, place: Place, ada: Person) -> None:
        """Not even when the same person has begun again with a message of the same key."""
        old = await ada.learner()
        await ada.store.forget(ada.who, NOW)
        await ada.store.keep_summary(old, ada.room, a_summary("of an earlier life", "a"))
        await ada.says("a", key="a")
        await ada.store.keep_summary(old, ada.room, a_summary("of an earlier life", "a"))

        assert None is await kept(ada)
        assert 0 == await count(place)


class TestJoining:
    @pytest.mark.parametrize("further", ["maker", "other"])
    async def test_of_two_of_one_room_the_one_stays_that_goes_further(
        self, place: Place, ada: Person, further: str
    ) -> None:
        same = Person(ada.store, "2", "discord")
        first, last = (same, ada) if further == "maker" else (ada, same)
        await first.says("?", GROUP, key="first")
        await last.says("?", GROUP, key="last")
        await keeps(last, "further", "last", GROUP)
        await keeps(first, "not so far", "first", GROUP)
        await keeps(ada, "in private", "b")
        await same.says("?", key="s")
        await keeps(same, "in discord", "s")

        joined = await join(ada, same)

        rooms = (GROUP, ada.room, same.room)
        assert ["further", "in private", "in discord"] == [await kept(ada, room) for room in rooms]
        assert 3 == await count(place)
        assert ["c"] == [turn.question for turn in await ada.store.turns(joined, ada.room, limit=9, after="b")]

    async def test_a_summary_made_while_joining_of_who_is_no_more_is_not_kept(self, place: Place, ada: Person) -> None:
        same = Person(ada.store, "2", "discord")
        old = await same.says("?", key="s")
        await join(ada, same)

        await ada.store.keep_summary(old, same.room, a_summary("late", "s"))

        assert 0 == await count(place)


async def join(maker: Person, other: Person) -> Learner:
    joined = await maker.store.redeem(await maker.store.link_code(maker.who, NOW), other.who, NOW)
    assert joined is not None
    return joined


async def count(place: Place) -> int:
    """All summaries there are, of whomever."""
    async with place.database() as database, database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(summaries)) or 0
