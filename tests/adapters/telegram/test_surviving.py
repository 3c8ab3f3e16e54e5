"""A process that is killed while a crowd talks to it on Telegram: nobody is left without an answer, or gets it twice
without need.

It is `credway run`'s own wiring on an SQLite file, with the unmodified library, against a Bot API server. At random
moments and as often as one likes: `python -m tests.tools.kill_telegram`.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.app import Library
from bot.core.assistant import utc_now
from bot.learning.learner import Holding, Profile
from bot.settings import Settings
from tests.adapters.forked import Child, Nursery, nursery
from tests.adapters.telegram import crowd as people
from tests.adapters.telegram.crowd import APOLOGY, Chat, Crowd, Script
from tests.adapters.telegram.kills import KILLED, bot_at, die_at, go_on, kill_at, stop_at
from tests.contracts.people import Person, Place
from tests.flow.places import places
from tests.servers.telegram.server import NONSENSE, TelegramServer, telegram_server
from tests.tools.kill_telegram import hooked
from tests.tools.random_kills import moments

# How often a place is passed before the process dies there; the first time where nothing is said.
TIMES = {"after_take": 3, "before_handle": 3, "after_answer": 4, "before_commit": 5, "before_send": 5, "after_send": 5}
# How often a reminder is told: at most once, so not at all where it is in nobody's hands.
REMINDERS = {"before_notice": {0}, "after_notice": {1}}
_SCENES_AT_ONCE = 4
# So that the process from which all others are forked is started once.
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def says_what_cannot_be_answered(server: TelegramServer, chat: Chat) -> None:
    """Telegram answers with nonsense when it is asked who somebody is: after three times the update is set aside."""
    server.fail("getChatMember", *[NONSENSE] * 9)
    chat.awaits(APOLOGY)
    await server.person("Anna").sends("/mute", to=chat.group)


@dataclass(frozen=True, slots=True)
class Scene:
    """A server with a crowd and one person who is to be reminded, and a process that has not been started."""

    server: TelegramServer
    crowd: Crowd
    child: Child
    reminded: int

    def told(self) -> dict[str, int]:
        return {**self.crowd.found(), "reminders": len(self.server.world.posted(self.reminded))}


Scenes = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.fixture
def scene(library: Library, migrated_file: Path, tmp_path: Path) -> Scenes:
    @asynccontextmanager
    async def make(name: str, *scripts: Script, **settings: str) -> AsyncIterator[Scene]:
        home = tmp_path / name
        home.mkdir()
        shutil.copy(library.settings.index_file, home)
        shutil.copy(migrated_file, home)
        async with telegram_server() as server:
            # Whoever taps waits as long as this process, and those after it, are not left alone.
            server.world.patience = 240.0
            reminded = server.person("Rita").id
            await is_to_be_reminded(Place(Settings(credway_home=home, database_url="")), reminded)
            yield Scene(server, Crowd(server, scripts or people.SCRIPTS), bot_at(home, server, **settings), reminded)

    return make


async def is_to_be_reminded(place: Place, who: int) -> None:
    """They hold something that expired the day before yesterday: it is planned when a process starts, and due."""
    always = Profile(quiet_until=Profile().quiet_from)
    expired = Holding(credential="comptia-security-plus", expires_on=utc_now().date() - timedelta(days=2))
    async with place.open() as store:
        await Person(store, str(who)).changes(profile=always, holdings=(expired,))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def children() -> AsyncIterator[Nursery]:
    async with nursery() as children:
        yield children


async def test_killed_at_any_named_place_everything_is_answered_and_nothing_twice_but_what_was_on_its_way(
    scene: Scenes, children: Nursery
) -> None:
    # Each place has its own server and its own data; a few at a time, as they wait for each other's leases.
    hands = asyncio.Semaphore(_SCENES_AT_ONCE)

    async def tried(place: str) -> dict[str, int]:
        last = says_what_cannot_be_answered if place == "after_set_aside" else people.meets
        scripts = (people.commands, people.practises, people.seeks, last)
        async with hands, scene(place, *scripts) as at:
            talk = asyncio.create_task(at.crowd.talks(len(scripts)))
            died = await die_at(children, at.child, at.crowd, place, TIMES.get(place, 1))
            done = await go_on(children, at.child, at.server, at.crowd, talk)
            assert (KILLED, 0) == (died, done), place
            return at.told()

    names = sorted(places())
    told = dict(zip(names, await asyncio.gather(*map(tried, names)), strict=True))
    for place, found in told.items():
        assert found.pop("messages") >= 10, place
        assert found.pop("duplicates") <= 1, place
        assert found.pop("apologies") == (place == "after_set_aside"), place
        assert found.pop("reminders") in REMINDERS.get(place, {0, 1}), place
        assert dict.fromkeys(found, 0) == found, place


@pytest.mark.parametrize("by", ["polling", "webhook"])
async def test_killed_at_random_moments_everything_is_answered_and_at_most_one_message_a_kill_twice(
    scene: Scenes, children: Nursery, unused_tcp_port: int, by: str
) -> None:
    kills = 3
    async with scene(by, **(hooked(unused_tcp_port) if by == "webhook" else {})) as at:
        talk = asyncio.create_task(at.crowd.talks())
        codes = await kill_at(children, at.child, at.server, at.crowd, moments(kills, seed=11))
        assert [KILLED] * kills == codes
        assert 0 == await go_on(children, at.child, at.server, at.crowd, talk)
        found = at.told()

    assert found.pop("messages") > 20
    assert found.pop("duplicates") <= kills
    assert found.pop("reminders") <= 1
    assert dict.fromkeys(found, 0) == found


@pytest.mark.parametrize("by", ["polling", "webhook"])
async def test_told_to_stop_under_load_it_ends_well_and_in_time_and_what_was_not_done_is_done_next_time(
    scene: Scenes, children: Nursery, unused_tcp_port: int, by: str
) -> None:
    async with scene(by, **(hooked(unused_tcp_port) if by == "webhook" else {})) as at:
        talk = asyncio.create_task(at.crowd.talks())
        assert 0 == await stop_at(children, at.child, at.server, at.crowd, arrivals=25)
        assert not talk.done()
        assert 0 == await go_on(children, at.child, at.server, at.crowd, talk)
        found = at.told()

    assert found.pop("messages") > 20
    assert found.pop("reminders") == 1
    assert dict.fromkeys(found, 0) == found


async def test_an_answer_to_a_poll_that_was_being_answered_when_the_process_died_is_answered_by_the_next(
    scene: Scenes, children: Nursery
) -> None:
    async with scene("poll", people.practises) as at:
        talk = asyncio.create_task(at.crowd.talks(1))
        # The question, the hint, and then the answer to the poll.
        assert KILLED == await die_at(children, at.child, at.crowd, "after_answer", times=3)
        assert 0 == await go_on(children, at.child, at.server, at.crowd, talk)
        assert 0 == at.told()["lost"]
