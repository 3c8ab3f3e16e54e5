"""The advisor over the packaged knowledge, as everyone gets it; built once for all tests here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

import pytest

from bot.app import Library, build_assistant
from bot.core.answer import Answer
from bot.core.assistant import Assistant
from bot.core.conversation import Context

Talk = Callable[..., Answer]

# The knowledge says "retires on 2026-11-30" and the like: a fixed day keeps the answers the same for ever.
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def assistant(library: Library) -> Assistant:
    return build_assistant(library)


@pytest.fixture
def talk(assistant: Assistant) -> Talk:
    """Ask one question after the other in one conversation; the last answer comes back."""

    def ask(*questions: str, language: str | None = None) -> Answer:
        async def conversation() -> Answer:
            context: Context | None = None
            for question in questions:
                answer, context = await assistant.ask(question, context, language=language)
            return answer

        return asyncio.run(conversation())

    return ask
