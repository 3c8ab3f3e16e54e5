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

_LONGEST_COMMAND = 100


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
                if line.strip() == "/quit":
                    return
                if line.strip():
                    runner.run(self.respond(line))

    async def respond(self, line: str) -> None:
        start = clean(line[:_LONGEST_COMMAND])
        if start.startswith("/"):
            self._command(start.split()[0])
            return
        question = line
        if (picked := self._picked(start)) is not None:
            self._view.asked(picked)
            question = picked
        self._prepare()
        answer, self._context = await self._assistant.ask(question, self._context)
        self._last = reply_of(answer)
        self._view.show(self._last)

    def _picked(self, text: str) -> str | None:
        """What a number alone stands for: the suggestion of the last reply that bears it."""
        actions = self._last.actions
        if text.isascii() and text.isdigit() and 1 <= int(text) <= len(actions):
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
            self._view.note(self._say("unknown_command", command=command))

    def _say(self, key: str, **values: object) -> str:
        return self._phrases.say(key, self._context.language or DEFAULT_LANGUAGE, **values)
