"""What a front end remembers from one update to the next: what every `Keepsakes` promises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.app import Stores
from bot.core.ports import Keepsakes
from bot.learning.learner import Identity
from tests.contracts.people import DAY, NOW, Place

ADA = Identity(platform="telegram", number="1")
BO = Identity(platform="telegram", number="2")


@pytest.fixture
def keepsakes(stores: Stores) -> Keepsakes:
    return stores.keepsakes


async def test_what_was_kept_is_there_and_belongs_to_one_person(keepsakes: Keepsakes) -> None:
    await keepsakes.keep(ADA, {"a": {"asks": ["A", "ü😀"]}, "b": "text"}, NOW + DAY)

    assert await keepsakes.recall(ADA, "a", NOW) == {"asks": ["A", "ü😀"]}
    assert await keepsakes.recall(ADA, "b", NOW) == "text"
    assert await keepsakes.recall(BO, "a", NOW) is None


async def test_what_is_kept_again_takes_the_place_of_what_was(keepsakes: Keepsakes) -> None:
    await keepsakes.keep(ADA, {"a": 1}, NOW + DAY)
    await keepsakes.keep(ADA, {"a": 2}, NOW + 3 * DAY)

    assert await keepsakes.recall(ADA, "a", NOW + 2 * DAY) == 2


async def test_it_is_gone_when_it_is_dropped_or_its_time_is_over(keepsakes: Keepsakes, stores: Stores) -> None:
    await keepsakes.keep(ADA, {"a": 1, "b": 2}, NOW + DAY)
    await keepsakes.drop(ADA, "a")
    await keepsakes.drop(ADA, "a")

    assert await keepsakes.recall(ADA, "a", NOW) is None
    assert await keepsakes.recall(ADA, "b", NOW + DAY) is None
    await stores.mailbox.sweep(NOW + 2 * DAY)
    assert (await stores.learners.export(ADA))["keepsakes"] == []


async def test_it_is_exported_and_forgotten_with_whose_it_is(keepsakes: Keepsakes, stores: Stores) -> None:
    await keepsakes.keep(ADA, {"a": 1}, NOW + DAY)
    await keepsakes.keep(BO, {"a": 2}, NOW + DAY)

    assert [(row["key"], row["payload"]) for row in (await stores.learners.export(ADA))["keepsakes"]] == [("a", 1)]
    assert (await stores.learners.forget(ADA, NOW)).erased == {"keepsakes": 1}
    assert await keepsakes.recall(ADA, "a", NOW) is None
    assert await keepsakes.recall(BO, "a", NOW) == 2


async def test_what_is_changed_is_made_of_what_was_kept(keepsakes: Keepsakes) -> None:
    given: list[Any] = []

    def one_more(before: list[str] | None) -> list[str] | None:
        given.append(before)
        return [*(before or ()), "ü😀"]

    await keepsakes.change(ADA, "a", one_more, NOW, NOW + DAY)
    await keepsakes.change(ADA, "a", one_more, NOW, NOW + 2 * DAY)
    assert await keepsakes.recall(ADA, "a", NOW + DAY) == ["ü😀", "ü😀"]
    # What is over is nothing.
    await keepsakes.change(ADA, "a", one_more, NOW + 2 * DAY, NOW + 3 * DAY)
    assert given == [None, ["ü😀"], None]


async def test_what_becomes_nothing_is_not_there(keepsakes: Keepsakes, stores: Stores) -> None:
    await keepsakes.keep(ADA, {"a": 1}, NOW + DAY)
    for key in ("a", "b"):
        await keepsakes.change(ADA, key, lambda _before: None, NOW, NOW + DAY)

    assert (await stores.learners.export(ADA))["keepsakes"] == []


async def test_a_change_that_fails_changes_nothing(keepsakes: Keepsakes, stores: Stores) -> None:
    def broken(_before: object) -> object:
        raise ValueError

    await keepsakes.keep(ADA, {"a": 1}, NOW + DAY)
    for key in ("a", "b"):
        with pytest.raises(ValueError):  # noqa: PT011 - its own
            await keepsakes.change(ADA, key, broken, NOW, NOW + DAY)

    assert [(row["key"], row["payload"]) for row in (await stores.learners.export(ADA))["keepsakes"]] == [("a", 1)]


async def test_no_change_is_lost_when_processes_change_the_same_at_once(place: Place) -> None:
    async with place.open_all() as one, place.open_all() as other:

        def with_(number: int) -> Callable[[list[int] | None], list[int]]:
            return lambda before: [*(before or ()), number]

        await asyncio.gather(
            *(
                stores.keepsakes.change(ADA, "a", with_(number), NOW, NOW + DAY)
                for number, stores in enumerate([one, other] * 15)
            )
        )
        assert sorted(await one.keepsakes.recall(ADA, "a", NOW) or ()) == list(range(30))
