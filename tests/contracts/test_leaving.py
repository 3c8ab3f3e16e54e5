"""A learner gets everything, and can be gone without a trace: what every `LearnerStore` promises."""

from __future__ import annotations

import itertools
import json

import pytest
from sqlalchemy import func, select

from bot import app
from bot.core.conversation import Context
from bot.core.feedback import Thumb
from bot.core.mail import Mailbox, Settlement
from bot.core.ports import LearnerStore, StaleLearner
from bot.learning.learner import Changes, Identity, Profile
from bot.storage.tables import NOBODYS, metadata
from tests.contracts.people import (
    DAY,
    GROUP,
    NOW,
    Cupboard,
    Person,
    Place,
    a_document,
    a_message,
    a_summary,
    a_turn,
    an_answer,
    an_update,
    answered,
    everything,
    right,
)

# No update has the key of another one, also when the same person begins again.
_keys = itertools.count()
PERSONAL = [table for table in metadata.sorted_tables if table not in NOBODYS]


async def lives(person: Person, mark: str, stores: app.Stores) -> None:
    """Leave something in every table there is, with the mark in every text. (A mark that could be in a random id is
    found where it is not, so these end with a tilde.)
    """
    store = person.store
    await person.does(
        a_turn(person.room, f"{mark} asks", key=f"{mark}-key", answer=an_answer(f"{mark} is told"),
               context=Context(focus=(f"{mark}-focus",)), changes=everything(mark))
    )  # fmt: skip
    await person.says(f"{mark} in the group", GROUP)
    await store.keep_summary(await person.learner(), person.room, a_summary(f"{mark} short", f"{mark}-key"))
    await person.changes(profile=Profile(goal_text=f"{mark} another goal"))
    await store.reminders_sent([claimed.claim for claimed in await store.claim_reminders(NOW)], NOW)
    await store.join_ranking(person.who, GROUP, f"{mark} alias")
    await store.redeem("0000-0000", person.who, NOW)
    await store.redeem(await store.link_code(person.who, NOW), elsewhere(person).who, NOW)
    await elsewhere(person).says(f"{mark} elsewhere")
    await person.holds(f"{mark}-new")
    await store.redeem("0000-0000", person.who, NOW)
    await store.link_code(person.who, NOW)
    for one in (person, elsewhere(person)):
        await stores.budget.reserve(one.who, GROUP, 7, NOW)
    posted = await answered(stores, person, person.room, f"{mark} asks on", message=f"{mark}-message")
    assert await stores.feedback.give(Thumb(who=person.who, message=posted, up=True, at=NOW, community=GROUP))
    await gets_mail(person, mark, stores.mailbox)
    await stores.keepsakes.keep(person.who, {f"{mark}-key": f"{mark} kept"}, NOW + DAY)
    await stores.shelf.put(person.who, a_document(mark))


async def gets_mail(person: Person, mark: str, mailbox: Mailbox) -> None:
    """One update is answered, another waits, one was set aside, and the person blocks us."""
    for number, text in enumerate(("answered", "aside", "waiting")):
        key = f"{mark}{next(_keys)}"
        await mailbox.accept([an_update(person, key, f"{mark} {text}", f"{mark}{number}")], NOW)
    taken = await mailbox.take(NOW, NOW + DAY, limit=9, platforms=[person.platform])
    answered, aside, *waiting = sorted(taken, key=lambda one: mark not in one.update.key)
    await mailbox.settle(Settlement(ticket=answered.ticket, outgoing=(a_message(person.room, f"{mark} reply"),)), NOW)
    await mailbox.set_aside(Settlement(ticket=aside.ticket), NOW, "fault")
    for one in waiting:
        await mailbox.give_back(one.ticket, None, begun=False)
    await mailbox.unreachable(person.who, NOW)


def elsewhere(person: Person) -> Person:
    return Person(person.store, f"{person.number}-elsewhere", "discord")


@pytest.fixture
async def lived(store: LearnerStore, stores: app.Stores) -> tuple[Person, Person]:
    ada, bo = Person(store, "ada~1"), Person(store, "bo~2")
    await lives(ada, "ada~", stores)
    await lives(bo, "bo~", stores)
    return ada, bo


