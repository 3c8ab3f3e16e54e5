"""The desk: each event to what answers it. Private chats get everything, groups what is addressed to the bot."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from telegram import Bot
from telegram import Update as TelegramUpdate
from telegram.error import TelegramError

from bot.adapters.telegram.albums import Albums
from bot.adapters.telegram.answering import Answering
from bot.adapters.telegram.cards import Cards
from bot.adapters.telegram.events import (
    Added,
    Event,
    Faceless,
    Migrated,
    Polled,
    Reacted,
    Said,
    SentDocument,
    SentElse,
    SentPicture,
    Silenced,
    Sought,
    Speaker,
    Summoned,
    Tapped,
)
from bot.adapters.telegram.files import Files
from bot.adapters.telegram.groups import Groups
from bot.adapters.telegram.posts import Place, outgoing, posted, room_of
from bot.adapters.telegram.private import Welcome
from bot.adapters.telegram.reading import Reader
from bot.adapters.telegram.render import Renderer, text_post
from bot.adapters.telegram.transport import KEPT, QUIZ_KEY
from bot.chat import button_data
from bot.chat.kept import question_of
from bot.chat.markdown import styled
from bot.chat.preferences import Preferences
from bot.chat.stopping import Stops, is_stop_word
from bot.chat.words import Words
from bot.core.feedback import Thumb
from bot.core.mail import Accepted, Notice, Outgoing
from bot.core.ports import Keepsakes
from bot.flow.thumbs import Thumbs
from bot.flow.work import Work
from bot.learning.learner import Identity

logger = logging.getLogger(__name__)

_ADMINISTERING = {"mute", "unmute", "language"}


class TelegramDesk:
    """A `Desk`. Decides who answers; the answers come from its collaborators. Without `files` none are taken."""

    def __init__(
        self,
        *,
        bot: Bot,
        reader: Reader,
        renderer: Renderer,
        words: Words,
        answering: Answering,
        welcome: Welcome,
        groups: Groups,
        cards: Cards,
        albums: Albums,
        stops: Stops,
        preferences: Preferences,
        keepsakes: Keepsakes,
        thumbs: Thumbs,
        files: Files | None,
        now: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._reader = reader
        self._renderer = renderer
        self._words = words
        self._answering = answering
        self._welcome = welcome
        self._groups = groups
        self._cards = cards
        self._albums = albums
        self._stops = stops
        self._preferences = preferences
        self._keepsakes = keepsakes
        self._thumbs = thumbs
        self._files = files
        self._now = now

    async def handle(self, work: Work) -> None:
        event = self._event(work.accepted)
        match event:
            case Said():
                await self._said(work, event)
            case Tapped():
                await self._tapped(work, event)
            case Reacted():
                await self._reacted(work, event)
            case Polled():
                await self._polled(work, event)
            case Sought():
                await self._cards.show(event)
            case Summoned():
                await self._cards.answer(event)
            case SentDocument():
                await self._sent(work, event)
            case SentPicture():
                await self._pictured(work, event)
            case SentElse() if not await self._is_muted(event.by.place):
                await self._groups.tell(work, event.by.place, "unreadable", event.by.language)
            case _:
                await self._of_chats(work, event)

    def apology(self, accepted: Accepted, fault: str) -> Sequence[Outgoing]:
        event = self._event(accepted)
        if not isinstance(event, Said | Tapped | SentDocument | SentPicture):
            return ()
        text = self._words.say("fault", event.by.language, id=fault)
        return outgoing([text_post(styled(text, {}))], event.by.place)

    def notice(self, notice: Notice, to: Identity) -> Sequence[Outgoing]:
        place = Place(chat=to.number, private=True, who=to.number)
        return outgoing(self._renderer.posts(notice.reply), place)

    def _event(self, accepted: Accepted) -> Event | None:
        return self._reader.read(TelegramUpdate.de_json(dict(accepted.update.payload), None))

    async def _said(self, work: Work, said: Said) -> None:
        if is_stop_word(said.text) and await self._has_stopped(work, said.by):
            return
        if said.album is not None:
            await self._albums.begins(said.by.who, said.album, work.update.key)
        command, argument = _command(said.text)
        if said.edited:
            # So that it is seen to which question the new answer belongs.
            said = replace(said, by=replace(said.by, place=replace(said.by.place, reply_to=said.message)))
        if said.by.private:
            await self._said_in_private(work, said, command, argument)
        else:
            await self._said_in_group(work, said, command, argument)

    async def _has_stopped(self, work: Work, by: Speaker) -> bool:
        return await self._stops.has_stopped_anywhere(by.room.number, by.who, work.update.key)

    async def _said_in_private(self, work: Work, said: Said, command: str | None, argument: str) -> None:
        match command:
            case "start":
                await self._welcome.start(work, said, argument)
            case "settings" | "language":
                await self._welcome.settings(work, said.by)
            case "privacy":
                await self._welcome.privacy(work, said.by)
            case "quiz":
                await self._ask(work, said.by, f"/practice {argument}".strip())
            case _:
                await self._ask(work, said.by, said.text, said.replies_to)

    async def _said_in_group(self, work: Work, said: Said, command: str | None, argument: str) -> None:
        if command in _ADMINISTERING:
            await self._groups.administer(work, said, command, argument)
        elif await self._is_muted(said.by.place):
            return
        elif command == "quiz":
            await self._groups.quiz(work, said, argument)
        elif command in {"start", "privacy"} or not said.text:
            key = "privacy" if command == "privacy" else "group.hello"
            await self._groups.tell(work, said.by.place, key, await self._groups.language(said.by))
        else:
            language = await self._language_in_group(said.by)
            await self._answering.answer(work, said.by, said.text, language=language, replies_to=said.replies_to)

    async def _sent(self, work: Work, sent: SentDocument) -> None:
        """A document becomes its sender's own: so it is taken where nobody else sees it."""
        by = sent.by
        if by.private and self._files is not None:
            language = await self._preferences.language(by.who)
            await self._answering.answer(work, by, sent.caption, language=language, file=self._files.sent(sent))
        elif by.private:
            await self._groups.tell(work, by.place, "file.unread", by.language)
        elif not await self._is_muted(by.place):
            await self._groups.tell(work, by.place, "file.private", await self._groups.language(by))

    async def _pictured(self, work: Work, sent: SentPicture) -> None:
        """What else can be done with what it shows, once for all that were sent together."""
        by = sent.by
        if await self._is_muted(by.place) or await self._is_answered(work, sent):
            return
        if sent.album is not None and work.accepted.attempt == 1:
            await work.put_off(self._albums.due())
            return
        if not await self._albums.begins(by.who, sent.album, work.update.key):
            return
        if by.private and self._files is not None:
            language = await self._preferences.language(by.who)
            await self._answering.answer(work, by, "", language=language, file=self._files.picture())
        else:
            await self._groups.tell(work, by.place, "unreadable", by.language)

    async def _is_answered(self, work: Work, sent: SentPicture) -> bool:
        return sent.album is not None and await self._albums.has_begun(sent.by.who, sent.album, work.update.key)

    async def _is_muted(self, place: Place) -> bool:
        return not place.private and await self._preferences.muted(place.chat, place.topic)

    async def _language_in_group(self, by: Speaker) -> str | None:
        return await self._preferences.language(Identity(platform=by.who.platform, number=by.place.chat))

    async def _ask(self, work: Work, by: Speaker, text: str, replies_to: int | None = None) -> None:
        language = await self._preferences.language(by.who)
        await self._answering.answer(work, by, text, language=language, replies_to=replies_to)

    async def _reacted(self, work: Work, reacted: Reacted) -> None:
        """Counted, and not answered: whoever reacts does not begin to talk."""
        place = reacted.by.place
        thumb = Thumb(
            who=reacted.by.who,
            message=posted(place, reacted.message),
            up=reacted.up,
            taken_back=reacted.taken_back,
            at=reacted.at,
            community=None if place.private else room_of(place.chat, None, private=False),
        )
        await self._thumbs.take(work, thumb)

    async def _tapped(self, work: Work, tapped: Tapped) -> None:
        press = button_data.read(tapped.data)
        by = tapped.by
        if press is None:
            await self._toast(tapped, "button.old")
        elif press.owner is not None and press.owner != by.who.number:
            await self._toast(tapped, "button.of_another")
        elif press.kind == "step":
            await self._toast(tapped)
            await self._step(work, tapped, press.value)
        elif (text := await question_of(press, by.who, self._keepsakes, self._now())) is None:
            await self._toast(tapped, "button.old")
        else:
            await self._toast(tapped)
            if not by.private:
                by = replace(by, place=replace(by.place, reply_to=tapped.message))
            await self._ask(work, by, text, tapped.message)

    async def _step(self, work: Work, tapped: Tapped, value: str) -> None:
        step, _, choice = value.partition(":")
        if step == "language" and choice in self._words.languages:
            await self._welcome.speak(work, tapped.by, choice)
        elif step == "stop":
            # It has done its work on its way into the inbox.
            await self._has_stopped(work, tapped.by)
        else:
            await self._welcome.step(work, tapped, step, choice)

    async def _toast(self, tapped: Tapped, key: str | None = None) -> None:
        """Let the button rest, with a word where there is one. An answer that comes too late is no harm."""
        try:
            text = self._words.say(key, tapped.by.language) if key else None
            await self._bot.answer_callback_query(tapped.query, text=text)
        except TelegramError as error:
            logger.info("telegram.tap_late %s", error.message)

    async def _polled(self, work: Work, polled: Polled) -> None:
        """An answer to the practice question that is open. One to an older poll was for nothing that still stands."""
        quiz = await self._keepsakes.recall(polled.who, QUIZ_KEY, self._now())
        if quiz is None or quiz["poll"] != polled.poll or polled.options[0] >= len(quiz["asks"]):
            return
        # Answered once, by this update, which comes again where the process dies before it is settled.
        if quiz.setdefault("answered", work.update.key) != work.update.key:
            return
        await self._keepsakes.keep(polled.who, {QUIZ_KEY: quiz}, self._now() + KEPT)
        place = Place(chat=polled.who.number, private=True, topic=quiz["topic"], who=polled.who.number)
        room = room_of(place.chat, place.topic, private=True)
        by = Speaker(who=polled.who, place=place, room=room, language=polled.language)
        await self._ask(work, by, quiz["asks"][polled.options[0]])

    async def _of_chats(self, work: Work, event: Event | None) -> None:
        match event:
            case Faceless() if not await self._is_muted(event.place):
                await self._groups.tell(work, event.place, "faceless", None)
            case Added():
                await self._groups.tell(work, event.place, "group.hello", None)
            case Silenced():
                await work.blocked()
            case Migrated():
                await self._preferences.move(event.old.number, event.new.number)
                await work.moved(event.old, event.new)


def _command(text: str) -> tuple[str | None, str]:
    """The command and what follows it: `start` and "az-104" of "/start@bot az-104"."""
    first, _, rest = text.strip().partition(" ")
    name = first[1:].split("@", 1)[0].lower()
    return (name, rest.strip()) if first.startswith("/") and name.isidentifier() else (None, text)
