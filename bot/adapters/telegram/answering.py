"""One question answered: something to see at once, then the answer as messages, or what there is when stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from telegram import Bot

from bot.adapters.telegram.capability import Capability
from bot.adapters.telegram.events import Speaker
from bot.adapters.telegram.live import Live
from bot.adapters.telegram.pacing import Pacing
from bot.adapters.telegram.posts import PLATFORM, Post, outgoing, posted
from bot.adapters.telegram.render import Renderer, Rows
from bot.chat.signs import Signs
from bot.chat.stopping import Stopped, Stops
from bot.chat.words import Words
from bot.core.answer import Answer
from bot.core.conversation import Incoming
from bot.core.mail import Outgoing
from bot.core.owned import SentFile
from bot.core.reply import Action, Reply
from bot.flow.work import Work
from bot.learning.learner import Room

Change = Callable[[Reply], Reply]


def unchanged(reply: Reply) -> Reply:
    return reply


class Answering:
    """Asks the assistant for somebody, and lets the reply out."""

    def __init__(
        self,
        bot: Bot,
        renderer: Renderer,
        words: Words,
        stops: Stops,
        signs: Signs,
        *,
        pacing: Pacing,
        rich: Capability,
    ) -> None:
        self._bot = bot
        self._renderer = renderer
        self._words = words
        self._stops = stops
        self._signs = signs
        self._pacing = pacing
        self._rich = rich

    async def answer(
        self,
        work: Work,
        by: Speaker,
        text: str,
        *,
        language: str | None = None,
        change: Change = unchanged,
        rows: Rows | None = None,
        file: SentFile | None = None,
        replies_to: int | None = None,
    ) -> None:
        """`change`: what is to be different about the reply before it is shown; `rows` of buttons below it; `file` is
        what came with the text; `replies_to` the message of the bot's that is meant.
        """
        incoming = Incoming(
            who=by.who,
            room=by.room,
            text=text,
            key=f"{PLATFORM}:{work.update.key}",
            language=language,
            locale=self._words.language(by.language),
            # A group's topics are rooms of one community.
            community=None if by.private else Room(platform=PLATFORM, number=by.place.chat, private=False),
            replies_to=posted(by.place, replies_to) if replies_to is not None else None,
            file=file,
        )
        shown = self._signs.was_given(work.update.key)
        if shown:
            work.seen()
        await self._signs.over()
        live = self._live(by, _draft_of(work), None if shown else work.seen)
        async with live:

            def render(_answer: Answer, reply: Reply) -> Sequence[Outgoing]:
                changed = self._with_why(change(reply), by)
                return self._outgoing(by, self._posts(by, changed, rows), changed, edit=live.take_message())

            try:
                answering = work.respond(incoming, render, live.show)
                await self._stops.unless_stopped(by.room.number, by.who, work.accepted.ticket.id, answering)
            except Stopped:
                await work.settle(*self._stopped(by, live))

    def _live(self, by: Speaker, draft: int, seen: Callable[[], None] | None) -> Live:
        stop = self._words.say("label.stop", by.language)
        return Live(self._bot, self._renderer, by.place, draft, stop, seen, pacing=self._pacing, rich=self._rich)

    def _with_why(self, reply: Reply, by: Speaker) -> Reply:
        """With a button that asks what it rests on, where it rests on something."""
        if not reply.citations or reply.quiz is not None:
            return reply
        why = Action(label=self._words.say("label.why", by.language), ask="/why")
        return replace(reply, actions=(*reply.actions, why))

    def _posts(self, by: Speaker, reply: Reply, rows: Rows | None = None) -> tuple[Post, ...]:
        # In a group the buttons are for whoever asked: another's tap would ask in their name.
        return self._renderer.posts(reply, None if by.private else by.who.number, rows or [])

    @staticmethod
    def _outgoing(by: Speaker, posts: Sequence[Post], reply: Reply, *, edit: int | None) -> list[Outgoing]:
        # A hint still offers the letters; anything else goes past a poll that is open.
        letters = any(len(action.ask) == 1 for action in reply.actions)
        return outgoing(posts, by.place, edit=edit, closes_quiz=by.private and (reply.quiz is not None or not letters))

    def _stopped(self, by: Speaker, live: Live) -> list[Outgoing]:
        """What had been shown by then, and that it is not all."""
        note = self._words.say("stopped", by.language)
        latest = live.latest or Reply(text="")
        text = f"{latest.text}\n\n{note}" if latest.text else note
        reply = replace(latest, text=text, actions=(), attachments=(), quiz=None)
        return outgoing(self._posts(by, reply), by.place, edit=live.take_message())


def _draft_of(work: Work) -> int:
    """A number of this answer that is not zero: the same when it is made again, so its draft goes on."""
    return int(work.update.key) % 1_000_000_007 + 1
