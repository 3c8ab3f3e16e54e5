"""A learner at the command line: who they are, where they are remembered, where their files go."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.conversation import Incoming
from bot.core.reply import Attachment, Reply
from bot.errors import InputError
from bot.learning.learner import Identity, Room

if TYPE_CHECKING:
    from bot.core.assistant import Assistant
    from bot.core.ports import LearnerStore
    from bot.settings import Settings

PLATFORM = "terminal"
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_ID = 100


def identity(learner: str) -> Identity:
    """Who an id of the command line is. Raises `InputError` for one that is empty or too long."""
    if not learner.strip() or len(learner) > _LONGEST_ID:
        raise InputError(f"--learner takes an id of 1 to {_LONGEST_ID} characters")
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


def talker(assistant: Assistant, learner: str) -> Callable[[str], Awaitable[Reply]]:
    """What answers this learner's lines."""

    async def talk(line: str) -> Reply:
        _, reply = await assistant.respond(incoming(learner, line))
        return reply

    return talk


@contextmanager
def opened_store(settings: Settings, runner: asyncio.Runner) -> Iterator[LearnerStore]:
    """The learners' store, opened and closed in the event loop in which it is used."""
    from bot import app

    opening = app.open_store(settings)
    store = runner.run(opening.__aenter__())
    try:
        yield store
    finally:
        runner.run(opening.__aexit__(None, None, None))


def saver(settings: Settings) -> Callable[[Attachment], str]:
    """Puts attachments into the folder `files` under CREDWAY_HOME; a newer one of the same name replaces the older."""

    def save(attachment: Attachment) -> str:
        folder: Path = settings.credway_home / "files"
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / (_UNSAFE.sub("-", attachment.name) or "file")
        place.write_bytes(attachment.content)
        return str(place)

    return save
