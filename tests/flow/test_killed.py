"""Whatever happens to a process, everything that was accepted is answered: once, in order, and by the next process."""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from tests.contracts.people import NOW, Person, Place
from tests.flow.conftest import Processes
from tests.flow.file_platform import FilePlatform
from tests.flow.processes import Child
from tests.servers.postgres import Postgres

KILLED = -signal.SIGKILL
# Every named place in the flow, and how often it is passed before the process dies there.
PLACES = {
    "before_inbox_insert": 2,
    "in_inbox_insert": 2,
    "after_inbox_insert": 2,
    "after_take": 3,
    "before_handle": 3,
    "after_answer": 3,
    "before_settle": 2,
    "before_commit": 3,
    "after_settle": 3,
    "after_parcel": 5,
    "before_send": 5,
    "after_send": 5,
    "after_mark": 5,
    "after_set_aside": 1,
    "before_notice": 1,
    "after_notice": 1,
}
# Where something has arrived and nobody has written that down; and where the sender, of which there is one here, knows
# of everything what has become of it. (Elsewhere it may be in the middle of sending when the process dies.)
SENT_NOT_MARKED, SENDER_KNOWS = {"after_send"}, {"before_send", "after_mark"}
# Where a reminder is in nobody's hands (it is told at most once, and so not again), and where it is in the outbox.
CLAIMED_NOT_POSTED, POSTED = {"before_notice"}, {"after_notice"}
PEOPLE = ("ada", "bo", "cy")
SAYINGS = [(who, text) for text in ("hello", "direct", "hold", "boom", "bye") for who in PEOPLE]


@dataclass(frozen=True)
class Scene:
    """A platform and a database, and a process that has not been started."""

    platform: FilePlatform
    child: Child

    @property
    def reminders(self) -> list[str]:
        return [one["text"] for one in self.platform.arrived() if one["text"].startswith("renew")]

    def nothing_is_lost_or_out_of_order(self) -> None:
        assert set() == self.platform.lost()
        assert set() == self.platform.out_of_order()
        assert [] == self.platform.duplicates_without_need()


@pytest.fixture(scope="session")
def scene(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Scene]:
    numbers = itertools.count()

    def make(sayings: list[tuple[str, str]] = SAYINGS, **child: Any) -> Scene:
        home = tmp_path_factory.mktemp(f"scene-{next(numbers)}")
        shutil.copy(migrated_file, home)
        platform = FilePlatform(home / "platform")
        platform.people_say(sayings)
        return Scene(platform, Child(home=str(home), platform=str(platform.folder), **child))

    return make


async def remind(place: Place) -> None:
    async with place.open() as store:
        await Person(store, "ada", "fake").wants_to_hear("now", at=NOW)


@pytest.fixture(scope="session")
def killed(scene: Callable[..., Scene], processes: Processes) -> Mapping[str, tuple[int, int, Scene]]:
    """By place: the return code of the process that was to die there and of the one after it, and what came of it."""
    scenes = {place: scene() for place in PLACES}
    for one in scenes.values():
        asyncio.run(remind(Place(one.child.settings)))
    died = processes(*(replace(one.child, dies_at=place, times=PLACES[place]) for place, one in scenes.items()))
    done = processes(*(one.child for one in scenes.values()))
    return {
        place: (*codes, one) for codes, (place, one) in zip(zip(died, done, strict=True), scenes.items(), strict=True)
    }


@pytest.mark.parametrize("place", PLACES)
def test_a_process_that_is_killed_at_any_place_loses_nothing(
    killed: Mapping[str, tuple[int, int, Scene]], place: str
) -> None:
    died, done, scene = killed[place]

    assert (KILLED, 0) == (died, done)
    scene.nothing_is_lost_or_out_of_order()
    duplicates = [text for text in scene.platform.duplicates() if not text.startswith("renew")]
    assert len(duplicates) <= 1
    if place in SENT_NOT_MARKED | SENDER_KNOWS:
        assert (place in SENT_NOT_MARKED) == bool(duplicates)
    assert len(scene.reminders) <= 1
    if place in CLAIMED_NOT_POSTED | POSTED:
        assert (place in POSTED) == bool(scene.reminders)


def test_processes_that_are_killed_at_random_moments_lose_nothing(
    scene: Callable[..., Scene], processes: Processes
) -> None:
    chance = random.Random(11)  # noqa: S311 - no secret
    one = scene([(f"p{number % 12}", "hello") for number in range(120)], lease=0.5)
    kills = 6

    for _ in range(kills):
        moment = {"arrivals": chance.randint(0, 30), "seconds": chance.uniform(0, 0.03)}
        assert [KILLED] == processes(replace(one.child, signal="SIGKILL", **moment))
    assert [0] == processes(one.child)

    one.nothing_is_lost_or_out_of_order()
    assert len(one.platform.duplicates()) <= kills


def test_a_process_that_is_told_to_stop_under_load_ends_well_and_loses_nothing(
    scene: Callable[..., Scene], processes: Processes
) -> None:
    one = scene([(f"p{number % 12}", "hello") for number in range(150)])

    codes = [*processes(replace(one.child, signal="SIGTERM", arrivals=40)), *processes(one.child)]

    assert [0, 0] == codes
    one.nothing_is_lost_or_out_of_order()
    assert [] == one.platform.duplicates()
    assert 2 == len({arrived["by"] for arrived in one.platform.arrived()})


def test_a_process_that_was_paused_for_longer_than_its_lease_cannot_store_what_another_has_answered(
    scene: Callable[..., Scene], processes: Processes
) -> None:
    one = scene([("ada", "hello")])
    paused = replace(one.child, pauses_at="after_answer")

    codes = processes(paused, one.child)

    assert [0, 0] == codes
    one.nothing_is_lost_or_out_of_order()
    assert [] == one.platform.duplicates()


def test_two_processes_on_one_postgresql_that_are_brought_the_same_answer_it_once(
    scene: Callable[..., Scene], processes: Processes, postgres: Postgres
) -> None:
    one = scene([(f"p{number % 9}", "hello") for number in range(60)], database_url=postgres.url())

    assert [0, 0] == processes(one.child, one.child)

    one.nothing_is_lost_or_out_of_order()
    assert [] == one.platform.duplicates()
    assert 2 == len({arrived["by"] for arrived in one.platform.arrived()})


def test_of_two_processes_on_one_postgresql_one_is_killed_and_the_other_does_its_work(
    scene: Callable[..., Scene], processes: Processes, postgres: Postgres
) -> None:
    one = scene([(f"p{number % 9}", "hello") for number in range(60)], database_url=postgres.url())

    codes = processes(replace(one.child, signal="SIGKILL", arrivals=20), one.child)

    assert [KILLED, 0] == codes
    one.nothing_is_lost_or_out_of_order()


def test_the_settings_say_where_to_die() -> None:
    """As a test of a whole bot asks for it: by the environment."""
    assert Settings(crash_point="after_send").crash_point == "after_send"
