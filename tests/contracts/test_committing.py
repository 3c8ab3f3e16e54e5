"""A turn is stored whole, once, and by whoever knows what is stored: what every `LearnerStore` promises of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.catalog.recommend import Constraints
from bot.core.conversation import Context
from bot.core.ports import LearnerStore, StaleLearner
from bot.errors import InputError
from bot.learning.learner import Changes, Holding, Identity, Profile, Room
from tests.contracts.people import DAY, GROUP, NOW, Person, Place, a_card, a_turn, an_answer, everything, right, wrong


async def test_somebody_new_is_empty_and_not_stored(store: LearnerStore) -> None:
    ada = Person(store)

    learner = await ada.learner()

    assert (0, Profile(), ()) == (learner.version, learner.profile, learner.wallet)
    assert Context() == await store.context(ada.who, ada.room)
    assert (await store.export(ada.who))["learners"] == []


async def test_a_turn_is_stored_with_everything_that_it_changes(store: LearnerStore) -> None:
    ada = Person(store)
    context = Context(focus=("az-104",), wish=Constraints(topics=("cloud",), max_cost=99.5), language="en")
    turn = a_turn(ada.room, "How much?", answer=an_answer("USD 165"), context=context, changes=everything("ada"))

    learner = await ada.does(turn)

    assert learner == await ada.learner()
    assert (1, everything("ada").profile, everything("ada").holdings) == (
        learner.version,
        learner.profile,
        learner.wallet,
    )
    assert context == await store.context(ada.who, ada.room)
    assert [replace(turn, changes=Changes())] == await store.turns(learner, ada.room, limit=9)
    assert list(everything("ada").cards) == await store.cards(learner)
    assert list(everything("ada").reviews) == await store.reviews(learner)


async def test_what_is_not_changed_stays(store: LearnerStore) -> None:
    ada = Person(store)
    before = await ada.changes(**{name: getattr(everything("a"), name) for name in ("profile", "holdings", "cards")})

    after = await ada.changes(reviews=(right("a"),))

    assert replace(before, version=before.version + 1) == after
    assert list(everything("a").cards) == await store.cards(after)


async def test_holdings_are_added_replaced_and_dropped_by_credential(store: LearnerStore) -> None:
    ada = Person(store)
    await ada.holds("a", "b", "c")

    learner = await ada.changes(holdings=(Holding(credential="b", state="planned"),), dropped=("c", "unknown"))

    assert (Holding(credential="a"), Holding(credential="b", state="planned")) == learner.wallet


async def test_a_card_is_stored_in_the_place_of_its_older_state(store: LearnerStore) -> None:
    ada = Person(store)
    await ada.changes(cards=(a_card("x", mark="old"), a_card("y")))

    learner = await ada.changes(cards=(a_card("x", mark="new"),))

    assert {"x": "new", "y": ""} == {card.item: card.state["mark"] for card in await store.cards(learner)}


async def test_reviews_are_kept_for_ever_and_given_from_a_day_on(store: LearnerStore) -> None:
    ada = Person(store)
    await ada.changes(reviews=(right("x", NOW), wrong("x", NOW - DAY)))
    learner = await ada.changes(reviews=(right("x", NOW + DAY),))

    assert [NOW - DAY, NOW, NOW + DAY] == [review.at for review in await store.reviews(learner)]
    assert [NOW, NOW + DAY] == [review.at for review in await store.reviews(learner, since=NOW)]


async def test_the_version_grows_with_a_change_and_not_with_a_mere_question(store: LearnerStore) -> None:
    ada = Person(store)
    await ada.says("hello")
    asked = await ada.says("hello again")
    changed = await ada.holds("a")

    assert (1, 2) == (asked.version, changed.version)


async def test_who_read_an_older_version_stores_nothing(store: LearnerStore) -> None:
    ada = Person(store)
    old = await ada.holds("a")
    new = await ada.holds("b")

    with pytest.raises(StaleLearner):
        await store.commit(ada.who, old, a_turn(ada.room, "old", changes=everything("old")))

    assert new == await ada.learner()
    assert "old" not in str(await store.export(ada.who))


async def test_nobody_commits_as_somebody_else(store: LearnerStore) -> None:
    ada, bo = Person(store, "1"), Person(store, "2")
    learner, other = await ada.holds("a"), await bo.holds("b")
    assert learner.version == other.version

    with pytest.raises(StaleLearner):
        await store.commit(ada.who, other, a_turn(ada.room, changes=everything("x")))

    assert (learner, other) == (await ada.learner(), await bo.learner())


async def test_a_repeated_key_changes_nothing(store: LearnerStore) -> None:
    ada = Person(store)
    turn = a_turn(ada.room, "once", changes=everything("once"))
    first = await ada.does(turn)

    # Redelivered: by one who has read the learner since, and by one who has not.
    assert first == await ada.does(turn)
    assert first == await store.commit(ada.who, replace(first, version=0), turn)
    assert 1 == len(await store.turns(first, ada.room, limit=9))
    assert 2 == len(await store.reviews(first))


async def test_the_same_key_on_another_platform_is_another_turn(store: LearnerStore) -> None:
    ada, bo = Person(store, "1", "telegram"), Person(store, "1", "discord")
    await ada.says("hers", key="7")
    await bo.says("his", key="7")

    assert ["hers"] == [turn.question for turn in await store.turns(await ada.learner(), ada.room, limit=9)]
    assert ["his"] == [turn.question for turn in await store.turns(await bo.learner(), bo.room, limit=9)]


async def test_a_turn_delivered_to_two_processes_at_once_is_stored_once(place: Place) -> None:
    async with place.open() as one, place.open() as other:
        await Person(one).says("hello")
        turn = a_turn(Person(one).room, "once", changes=everything("once"))

        await asyncio.gather(*(insists(Person(store), turn) for store in (one, other) * 5))

        learner = await Person(one).learner()
        assert 2 == learner.version
        assert ["hello", "once"] == [turn.question for turn in await one.turns(learner, turn.room, limit=9)]


async def test_no_change_is_lost_when_processes_commit_at_the_same_time(place: Place) -> None:
    async with place.open() as one, place.open() as other:
        wanted = [f"c{number:02}" for number in range(20)]
        stores = [one, other] * 10
        turns = [
            a_turn(GROUP, changes=Changes(holdings=(Holding(credential=credential),), reviews=(right(credential),)))
            for credential in wanted
        ]

        await asyncio.gather(*(insists(Person(store), turn) for store, turn in zip(stores, turns, strict=True)))

        learner = await Person(one).learner()
        assert wanted == [holding.credential for holding in learner.wallet]
        assert wanted == sorted(review.item for review in await other.reviews(learner))
        assert 20 == learner.version


async def insists(person: Person, turn: Any) -> None:
    """Read again and commit again until it is stored."""
    while True:
        try:
            await person.does(turn)
        except StaleLearner:
            continue
        return


@contextmanager
def failing_at(engine: AsyncEngine, number: int) -> Iterator[list[str]]:
    """Statements that are not reads fail from the given one on, counting from 0. Gives those that were carried out."""
    done: list[str] = []

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            if len(done) == number:
                raise ZeroDivisionError
            done.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", fail)
    try:
        yield done
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", fail)


async def test_a_commit_that_fails_on_the_way_leaves_nothing(place: Place) -> None:
    from bot.storage.store import SqlLearnerStore  # noqa: PLC0415 - to reach the engine below it

    async with place.database() as database:
        store = SqlLearnerStore(database)
        ada, bo = Person(store, "1"), Person(store, "2")
        known = await ada.changes(reminders=(), reviews=(right("x"),))
        before = await store.export(ada.who)
        for person, number in [(person, number) for person in (ada, bo) for number in range(7)]:
            with failing_at(database.engine, number), pytest.raises(ZeroDivisionError):
                await person.changes(**{name: getattr(everything("lost"), name) for name in Changes.__slots__})
            assert before == await store.export(ada.who)
            assert known == await ada.learner()
            assert [] == (await store.export(bo.who))["identities"]

        with failing_at(database.engine, 99) as done:
            await ada.does(a_turn(ada.room, changes=everything("kept")))
        assert 7 < len(done)


class TestRooms:
    async def test_turns_are_the_latest_of_one_room_oldest_first(self, store: LearnerStore) -> None:
        ada = Person(store)
        for number in range(5):
            await ada.says(f"private {number}")
            await ada.says(f"group {number}", GROUP)
        learner = await ada.learner()

        private = await store.turns(learner, ada.room, limit=3)

        assert ["private 2", "private 3", "private 4"] == [turn.question for turn in private]
        assert ["group 4"] == [turn.question for turn in await store.turns(learner, GROUP, limit=1)]

    async def test_each_person_has_a_context_of_their_own_in_each_room(self, store: LearnerStore) -> None:
        ada, bo = Person(store, "1"), Person(store, "2")
        await ada.says("?", context=Context(focus=("old",)))
        await ada.says("?", context=Context(focus=("private",)))
        await ada.says("?", GROUP, context=Context(focus=("public",)))

        assert ("private",) == (await store.context(ada.who, ada.room)).focus
        assert ("public",) == (await store.context(ada.who, GROUP)).focus
        assert Context() == await store.context(bo.who, GROUP)
        assert Context() == await store.context(ada.who, Room(platform="discord", number="-77", private=False))

    async def test_a_room_that_is_private_no_more_holds_nothing_of_what_was_said_before(
        self, store: LearnerStore
    ) -> None:
        ada = Person(store)
        await ada.says("secret", context=Context(focus=("secret",)))
        opened = replace(ada.room, private=False)

        assert [] == await store.turns(await ada.learner(), opened, limit=9)
        assert Context() == await store.context(ada.who, opened)


class TestUndo:
    async def test_before_the_last_change_everything_was_as_it_was(self, store: LearnerStore) -> None:
        ada = Person(store)
        before = await ada.changes(profile=Profile(goals=("a",)), holdings=(Holding(credential="z"),))
        now = await ada.changes(profile=Profile(goals=("b",)), holdings=(Holding(credential="a"),), dropped=("z",))

        assert replace(before, version=now.version) == await store.before_last_change(now)

    async def test_changes_are_taken_back_one_after_the_other(self, store: LearnerStore) -> None:
        ada = Person(store)
        states = [await ada.learner()] + [await ada.holds(credential) for credential in "abc"]
        for state in reversed(states[:-1]):
            assert state.wallet == (await ada.undoes()).wallet

        assert None is await store.before_last_change(await ada.learner())

    async def test_what_was_changed_after_undoing_is_undone_first(self, store: LearnerStore) -> None:
        ada = Person(store)
        await ada.holds("a")
        await ada.holds("b")
        await ada.undoes()
        await ada.holds("c")

        assert ["a"] == [holding.credential for holding in (await ada.undoes()).wallet]
        assert () == (await ada.undoes()).wallet

    async def test_questions_and_practice_are_nothing_to_undo(self, store: LearnerStore) -> None:
        ada = Person(store)
        await ada.holds("a")
        await ada.says("hello")
        await ada.holds("a")
        await ada.changes(reviews=(right("x"),), cards=(a_card("x"),))

        assert () == (await ada.undoes()).wallet

    async def test_the_last_twenty_changes_can_be_taken_back(self, store: LearnerStore) -> None:
        ada, bo = Person(store, "1"), Person(store, "2")
        await bo.holds("his")
        for number in range(23):
            await ada.holds(f"c{number:02}")
        for _ in range(20):
            await ada.undoes()

        assert 3 == len((await ada.learner()).wallet)
        assert None is await store.before_last_change(await ada.learner())
        assert None is not await store.before_last_change(await bo.learner())


class TestValues:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            pytest.param("a\0b", "ab", id="NUL"),
            pytest.param("a\ud83db", "ab", id="half a surrogate pair"),
            pytest.param("👩🏽‍🎓 🇮🇳", "👩🏽‍🎓 🇮🇳", id="emoji"),
            pytest.param("क्या شهادة 资格", "क्या شهادة 资格", id="scripts"),
            pytest.param("Robert'); DROP TABLE learners;-- %s :x", "Robert'); DROP TABLE learners;-- %s :x", id="SQL"),
            pytest.param(" \r\n\t\x1b ", " \r\n\t\x1b ", id="controls and spaces"),
        ],
    )
    async def test_texts_come_back_as_they_were_but_for_what_no_database_takes(
        self, store: LearnerStore, sent: str, kept: str
    ) -> None:
        ada = Person(store)
        context = Context(focus=(sent,), language=sent)
        turn = a_turn(ada.room, sent, answer=an_answer(sent), context=context, changes=Changes(
            profile=Profile(background=sent, skills=(sent,)), cards=(a_card("x", mark=sent),),
        ))  # fmt: skip

        learner = await ada.does(turn)

        [stored] = await store.turns(learner, ada.room, limit=1)
        assert (kept, an_answer(kept)) == (stored.question, stored.answer)
        assert Context(focus=(kept,), language=kept) == stored.context == await store.context(ada.who, ada.room)
        assert Profile(background=kept, skills=(kept,)) == learner.profile == (await ada.learner()).profile
        assert kept == (await store.cards(learner))[0].state["mark"]

    @pytest.mark.parametrize("number", ["1\0", "\ud800", "1" * 201], ids=["NUL", "surrogate", "too long"])
    async def test_an_id_is_never_made_into_another(self, store: LearnerStore, number: str) -> None:
        with pytest.raises(InputError, match="200 characters"):
            await store.learner(Identity(platform="console", number=number))
        with pytest.raises(InputError):
            await Person(store).says("?", key=number)

    async def test_the_longest_ids_are_stored(self, store: LearnerStore) -> None:
        ada = Person(store, "९" * 200, "प" * 200)
        await ada.says("?", key="क" * 200)
        await store.join_ranking(ada.who, ada.room, "💎" * 5 + "a" * 40)

        assert 1 == (await ada.learner()).version

    async def test_dates_and_figures_come_back_exactly(self, store: LearnerStore) -> None:
        profile = Profile(deadline=date(2028, 2, 29), hours_per_week=0.1, budget_usd=1e9)
        held = Holding(credential="a", earned_on=date(2024, 2, 29), expires_on=date(9999, 12, 31))

        await Person(store).changes(profile=profile, holdings=(held,))

        learner = await Person(store).learner()
        assert (profile, (held,)) == (learner.profile, learner.wallet)

    @pytest.mark.parametrize(
        "at",
        [
            datetime(2028, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
            datetime(2028, 2, 29, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
            # Twice on this night: only the zone's fold tells which.
            datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1),
        ],
    )
    async def test_a_moment_in_any_zone_comes_back_as_the_same_moment_in_utc(
        self, store: LearnerStore, at: datetime
    ) -> None:
        ada = Person(store)
        learner = await ada.says("?", at=at, changes=Changes(reviews=(right("x", at),)))

        [turn], [review] = await store.turns(learner, ada.room, limit=1), await store.reviews(learner)

        assert at.astimezone(UTC) == turn.at == review.at
        assert UTC is turn.at.tzinfo
        assert [review] == await store.reviews(learner, since=at)
        assert [] == await store.reviews(learner, since=at.astimezone(UTC) + timedelta(microseconds=1))

    async def test_a_time_without_zone_is_refused(self, store: LearnerStore) -> None:
        with pytest.raises(Exception, match="no point in time"):
            await Person(store).says("?", at=datetime(2026, 1, 1))  # noqa: DTZ001
