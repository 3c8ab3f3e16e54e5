"""A second opinion: the bot on simcord, somebody else's simulation of Discord, which knows nothing of this bot's tests.

It holds what people call against the menu that the bot has said, and what the bot answers against Discord's rules.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot.adapters.discord.commands import COMMANDS, MENUS, OF_ALL, SERVER
from bot.adapters.discord.sdk import GatewayLimits, Heard, Rest, Shard, intents
from bot.app import DiscordBot, Library, build_discord, build_service, open_stores
from bot.flow.ports import Limits
from tests.adapters.at_work import at_work
from tests.adapters.discord.conftest import AT_ONCE

MOMENT = 0.01
PATIENCE = 30.0


class SimulatedRest(Rest):
    """simcord has no gateway to ask how often one may connect."""

    async def gateway(self) -> GatewayLimits:
        return GatewayLimits(shards=1, remaining=1000, reset_after=0.0, at_once=1)


class SimulatedEars:
    """Hears what simcord sends to whoever listens, as text, the way the gateway sends it."""

    def __init__(self, env: simcord.Env) -> None:
        self._env = env
        self._heard: Heard | None = None
        self._number = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.listens = asyncio.Event()

    def __call__(
        self, shard: Shard, heard: Heard, ready: Callable[[bool], None], turn: Callable[[int], Awaitable[None]]
    ) -> SimulatedEars:
        self._heard = heard
        ready(True)
        return self

    async def login(self, token: str) -> None: ...

    async def connect(self) -> None:
        self._env.backend.subscribers.append(self._hear)
        self.listens.set()
        await asyncio.Event().wait()

    async def close(self) -> None:
        self._env.backend.subscribers.remove(self._hear)

    def _hear(self, kind: str, payload: Mapping[str, Any]) -> None:
        assert self._heard is not None
        self._number += 1
        told = {**payload}
        if kind == "INTERACTION_CREATE" and payload.get("guild_id"):
            # It leaves out by whom the application was installed: a server in which it answers has installed it.
            told["authorizing_integration_owners"] = {"0": payload["guild_id"]}
        event = json.dumps({"op": 0, "t": kind, "s": self._number, "d": told})
        task = asyncio.get_running_loop().create_task(self._heard(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


# What is given by what stands for it in the server: a role, a forum.
PRIZE, FORUM = "the role", "the forum"
# Every command and subcommand that the bot says it has, what may be given with it, and what its answer holds.
CALLED: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "ask": ({"question": "sec+ cost?"}, "425"),
    "find": ({"what": "cloud certification under 200 dollars"}, "USD 99"),
    "compare": ({"first": "az-900", "second": "ccna"}, "USD 300"),
    "plan": ({"goal": "az-305", "hours": 5, "budget": 300}, "USD 330"),
    "stack": ({"credential": "az-104"}, "AZ-305"),
    "wallet": ({}, "wallet"),
    "practice": ({"credential": "az-104"}, "AZ-104"),
    "progress": ({}, "pract"),
    "simulate": ({}, "Decisions"),
    "reminders": ({"on": False}, "practise"),
    "me": ({}, "know nothing about you yet"),
    "link": ({}, "/link"),
    "why": ({}, "answer"),
    "sources": ({"credential": "az-104"}, "read about"),
    "check": ({"claim": "AZ-900 is free"}, "say otherwise"),
    "export": ({}, "credway-export.json"),
    "forget": ({}, "erase"),
    "privacy": ({}, "/export"),
    "help": ({}, "/plan"),
    "quiz": ({"credential": "az-104"}, "AZ-104"),
    "leaderboard": ({}, "/join"),
    "join": ({"name": "Owl"}, "Owl"),
    "leave": ({}, "ranking"),
    "roles": ({}, "no roles"),
    "server mute": ({}, "silent"),
    "server unmute": ({}, "answer"),
    "server language": ({"language": "de"}, "Deutsch"),
    "server model": ({"on": False}, "model"),
    "server only": ({"here": True}, "only in channels"),
    "server budget": ({"tokens": 500}, "500"),
    "server teachers": ({"role": PRIZE}, "this role"),
    "server forum": ({"forum": FORUM, "on": True}, "new post"),
    "server role": ({"role": PRIZE, "achievement": "certificates"}, "may give roles"),
    "server show": ({}, "language"),
    "server digest": ({}, "answers: 0"),
    "server teach": ({"file": ("lab.md", b"# Lab\n\nThe Zanzibar lab opens at 07:45.")}, "learnt"),
    "server documents": ({}, "nothing yet"),
}
PERSONAL = {command.name for command in COMMANDS if command.personal} | {SERVER}


@dataclass(frozen=True)
class Simulated:
    """Anna, and Mo who manages the server, in a channel of it."""

    env: simcord.Env
    anna: Any
    mo: Any
    channel: Any
    named: Mapping[str, Any]

    async def calls(self, person: Any, name: str, given: Mapping[str, Any]) -> Any:
        return await person.slash(self.channel, name, **{key: self.named.get(str(v), v) for key, v in given.items()})

    async def until(self, look: Callable[[], Any], what: str) -> Any:
        """It says of itself when the bot's callbacks have ended; this bot answers after that."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    if found := look():
                        return found
                    await asyncio.sleep(MOMENT)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}:\n{self.env.transcript()[-2000:]}") from None

    async def reads(self, result: Any, holding: str = "") -> Any:
        def there() -> Any:
            answer = result.response
            return answer if answer is not None and shown(answer) and holding in shown(answer) else None

        return await self.until(there, f"an answer with {holding!r}")


