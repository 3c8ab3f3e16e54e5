"""The loopback Bot API server itself: it refuses what Telegram refuses, and fails as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from telegram import Bot
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter

from bot.adapters.telegram.sdk import build_bot
from tests.servers.telegram.description import description
from tests.servers.telegram.people import Person
from tests.servers.telegram.server import LOST, TOKEN, Flood, TelegramServer, telegram_server


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with telegram_server() as server:
        yield server


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with build_bot(TOKEN, server.url) as bot:
        yield bot


@pytest.fixture
def anna(server: TelegramServer) -> Person:
    return server.person("Anna")


async def call(server: TelegramServer, method: str, **parameters: Any) -> dict[str, Any]:
    async with (
        ClientSession() as session,
        session.post(f"{server.url}/bot{TOKEN}/{method}", json=parameters) as answer,
    ):
        found: dict[str, Any] = await answer.json()
        return found


@pytest.mark.parametrize(
    ("method", "parameters", "says"),
    [
        ("sendTelepathy", {}, "is not described"),
        ("sendMessage", {"chat_id": 1}, "needs text"),
        ("sendMessage", {"chat_id": "x", "text": "a", "colour": "red"}, "has no parameter colour"),
        ("sendMessage", {"chat_id": [], "text": "a"}, "is no integer"),
        ("sendMessage", {"chat_id": 1, "text": 7}, "is no string"),
        ("sendMessage", {"chat_id": 1, "text": "a", "entities": [{"type": "bold"}]}, "needs offset, length"),
        ("sendMessage", {"chat_id": 1, "text": "a", "reply_markup": {"buttons": []}}, "has no buttons"),
        ("sendMessage", {"chat_id": 1, "text": "a", "link_preview_options": {"off": True}}, "has no off"),
        ("sendPoll", {"chat_id": 1, "question": "?", "options": ["a", "b"]}, "is no InputPollOption"),
        ("answerInlineQuery", {"inline_query_id": "1", "results": [{"type": "article", "id": "1"}]}, "needs title"),
        ("setMyCommands", {"commands": [{"command": "a"}]}, "needs description"),
    ],
)
async def test_a_call_that_is_not_as_described_is_refused_and_remembered(
    server: TelegramServer, method: str, parameters: dict[str, Any], says: str
) -> None:
    answer = await call(server, method, **parameters)
    assert (answer["ok"], answer["error_code"]) == (False, 400)
    assert says in answer["description"]
    assert says in server.wrong[0]


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"text": ""}, "text is empty"),
        ({"text": "a" * 4097}, "4097 of at most 4096"),
        ({"text": "😀" * 2049}, "4098 of at most 4096"),
        ({"text": "<b>a", "parse_mode": "HTML"}, "Can't find end tag"),
        ({"text": "a", "entities": [{"type": "bold", "offset": 0, "length": 9}]}, "ends after the end"),
        (
            {"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b", "callback_data": "x" * 65}]]}},
            "1 to 64 bytes",
        ),
        ({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b"}]]}}, "does one thing"),
        ({"text": "a", "reply_markup": {"inline_keyboard": [[{"text": "b", "url": "javascript:1"}]]}}, "is invalid"),
        ({"text": "a", "reply_parameters": {"message_id": 1}}, "message to be replied not found"),
    ],
)
async def test_a_message_that_telegram_would_not_take_is_refused(
    server: TelegramServer, anna: Person, parameters: dict[str, Any], says: str
) -> None:
    assert says in (await call(server, "sendMessage", chat_id=anna.id, **parameters))["description"]


async def test_a_form_multipart_and_json_are_read_alike(server: TelegramServer, bot: Bot, anna: Person) -> None:
    await call(server, "sendMessage", chat_id=anna.id, text="json")
    await bot.send_message(anna.id, "form")
    await bot.send_document(anna.id, b"multipart", filename="a.txt")
    assert [(await anna.receives()).get("text") for _ in range(3)] == ["json", "form", None]
    assert server.wrong == []


async def test_a_file_comes_back_as_it_was_sent(server: TelegramServer, bot: Bot, anna: Person) -> None:
    sent = await anna.sends_file("a.pdf", b"%PDF-1.4 content")
    file = await bot.get_file(sent["document"]["file_id"])
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.4 content"


async def test_updates_are_brought_until_they_are_acknowledged(server: TelegramServer, bot: Bot, anna: Person) -> None:
    await anna.sends("one")
    await anna.sends("two")
    first = await bot.get_updates()
    assert [update.message.text for update in first if update.message] == ["one", "two"]
    assert len(await bot.get_updates()) == 2
    assert len(await bot.get_updates(offset=first[0].update_id + 1)) == 1
    assert await bot.get_updates(offset=first[1].update_id + 1) == ()


async def test_who_asks_last_ends_who_asked_before(server: TelegramServer, bot: Bot) -> None:
    earlier = asyncio.create_task(call(server, "getUpdates", timeout=30))
    await server.world.until(lambda: server.polled, "the first question")
    await bot.get_updates()
    assert "terminated by other" in (await earlier)["description"]


async def test_while_a_webhook_is_set_nothing_can_be_asked_for(server: TelegramServer, bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with pytest.raises(Conflict):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_it_fails_as_it_is_told_and_then_no_more(server: TelegramServer, bot: Bot, anna: Person) -> None:
    server.fail("sendMessage", LOST)
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "it arrives all the same")
    await bot.send_message(anna.id, "and so does this")
    assert len(server.world.posted(anna.id)) == 2


async def test_its_limits_are_telegrams_when_they_are_on(server: TelegramServer, bot: Bot, anna: Person) -> None:
    clock = [0.0]
    server.flood = Flood(lambda: clock[0])
    for _ in range(3):
        await bot.send_message(anna.id, "a")
    with pytest.raises(RetryAfter):
        await bot.send_message(anna.id, "a")
    clock[0] = 5.0
    await bot.send_message(anna.id, "a")


async def test_another_token_is_no_token_of_its_bot(server: TelegramServer) -> None:
    with pytest.raises(InvalidToken):
        await build_bot("1:another", server.url).initialize()


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, anna: Person) -> None:
    message = await bot.send_message(anna.id, "a")
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("a", anna.id, message.message_id)


def test_the_description_names_everything_that_it_speaks_of() -> None:
    known = description()
    named = {
        name.removeprefix("Array of ").removeprefix("Array of ")
        for rows in (*known.methods.values(), *known.types.values())
        for row in rows.values()
        for name in row.types
    }
    simple = {"Integer", "Float", "Boolean", "String", "True", "InputFile"}
    assert named - simple <= known.types.keys() | known.unions.keys()
