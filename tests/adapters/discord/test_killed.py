"""A process that is killed under load: nothing that was accepted is lost, and nothing comes twice."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.app import Library
from tests.adapters.discord.kills import Bot, Moment, died_at, killed_at
from tests.flow.test_killed import PLACES
from tests.servers.discord.server import DiscordServer

KILLS, PEOPLE = 3, 6
# Nothing is set aside and nobody is reminded while people are answered.
ELSEWHERE = {"after_set_aside", "before_notice", "after_notice"}


@pytest.fixture
def bot_at_home(server: DiscordServer, library: Library, migrated_file: Path, tmp_path: Path) -> Bot:
    for made in (migrated_file, library.settings.credway_home / "index.db"):
        (tmp_path / made.name).write_bytes(made.read_bytes())
    return Bot(tmp_path, server)


async def test_a_process_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing(bot_at_home: Bot) -> None:
    chance = random.Random(11)  # noqa: S311 - no secret
    moments = [Moment(calls=chance.randint(0, 40), seconds=chance.uniform(0, 0.03)) for _ in range(KILLS)]
    found = await killed_at(bot_at_home, moments)
    assert (found["kills"], found["the last one's status"]) == (KILLS, 0)
    assert found["accepted"] > 0
    assert (found["lost"], found["duplicates"], found["apologies"]) == (0, 0, 0)


@pytest.mark.parametrize("place", sorted(PLACES.keys() - ELSEWHERE))
async def test_a_process_that_is_killed_at_any_place_loses_nothing_and_repeats_nothing(
    bot_at_home: Bot, place: str
) -> None:
    found = await died_at(bot_at_home, place, PEOPLE)
    assert (found["kills"], found["the last one's status"]) == (1, 0)
    assert found["accepted"] > 0
    assert (found["lost"], found["duplicates"], found["apologies"]) == (0, 0, 0)