def shown(message: Any) -> str:
    """All that is to be read in a message, whatever it is made of."""
    texts = [message.content, *(str(each) for each in message.components), *(f.filename for f in message.attachments)]
    return "\n".join(text for text in texts if text)


@pytest.fixture
def simcord_bot() -> discord.Client:
    """What simcord takes for the bot: the client for calls. What is heard goes beside it."""
    return discord.Client(intents=intents())


@pytest.fixture
async def simulated(library: Library, home: Path, simcord_env: simcord.Env) -> AsyncIterator[Simulated]:
    env, ears = simcord_env, SimulatedEars(simcord_env)
    settings = library.settings.model_copy(update={"credway_home": home, "discord_token": "simulated"})
    guild = env.create_guild()
    manages = guild.create_role("moderators", permissions=discord.Permissions(manage_guild=True, manage_messages=True))
    async with open_stores(settings) as stores:
        rest = SimulatedRest(env.bot, str(env.backend.application_id))
        known = DiscordBot(rest=rest, id=env.backend.bot_user.id, name="credway", shards=1)
        service = build_service(library, store=stores.learners, keeping=stores, now=env.now)
        more: Any = {"limits": Limits(), "ears": ears, "starts": AT_ONCE, "now": env.now}
        build = build_discord(settings, known, service, stores, **more)
        async with at_work(env, settings, stores, service, [build], env.now):
            there = Simulated(
                env,
                guild.add_member(env.create_user("anna")),
                guild.add_member(env.create_user("mo"), roles=[manages]),
                guild.create_text_channel("general"),
                {PRIZE: guild.create_role("certified"), FORUM: guild.create_forum_channel("questions")},
            )
            await ears.listens.wait()
            await there.until(lambda: there.anna.available_commands(there.channel), "the menu")
            yield there


async def test_the_menu_is_the_one_that_is_driven_here(simulated: Simulated) -> None:
    """A command that nobody drives fails here; and only who manages the server is offered to set anything."""
    assert set(simulated.mo.available_commands(simulated.channel)) == set(CALLED)
    offered = set(simulated.anna.available_commands(simulated.channel))
    assert offered == {name for name in CALLED if not name.startswith(SERVER)}


@pytest.mark.parametrize("name", CALLED)
async def test_every_command_is_taken_as_the_menu_says_and_answered(simulated: Simulated, name: str) -> None:
    given, holding = CALLED[name]
    called = await simulated.calls(simulated.mo, name, given)
    answer = await simulated.reads(called, holding)
    assert answer.ephemeral == (name.partition(" ")[0] in PERSONAL)


async def test_credentials_are_proposed_while_one_types(simulated: Simulated) -> None:
    typing = await simulated.anna.autocomplete(simulated.channel, "plan", "goal", "az-1")
    assert "az-104" in {choice["value"] for choice in typing}


@pytest.mark.parametrize("menu", sorted(MENUS))
async def test_every_menu_on_a_message_is_answered(simulated: Simulated, menu: str) -> None:
    message = await simulated.anna.send(simulated.channel, "how much is sec+?")
    opened = await simulated.mo.context_menu(simulated.channel, menu, message)
    await simulated.until(lambda: opened.acknowledged, "an acknowledgement")
    if opened.modal is not None:
        opened = await simulated.mo.submit_modal(opened, {"text": "how much is sec+?"})
    answer = await simulated.reads(opened)
    assert answer.ephemeral == (menu not in OF_ALL)


async def test_a_button_and_a_form_lead_on(simulated: Simulated) -> None:
    asked = await simulated.anna.slash(simulated.channel, "ask", question="sec+ cost?")
    answer = await simulated.reads(asked, "425")
    sources = await simulated.anna.click(answer.message, label="Sources")
    assert (await simulated.reads(sources, "425")).ephemeral
    form = await simulated.anna.click(answer.message, label="Ask more")
    await simulated.until(lambda: form.modal, "a form")
    filled = await simulated.anna.submit_modal(form, {"text": "how long is it valid?"})
    assert await simulated.reads(filled, "three years")


async def test_a_list_is_chosen_from(simulated: Simulated) -> None:
    given, holding = CALLED["server teach"]
    await simulated.reads(await simulated.mo.slash(simulated.channel, "server teach", **given), holding)
    listed = await simulated.reads(await simulated.mo.slash(simulated.channel, "server documents"), "lab.md")
    value = next(each["value"] for each in _inside(listed.components) if each.get("label") == "lab.md")
    chosen = await simulated.mo.select(listed.message, [value])
    assert await simulated.reads(chosen, "Forgotten")


async def test_mentions_and_direct_messages_are_answered_and_nothing_else(simulated: Simulated) -> None:
    anna, channel = simulated.anna, simulated.channel
    await anna.send(channel, "sec+ cost?")
    await anna.send(channel, f"<@{simulated.env.backend.bot_user.id}> ccna cost?")
    answer = await simulated.until(lambda: _answers(simulated, channel), "an answer to a mention")
    assert "300" in shown(answer[0])
    direct = await anna.send_dm("az-900 cost?")
    answer = await simulated.until(lambda: _answers(simulated, anna.user.dm_channel), "an answer")
    assert "99" in shown(answer[0])
    assert direct.author.id == anna.id
    assert len(_answers(simulated, channel)) == 1


def _answers(simulated: Simulated, channel: Any) -> list[discord.Message]:
    """What the bot has said in a channel."""
    return [each for each in channel.history() if each.author.id == simulated.env.backend.bot_user.id]


def _inside(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for each in components:
        yield from each.get("options", ())
        yield from _inside(each.get("components", ()))
