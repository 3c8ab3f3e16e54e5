"""A server as a community: a quiz for everybody, thumbs, and what moderators set and are told."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.adapters.discord.cards import ASKS, button, row
from bot.adapters.discord.digest_text import Weeks
from bot.adapters.discord.digest_times import Digest, WantedDigests
from bot.adapters.discord.events import Called, Speaker, Tapped
from bot.adapters.discord.judging import Judging
from bot.adapters.discord.posts import Place, identity, outgoing
from bot.adapters.discord.render import message, said
from bot.adapters.discord.server_settings import Servers
from bot.adapters.discord.written import pieces
from bot.chat import button_data
from bot.chat.styled import Styled, safe, shortened
from bot.chat.words import Words
from bot.core.ports import Keepsakes
from bot.core.reply import Quiz
from bot.flow.work import Work
from bot.learning.learner import Identity

QuizOn = Callable[[str, str], Awaitable[Quiz | None]]
_LETTERS = "ABCDE"
_LABEL = 70
_KEPT = timedelta(days=30)
_WEEK = 7


class Communities:
    """`quiz_on` makes a question on what is named, in a language; None where there is nothing to ask."""

    def __init__(
        self,
        *,
        words: Words,
        servers: Servers,
        keepsakes: Keepsakes,
        weeks: Weeks,
        judging: Judging,
        quiz_on: QuizOn,
        digests: WantedDigests,
        now: Callable[[], datetime],
    ) -> None:
        self._words = words
        self._servers = servers
        self._keepsakes = keepsakes
        self._weeks = weeks
        self._judging = judging
        self._quiz_on = quiz_on
        self._digests = digests
        self._now = now

    async def quiz(self, work: Work, by: Speaker, about: str) -> None:
        """A question for all who are here. Whoever taps is told alone whether it was right."""
        language = await self._language(by)
        quiz = await self._quiz_on(about, language)
        if quiz is None or len(quiz.options) > len(_LETTERS):
            await self._tell(work, by, "quiz.nothing", language)
            return
        token = hashlib.sha256(f"{work.update.key}:{quiz.question}".encode()).hexdigest()[:24]
        kept = {"right": quiz.right, "options": list(quiz.options), "because": quiz.because, "language": language}
        made = [
            button(shortened(f"{letter}: {safe(option)}", _LABEL), _pressed(token, number))
            for number, (letter, option) in enumerate(zip(_LETTERS, quiz.options, strict=False))
        ]
        text = next(pieces(Styled(safe(quiz.question)).wrapped("bold")))
        await self._keepsakes.keep(self._server(by), {f"quiz:{token}": kept}, self._now() + _KEPT)
        await work.settle(*outgoing([message(text, [row(made)], ASKS)], by.place))

    async def answer_quiz(self, work: Work, tapped: Tapped, value: str) -> None:
        token, _, chosen = value.partition(":")
        kept = await self._keepsakes.recall(self._server(tapped.by), f"quiz:{token}", self._now())
        if kept is None or not chosen.isdigit():
            await self._tell(work, tapped.by, "button.old", tapped.by.language)
            return
        key = "quiz.right" if int(chosen) == kept["right"] else "quiz.wrong"
        text = self._words.say(key, kept["language"])
        found = Styled(f"{text} {safe(kept['options'][kept['right']])}") + Styled(f"\n{safe(kept['because'])}".rstrip())
        await work.settle(*outgoing([message(next(pieces(found)))], tapped.by.place))

    async def thumb(self, work: Work, tapped: Tapped, *, up: bool) -> None:
        """Counted once for a person and an answer; who it was is kept only with that person's own things."""
        by = tapped.by
        counts = await self._judging.tapped(work, tapped, up=up)
        if not work.settled:
            key = ("thanks.up" if up else "thanks.down") if counts else "button.old"
            await self._tell(work, by, key, by.language)

    async def digest(self, work: Work, event: Called, guild: str) -> None:
        """What the week has brought so far; or whether it is told every week, and where."""
        by = event.by
        if "weekly" in event.options:
            weekly = bool(event.options["weekly"])
            await self._digests.keep(guild, by.place.channel if weekly else None)
            await self._tell(work, by, "digest.weekly" if weekly else "digest.never", by.language)
            return
        text = await self._weeks.told(guild, self._now(), by.language)
        await work.settle(*outgoing([said(text)], by.place))

    async def forget(self, guild: str) -> None:
        """A server that has sent the bot away has no settings any more."""
        await self._servers.forget(guild)
        await self._digests.keep(guild, None)

    async def weekly(self, work: Work, digest: Digest) -> None:
        """The week that is over, where those who manage the server want to be told."""
        language = await self._servers.language(self._servers.group(digest.guild))
        text = await self._weeks.told(digest.guild, self._now() - timedelta(days=_WEEK), language, digest.channel)
        place = Place(channel=digest.channel, who="", guild=digest.guild)
        await work.settle(*outgoing([said(text)], place))

    async def _language(self, by: Speaker) -> str:
        set_ = await self._servers.language(self._server(by))
        return set_ or self._words.language(by.language)

    async def _tell(self, work: Work, by: Speaker, key: str, language: str | None) -> None:
        await work.settle(*outgoing([said(self._words.say(key, language))], by.place))

    @staticmethod
    def _server(by: Speaker) -> Identity:
        return identity(by.place.guild or by.who.number)


def _pressed(token: str, number: int) -> str:
    return button_data.written(button_data.Press("step", f"quiz:{token}:{number}"))
