"""One post at a time: what Telegram answers, in words that the flow understands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.adapters.telegram.sdk import build_bot
from bot.adapters.telegram.transport import QUIZ_KEY, TelegramTransport
from bot.app import Stores
from bot.core.mail import Parcel, Ticket
from bot.flow.ports import Blocked, Later, Moved, Outcome, Refused, Sent, Unsure
from bot.learning.learner import Identity, Room
from tests.contracts.people import Place
from tests.servers.telegram.people import Person
from tests.servers.telegram.server import (
    BAD_GATEWAY,
    LOST,
    TOKEN,
    Fault,
    TelegramServer,
    blocked,
    refused,
    too_many,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
async def stores(sqlite_place: Place) -> AsyncIterator[Stores]:
    async with sqlite_place.open_all() as opened:
        yield opened


@pytest.fixture
async def transport(server: TelegramServer, stores: Stores) -> AsyncIterator[TelegramTransport]:
    async with build_bot(TOKEN, server.url) as bot:
        yield TelegramTransport(bot, stores.keepsakes, lambda: NOW)


@pytest.fixture
def anna(server: TelegramServer) -> Person:
    return server.person("Anna")


def parcel(chat: int, text: str = "hello", **payload: Any) -> Parcel:
    return Parcel(
        ticket=Ticket(id=1, fence=1),
        effect="effect",
        room=Room(platform="telegram", number=str(chat), private=chat > 0),
        kind="text",
        payload={"call": {"text": text}, **payload},
        content=None,
        once=False,
        again=False,
        attempt=1,
        doubts=0,
        posted_at=NOW,
    )


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (too_many(7), Later(seconds=7)),
        (BAD_GATEWAY, Later()),
        (Fault(), Later()),
        (Fault(401, "Unauthorized"), Later(seconds=60, everywhere=True)),
        (LOST, Unsure(reason="RemoteProtocolError")),
        (blocked(), Blocked()),
        (Fault(403, "Forbidden: user is deactivated"), Blocked()),
        (refused("chat not found"), Blocked()),
        (
            Fault(400, "Bad Request: group chat was upgraded", (("migrate_to_chat_id", -100),)),
            Moved(room=Room(platform="telegram", number="-100", private=False)),
        ),
        (refused("message is too long"), Refused(reason="Message is too long")),
    ],
    ids=lambda value: getattr(value, "words", ""),
)
async def test_each_fault_has_its_outcome(
    server: TelegramServer, transport: TelegramTransport, anna: Person, fault: Fault, outcome: Outcome
) -> None:
    server.fail("sendMessage", fault)
    assert await transport.send(parcel(anna.id)) == outcome


async def test_where_nobody_listens_nothing_has_arrived(stores: Stores, unused_tcp_port: int) -> None:
    bot = build_bot(TOKEN, f"http://127.0.0.1:{unused_tcp_port}")
    async with bot.request:
        assert await TelegramTransport(bot, stores.keepsakes, lambda: NOW).send(parcel(1)) == Later()


async def test_putting_the_same_into_a_message_again_is_done(
    server: TelegramServer, transport: TelegramTransport, anna: Person
) -> None:
    await transport.send(parcel(anna.id, "growing"))
    message = (await anna.receives())["message_id"]
    for _ in range(2):
        assert await transport.send(parcel(anna.id, "whole", edit=message)) == Sent(messages=(str(message),))
    assert [posted["text"] for posted in server.world.posted(anna.id)] == ["whole"]
    assert server.calls[-1].status == 400


@pytest.mark.parametrize("kind", ["text", "document"])
async def test_the_number_of_what_has_arrived_is_told(
    server: TelegramServer, transport: TelegramTransport, anna: Person, kind: str
) -> None:
    sent = parcel(anna.id)
    if kind == "document":
        sent = replace(sent, kind=kind, payload={"call": {"filename": "a.txt"}}, content=b"a")
    outcome = await transport.send(sent)
    assert outcome == Sent(messages=(str((await anna.receives())["message_id"]),))


async def test_what_a_button_asks_is_kept_before_it_can_be_tapped(
    transport: TelegramTransport, stores: Stores, anna: Person
) -> None:
    await transport.send(parcel(anna.id, kept={"token": "a long question"}, who=str(anna.id)))
    who = Identity(platform="telegram", number=str(anna.id))
    assert await stores.keepsakes.recall(who, "ask:token", NOW) == "a long question"


async def test_a_poll_is_remembered_with_what_its_options_say(
    transport: TelegramTransport, stores: Stores, anna: Person
) -> None:
    call = {"question": "?", "options": ["a", "b"], "type": "quiz", "correct_option_ids": [1], "is_anonymous": False}
    asked = parcel(anna.id, asks=["A", "B"])
    asked = Parcel(**{name: getattr(asked, name) for name in Parcel.__slots__} | {"kind": "poll"})
    asked.payload["call"] = call  # type: ignore[index]
    assert isinstance(await transport.send(asked), Sent)
    kept = await stores.keepsakes.recall(Identity(platform="telegram", number=str(anna.id)), QUIZ_KEY, NOW)
    assert kept is not None
    assert kept["asks"] == ["A", "B"]
    assert kept["poll"] == (await anna.receives())["poll"]["id"]
