"""Groups: a quiz for everybody, and what administrators set. Nothing of a person is shown or used here."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from telegram import Bot
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.adapters.telegram.events import Said, Speaker
from bot.adapters.telegram.markdown import styled
from bot.adapters.telegram.posts import Place, outgoing
from bot.adapters.telegram.preferences import Preferences, group
from bot.adapters.telegram.render import fits_poll, poll_post, text_post
from bot.adapters.telegram.words import Words
from bot.core.reply import Quiz
from bot.flow.work import Work

logger = logging.getLogger(__name__)

QuizOn = Callable[[str, str], Awaitable[Quiz | None]]
_ADMINISTRATORS = {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}


class Groups:
    """`quiz_on` makes a question on what is named, in a language; None where there is nothing to ask."""

    def __init__(self, bot: Bot, words: Words, preferences: Preferences, quiz_on: QuizOn) -> None:
        self._bot = bot
        self._words = words
        self._preferences = preferences
        self._quiz_on = quiz_on

    async def quiz(self, work: Work, said: Said, topic: str) -> None:
        """A question for all who are here: a native poll that says who was right to nobody but themselves."""
        language = await self.language(said.by)
        quiz = await self._quiz_on(topic, language)
        if quiz is None or not fits_poll(quiz):
            await self.tell(work, said.by.place, "quiz.nothing", language)
            return
        await work.settle(*outgoing([poll_post(quiz, everybody=True)], said.by.place))

    async def administer(self, work: Work, said: Said, command: str, argument: str) -> None:
        """`/mute`, `/unmute` and `/language`, from administrators of the group as they are now."""
        language = await self.language(said.by)
        if not await self._administers(said.by):
            await self.tell(work, said.by.place, "admins_only", language)
        elif command == "language":
            await self._speak(work, said.by, argument)
        else:
            silent = command == "mute"
            await self._preferences.mute(said.by.place.chat, said.by.place.topic, silent=silent)
            await self.tell(work, said.by.place, "muted" if silent else "unmuted", language)

    async def language(self, by: Speaker) -> str:
        return await self._preferences.language(group(by.place.chat)) or self._words.language(by.language)

    async def tell(self, work: Work, place: Place, key: str, language: str | None) -> None:
        await work.settle(*outgoing([text_post(styled(self._words.say(key, language), {}))], place))

    async def _speak(self, work: Work, by: Speaker, wanted: str) -> None:
        if wanted not in self._words.languages:
            text = self._words.say("language.which", by.language, languages=", ".join(self._words.languages))
            await work.settle(*outgoing([text_post(styled(text, {}))], by.place))
            return
        await self._preferences.speak(group(by.place.chat), wanted)
        await self.tell(work, by.place, "language.set", wanted)

    async def _administers(self, by: Speaker) -> bool:
        try:
            member = await self._bot.get_chat_member(int(by.place.chat), int(by.who.number))
        except TelegramError as error:
            # Whoever cannot be looked up has no say.
            logger.info("telegram.member_unknown %s", error.message)
            return False
        return member.status in _ADMINISTRATORS
