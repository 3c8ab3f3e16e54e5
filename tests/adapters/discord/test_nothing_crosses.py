"""Whatever two servers and their members do, in whatever order: nothing of one is shown to another.

Scripts are generated. `DISCORD_EXAMPLES=100 pytest tests/adapters/discord/test_nothing_crosses.py` tries more of them,
and `--hypothesis-seed` others.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.discord.commands import COMMANDS, MENUS
from bot.app import Library
from tests.adapters.discord.town import MEMBERS, Member, Town, prepared
from tests.servers.discord.people import inside
from tests.servers.discord.server import discord_server

EXAMPLES = int(os.environ.get("DISCORD_EXAMPLES", "7"))
ROUNDS = 8
QUESTIONS = (
    "what is the door code of the Zanzibar lab?",
    "what is my locker code in the Zanzibar lab?",
    "what is the locker code of Member 3?",
    "what do you know about me?",
    "what do I hold, and until when?",
    "which documents do you have?",
    "what did I ask you?",
    "what next for me?",
    "and how long is it valid?",
    "sec+ cost?",
    "quiz me on az-104",
    "/me",
    "/wallet",
    "/export",
    "/leaderboard",
)
GIVEN: Mapping[str, Mapping[str, object]] = {
    "find": {"what": "locker code"},
    "check": {"claim": "the locker code of the Zanzibar lab is known"},
    "sources": {"credential": "az-104"},
    "compare": {"first": "az-900", "second": "ccna"},
    "plan": {"goal": "az-305", "hours": 5},
    "quiz": {"credential": "az-104"},
    "practice": {"credential": "az-104"},
}
# Who joins or leaves is asked before; whoever forgets has no secrets, and a code is to be told to oneself.
NAMES = [command.name for command in COMMANDS if command.name not in {"ask", "join", "forget", "link"}]


@dataclass(frozen=True)
class Deed:
    """What a member does: `kind` of it, `where` (a channel of theirs, or private), and which of what there is."""

    who: int
    kind: str
    where: int
    which: int


async def _asks(town: Town, member: Member, deed: Deed, *, private: bool = False) -> None:
    question = QUESTIONS[deed.which % len(QUESTIONS)]
    await town.keeps(await member.person.calls("ask", _channel(member, deed), question=question, private=private))


async def _asks_alone(town: Town, member: Member, deed: Deed) -> None:
    await _asks(town, member, deed, private=True)


async def _asks_where_the_bot_is_not(town: Town, member: Member, deed: Deed) -> None:
    question = QUESTIONS[deed.which % len(QUESTIONS)]
    await town.keeps(await member.person.calls("ask", _channel(member, deed), installed=False, question=question))


async def _commands(town: Town, member: Member, deed: Deed) -> None:
    name = NAMES[deed.which % len(NAMES)]
    channel = _channel(member, deed) or member.channels[0]
    await town.keeps(await member.person.calls(name, channel, **GIVEN.get(name, {})))


async def _says(town: Town, member: Member, deed: Deed) -> None:
    channel = _channel(member, deed)
    question = QUESTIONS[deed.which % len(QUESTIONS)]
    mention = "" if channel is None else f"<@{town.world.bot['id']}> "
    signs = len(town.world.typed)
    await member.person.says(f"{mention}{question}", channel)
    await town.world.until(lambda: len(town.world.typed) > signs, "a sign")


async def _taps(town: Town, member: Member, deed: Deed) -> None:
    """Anything below any message that they see, of whomever it is."""
    seen = [(message, each) for message in town.seen_by(member) for each in inside(message) if "custom_id" in each]
    if not seen:
        return
    message, each = seen[deed.which % len(seen)]
    values = [option["value"] for option in each.get("options", ())]
    chosen = [values[deed.where % len(values)]] if values else None
    pressed = await member.person.presses(message, each["custom_id"], chosen)
    await town.keeps(pressed)
    if pressed.kind == _FORM:
        await town.keeps(await member.person.fills(pressed, QUESTIONS[deed.where]))


async def _opens_menu(town: Town, member: Member, deed: Deed) -> None:
    """On something that somebody has said in a channel."""
    channel = _channel(member, deed) or member.channels[0]
    speaker = town.members[deed.which % MEMBERS].person
    message = town.world.post(channel, {"content": QUESTIONS[deed.which % len(QUESTIONS)]}, {"id": speaker.id})
    menu = sorted(MENUS)[deed.which % len(MENUS)]
    opened = await town.keeps(await member.person.opens_menu(menu, message, channel))
    if opened.kind == _FORM:
        await town.keeps(await member.person.fills(opened, QUESTIONS[deed.where]))


async def _types(town: Town, member: Member, deed: Deed) -> None:
    await member.person.types("plan", "goal", ("zq", "lock", "az")[deed.which % 3], _channel(member, deed))


async def _moderates(town: Town, _member: Member, deed: Deed) -> None:
    place = deed.where % len(town.channels)
    inner = ("show", "digest", "documents")[deed.which % 3]
    await town.keeps(await town.moderators[place].person.calls("server", town.channels[place], inner=inner))


_FORM = 9
DEEDS: Mapping[str, Callable[[Town, Member, Deed], Awaitable[None]]] = {
    "asks": _asks,
    "asks alone": _asks_alone,
    "asks where the bot is not": _asks_where_the_bot_is_not,
    "commands": _commands,
    "says": _says,
    "taps": _taps,
    "opens a menu": _opens_menu,
    "types": _types,
    "moderates": _moderates,
}
RESTARTS, IS_DROPPED = "the bot is started anew", "the gateway is dropped"
deeds = st.builds(
    Deed,
    who=st.integers(0, MEMBERS - 1),
    kind=st.sampled_from([*DEEDS, "taps", "taps"]),
    where=st.integers(0, 2),
    which=st.integers(0, 1000),
)
# Several people at once, each of whom does one thing at a time.
together = st.lists(deeds, min_size=3, max_size=5, unique_by=lambda deed: deed.who)
rounds = st.lists(
    st.one_of(together, together, together, st.sampled_from([RESTARTS, IS_DROPPED])), min_size=ROUNDS, max_size=ROUNDS
)


def _channel(member: Member, deed: Deed) -> str | None:
    return (*member.channels, None)[deed.where % (len(member.channels) + 1)]


async def lives(town: Town, home: Path, script: Sequence[Sequence[Deed] | str]) -> None:
    """Play a script, and look after each round at all that was shown."""
    async with AsyncExitStack() as around:
        await around.enter_async_context(town.at_work(home))
        for each in script:
            if each == RESTARTS:
                await around.aclose()
                await around.enter_async_context(town.at_work(home))
            elif each == IS_DROPPED:
                await town.server.gateway.drop()
                await town.server.gateway.ready()
            else:
                together = [deed for deed in each if isinstance(deed, Deed)]
                town.steps += len(together)
                await asyncio.gather(*(DEEDS[deed.kind](town, town.members[deed.who], deed) for deed in together))
                await town.settled()


@dataclass(frozen=True)
class Prepared:
    """A town whose people have told everything, and the home that each example begins with a copy of."""

    town: Town
    home: Path
    runner: asyncio.Runner


@pytest.fixture(scope="module")
def everything_told(
    library: Library, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prepared]:
    home = tmp_path_factory.mktemp("town")
    shutil.copy(migrated_file, home)
    with asyncio.Runner() as runner:
        around = AsyncExitStack()
        server = runner.run(around.enter_async_context(discord_server()))
        town = Town(server, library)
        runner.run(prepared(town, home))
        yield Prepared(town, home, runner)
        runner.run(around.aclose())
        print(f"{town.steps} deeds, {town.texts} texts shown, {town.rightly_shown} secrets in them where they belong")


def test_everybody_finds_their_own(everything_told: Prepared, tmp_path: Path) -> None:
    """There is something that could cross: all of it is shown to whom it belongs."""
    town = everything_told.town

    async def look() -> None:
        for member in town.members[:4]:
            for command in ("me", "wallet", "export"):
                await town.keeps(await member.person.calls(command))
            await town.keeps(await member.person.calls("ask", question="what is my locker code in the Zanzibar lab?"))
            for channel in member.channels:
                await town.keeps(await member.person.calls("leaderboard", channel))
                question = "what is the door code of the Zanzibar lab?"
                await town.keeps(await member.person.calls("ask", channel, question=question))

    async def played() -> None:
        async with town.at_work(_copy(everything_told.home, tmp_path)):
            await look()

    seen = town.seen
    seen.clear()
    everything_told.runner.run(played())
    wanted = {secret for member in town.members[:4] for secret in member.secrets} | set(town.common[:2])
    assert {secret.text for secret in wanted} <= {secret.text for secret in seen}
    assert town.crossings == []


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(script=rounds)
def test_nothing_of_one_is_shown_to_another(
    everything_told: Prepared, tmp_path_factory: pytest.TempPathFactory, script: list[list[Deed] | str]
) -> None:
    town = everything_told.town
    town.forget_what_was_shown()
    home = _copy(everything_told.home, tmp_path_factory.mktemp("example"))
    everything_told.runner.run(lives(town, home, script))
    assert town.crossings == []
    assert town.server.wrong == []


def _copy(home: Path, folder: Path) -> Path:
    copied: Path = shutil.copytree(home, folder / "home")
    return copied
