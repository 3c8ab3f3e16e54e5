"""A learner at the command line: who they are, where they are remembered, where their files go."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.adapters.console.chat import Chat, nothing
from bot.adapters.console.view import View
from bot.cli.batch import LONGEST_LEARNER, fit_learner
from bot.core.conversation import Incoming, Progress
from bot.core.reply import Attachment, Reply
from bot.errors import InputError
from bot.learning.learner import Identity, Room
from bot.text.prompts import Phrases

if TYPE_CHECKING:
    from bot.app import Library, Service
    from bot.core.ports import Erasable, LearnerStore
    from bot.retrieval.retriever import HybridRetriever
    from bot.settings import Settings

T = TypeVar("T")

PLATFORM = "terminal"
_UNSAFE = re.compile(r"[^\w.-]+")


def identity(learner: str) -> Identity:
    """Who an id of the command line is. Raises `InputError` for one that is empty or too long."""
    if not fit_learner(learner):
        raise InputError(f"--learner takes an id of 1 to {LONGEST_LEARNER} plain characters")
    return Identity(platform=PLATFORM, number=learner.strip())


def incoming(learner: str, text: str, language: str | None = None) -> Incoming:
    """What a learner types, as a message of its own in a room of their own."""
    who = identity(learner)
    return Incoming(
        who=who,
        room=Room(platform=PLATFORM, number=who.number),
        text=text,
        key=f"{PLATFORM}:{secrets.token_hex(12)}",
        language=language,
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """One learner at the command line, with the service that serves them."""

    service: Service
    learner: str
    files: SavedFiles

    async def talk(self, line: str, progress: Progress | None = None) -> Reply:
        _, reply = await self.service.assistant.respond(incoming(self.learner, line), progress)
        return reply

    def chat(self, view: View, phrases: Phrases, prepare: Callable[[], None] = nothing) -> Chat:
        return Chat(self.talk, view, phrases, self.files.save, prepare)

    async def remind(self, chat: Chat) -> None:
        """Show what the learner wanted to be reminded of, each once."""
        now = datetime.now(UTC)
        notices = await self.service.reminding.due(now, to=identity(self.learner))
        for notice in notices:
            chat.show(notice.reply)
        await self.service.reminding.delivered(notices, now)


class SavedFiles:
    """Where attachments are put: a folder for each learner, under CREDWAY_HOME. An `Erasable`."""

    def __init__(self, settings: Settings, learner: str) -> None:
        self._root = settings.credway_home / "files"
        self._folder = self._folder_of(identity(learner))

    def save(self, attachment: Attachment) -> str:
        """Write it down and say where; a newer one of the same name replaces the older."""
        self._folder.mkdir(parents=True, exist_ok=True)
        place = self._folder / (_UNSAFE.sub("-", attachment.name) or "file")
        place.write_bytes(attachment.content)
        return str(place)

    async def erase(self, identities: Sequence[Identity]) -> dict[str, int]:
        folders = [self._folder_of(who) for who in identities if who.platform == PLATFORM]
        files = [file for folder in folders if folder.is_dir() for file in folder.iterdir()]
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        return {"files": len(files)}

    def _folder_of(self, who: Identity) -> Path:
        # An id may hold anything, a folder's name may not; two ids must not share a folder.
        digest = hashlib.sha256(who.number.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        return self._root / f"{_UNSAFE.sub('-', who.number)[:40]}-{digest}"


@contextmanager
def served(library: Library, retriever: HybridRetriever, learner: str, runner: asyncio.Runner) -> Iterator[Desk]:
    from bot.app import build_service, open_model

    files = SavedFiles(library.settings, learner)
    with (
        opened_store(library.settings, runner, files) as store,
        opened(open_model(library.settings), runner) as model,
    ):
        yield Desk(build_service(library, retriever, store=store, model=model), learner, files)


@contextmanager
def opened_store(settings: Settings, runner: asyncio.Runner, *also: Erasable) -> Iterator[LearnerStore]:
    """The learners' store, opened and closed in the event loop in which it is used."""
    from bot import app

    with opened(app.open_store(settings, also), runner) as store:
        yield store


@contextmanager
def opened(opening: AbstractAsyncContextManager[T], runner: asyncio.Runner) -> Iterator[T]:
    """What is used in the runner's event loop is also opened and closed in it."""
    value = runner.run(opening.__aenter__())
    try:
        yield value
    finally:
        runner.run(opening.__aexit__(None, None, None))
