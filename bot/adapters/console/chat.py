"""A conversation at the console: lines in, replies out. Knows neither what answers nor how a reply is drawn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from bot.adapters.console.view import View
from bot.core.conversation import Progress
from bot.core.reply import Attachment, Reply
from bot.text.prompts import Phrases
from bot.text.words import clean

_LONGEST_COMMAND = 100

# Answers a line, and shows on the way what of the reply is certain.
Talk = Callable[[str, Progress], Awaitable[Reply]]


def nothing() -> None:
    """For those who need no preparation."""


class Chat:
    """One person's conversation: `talk` answers a line.

    `prepare` runs before each question, for what has changed meanwhile; `save` puts an attachment where the person
    finds it and says where that is.
    """

    def __init__(
        self,
        talk: Talk,
        view: View,
        phrases: Phrases,
        save: Callable[[Attachment], str],
        prepare: Callable[[], None] = nothing,
    ) -> None:
        self._talk = talk
        self._view = view
        self._phrases = phrases
        self._save = save
        self._prepare = prepare
        self._last = Reply(text="")

    def run(self, lines: Iterable[str], runner: asyncio.Runner) -> None:
        """Answer line after line until they end or one of them says /quit. Blank lines are passed over.

        Lines are read outside the event loop: inside, a wait for the next one would be deaf to Ctrl-C.
        """
        for line in lines:
            if line.strip() == "/quit":
                return
            if line.strip():
                runner.run(self.respond(line))

    async def respond(self, line: str) -> None:
        start = clean(line[:_LONGEST_COMMAND])
        if start.split() == ["/sources"]:
            self._sources()
            return
        question = line
        if (picked := self._picked(start)) is not None:
            self._view.asked(picked)
            question = picked
        self._prepare()
        self.show(await self._talk(question, self._view.grow))
        if start.split() == ["/help"]:
            self._view.note(self._say("help"))

    def show(self, reply: Reply) -> None:
        """Show a reply, also one that nobody asked for: a reminder."""
        self._last = reply
        self._view.show(reply)
        for attachment in reply.attachments:
            self._view.note(self._say("saved", place=self._save(attachment)))

    def _picked(self, text: str) -> str | None:
        """What a number alone stands for: the suggestion of the last reply that bears it."""
        actions = self._last.actions
        if text.isascii() and text.isdigit() and 1 <= int(text) <= len(actions):
            return actions[int(text) - 1].ask
        return None

    def _sources(self) -> None:
        if self._last.citations:
            self._view.passages(self._last.citations)
        else:
            self._view.note(self._say("sources.none"))

    def _say(self, key: str, **values: object) -> str:
        return self._phrases.say(key, self._last.language, **values)
