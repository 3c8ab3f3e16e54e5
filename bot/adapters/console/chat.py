"""A conversation at the console: lines in, replies out. Knows neither what answers nor how a reply is drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from bot.adapters.console.view import View
from bot.core.assistant import Assistant
from bot.core.conversation import Context
from bot.core.reply import Reply, reply_of
from bot.text.prompts import DEFAULT_LANGUAGE, Phrases
from bot.text.words import clean


def nothing() -> None:
    """For those who need no preparation."""


class Chat:
    """One person's conversation. `prepare` runs before each question, for what has changed meanwhile."""

    def __init__(
        self, assistant: Assistant, view: View, phrases: Phrases, prepare: Callable[[], None] = nothing
    ) -> None:
        self._assistant = assistant
        self._view = view
        self._phrases = phrases
        self._prepare = prepare
        self._context = Context()
        self._last = Reply(text="")

    def run(self, lines: Iterable[str]) -> None:
        """Answer line after line until they end or one of them says /quit. Blank lines are passed over."""
        with asyncio.Runner() as runner:
            for line in lines:
                text = clean(line)
                if text == "/quit":
                    return
                if text:
                    runner.run(self.respond(text, whole=line))

    async def respond(self, text: str, whole: str | None = None) -> None:
        """Answer one line. `whole` is the line as it came, whose length counts even where cleaning shortened it."""
        if text.startswith("/"):
            self._command(text.split()[0])
            return
        question = self._picked(text) or whole or text
        self._prepare()
        answer, self._context = await self._assistant.ask(question, self._context)
        self._last = reply_of(answer)
        self._view.show(self._last)

    def _picked(self, text: str) -> str | None:
        """What a number alone stands for: the suggestion of the last reply that bears it."""
        actions = self._last.actions
        if text.isascii() and text.isdigit() and len(text) == 1 and 1 <= int(text) <= len(actions):
            return actions[int(text) - 1].ask
        return None

    def _command(self, command: str) -> None:
        if command == "/help":
            self._view.note(self._say("help"))
        elif command == "/sources" and self._last.citations:
            self._view.passages(self._last.citations)
        elif command == "/sources":
            self._view.note(self._say("sources.none"))
        else:
            self._view.note(self._say("unknown_command", command=command[:40]))

    def _say(self, key: str, **values: object) -> str:
        return self._phrases.say(key, self._context.language or DEFAULT_LANGUAGE, **values)
