"""An advisor with a language model over the packaged knowledge, and the server that is its model."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import LanguageModel, Library, build_assistant, build_service, open_model, open_stores
from bot.core.answer import Answer
from bot.core.assistant import Assistant
from bot.core.conversation import Incoming
from bot.core.ports import Budget, LearnerStore
from bot.core.reply import Reply
from bot.core.shelf import OwnDocuments
from bot.learning.learner import Identity, Room
from bot.settings import Settings
from tests.servers.llm.honest import Honest
from tests.servers.llm.server import LlmServer, llm_server

TODAY = date(2026, 11, 23)


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with llm_server(Honest()) as running:
        yield running
        assert [] == running.wrong


@dataclass
class Desk:
    """An assistant with a model; `settings` are those of the model. `ask` remembers nothing, `person` does."""

    library: Library
    settings: Settings
    model: LanguageModel
    assistant: Assistant
    store: LearnerStore | None = None
    budget: Budget | None = None
    own: OwnDocuments | None = None
    shown: list[Reply] = field(default_factory=list)

    async def ask(self, question: str) -> Answer:
        answer, _ = await self.assistant.ask(question, progress=self._progress)
        return answer

    async def _progress(self, reply: Reply) -> None:
        self.shown.append(reply)

    def person(self, number: str = "1", room: Room | None = None) -> Person:
        return Person(self.assistant, number, room)


class Person:
    """Somebody who talks with the assistant, in private unless a room is given."""

    def __init__(self, assistant: Assistant, number: str, room: Room | None) -> None:
        self._assistant = assistant
        self.who = Identity(platform="test", number=number)
        self.room = room or Room(platform="test", number=number)
        self._keys = itertools.count()
        self.reply = Reply(text="")

    async def says(self, text: str) -> Answer:
        key = f"{self.room.number}:{self.who.number}:{next(self._keys)}"
        incoming = Incoming(who=self.who, room=self.room, text=text, key=key)
        answer, self.reply = await self._assistant.respond(incoming)
        return answer


@asynccontextmanager
async def desk_on(
    library: Library, server: LlmServer, home: Path | None = None, *, worded: bool = True, **changed: Any
) -> AsyncIterator[Desk]:
    """`home`: where learners are remembered, if at all; `worded`: by the model; `changed` settings."""
    update = {"llm_model": "test-model", "llm_base_url": server.base_url, **changed}
    if home is not None:
        update["credway_home"] = home
    settings = library.settings.model_copy(update=update)
    async with open_model(settings) as model:
        assert model is not None
        if home is None:
            yield Desk(library, settings, model, build_assistant(library, model=model))
            return
        async with open_stores(settings) as stores:
            service = build_service(
                library,
                store=stores.learners,
                now=lambda: datetime(2026, 11, 23, 12, tzinfo=UTC),
                model=model if worded else None,
                budget=stores.budget,
                keeping=stores,
            )
            yield Desk(
                library, settings, model, service.assistant, stores.learners, stores.budget, service.own_documents
            )


@pytest.fixture
async def desk(library: Library, server: LlmServer) -> AsyncIterator[Desk]:
    async with desk_on(library, server) as opened:
        yield opened


@pytest.fixture
async def remembering(library: Library, server: LlmServer, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_on(library, server, tmp_path) as opened:
        yield opened


def prompt_of(request: dict[str, Any]) -> str:
    """All that a model was told in one request."""
    return "\n".join(str(message.get("content")) for message in request["messages"])


async def all_of(*asked: Any) -> list[Any]:
    return list(await asyncio.gather(*asked))
