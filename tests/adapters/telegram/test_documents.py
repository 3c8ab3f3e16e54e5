"""Files that people send: fetched when they are wanted, in private only, and what comes of those that cannot be."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.app import Library
from bot.core.answer import Answer
from bot.core.conversation import Response, Turn
from bot.core.owned import FileRefused, OwnDocument
from bot.core.shelf import MAX_BYTES
from bot.documents.model import Passage
from bot.learning.learner import Identity
from tests.adapters.telegram.conftest import Running, running
from tests.servers.telegram.people import Group, Person
from tests.servers.telegram.server import BAD_GATEWAY, TelegramServer, refused


class Librarian:
    """A `Responder` that keeps each file as it comes, within a limit, and says what it got."""

    def __init__(self) -> None:
        self.fetched: list[bytes] = []

    async def respond(self, turn: Turn) -> Response:
        if turn.file is None:
            return _said(turn, f"nothing came with {turn.question}")
        if turn.file.size is not None and turn.file.size > MAX_BYTES:
            return _said(turn, "refused: size")
        try:
            content = await turn.file.fetch()
        except FileRefused as refusal:
            return _said(turn, f"refused: {refusal.reason}")
        self.fetched.append(content)
        kept = _document(turn.file.name, content, turn.now)
        said = _said(turn, f"{turn.file.name} {turn.file.media_type} {len(content)} {turn.question}".strip())
        return replace(said, shelved=(kept,))


def _said(turn: Turn, text: str) -> Response:
    answer = Answer(question=turn.question, status="answered", language="en", mode="offline", text=text)
    return Response(answer=answer, context=turn.context)


def _document(name: str, content: bytes, at: datetime) -> OwnDocument:
    passage = Passage(
        id=f"own/{name}#0", document=f"own/{name}", kind="general", title=name, heading="", text=str(len(content))
    )
    return OwnDocument(id=name, name=name, at=at, passages=(passage,))


@pytest.fixture
def librarian() -> Librarian:
    return Librarian()


@pytest.fixture
async def bot(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path, librarian: Librarian
) -> AsyncIterator[Running]:
    shutil.copy(migrated_file, tmp_path)
    async with running(server, library, tmp_path, responder=librarian, takes_files=True) as at_work:
        yield at_work


@pytest.fixture
def anna(server: TelegramServer) -> Person:
    return server.person("Anna")


@pytest.fixture
def team(server: TelegramServer, anna: Person) -> Group:
    return server.group("Team", anna)


async def kept(bot: Running, person: Person) -> list[str]:
    own = await bot.stores.shelf.documents(Identity(platform="telegram", number=str(person.id)))
    return [document.name for document in own]


class TestInPrivate:
    async def test_a_file_becomes_its_senders_own_and_its_caption_is_the_question(
        self, bot: Running, librarian: Librarian, anna: Person
    ) -> None:
        await anna.sends_file("notes.pdf", b"%PDF-1.4 notes", text="what do I have to learn?")

        assert "notes.pdf application/pdf 14 what do I have to learn?" in (await anna.receives())["text"]
        assert librarian.fetched == [b"%PDF-1.4 notes"]
        assert await kept(bot, anna) == ["notes.pdf"]

    async def test_one_without_a_caption_is_taken_as_well(self, bot: Running, anna: Person) -> None:
        await anna.sends_file("notes.md", b"# Notes", media_type="text/markdown")
        assert (await anna.receives())["text"] == "notes.md text/markdown 7"

    async def test_files_sent_together_are_taken_in_their_order(self, bot: Running, anna: Person) -> None:
        await anna.sends_file("a.md", b"a", album="1")
        await anna.sends_file("b.md", b"bb", album="1")
        await anna.sends_file("c.md", b"ccc", album="1", text="and now?")

        told = [(await anna.receives())["text"] for _ in range(3)]
        assert ["a.md application/pdf 1", "b.md application/pdf 2", "c.md application/pdf 3 and now?"] == told

    async def test_one_that_is_said_to_be_too_large_is_not_fetched(
        self, server: TelegramServer, bot: Running, librarian: Librarian, anna: Person
    ) -> None:
        await anna.sends_file("book.pdf", b"%PDF", size=MAX_BYTES + 1)
        assert (await anna.receives())["text"] == "refused: size"
        assert [call for call in server.calls if call.method == "getFile"] == []

    async def test_of_one_that_is_larger_than_was_said_no_more_is_read_than_shows_it(
        self, bot: Running, librarian: Librarian, anna: Person
    ) -> None:
        await anna.sends_file("book.pdf", b"x" * (MAX_BYTES + 5_000_000), size=10)
        await anna.receives()
        assert [len(content) for content in librarian.fetched] == [MAX_BYTES + 1]

    async def test_one_that_telegram_does_not_give_out_is_refused(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.fail("getFile", refused("file is too big"), refused("wrong file_id or the file is unavailable"))
        await anna.sends_file("book.pdf", b"%PDF")
        assert (await anna.receives())["text"] == "refused: size"
        await anna.sends_file("old.pdf", b"%PDF")
        assert (await anna.receives())["text"] == "refused: broken"

    async def test_one_that_is_gone_meanwhile_is_refused(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.gone = True
        await anna.sends_file("old.pdf", b"%PDF")
        assert (await anna.receives())["text"] == "refused: broken"

    async def test_when_telegram_is_away_it_is_fetched_later(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.fail("getFile", BAD_GATEWAY)
        await anna.sends_file("notes.md", b"# Notes")
        assert "notes.md" in (await anna.receives())["text"]
        assert await kept(bot, anna) == ["notes.md"]

    async def test_a_server_of_ones_own_may_have_it_on_disk(
        self, server: TelegramServer, bot: Running, anna: Person, tmp_path: Path
    ) -> None:
        server.local_files = tmp_path
        await anna.sends_file("notes.md", b"# Notes")
        assert "notes.md application/pdf 7" in (await anna.receives())["text"]


class TestInGroups:
    async def test_a_file_for_the_bot_is_to_be_sent_in_private(
        self, server: TelegramServer, bot: Running, anna: Person, team: Group
    ) -> None:
        await anna.sends_file("notes.pdf", b"%PDF", text="@credway_bot what is in it?", to=team)
        assert "in private only" in (await team.receives())["text"]
        assert [call for call in server.calls if call.method == "getFile"] == []
        assert await kept(bot, anna) == []

    async def test_any_other_file_is_none_of_its_business(
        self, server: TelegramServer, bot: Running, anna: Person, team: Group
    ) -> None:
        await anna.sends_file("notes.pdf", b"%PDF", text="for you all", to=team)
        await server.until_heard()
        await anna.sends("@credway_bot hello", to=team)
        assert "nothing came" in (await team.receives())["text"]
        assert len(server.world.posted(team.chat.id)) == 1


async def test_without_a_shelf_no_file_is_taken(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path, anna: Person
) -> None:
    shutil.copy(migrated_file, tmp_path)
    async with running(server, library, tmp_path):
        await anna.sends_file("cv.pdf", b"%PDF-1.4")
        assert "cannot read files" in (await anna.receives())["text"]


async def test_what_stands_in_ones_own_document_is_answered_from_it(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path, anna: Person
) -> None:
    shutil.copy(migrated_file, tmp_path)
    notes = b"# Course notes\n\nThe practice lab opens on Tuesday at 18:00 in room Zephyr.\n"
    async with running(server, library, tmp_path, takes_files=True) as bot:
        await anna.sends_file("notes.md", notes, media_type="text/markdown")
        assert "notes.md" in (await anna.receives())["text"]
        assert await kept(bot, anna) == ["notes.md"]
        await anna.sends("When does the practice lab open in room Zephyr?")
        assert "Tuesday" in (await anna.receives())["text"]
