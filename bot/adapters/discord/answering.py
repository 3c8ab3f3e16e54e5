"""One question answered: parts of it as they come, then the answer as messages, or what there is when stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.adapters.discord.events import Speaker
from bot.adapters.discord.live import Live, Streams
from bot.adapters.discord.posts import PLATFORM, Post, community_of, guild_of, outgoing
from bot.adapters.discord.render import Renderer
from bot.adapters.discord.sdk import Rest
from bot.adapters.discord.server_settings import Servers
from bot.chat.signs import Signs
from bot.chat.stopping import Stopped, Stops
from bot.chat.words import Words
from bot.core.answer import Answer
from bot.core.conversation import Incoming
from bot.core.mail import Outgoing, Posted
from bot.core.owned import SentFile
from bot.core.reply import Reply
from bot.flow.work import Work
from bot.learning.learner import Room


class Answering:
    """Asks the assistant for somebody, and lets the reply out."""

    def __init__(
        self,
        *,
        rest: Rest,
        renderer: Renderer,
        words: Words,
        stops: Stops,
        signs: Signs,
        streams: Streams,
        servers: Servers,
    ) -> None:
        self._rest = rest
        self._renderer = renderer
        self._words = words
        self._stops = stops
        self._signs = signs
        self._streams = streams
        self._servers = servers

    async def answer(
        self,
        work: Work,
        conversation: str,
        by: Speaker,
        text: str,
        *,
        room: Room | None = None,
        file: SentFile | None = None,
        also: Sequence[Outgoing] = (),
        replies_to: Posted | None = None,
        shown: str | None = None,
        quoted: bool = False,
    ) -> None:
        """`room`: in which it is said, where that is another than where it is shown. A `file` came with it;
        `replies_to` is the message of the bot's that is meant. `also` goes out with the answer, or neither does.
        `shown` is what others see of what is asked, where that is something else; `quoted`: others may have written it.
        """
        guild = guild_of(by.room)
        incoming = Incoming(
            who=by.who,
            room=room or by.room,
            text=text,
            key=f"{PLATFORM}:{work.update.key}",
            language=await self._servers.language(self._servers.group(guild)) if guild else None,
            locale=self._words.language(by.language) if by.language else None,
            community=community_of(guild) if guild else None,
            replies_to=replies_to,
            file=file,
            quoted=quoted,
        )
        if self._signs.was_given(work.update.key):
            work.seen()
        await self._signs.over()
        # What is said in a channel stands there; what a command or a button asks does not.
        asked = "" if by.private or by.place.answers is None else shown or text
        live = Live(self._rest, self._renderer, by.place, self._words.say("label.stop", by.language), asked)

        def render(_answer: Answer, reply: Reply) -> Sequence[Outgoing]:
            live.close()
            return [*outgoing(self._posts(by, reply, asked), by.place), *also]

        with self._streams.running(by.place.answers or work.update.key, live):
            showing = asyncio.create_task(live.run())
            try:
                progress = live.show if by.place.answers else None
                answering = work.respond(incoming, render, progress)
                answer, _ = await self._stops.unless_stopped(conversation, by.who, work.accepted.ticket.id, answering)
            except Stopped:
                live.close()
                await work.settle(*self._stopped(by, live, asked))
            else:
                if guild is not None:
                    await self._servers.count_answer(guild, answer)
            finally:
                live.close()
                await asyncio.gather(showing, return_exceptions=True)

    def _posts(self, by: Speaker, reply: Reply, asked: str) -> tuple[Post, ...]:
        return self._renderer.posts(reply, by.who.number, everybody=not by.private, asked=asked)

    def _stopped(self, by: Speaker, live: Live, asked: str) -> list[Outgoing]:
        """What had been shown by then, and that it is not all."""
        note = self._words.say("stopped", by.language)
        latest = live.latest or Reply(text="")
        text = f"{latest.text}\n\n{note}" if latest.text else note
        reply = replace(latest, text=text, actions=(), attachments=(), quiz=None)
        return outgoing(self._posts(by, reply, asked), by.place)