class TestExport:
    async def test_it_holds_everything_that_is_stored(self, place: Place) -> None:
        async with place.open_all() as stores:
            ada = Person(stores.learners, "ada~1")
            await lives(ada, "ada~", stores)
            exported = await stores.learners.export(ada.who)
        assert {"learner", *(table.name for table in PERSONAL)} == set(exported)
        async with place.database() as database, database.read() as connection:
            for table in PERSONAL:
                rows = (await connection.execute(select(table))).mappings().all()
                assert rows, f"nothing is left in {table.name}: let `lives` leave something"
                assert len(rows) == len(exported[table.name])
                told = {name for row in exported[table.name] for name in row}
                assert set(table.c.keys()) - {"id", "learner_id", "digest", "vectors"} <= told

    async def test_it_can_be_read_and_holds_what_was_said_and_told(self, lived: tuple[Person, Person]) -> None:
        ada, _ = lived

        exported = json.loads(json.dumps(await ada.store.export(ada.who), allow_nan=False))

        assert {"ada~ asks", "ada~ in the group", "ada~ elsewhere"} <= {turn["question"] for turn in exported["turns"]}
        assert "ada~ is told [1]." in {turn["answer"]["text"] for turn in exported["turns"] if turn["answer"]}
        assert ["ada~ another goal"] == [learner["profile"]["goal_text"] for learner in exported["learners"]]
        assert {"ada~-held", "ada~-new"} == {held["credential"] for held in exported["learners"][0]["wallet"]}
        assert NOW.isoformat() in {reminder["sent_at"] for reminder in exported["reminders"]}
        assert [True, False] == [review["correct"] for review in exported["reviews"]]
        assert ["ada~ alias"] == [member["alias"] for member in exported["members"]]
        assert [("ada~ short", "ada~-key", NOW.isoformat())] == [
            (kept["text"], kept["upto"], kept["at"]) for kept in exported["summaries"]
        ]
        assert [("discord", "2026-11-23", 7), ("telegram", "2026-11-23", 7)] == [
            (spent["platform"], spent["day"], spent["tokens"]) for spent in exported["learner_spending"]
        ]

    async def test_it_is_the_same_from_every_platform_and_holds_nothing_of_anybody_else(
        self, lived: tuple[Person, Person]
    ) -> None:
        ada, bo = lived

        assert await ada.store.export(ada.who) == await ada.store.export(elsewhere(ada).who)
        assert "bo~" not in json.dumps(await ada.store.export(ada.who))
        assert "ada~" not in json.dumps(await bo.store.export(bo.who))

    async def test_of_somebody_unknown_there_is_nothing(self, lived: tuple[Person, Person]) -> None:
        exported = await lived[0].store.export(Identity(platform="telegram", number="nobody"))

        assert set() == {name for name, rows in exported.items() if rows}


class TestForgetting:
    async def test_nothing_of_the_learner_is_left_in_any_table(self, place: Place) -> None:
        async with place.open_all() as stores:
            ada = Person(stores.learners, "ada~1")
            await lives(ada, "ada~", stores)
            before = await ada.store.export(ada.who)

            receipt = await ada.store.forget(elsewhere(ada).who, NOW)

        assert NOW == receipt.at
        assert {table.name: len(before[table.name]) for table in PERSONAL} == receipt.erased
        async with place.database() as database, database.read() as connection:
            for table in PERSONAL:
                assert 0 == await connection.scalar(select(func.count()).select_from(table)), table.name
            for table in NOBODYS:
                assert "ada~" not in str((await connection.execute(select(table))).all())

    async def test_nobody_else_is_touched(self, lived: tuple[Person, Person]) -> None:
        ada, bo = lived
        before = await bo.store.export(bo.who)

        await ada.store.forget(ada.who, NOW)

        assert before == await bo.store.export(bo.who)

    async def test_who_was_forgotten_is_new_on_every_platform(self, lived: tuple[Person, Person]) -> None:
        ada, _ = lived
        old = await ada.learner()

        await ada.store.forget(ada.who, NOW)

        for person in (ada, elsewhere(ada)):
            assert (0, Profile(), ()) == (
                (await person.learner()).version,
                (await person.learner()).profile,
                (await person.learner()).wallet,
            )
            assert (await person.learner()).id != old.id
            assert Context() == await ada.store.context(person.who, person.room)
        assert [] == await ada.store.turns(old, ada.room, limit=9)
        assert [] == await ada.store.cards(old) + await ada.store.reviews(old)
        assert None is await ada.store.before_last_change(old)
        assert ["bo~-later"] == [claimed.reminder.key for claimed in await ada.store.claim_reminders(NOW + DAY)]

    async def test_a_turn_that_was_being_answered_is_not_stored_any_more(self, lived: tuple[Person, Person]) -> None:
        ada, _ = lived
        answering = await ada.learner()
        await ada.store.forget(ada.who, NOW)

        with pytest.raises(StaleLearner):
            await ada.store.commit(ada.who, answering, a_turn(ada.room, "late", changes=everything("late")))

        assert [] == (await ada.store.export(ada.who))["identities"]

    async def test_forgetting_twice_or_nobody_erases_nothing(self, lived: tuple[Person, Person]) -> None:
        ada, _ = lived
        await ada.store.forget(ada.who, NOW)

        assert {} == (await ada.store.forget(ada.who, NOW)).erased

    async def test_who_was_forgotten_can_begin_again(self, lived: tuple[Person, Person], stores: app.Stores) -> None:
        ada, _ = lived
        await ada.store.forget(ada.who, NOW)

        await lives(ada, "ada~", stores)

        assert 2 == len((await ada.store.export(ada.who))["identities"])

    async def test_other_places_are_emptied_of_all_identities_first(self, place: Place) -> None:
        ada_there, bo_there = Identity(platform="discord", number="ada~1-elsewhere"), Identity(platform="x", number="b")
        cupboard = Cupboard({ada_there: 3, bo_there: 2})
        async with place.open_all([cupboard]) as stores:
            store = stores.learners
            ada = Person(store, "ada~1")
            await lives(ada, "ada~", stores)
            before = await store.export(ada.who)

            cupboard.stuck = True
            with pytest.raises(RuntimeError, match="cupboard"):
                await store.forget(ada.who, NOW)
            assert before == await store.export(ada.who)

            cupboard.stuck = False
            assert 3 == (await store.forget(ada.who, NOW)).erased["things"]
        assert {bo_there: 2} == cupboard.things


