"""The desk: each event to what answers it. In a server nothing is used or shown of anybody but to themselves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.adapters.discord.answering import Answering
from bot.adapters.discord.cards import row
from bot.adapters.discord.commands import BY_NAME, CHECK, QUIZ, SERVER, TEACH, asked, shown
from bot.adapters.discord.communities import Communities
from bot.adapters.discord.digest_times import digest_of
from bot.adapters.discord.events import Called, Chosen, Reacted, Said, Tapped, Typing
from bot.adapters.discord.files import sent_file
from bot.adapters.discord.forums import Forums, opened_of
from bot.adapters.discord.judging import Judging
from bot.adapters.discord.moderating import Moderating
from bot.adapters.discord.paging import STEP, kept_pages, key_of, turn_of
from bot.adapters.discord.posts import Place, Post, community_of, identity, outgoing, room_of
from bot.adapters.discord.reading import Reader, sent_away
from bot.adapters.discord.receiving import FAULTS, conversation_of, is_stop
from bot.adapters.discord.render import Renderer, asking, citations_of, said
from bot.adapters.discord.roles import Roles
from bot.adapters.discord.sdk import Rest
from bot.adapters.discord.silence import Silence
from bot.adapters.discord.teaching import Teaching
from bot.adapters.discord.wearing import off_of, unfit_of
from bot.chat import button_data
from bot.chat.kept import question_of
from bot.chat.stopping import Stops
from bot.chat.words import Words
from bot.core.mail import Accepted, Notice, Outgoing
from bot.core.ports import Keepsakes
from bot.flow.work import Work
from bot.learning.learner import Identity

logger = logging.getLogger(__name__)

_RIGHTS = (("label.me", "/me"), ("label.export", "/export"), ("label.forget", "/forget"))
_THREAD_NAME = 100


class DiscordDesk:
    """A `Desk`. Decides who answers; the answers come from its collaborators."""

    def __init__(
        self,
        *,
        rest: Rest,
        reader: Reader,
        renderer: Renderer,
        words: Words,
        answering: Answering,
        communities: Communities,
        judging: Judging,
        teaching: Teaching,
        moderating: Moderating,
        forums: Forums,
        roles: Roles,
        silence: Silence,
        stops: Stops,
        keepsakes: Keepsakes,
        named: Callable[[str], str | None],
        now: Callable[[], datetime],
    ) -> None:
        """`named` gives the name of a credential by what stands for it in the choices of a command."""
        self._rest = rest
        self._reader = reader
        self._renderer = renderer
        self._words = words
        self._answering = answering
        self._communities = communities
        self._judging = judging
        self._teaching = teaching
        self._moderating = moderating
        self._forums = forums
        self._roles = roles
        self._silence = silence
        self._stops = stops
        self._keepsakes = keepsakes
        self._named = named
        self._now = now

    async def handle(self, work: Work) -> None:
        if await self._of_servers(work):
            return
        event = self._event(work.accepted)
        if event is not None and is_stop(event) and await self._has_stopped(work, event):
            await self._tell(work, event, "stopped")
            return
        match event:
            case Said() as event:
                await self._said(work, event)
            case Called() as event:
                await self._called(work, event)
            case Chosen(name=name) as event if name == TEACH:
                await self._teaching.propose(work, event)
            case Chosen(name=name) as event if name == QUIZ:
                await self._unless_silent(work, event, self._communities.quiz(work, event.by, event.text))
            case Chosen(name=name) as event:
                await self._ask(work, event, f"/check {event.text}" if name == CHECK else event.text)
            case Tapped() | Reacted() as event:
                await self._below(work, event)

    async def _of_servers(self, work: Work) -> bool:
        """What nobody in particular has done, or what this program has told itself to do; whether it was such."""
        payload = work.update.payload
        if (digest := digest_of(payload)) is not None:
            await self._communities.weekly(work, digest)
        elif (away := sent_away(payload)) is not None:
            await self._communities.forget(away.guild)
            await self._teaching.forget(away.guild)
        elif (post := opened_of(payload)) is not None:
            await self._forums.offer(work, post)
        elif (wearing := off_of(payload)) is not None:
            await self._roles.end(work, wearing)
        elif (unfit := unfit_of(payload)) is not None:
            await self._roles.refused(work, unfit)
        else:
            return False
        return True

    def apology(self, accepted: Accepted, fault: str) -> Sequence[Outgoing]:
        event = self._event(accepted)
        if event is None or isinstance(event, Reacted):
            return ()
        return outgoing([said(self._words.say("fault", event.by.language, id=fault))], event.by.place.beside)

    def notice(self, notice: Notice, to: Identity) -> Sequence[Outgoing]:
        posts = self._renderer.posts(notice.reply, to.number)
        place = Place(channel="", who=to.number)
        # To a person and to no channel: the one of their direct messages is found when it is sent.
        return [_to_person(each) for each in outgoing(posts, place)]

    def _event(self, accepted: Accepted) -> Said | Called | Chosen | Tapped | Reacted | None:
        event = self._reader.read(accepted.update.payload)
        return None if isinstance(event, Typing) else event

    async def _has_stopped(self, work: Work, event: Said | Called | Chosen | Tapped | Reacted) -> bool:
        return await self._stops.has_stopped_anywhere(conversation_of(event), event.by.who, work.update.key)

    async def _said(self, work: Work, event: Said) -> None:
        if await self._silence.holds(event.by.place):
            if event.by.place.answers is not None:
                await self._tell(work, event, "muted")
        elif event.file is not None:
            file = sent_file(event.file, self._rest)
            await self._answering.answer(work, conversation_of(event), event.by, event.text, file=file)
        elif not event.text:
            await self._tell(work, event, "unreadable" if event.by.private else "hello")
        else:
            await self._ask(work, event, event.text)

    async def _called(self, work: Work, event: Called) -> None:
        by, guild = event.by, event.by.place.guild
        if event.name == SERVER:
            await self._server(work, event)
            return
        if await self._silence.holds(by.place):
            await self._tell(work, event, "muted")
            return
        command = BY_NAME[event.name]
        text = asked(command, event.options, self._words, self._words.language(by.language))
        if event.name == "privacy":
            rights = row([asking(self._words.say(label, by.language), ask) for label, ask in _RIGHTS])
            await work.settle(*outgoing([said(self._words.say("privacy", by.language), [rights])], by.place))
        elif event.name == "sources" and guild is not None:
            # Of what was answered here, where others are, and told to the person alone.
            here = room_of(replace(by.place, ephemeral=False))
            await self._answering.answer(work, conversation_of(event), by, text, room=here)
        elif command.community and guild is not None:
            await self._community(work, event, guild, text)
        else:
            seen = shown(command, event.options, self._words, self._words.language(by.language), self._named)
            await self._ask(work, event, text, seen)

    async def _community(self, work: Work, event: Called, guild: str, text: str) -> None:
        by = event.by
        match event.name:
            case "quiz":
                await self._communities.quiz(work, by, str(event.options.get("credential") or ""))
            case "roles":
                await self._roles.show(work, event, guild)
            case name:
                leaving = await self._roles.leaving(by, guild) if name == "leave" else []
                room = community_of(guild)
                await self._answering.answer(work, conversation_of(event), by, text, room=room, also=leaving)
                if leaving:
                    await self._roles.left(by, guild)

    async def _server(self, work: Work, event: Called) -> None:
        guild = event.by.place.guild
        if guild is None or not event.by.moderates:
            await self._tell(work, event, "admins_only")
        elif event.inner == "teach":
            await self._teaching.teach(work, event, guild)
        elif event.inner == "documents":
            await self._teaching.list_documents(work, event.by, guild)
        elif event.inner == "digest":
            await self._communities.digest(work, event, guild)
        else:
            await self._moderating.set(work, event, guild)

    async def _ask(
        self, work: Work, event: Said | Called | Chosen | Tapped, text: str, seen: str | None = None
    ) -> None:
        """`seen` is what others see of what is asked, where that is something else."""
        meant = event.below if isinstance(event, Tapped) else event.replies_to if isinstance(event, Said) else None
        quoted = isinstance(event, Said) and event.quoted
        answering = self._answering.answer(
            work, conversation_of(event), event.by, text, replies_to=meant, shown=seen, quoted=quoted
        )
        await self._unless_silent(work, event, answering)

    async def _unless_silent(
        self, work: Work, event: Said | Called | Chosen | Tapped, doing: Coroutine[Any, Any, None]
    ) -> None:
        """What others would see is not done where moderators want silence, whatever it was asked with."""
        if await self._silence.holds(event.by.place):
            doing.close()
            await self._tell(work, event, "muted")
        else:
            await doing

    async def _below(self, work: Work, event: Tapped | Reacted) -> None:
        """Something below a message of ours."""
        if isinstance(event, Reacted):
            await self._judging.reacted(work, event)
        else:
            await self._tapped(work, event)

    async def _tapped(self, work: Work, tapped: Tapped) -> None:
        press, by = button_data.read(tapped.data), tapped.by
        if press is None:
            await self._tell(work, tapped, "button.old")
        elif press.owner is not None and press.owner != by.who.number:
            await self._tell(work, tapped, "button.of_another")
        elif press.kind == "step":
            await self._step(work, tapped, press.value)
        elif (text := await question_of(press, by.who, self._keepsakes, self._now())) is None:
            await self._tell(work, tapped, "button.old")
        else:
            await self._ask(work, tapped, text)

    async def _step(self, work: Work, tapped: Tapped, value: str) -> None:
        step, _, rest = value.partition(":")
        match step:
            case "sources":
                await self._sources(work, tapped, rest)
            case _ if step == STEP:
                await self._turn(work, tapped)
            case "up" | "down":
                await self._communities.thumb(work, tapped, up=step == "up")
            case "quiz":
                await self._communities.answer_quiz(work, tapped, rest)
            case "teach":
                await self._teaching.decide(work, tapped, rest)
            case "remove":
                await self._teaching.remove(work, tapped, rest)
            case "role" | "unrole" | "wear":
                await self._roles.tapped(work, tapped, step, rest)
            case "thread":
                await self._thread(work, tapped)
            case _:
                # "stop" has done its work on its way into the inbox, or there was nothing to stop.
                await self._tell(work, tapped, "stopped" if step == "stop" else "button.old")

    async def _sources(self, work: Work, tapped: Tapped, value: str) -> None:
        holder, _, token = value.partition(":")
        kept = await self._keepsakes.recall(identity(holder), f"sources:{token}", self._now())
        if kept is None:
            await self._tell(work, tapped, "button.old")
            return
        posts = self._renderer.sources(citations_of(kept), kept["language"], tapped.by.who.number)
        await work.settle(*outgoing(posts, tapped.by.place))

    async def _turn(self, work: Work, tapped: Tapped) -> None:
        """To another page: in the message itself for who asked, for others in a copy that they alone see."""
        turn, by = turn_of(tapped.data), tapped.by
        kept = None
        if turn is not None:
            kept = await self._keepsakes.recall(identity(turn.owner), key_of(turn.token), self._now())
        if turn is None or kept is None or not (kept["everybody"] or by.who.number == turn.owner):
            await self._tell(work, tapped, "button.old")
            return
        post = kept_pages(kept, turn.owner).post(turn.number, by=by.who.number)
        await work.settle(*outgoing([post], by.place))

    async def _thread(self, work: Work, tapped: Tapped) -> None:
        """A longer talk goes on beside the channel. Only what mentions the bot is heard there, and it says so."""
        place = tapped.by.place
        if place.guild is not None and await self._silence.holds_in(place.guild, place.channel):
            await self._tell(work, tapped, "muted")
            return
        if (why := _no_thread(tapped)) is not None:
            await self._tell(work, tapped, why)
            return
        name = self._words.say("thread.name", tapped.by.language)[:_THREAD_NAME]
        try:
            thread = await self._rest.start_thread(tapped.by.place.channel, tapped.message, name)
        except FAULTS as error:
            logger.info("discord.thread %s", type(error).__name__)
            await self._tell(work, tapped, "thread.failed")
            return
        hello = said(self._words.say("thread.hello", tapped.by.language))
        there = Place(channel=thread, who=tapped.by.who.number, guild=tapped.by.place.guild)
        started = said(self._words.say("thread.started", tapped.by.language))
        await work.settle(*outgoing([started], tapped.by.place), *outgoing([hello], there))

    async def _tell(self, work: Work, event: Said | Called | Chosen | Tapped | Reacted | None, key: str) -> None:
        if event is not None:
            posts: list[Post] = [said(self._words.say(key, event.by.language))]
            await work.settle(*outgoing(posts, event.by.place.beside))


def _no_thread(tapped: Tapped) -> str | None:
    """The key of why none is begun there, None where one is: nobody does by a button what they may not do by hand."""
    if tapped.in_thread:
        return "thread.here"
    if not tapped.they_open_threads:
        return "thread.not_yours"
    return None if tapped.bot_opens_threads else "thread.cannot"


def _to_person(message: Outgoing) -> Outgoing:
    payload = {key: value for key, value in message.payload.items() if key != "channel"}
    return Outgoing(room=message.room, kind=message.kind, payload=payload, content=message.content, once=message.once)
