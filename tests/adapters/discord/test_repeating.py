"""What may have arrived already is recognised when it is sent again, or is the same again, or is not sent again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord.live import Streams
from bot.adapters.discord.posts import Place, Post, outgoing
from bot.adapters.discord.transport import DiscordTransport
from bot.app import Library, build_role_changes, open_discord, open_stores
from bot.core.assistant import utc_now
from bot.core.mail import Parcel, Ticket
from bot.flow.crash_points import passing
from bot.flow.measuring import Measures
from bot.flow.ports import Later, Sent, Unsure
from bot.flow.reception import Reception
from bot.flow.waking import Bell
from tests.adapters.discord.conftest import Running
from tests.servers.discord.people import Person
from tests.servers.discord.server import LOST, DiscordServer, Fault
from tests.servers.discord.world import Interaction, World

FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"


@pytest.fixture
async def transport(server: DiscordServer, library: Library, home: Path) -> AsyncIterator[DiscordTransport]:
    update = {"credway_home": home, "discord_token": "loopback.token.of-no-bot", "discord_api_url": server.api_url}
    settings = library.settings.model_copy(update=update)
    async with open_stores(settings) as stores, open_discord(settings) as opened:
        reception = Reception(stores.mailbox, Bell(), Measures(), utc_now, passing)
        roles = build_role_changes(opened, stores, reception, utc_now)
        yield DiscordTransport(opened.rest, Streams(), stores.keepsakes, roles, utc_now)


def acknowledged(world: World, channel: str, person: Person) -> Interaction:
    found = world.interaction(channel=channel, person=person.id)
    found.original, found.ephemeral = {"id": world.number(), "channel_id": channel, "content": ""}, True
    return found


def parcels(texts: list[str], place: Place) -> list[Parcel]:
    """Messages as the outbox gives them to a sender, for the first time."""
    bodies: list[dict[str, Any]] = [{"content": text, "components": []} for text in texts]
    given = {"once": False, "again": False, "doubts": 0, "attempt": 1, "posted_at": datetime.now(UTC)}
    return [
        Parcel(
            ticket=Ticket(id=number, fence=1),
            effect=f"{number}" * 40,
            room=each.room,
            kind=each.kind,
            payload=each.payload,
            content=each.content,
            **given,  # type: ignore[arg-type]
        )
        for number, each in enumerate(outgoing([Post(body=body) for body in bodies], place), start=1)
    ]


def alone(server: DiscordServer, channel: str, person: Person) -> tuple[Interaction, Place]:
    """An interaction in a server whose answer only one person sees."""
    found = acknowledged(server.world, channel, person)
    since = datetime.now(UTC).timestamp()
    guild = str(server.world.channels[channel]["guild_id"])
    return found, Place(
        channel=channel, who=person.id, guild=guild, application="1", answers=found.token, since=since, ephemeral=True
    )


async def test_an_answer_is_put_where_it_was_put_before(
    server: DiscordServer, transport: DiscordTransport, channel: str, anna: Person
) -> None:
    found, place = alone(server, channel, anna)
    (answer,) = parcels(["the answer"], place)
    for again in (False, True):
        assert isinstance(await transport.send(replace(answer, again=again)), Sent)
    assert found.original is not None
    assert found.original["content"] == "the answer"
    assert found.follow_ups == []
    assert server.world.posted(channel) == []


async def test_a_message_is_recognised(
    server: DiscordServer, transport: DiscordTransport, channel: str, anna: Person
) -> None:
    (message,) = parcels(["the answer"], Place(channel=channel, who=anna.id, guild="1"))
    for again in (False, True):
        assert isinstance(await transport.send(replace(message, again=again)), Sent)
    assert len(server.world.posted(channel)) == 1


async def test_what_follows_an_answer_is_not_sent_again_where_it_may_be_there(
    server: DiscordServer, transport: DiscordTransport, channel: str, anna: Person
) -> None:
    found, place = alone(server, channel, anna)
    _, second = parcels(["the answer", "and a file"], place)
    server.fail(FOLLOW_UP, LOST)
    assert isinstance(await transport.send(second), Unsure)
    assert await transport.send(replace(second, again=True, doubts=1)) == Sent()
    assert [each["content"] for each in found.follow_ups] == ["and a file"]


async def test_what_follows_an_answer_is_sent_again_where_it_is_surely_not_there(
    server: DiscordServer, transport: DiscordTransport, channel: str, anna: Person
) -> None:
    found, place = alone(server, channel, anna)
    _, second = parcels(["the answer", "and a file"], place)
    server.fail(FOLLOW_UP, Fault(503))
    assert isinstance(await transport.send(second), Later)
    assert isinstance(await transport.send(replace(second, attempt=2)), Sent)
    assert [each["content"] for each in found.follow_ups] == ["and a file"]


async def test_a_file_is_sent_whole_again(server: DiscordServer, bot: Running, anna: Person) -> None:
    await anna.reads(await anna.calls("wallet"))
    server.fail("@original", Fault(502))
    export = await anna.reads(await anna.calls("export"))
    assert b'"turns"' in server.world.files[export["attachments"][0]["id"]]


async def test_a_thread_that_is_there_is_the_thread(
    server: DiscordServer, channel: str, bot: Running, anna: Person
) -> None:
    answer = await anna.asks("sec+ cost?", channel)
    for _ in range(2):
        assert "open" in (await anna.reads(await anna.taps(answer, "Thread")))["content"]
    assert "Mention me" in (await anna.receives(answer["id"]))["content"]