class TestRanking:
    async def test_those_who_joined_are_ranked_by_right_answers_and_equals_share_a_rank(
        self, store: LearnerStore
    ) -> None:
        for name, correct in {"Ada": 2, "Bo": 3, "Cy": 2, "Di": 0}.items():
            person = Person(store, name)
            await person.changes(reviews=tuple(right("x", NOW) for _ in range(correct)))
            assert await store.join_ranking(person.who, GROUP, name)
        unseen = Person(store, "Em")
        await unseen.changes(reviews=tuple(right("x", NOW) for _ in range(9)))

        standings = await store.ranking(GROUP, since=NOW)

        assert [(1, "Bo", 3), (2, "Ada", 2), (2, "Cy", 2), (4, "Di", 0)] == [
            (one.rank, one.alias, one.correct) for one in standings
        ]

    async def test_only_right_answers_since_then_count(self, store: LearnerStore) -> None:
        ada = Person(store)
        reviews = everything("x").reviews
        await ada.changes(reviews=(*reviews, right("x", NOW - DAY), right("x", NOW + DAY)))
        await store.join_ranking(ada.who, GROUP, "Ada")

        assert [2] == [one.correct for one in await store.ranking(GROUP, since=NOW)]
        assert [3] == [one.correct for one in await store.ranking(GROUP, since=NOW - DAY)]

    async def test_one_joins_each_community_and_leaves_it_by_itself(self, store: LearnerStore) -> None:
        ada, elsewhere_ = Person(store), Person(store).room
        await store.join_ranking(ada.who, GROUP, "Ada")
        await store.join_ranking(ada.who, elsewhere_, "Ada")

        await store.leave_ranking(ada.who, GROUP)
        await store.leave_ranking(ada.who, GROUP)

        assert [] == await store.ranking(GROUP, since=NOW)
        assert ["Ada"] == [one.alias for one in await store.ranking(elsewhere_, since=NOW)]

    async def test_nobody_takes_the_alias_of_another(self, store: LearnerStore) -> None:
        ada, bo = Person(store, "1"), Person(store, "2")
        assert await store.join_ranking(ada.who, GROUP, "  Ada \n Lovelace ")
        assert not await store.join_ranking(bo.who, GROUP, "ÁDA lovelace")
        assert await store.join_ranking(bo.who, GROUP, "Bo")
        assert not await store.join_ranking(bo.who, GROUP, "ada lovelace")
        assert await store.join_ranking(ada.who, GROUP, "Ada")

        assert ["Ada", "Bo"] == [one.alias for one in await store.ranking(GROUP, since=NOW)]

    @pytest.mark.parametrize("alias", ["", " \n", "\u200b\u200b", "...", "\0\ud800"])
    async def test_an_alias_has_something_to_be_seen(self, store: LearnerStore, alias: str) -> None:
        with pytest.raises(Exception, match="choose an alias"):
            await store.join_ranking(Person(store).who, GROUP, alias)

    async def test_who_joins_platforms_is_seen_once(self, store: LearnerStore) -> None:
        ada, same = Person(store, "1"), Person(store, "2", "discord")
        other = Person(store, "3").room
        for person, alias in ((ada, "Ada"), (same, "Other")):
            await person.changes(reviews=(right("x"),))
            await store.join_ranking(person.who, GROUP, alias)
        await store.join_ranking(same.who, other, "Other")

        await store.redeem(await store.link_code(ada.who, NOW), same.who, NOW)

        assert [("Ada", 2)] == [(one.alias, one.correct) for one in await store.ranking(GROUP, since=NOW)]
        assert [("Other", 2)] == [(one.alias, one.correct) for one in await store.ranking(other, since=NOW)]

    async def test_joining_a_ranking_changes_nothing_else(self, store: LearnerStore) -> None:
        ada = Person(store)
        learner = await ada.does(a_turn(ada.room, changes=Changes(reviews=(right("x"),))))
        await store.join_ranking(ada.who, GROUP, "Ada")

        assert learner == await ada.learner()
