"""Every command of the menus and every button below what they say, in every language: answered, and nothing refused.

The commands are read from the menus themselves: one that is added there is driven here.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import get_args

import pytest

from bot.chat import button_data
from bot.chat.words import Words
from bot.text.prompts import Phrases
from tests.adapters.telegram.conftest import Running
from tests.adapters.telegram.replies import NAUGHTY
from tests.servers.telegram.people import Message
from tests.servers.telegram.server import TelegramServer
from tests.servers.telegram.world import Chat

WORDS = Words(Phrases.load(Path(__file__).parents[3] / "prompts" / "telegram"))
# What Telegram can carry: no half characters, nothing that it would cut off at both ends.
SENT = [text[:4000] for text in NAUGHTY if text.strip() and "\ud800" not in text]


def menu(scope: str, language: str) -> list[str]:
    return [name for name, _ in WORDS.items(f"commands.{scope}", language)]


async def answers(bot: Running[TelegramServer], sent: Message) -> list[Message]:
    """All that is posted to the chat of a message after it."""
    await bot.server.until_heard()
    await bot.settled()
    return [m for m in bot.server.world.posted(sent["chat"]["id"]) if m["message_id"] > sent["message_id"]]


def nothing_was_refused(server: TelegramServer) -> None:
    assert [(call.method, call.status) for call in server.calls if call.status != 200] == []


@pytest.mark.parametrize("language", WORDS.languages)
async def test_every_command_of_the_private_menu_is_answered(
    server: TelegramServer, bot: Running, language: str
) -> None:
    anna = server.person("Anna", language=language)
    for command in ["start", "language", "quiz", *menu("private", language)]:
        sent = await anna.sends(f"/{command}")
        assert await answers(bot, sent), command
    nothing_was_refused(server)


@pytest.mark.parametrize("language", WORDS.languages)
async def test_every_command_of_the_groups_menus_is_answered(
    server: TelegramServer, bot: Running, language: str
) -> None:
    ben = server.person("Ben", language=language)
    team = server.group("Team", admins=[ben])
    private = [command for command in menu("private", language) if command != "stop"]
    for command in ["start", *menu("group", language), *private, *menu("admin", language), "language de"]:
        sent = await ben.sends(f"/{command}", to=team)
        assert await answers(bot, sent), command
    nothing_was_refused(server)


async def test_every_button_below_what_a_command_says_is_answered(server: TelegramServer, bot: Running) -> None:
    anna = server.person("Anna")
    tapped: dict[str, str] = {}
    for said in [
        "sec+ cost?",
        "Security+ की कीमत क्या है?",
        *(f"/{command}" for command in ["start", *menu("private", "en")]),
    ]:
        for message in await answers(bot, await anna.sends(said)):
            for button in _to_tap(message):
                press = button_data.read(button["callback_data"])
                if press is not None and button["callback_data"] not in tapped:
                    tapped[button["callback_data"]] = press.kind
                    # A button that nobody knows says that it is too old.
                    assert "text" not in await anna.taps(message, button["text"])
                    await bot.settled()
    assert {*tapped.values()} == {*get_args(button_data.Kind)}
    nothing_was_refused(server)


def _to_tap(message: Message) -> list[dict[str, str]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row if "callback_data" in button]


class TestNaughty:
    """Strings that break formatting elsewhere, wherever somebody may put one."""

    @pytest.mark.parametrize(
        "says",
        [["/plan {}"], ["/practice {}"], ["/simulate {}"], ["/link {}"], ["/start {}"], ["my goal is {}", "/me"]],
        ids=lambda says: says[0].split()[0],
    )
    async def test_in_private(self, server: TelegramServer, bot: Running, says: list[str]) -> None:
        sent = [await server.person("Anna").sends(says[0].format(text)[:4096]) for text in SENT]
        for one in sent if says[1:] else []:
            server.world.update("message", server.world.post(_chat(server, one), one["from"], {"text": says[1]}))
        for one in sent:
            assert len(await answers(bot, one)) >= len(says)
        nothing_was_refused(server)

    @pytest.mark.parametrize("says", [["/join {}", "/leaderboard"], ["/quiz {}"], ["@credway_bot {}"]])
    async def test_in_a_group(self, server: TelegramServer, bot: Running, says: list[str]) -> None:
        anna = server.person("Anna")
        sent = []
        for text in SENT:
            team = server.group("Team", anna)
            sent += [await anna.sends(each.format(text)[:4096], to=team) for each in says]
        for one in sent:
            assert await answers(bot, one), one["text"]
        nothing_was_refused(server)

    async def test_as_a_card_and_from_a_guest(self, server: TelegramServer, bot: Running) -> None:
        people = [server.person("Anna") for _ in SENT]
        cards = [person.inline(text[:256]) for person, text in zip(people, SENT, strict=True)]
        asked = [person.summons(f"@credway_bot {text}"[:4096]) for person, text in zip(people, SENT, strict=True)]
        assert all("results" in found for found in await asyncio.gather(*cards))
        assert all(found["result"] for found in await asyncio.gather(*asked))
        nothing_was_refused(server)


def _chat(server: TelegramServer, message: Message) -> Chat:
    return server.world.chats[message["chat"]["id"]]
