"""The front door of the core: whatever a person sends gets exactly one answer. Knows no platform."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import replace

from bot.core.answer import Answer
from bot.core.conversation import Advisor, Context, Turn
from bot.text.prompts import DEFAULT_LANGUAGE, Phrases
from bot.text.words import clean

logger = logging.getLogger(__name__)

MAX_QUESTION = 4000


class Assistant:
    """Guards the advisor: cleans what comes in, bounds it, and turns a fault into an apology with an id."""

    def __init__(self, advisor: Advisor, phrases: Phrases) -> None:
        self._advisor = advisor
        self._phrases = phrases

    async def ask(
        self, question: str, context: Context | None = None, *, language: str | None = None
    ) -> tuple[Answer, Context]:
        """Answer one message. Never raises; the context to pass with the next message comes back beside it."""
        began = time.perf_counter()
        context = context or Context()
        # Cut first: cleaning a megabyte only to refuse it would be work for nothing.
        text = clean(question[: MAX_QUESTION * 2])
        spoken = language or context.language or DEFAULT_LANGUAGE
        if not any(char.isalnum() for char in text):
            answer = self._plain(text, "talk.empty", spoken)
        elif len(question) > MAX_QUESTION:
            answer = self._plain(text[:200], "talk.too_long", spoken, limit=f"{MAX_QUESTION:,}")
        else:
            answer, context = await self._advise(text, context, language)
        return replace(answer, elapsed_ms=round((time.perf_counter() - began) * 1000, 1)), context

    async def _advise(self, text: str, context: Context, language: str | None) -> tuple[Answer, Context]:
        try:
            return await self._advisor.answer(Turn(question=text, context=context, language=language))
        except Exception:
            # The last resort: nothing that a person sends may end in silence or in a traceback.
            fault = secrets.token_hex(4)
            logger.exception("answer.failed id=%s", fault)
            return self._plain(text, "fault", language or DEFAULT_LANGUAGE, id=fault), context

    def _plain(self, question: str, key: str, language: str, **values: object) -> Answer:
        return Answer(
            question=question,
            status="abstained",
            language=language,
            mode="offline",
            text=self._phrases.say(key, language, **values),
        )
