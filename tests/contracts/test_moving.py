"""A group that has another number goes on as if nothing had happened: what every `Mailbox` promises of its room."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.app import Stores
from bot.core.conversation import Context
from bot.core.feedback import Tally, Thumb
from bot.core.mail import Posted
from bot.learning.learner import Room
from tests.contracts.people import DAY, GROUP, NOW, Person, a_document, a_summary, answered

NEW = Room(platform="telegram", number="-100777", private=False)
ELSEWHERE = Room(platform="discord", number=GROUP.number, private=False)
SINCE = NOW - timedelta(days=30)


@pytest.fixture
def ada(stores: Stores) -> Person:
    return Person(stores.learners)


async def aliases(stores: Stores, room: Room) -> list[str]:
    return [line.alias for line in await stores.learners.ranking(room, since=SINCE)]


async def test_what_was_said_there_is_still_known(stores: Stores, ada: Person) -> None:
    learner = await ada.says("az-104?", GROUP, context=Context(focus=("az-104",)), key="1")
    await stores.learners.keep_summary(learner, GROUP, a_summary("of az-104", "1"))

    await stores.mailbox.moved(GROUP, NEW)

    assert ("az-104",) == (await stores.learners.context(ada.who, NEW)).focus
    assert ["az-104?"] == [turn.question for turn in await stores.learners.turns(learner, NEW, limit=5)]
    summary = await stores.learners.summary(learner, NEW)
    assert summary is not None
    assert "of az-104" == summary.text
    assert () == (await stores.learners.context(ada.who, GROUP)).focus


async def test_its_ranking_goes_on(stores: Stores, ada: Person) -> None:
    await stores.learners.join_ranking(ada.who, GROUP, "Ada")

    await stores.mailbox.moved(GROUP, NEW)

    assert ["Ada"] == await aliases(stores, NEW)
    assert [] == await aliases(stores, GROUP)


async def test_who_has_joined_again_under_the_new_number_stays_as_they_are_there(stores: Stores, ada: Person) -> None:
    bo = Person(stores.learners, "2")
    await stores.learners.join_ranking(ada.who, GROUP, "Ada")
    await stores.learners.join_ranking(bo.who, GROUP, "Countess")
    await stores.learners.join_ranking(ada.who, NEW, "Countess")

    await stores.mailbox.moved(GROUP, NEW)

    assert ["Countess"] == await aliases(stores, NEW)


async def test_its_documents_go_with_it(stores: Stores) -> None:
    await stores.shelf.put(GROUP, a_document("notes"))
    await stores.shelf.put(GROUP, a_document("rules"))
    await stores.shelf.put(NEW, a_document("notes", name="new.md"))

    await stores.mailbox.moved(GROUP, NEW)

    assert {"new.md", "rules.md"} == {line.name for line in await stores.shelf.documents(NEW)}
    assert [] == await stores.shelf.documents(GROUP)


async def test_its_answers_are_still_known_and_what_was_thought_of_them(stores: Stores, ada: Person) -> None:
    posted = await answered(stores, ada, GROUP, "az-104?", message="5")
    await stores.feedback.give(Thumb(who=ada.who, message=posted, up=False, at=NOW, community=GROUP))
    # The other's message of the same number is the later one.
    await answered(stores, ada, GROUP, "old", message="6")
    await answered(stores, ada, NEW, "new", message="6")

    await stores.mailbox.moved(GROUP, NEW)

    assert Tally(downs=1) == await stores.feedback.tally(SINCE, NOW + DAY, NEW)
    assert Tally() == await stores.feedback.tally(SINCE, NOW + DAY, GROUP)
    learner = await ada.learner()
    known = [await stores.learners.turn_of(learner, NEW, Posted(room=NEW, number=number)) for number in ("5", "6")]
    assert ["az-104?", "new"] == [turn.question if turn else None for turn in known]


async def test_nothing_of_another_room_moves(stores: Stores, ada: Person) -> None:
    namesake = Person(stores.learners, platform="discord")
    await stores.learners.join_ranking(namesake.who, ELSEWHERE, "Namesake")
    await ada.says("in private", context=Context(focus=("ccna",)))

    await stores.mailbox.moved(GROUP, NEW)

    assert ["Namesake"] == await aliases(stores, ELSEWHERE)
    assert ("ccna",) == (await stores.learners.context(ada.who, ada.room)).focus
