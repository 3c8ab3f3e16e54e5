"""Pictures that people send: what stands below one is read, what it shows is not, and an album is one message."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Library
from tests.adapters.telegram.conftest import Running, running
from tests.servers.telegram.people import Person, labels
from tests.servers.telegram.server import TelegramServer

CERTIFICATE = "this is my AZ-900 certificate, passed 2025-03-01"


@pytest.fixture
async def bot(server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path) -> AsyncIterator[Running]:
    shutil.copy(migrated_file, tmp_path)
    async with running(server, library, tmp_path, takes_files=True) as at_work:
        yield at_work
        # No picture was ever looked at.
        fetched = {call["file_id"] for call in server.made("getFile")}
        assert not any(server.world.files[file].media_type.startswith("image/") for file in fetched)


@pytest.fixture
def anna(server: TelegramServer) -> Person:
    return server.person("Anna")


async def hears_no_more(server: TelegramServer, bot: Running, person: Person) -> None:
    """Whatever is still to be said would come before the answer to a question that is asked when nothing waits."""
    await server.until_heard()
    async with asyncio.timeout(60):
        while (backlog := await bot.stores.mailbox.backlog()).waiting or backlog.outgoing:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.02)
    await person.sends("ccna cost?")
    assert "300" in (await person.receives())["text"]


async def test_what_stands_below_a_photo_is_told(bot: Running, anna: Person) -> None:
    await anna.sends_photo(text=CERTIFICATE)
    assert "you earned AZ-900 on 2025-03-01" in (await anna.receives())["text"]


async def test_what_stands_below_a_picture_that_came_as_a_file_is_told(bot: Running, anna: Person) -> None:
    await anna.sends_file("scan.png", b"\x89PNG", media_type="image/png", text=CERTIFICATE)
    assert "you earned AZ-900 on 2025-03-01" in (await anna.receives())["text"]


async def test_a_correction_below_a_photo_is_a_correction(bot: Running, anna: Person, server: TelegramServer) -> None:
    sent = await anna.sends_photo(text="ccna cost?")
    assert "300" in (await anna.receives())["text"]
    server.world.update("edited_message", {**sent, "caption": "az-104 cost?", "edit_date": sent["date"]})
    assert "165" in (await anna.receives())["text"]


async def test_a_photo_without_a_word_is_answered_with_what_can_be_done_instead(bot: Running, anna: Person) -> None:
    await anna.sends("I am studying for AZ-104")
    await anna.receives()
    await anna.sends_photo()
    answer = await anna.receives()
    assert "PDF" in answer["text"]
    assert "I passed" in answer["text"]
    assert labels(answer) == ["I passed AZ-104", "My wallet"]
    await anna.taps(answer, "I passed AZ-104")
    assert "you hold AZ-104" in (await anna.receives())["text"]


async def test_it_is_answered_in_the_language_of_the_app(bot: Running, server: TelegramServer) -> None:
    karin = server.person("Karin", language="de")
    await karin.sends_photo()
    assert "Bilder kann ich nicht lesen" in (await karin.receives())["text"]


async def test_an_album_without_a_word_is_answered_once(bot: Running, server: TelegramServer, anna: Person) -> None:
    for _ in range(3):
        await anna.sends_photo(album="1")
    assert "cannot read pictures" in (await anna.receives())["text"]
    await hears_no_more(server, bot, anna)
    await anna.sends_photo(album="2")
    assert "cannot read pictures" in (await anna.receives())["text"]


async def test_an_album_with_a_word_is_answered_by_that(bot: Running, server: TelegramServer, anna: Person) -> None:
    await anna.sends_photo(album="1", text=CERTIFICATE)
    for _ in range(2):
        await anna.sends_photo(album="1")
    assert "AZ-900" in (await anna.receives())["text"]
    await hears_no_more(server, bot, anna)


async def test_the_word_of_an_album_may_stand_below_any_of_its_pictures(
    bot: Running, server: TelegramServer, anna: Person
) -> None:
    # All of it is there before anything is asked for, as Telegram brings an album.
    await asyncio.gather(
        anna.sends_photo(album="1"), anna.sends_photo(album="1"), anna.sends_photo(album="1", text=CERTIFICATE)
    )
    assert "AZ-900" in (await anna.receives())["text"]
    await hears_no_more(server, bot, anna)


async def test_each_document_of_an_album_is_read(bot: Running, anna: Person) -> None:
    for number in range(3):
        await anna.sends_file(
            f"{number}.md", f"# Notes\n\nLab {number} is open.".encode(), media_type="text/markdown", album="1"
        )
    for number in range(3):
        assert f"{number}.md" in (await anna.receives())["text"]


async def test_in_a_group_what_stands_below_a_photo_asks_where_it_calls_the_bot(
    bot: Running, server: TelegramServer, anna: Person
) -> None:
    team = server.group("Team", anna)
    await anna.sends_photo(to=team, text="at the exam")
    await anna.sends_photo(to=team)
    await anna.sends_photo(to=team, text="@credway_bot what does CCNA cost?")
    assert "300" in (await team.receives())["text"]
    await anna.sends_photo(to=team, text="@credway_bot")
    assert "I read text" in (await team.receives())["text"]
