"""What stayed unanswered in a community, and what it may use of the model: what every `Asked` and `Budget` promises."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.app import Stores
from bot.learning.learner import Room
from tests.contracts.people import DAY, GROUP, NOW, Person, Place, an_answer

CHANNEL = Room(platform="telegram", number="-77/5", private=False)
ELSEWHERE = Room(platform="telegram", number="-78", private=False)


@pytest.fixture
def ada(stores: Stores) -> Person:
    return Person(stores.learners)


@pytest.fixture
def bo(stores: Stores) -> Person:
    return Person(stores.learners, "1002")


async def asks(person: Person, question: str, *, answered: bool = False, **rest: Any) -> None:
    given = {"room": CHANNEL, "community": GROUP} | rest
    status = "answered" if answered else "abstained"
    await person.says(question, answer=replace(an_answer(question), status=status), **given)


async def unanswered(stores: Stores, community: Room = GROUP) -> list[str]:
    return [asked.question for asked in await stores.asked.unanswered(community, NOW, NOW + DAY)]


async def test_what_got_no_answer_where_all_could_see_it_the_latest_first(stores: Stores, ada: Person) -> None:
    await asks(ada, "first?")
    await asks(ada, "answered?", answered=True)
    await asks(ada, "/stack foo")
    await asks(ada, "second?", at=NOW + DAY / 2)
    await asks(ada, "long ago?", at=NOW - DAY)
    await asks(ada, "elsewhere?", room=ELSEWHERE, community=ELSEWHERE)
    await asks(ada, "in private?", room=ada.room, community=None)

    assert ["second?", "first?"] == await unanswered(stores)
    assert ["elsewhere?"] == await unanswered(stores, ELSEWHERE)


async def test_it_tells_that_two_are_of_the_same_person_and_not_of_whom(
    stores: Stores, ada: Person, bo: Person
) -> None:
    for person, question in ((ada, "one?"), (bo, "two?"), (ada, "three?")):
        await asks(person, question)
    found = await stores.asked.unanswered(GROUP, NOW, NOW + DAY)
    assert [("three?", 0), ("two?", 1), ("one?", 0)] == [(asked.question, asked.by) for asked in found]


async def test_who_is_forgotten_has_asked_nothing(stores: Stores, ada: Person, bo: Person) -> None:
    await asks(ada, "ada's?")
    await asks(bo, "bo's?")
    await stores.learners.forget(ada.who, NOW)
    assert ["bo's?"] == await unanswered(stores)


async def test_a_community_with_another_number_keeps_what_was_asked(stores: Stores, ada: Person) -> None:
    await asks(ada, "before?")
    await stores.mailbox.moved(GROUP, ELSEWHERE)
    assert [] == await unanswered(stores)
    assert ["before?"] == await unanswered(stores, ELSEWHERE)


async def test_a_community_may_use_less_than_all_may_and_never_more(place: Place) -> None:
    async with place.budget(community=100) as budget:

        async def may_use(tokens: int, own: int | None) -> bool:
            return await budget.reserve(None, GROUP, tokens, NOW, community_limit=own) is not None

        assert not await may_use(60, 50)
        assert await may_use(50, 50)
        assert not await may_use(1, 50)
        assert await may_use(50, 1000)
        assert not await may_use(1, 1000)
        assert not await may_use(1, None)
