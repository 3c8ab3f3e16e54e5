"""A reminder is told once at most, whoever sends it: what every `LearnerStore` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.core.ports import DueReminder, LearnerStore
from bot.learning.learner import Identity, Learner
from tests.contracts.people import DAY, NOW, Person, Place, a_reminder, everything


async def due(store: LearnerStore, at: object = NOW) -> list[str]:
    return [claimed.reminder.key for claimed in await store.claim_reminders(at)]  # type: ignore[arg-type]


async def stored(store: LearnerStore, person: Person) -> dict[str, dict[str, object]]:
    return {row["key"]: row for row in (await store.export(person.who))["reminders"]}


async def test_what_is_due_is_given_with_all_that_is_needed_to_tell_it(store: LearnerStore) -> None:
    ada = Person(store)
    learner = await ada.changes(**{name: getattr(everything("ada"), name) for name in ("profile", "reminders")})
    await store.redeem(await store.link_code(ada.who, NOW), Identity(platform="discord", number="9"), NOW)

    [claimed] = await store.claim_reminders(NOW)

    assert (everything("ada").reminders or ())[0] == claimed.reminder
    assert replace(learner, version=claimed.learner.version) == claimed.learner
    assert (Identity(platform="discord", number="9"), ada.who) == claimed.identities


async def test_the_longest_due_comes_first_and_nothing_before_its_time(store: LearnerStore) -> None:
    ada = Person(store)
    wanted = (a_reminder("now"), a_reminder("later", NOW + DAY), a_reminder("long ago", NOW - DAY))
    await ada.changes(reminders=wanted)

    assert ["long ago"] == [claimed.reminder.key for claimed in await store.claim_reminders(NOW, limit=1)]
    assert ["now"] == await due(store)
    assert ["later"] == await due(store, NOW + DAY)


async def test_no_two_workers_are_given_the_same_reminder(place: Place) -> None:
    async with place.open() as one, place.open() as other:
        keys = {f"r{number}" for number in range(40)}
        await Person(one, "1").wants_to_hear(*keys)
        await Person(one, "2").wants_to_hear(*keys)

        rounds = await asyncio.gather(*(store.claim_reminders(NOW, limit=7) for store in (one, other) * 10))

        given: list[DueReminder] = [claimed for claims in rounds for claimed in claims]
        assert {(number, key) for number in "12" for key in keys} == {
            (claimed.identities[0].number, claimed.reminder.key) for claimed in given
        }
        assert 80 == len(given) == len({claimed.claim for claimed in given})


async def test_a_claim_that_is_not_confirmed_is_never_given_again(place: Place) -> None:
    async with place.open() as store:
        await Person(store).wants_to_hear("a")
        assert ["a"] == await due(store)
    async with place.open() as store:
        assert [] == await due(store, NOW + 400 * DAY)


async def test_what_was_claimed_or_sent_is_not_stored_again(store: LearnerStore) -> None:
    ada = Person(store)
    await ada.wants_to_hear("sent")
    await store.reminders_sent([claimed.claim for claimed in await store.claim_reminders(NOW)], NOW)
    await ada.wants_to_hear("sent", "claimed")
    assert ["claimed"] == await due(store)

    before = await stored(store, ada)

    await ada.wants_to_hear("sent", "claimed", at=NOW + DAY)

    assert [] == await due(store, NOW + DAY)
    assert before == await stored(store, ada)
    assert {"sent": NOW.isoformat(), "claimed": None} == {key: row["sent_at"] for key, row in before.items()}


async def test_the_set_that_is_wanted_replaces_what_was_not_sent_yet(store: LearnerStore) -> None:
    ada, bo = Person(store, "1"), Person(store, "2")
    await bo.wants_to_hear("his", at=NOW + DAY)
    await ada.wants_to_hear("sent")
    await due(store)
    await ada.wants_to_hear("sent", "kept", "moved", "dropped", at=NOW + DAY)

    changed = replace(a_reminder("moved", NOW + 2 * DAY), values={"days": "7"})
    await ada.changes(reminders=(a_reminder("kept", NOW + DAY), changed, a_reminder("new", NOW + 3 * DAY)))

    assert ["his", "kept"] == sorted(await due(store, NOW + DAY))
    assert [changed] == [claimed.reminder for claimed in await store.claim_reminders(NOW + 2 * DAY)]
    assert ["new"] == await due(store, NOW + 9 * DAY)
    assert "sent" in await stored(store, ada)


async def test_a_turn_that_says_nothing_of_reminders_leaves_them_and_an_empty_set_clears_them(
    store: LearnerStore,
) -> None:
    ada = Person(store)
    await ada.wants_to_hear("a", "b")
    await ada.holds("x")
    assert {"a", "b"} == set(await stored(store, ada))

    await ada.changes(reminders=())

    assert {} == await stored(store, ada)


async def test_what_was_postponed_comes_again_at_its_new_time_and_only_that(store: LearnerStore) -> None:
    ada = Person(store)
    await ada.wants_to_hear("quiet", "sent", "unsure")
    claims = {claimed.reminder.key: claimed.claim for claimed in await store.claim_reminders(NOW)}
    await store.reminders_sent([claims["sent"]], NOW)

    await store.postpone_reminders([claims["quiet"], claims["sent"]], NOW + DAY)

    assert [] == await due(store, NOW + DAY / 2)
    [again] = await store.claim_reminders(NOW + DAY)
    assert ("quiet", NOW + DAY) == (again.reminder.key, again.reminder.due_at)
    assert again.claim != claims["quiet"]


async def test_one_persons_reminders_are_no_business_of_another(store: LearnerStore) -> None:
    ada, bo = Person(store, "1"), Person(store, "2")
    await ada.wants_to_hear("same")
    await bo.wants_to_hear("same")
    await ada.changes(reminders=())

    [claimed] = await store.claim_reminders(NOW)

    assert (bo.who,) == claimed.identities
    assert isinstance(claimed.learner, Learner)


async def test_all_who_hold_something_or_have_practised_are_gone_through_in_pages(store: LearnerStore) -> None:
    for number in range(5):
        await Person(store, str(number)).holds("az-104")
    await Person(store, "practised").changes(cards=everything("x").cards)
    await Person(store, "only talked").says("hello")

    pages: list[list[Learner]] = []
    after = None
    while page := await store.learners(after=after, limit=4):
        pages.append(page)
        after = page[-1].id
    assert [4, 2] == [len(page) for page in pages]
    found = {learner.id for page in pages for learner in page}
    assert found == {(await store.learner(Person(store, n).who)).id for n in ("0", "1", "2", "3", "4", "practised")}


async def test_reminders_are_planned_anew_with_nothing_else_changed(store: LearnerStore) -> None:
    ada = Person(store)
    learner = await ada.wants_to_hear("old", "told")
    [_, told] = await store.claim_reminders(NOW)
    await store.reminders_sent([told.claim], NOW)
    assert await store.plan_reminders(learner, (a_reminder("new", NOW + DAY), a_reminder("told", NOW + DAY)))

    assert learner == await store.learner(ada.who)
    assert ["new"] == await due(store, NOW + DAY)


async def test_what_was_read_before_a_change_plans_nothing(store: LearnerStore) -> None:
    ada = Person(store)
    before = await ada.wants_to_hear("old")
    await ada.holds("az-104")
    assert not await store.plan_reminders(before, (a_reminder("new"),))
    await store.forget(ada.who, NOW)
    assert not await store.plan_reminders(before, (a_reminder("new"),))
    assert [] == await due(store)
