"""One person on two platforms becomes one learner, and nobody else does: what every `LearnerStore` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from bot.core.ports import LearnerStore, StaleLearner, TooManyGuesses
from bot.learning.learner import Holding, Identity, Learner, Profile
from bot.storage.tables import metadata
from tests.contracts.people import DAY, GROUP, NOW, Person, Place, a_card, a_turn, everything, right

MINUTES = timedelta(minutes=1)
GUESS = "0000-0000"


@pytest.fixture
def ada(store: LearnerStore) -> Person:
    return Person(store, "1001", "telegram")


@pytest.fixture
def same(store: LearnerStore) -> Person:
    """Ada on another platform, of which nobody knows yet."""
    return Person(store, "2002", "discord")


async def join(maker: Person, other: Person) -> Learner:
    joined = await maker.store.redeem(await maker.store.link_code(maker.who, NOW), other.who, NOW)
    assert joined is not None
    return joined


async def test_somebody_new_joins_and_is_the_same_learner(ada: Person, same: Person) -> None:
    await ada.holds("a")

    joined = await join(ada, same)

    assert joined == await ada.learner() == await same.learner()
    assert ("a",) == tuple(holding.credential for holding in (await same.holds("a")).wallet)


async def test_somebody_new_makes_a_code_for_one_who_is_known(ada: Person, same: Person) -> None:
    await same.holds("a")

    joined = await join(ada, same)

    assert joined == await ada.learner() == await same.learner()
    assert ("a",) == tuple(holding.credential for holding in joined.wallet)


async def test_what_the_maker_has_said_prevails_and_what_was_not_said_is_filled_in(ada: Person, same: Person) -> None:
    await ada.changes(
        profile=Profile(goals=("az-104",), hours_per_week=4, quiet_from=time(20)),
        holdings=(Holding(credential="b", state="planned"), Holding(credential="c")),
    )
    await same.changes(
        profile=Profile(goal_text="data", hours_per_week=9, budget_usd=100, quiet_until=time(6), answer_style="full"),
        holdings=(Holding(credential="a"), Holding(credential="b", earned_on=date(2024, 2, 29))),
    )

    joined = await join(ada, same)

    # Goals in words belong to goals by name, and one end of the night to the other.
    assert joined.profile == Profile(
        goals=("az-104",), hours_per_week=4, budget_usd=100, quiet_from=time(20), answer_style="full"
    )
    assert [("a", "held"), ("b", "planned"), ("c", "held")] == [(held.credential, held.state) for held in joined.wallet]


async def test_practice_turns_and_reminders_become_one(ada: Person, same: Person) -> None:
    store, monday, tuesday = ada.store, date(2026, 11, 23), date(2026, 11, 24)
    await ada.changes(cards=(a_card("x", mark="hers", days=[tuesday]), a_card("y")), reviews=(right("x"),))
    await same.changes(cards=(a_card("x", mark="other", days=[monday]), a_card("z")), reviews=(right("z"),))
    await ada.wants_to_hear("both", "hers")
    await same.wants_to_hear("both", "other", at=NOW - DAY)
    await same.says("in discord")
    await same.says("in the group", GROUP)

    joined = await join(ada, same)

    held = {card.item: card for card in await store.cards(joined)}
    assert {"x", "y", "z"} == set(held)
    assert ("hers", (monday, tuesday)) == (held["x"].state["mark"], held["x"].correct_days)
    assert {"x", "z"} == {review.item for review in await store.reviews(joined)}
    assert "in discord" in [turn.question for turn in await store.turns(joined, same.room, limit=9)]
    assert ["in the group"] == [turn.question for turn in await store.turns(joined, GROUP, limit=9)]
    due = await store.claim_reminders(NOW)
    assert [("other", NOW - DAY), ("both", NOW), ("hers", NOW)] == sorted(
        [(claimed.reminder.key, claimed.reminder.due_at) for claimed in due], key=lambda one: (one[1], one[0])
    )
    assert all(claimed.identities == (same.who, ada.who) for claimed in due)


@pytest.mark.parametrize("sent_to", ["maker", "other"])
async def test_what_one_of_both_was_told_is_not_told_again(ada: Person, same: Person, sent_to: str) -> None:
    told, untold = (ada, same) if sent_to == "maker" else (same, ada)
    await told.wants_to_hear("both")
    assert 1 == len(await ada.store.claim_reminders(NOW))
    await untold.wants_to_hear("both")

    await join(ada, same)

    assert [] == await ada.store.claim_reminders(NOW + DAY)


async def test_joining_cannot_be_undone_by_undoing_the_last_change(ada: Person, same: Person) -> None:
    await ada.holds("a")
    await same.holds("b")

    assert None is await ada.store.before_last_change(await join(ada, same))


async def test_a_turn_begun_before_joining_is_begun_again(ada: Person, same: Person) -> None:
    old, mine = await same.holds("b"), await ada.holds("a")
    await join(ada, same)

    for person, learner in ((same, old), (ada, mine)):
        with pytest.raises(StaleLearner):
            await person.store.commit(person.who, learner, a_turn(person.room, changes=everything("x")))


async def test_third_platforms_stay_with_their_learner(ada: Person, same: Person) -> None:
    third = Person(ada.store, "3003", "console")
    await same.holds("b")
    await join(same, third)

    joined = await join(ada, same)

    assert joined == await third.learner()
    assert 3 == len((await ada.store.export(third.who))["identities"])


async def test_a_code_by_oneself_changes_nothing(ada: Person) -> None:
    learner = await ada.holds("a")

    assert learner == await join(ada, ada) == await ada.learner()


class TestCodes:
    async def test_a_code_works_however_it_is_typed(self, ada: Person, same: Person) -> None:
        code = await ada.store.link_code(ada.who, NOW)
        sloppy = f" {code.lower().replace('0', 'o').replace('1', 'l').replace('-', ' ')}\n"

        assert len("XXXX-XXXX") == len(code)
        joined = await ada.store.redeem(sloppy, same.who, NOW)
        assert joined == await ada.learner() == await same.learner()

    async def test_a_code_works_once(self, ada: Person, same: Person) -> None:
        code = await ada.store.link_code(ada.who, NOW)
        await ada.store.redeem(code, same.who, NOW)

        assert None is await ada.store.redeem(code, Person(ada.store, "3").who, NOW)

    async def test_a_code_works_once_also_when_many_use_it_at_once(self, place: Place) -> None:
        async with place.open() as one, place.open() as other:
            maker = Person(one)
            await maker.holds("a")
            code = await one.link_code(maker.who, NOW)
            people = [Person(store, str(number)) for number in range(5) for store in (one, other)][::2]

            joined = await asyncio.gather(*(person.store.redeem(code, person.who, NOW) for person in people))

            assert 1 == sum(learner is not None for learner in joined)
            assert 2 == len((await one.export(maker.who))["identities"])

    async def test_a_code_is_old_after_ten_minutes(self, ada: Person, same: Person) -> None:
        code = await ada.store.link_code(ada.who, NOW)

        assert None is await ada.store.redeem(code, same.who, NOW + 10 * MINUTES)
        assert None is not await ada.store.redeem(code, same.who, NOW + timedelta(minutes=9, seconds=59))

    async def test_a_new_code_takes_the_place_of_the_old(self, ada: Person, same: Person) -> None:
        old = await ada.store.link_code(ada.who, NOW)
        new = await ada.store.link_code(ada.who, NOW)

        assert old != new
        assert None is await ada.store.redeem(old, same.who, NOW)
        assert None is not await ada.store.redeem(new, same.who, NOW)

    @pytest.mark.parametrize("code", ["", "-", "💎" * 8, "\0\ud800", "0" * 100_000, "' OR 1=1 --"])
    async def test_what_is_no_code_at_all_joins_nobody(self, ada: Person, same: Person, code: str) -> None:
        await ada.store.link_code(ada.who, NOW)

        assert None is await ada.store.redeem(code, same.who, NOW)

    async def test_of_a_code_only_a_hash_is_stored(self, place: Place) -> None:
        async with place.open() as store, place.database() as database, database.read() as connection:
            code = await store.link_code(Person(store).who, NOW)
            rows = [(await connection.execute(select(table))).all() for table in metadata.sorted_tables]

            assert any(rows)
            assert code not in str(rows)
            assert code.replace("-", "") not in str(rows)

    async def test_a_forgotten_learners_code_joins_nobody(self, ada: Person, same: Person) -> None:
        code = await ada.store.link_code(ada.who, NOW)
        await ada.store.forget(ada.who, NOW)

        assert None is await ada.store.redeem(code, same.who, NOW)


class TestGuessing:
    async def test_after_five_wrong_codes_not_even_a_right_one_is_looked_at(self, ada: Person, same: Person) -> None:
        code = await ada.store.link_code(ada.who, NOW)
        for number in range(5):
            assert None is await ada.store.redeem(GUESS, same.who, NOW + number * MINUTES)

        with pytest.raises(TooManyGuesses) as refused:
            await ada.store.redeem(code, same.who, NOW + 5 * MINUTES)

        assert NOW + 10 * MINUTES == refused.value.until
        # Which is true of nobody else, and no longer than it says.
        assert None is not await ada.store.redeem(code, Person(ada.store, "3").who, NOW + 5 * MINUTES)
        fresh = await ada.store.link_code(ada.who, refused.value.until)
        assert None is not await ada.store.redeem(fresh, same.who, refused.value.until)

    async def test_guesses_sent_all_at_once_are_counted_one_by_one(self, place: Place) -> None:
        async with place.open() as one, place.open() as other:
            who = Identity(platform="telegram", number="6")

            async def guess(store: LearnerStore) -> str:
                try:
                    return str(await store.redeem(GUESS, who, NOW))
                except TooManyGuesses:
                    return "refused"

            told = await asyncio.gather(*(guess(store) for store in (one, other) * 8))

            assert (5, 11) == (told.count("None"), told.count("refused"))

    async def test_a_right_code_makes_earlier_mistakes_forgotten(self, ada: Person, same: Person) -> None:
        for _ in range(2):
            for _ in range(4):
                assert None is await ada.store.redeem(GUESS, same.who, NOW)
            assert None is not await ada.store.redeem(await ada.store.link_code(ada.who, NOW), same.who, NOW)


async def test_joining_at_the_same_time_as_committing_loses_nothing(place: Place) -> None:
    """Both keep what they commit meanwhile, or are told to read again."""
    async with place.open() as one, place.open() as other:
        ada, same = Person(one, "1", "telegram"), Person(other, "2", "discord")
        await ada.holds("a")
        await same.holds("b")
        code = await one.link_code(ada.who, NOW)

        async def keep_holding(person: Person) -> None:
            for number in range(6):
                await insist_on(person, f"{person.platform}-{number}")

        async def keep_joining() -> None:
            while True:
                try:
                    await one.redeem(code, same.who, NOW)
                except StaleLearner:
                    continue
                return

        await asyncio.gather(keep_holding(ada), keep_holding(same), keep_joining())

        wanted = {"a", "b", *(f"{name}-{number}" for name in ("telegram", "discord") for number in range(6))}
        assert wanted == {holding.credential for holding in (await ada.learner()).wallet}
        assert await ada.learner() == await same.learner()


async def insist_on(person: Person, credential: str) -> None:
    while True:
        try:
            await person.holds(credential)
        except StaleLearner:
            continue
        return


async def test_joined_learners_are_as_large_as_both(ada: Person, same: Person) -> None:
    """Nothing of the second learner stays behind under an id that nobody has any more."""
    for person, mark in ((ada, "ada"), (same, "same")):
        await person.says("?", changes=everything(mark))
    await join(ada, same)

    exported = await ada.store.export(same.who)

    sizes = {name: len(rows) for name, rows in exported.items() if isinstance(rows, list)}
    assert {"learners": 1, "identities": 2, "turns": 2, "reminders": 4, "cards": 2, "reviews": 4} == {
        name: size for name, size in sizes.items() if size
    }
    receipt = await ada.store.forget(ada.who, NOW)
    assert {name: size for name, size in sizes.items() if size} == receipt.erased
    assert replace(receipt, erased={}) == replace(await same.store.forget(same.who, NOW), erased={})
