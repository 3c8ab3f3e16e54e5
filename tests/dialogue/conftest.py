"""What a dialogue is made of, over the packaged knowledge; the library is built once for all tests here."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import Keeping, Library, build_service, build_understanding, open_store, prompts_folder
from bot.catalog.catalog import Catalog
from bot.core.answer import Answer
from bot.core.assistant import Assistant
from bot.core.conversation import Incoming
from bot.core.owned import SentFile
from bot.core.ports import LearnerStore
from bot.core.reply import Reply
from bot.dialogue.telling import Telling
from bot.learning.learner import Identity, Room
from bot.text.lexicon import Lexicon


@pytest.fixture(scope="session")
def catalog(library: Library) -> Catalog:
    return library.catalog()


@pytest.fixture(scope="session")
def telling(library: Library, catalog: Catalog) -> Telling:
    commands = Lexicon.load(prompts_folder(library.settings, "understanding_commands"))
    return Telling(catalog, build_understanding(library, catalog), commands)


_keys = itertools.count()


class Person:
    """Somebody who talks with the assistant, in private unless a room is given. `answers` are all they got."""

    def __init__(self, assistant: Assistant, number: str, platform: str = "test") -> None:
        self.who = Identity(platform=platform, number=number)
        self.answers: list[Answer] = []
        self.reply = Reply(text="")
        self._assistant = assistant

    async def says(self, *lines: str, room: Room | None = None, **rest: Any) -> str:
        """Say one line after the other; the text of the last reply comes back."""
        for line in lines:
            incoming = Incoming(
                who=self.who,
                room=room or Room(platform=self.who.platform, number=self.who.number),
                text=line,
                # No other message has it, whichever replica it comes to.
                key=f"{self.who.number}:{next(_keys)}",
                **rest,
            )
            answer, self.reply = await self._assistant.respond(incoming)
            self.answers.append(answer)
        return self.reply.text

    async def sends(self, file: SentFile, text: str = "", **rest: Any) -> str:
        return await self.says(text, file=file, **rest)


class Place:
    """One database with an assistant before it, and a clock that the test sets."""

    def __init__(self, library: Library, store: LearnerStore, keeping: Keeping | None = None) -> None:
        """`keeping`: where documents of people are kept, if anywhere."""
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        self.store = store
        self.service = build_service(library, store=store, now=lambda: self.now, keeping=keeping)
        self.assistant, self.reminding = self.service.assistant, self.service.reminding

    def person(self, number: str = "1", platform: str = "test") -> Person:
        return Person(self.assistant, number, platform)


@pytest.fixture
async def place(library: Library, tmp_path: Path) -> AsyncIterator[Place]:
    settings = library.settings.model_copy(update={"credway_home": tmp_path})
    async with open_store(settings) as store:
        yield Place(library, store)
