"""The wallet in conversation: what is held, until when, how to renew it; also as a calendar file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from bot.core.answer import Suggestion
from bot.core.conversation import Context, Response
from bot.core.reply import Attachment
from bot.core.toolbox import Toolbox
from bot.dialogue.hearing import Heard, Speaker
from bot.learning.calendar import wallet_calendar
from bot.learning.learner import Learner
from bot.learning.wallet import Entry, wallet
from bot.learning.zones import local_day
from bot.offline.understanding import named_ids
from bot.offline.wallet import WalletWords

# The wallet's picture: its entries, the day, the language.
Draw = Callable[[Sequence[Entry], date, str], bytes]


class WalletKeeping:
    """`/wallet` and questions about one's own credentials; `/calendar` and `/picture` for files."""

    def __init__(self, toolbox: Toolbox, words: WalletWords, speaker: Speaker, draw: Draw) -> None:
        self._draw = draw
        self._toolbox = toolbox
        self._words = words
        self._speaker = speaker

    async def respond(self, heard: Heard) -> Response | None:
        learner = heard.turn.learner
        if learner is None:
            return None
        if heard.calls("calendar"):
            return self._calendar(heard, learner)
        if heard.calls("picture"):
            return await self._picture(heard, learner)
        if heard.calls("wallet"):
            return self._show(heard, learner)
        return None

    def _show(self, heard: Heard, learner: Learner) -> Response:
        """The one that is asked about, where it is held; else all."""
        entries = self.entries(heard, learner)
        asked = {*named_ids(heard.question)}
        one = [entry for entry in entries if entry.holding.credential in asked]
        if asked and not one and heard.turn.command is None:
            return self._not_held(heard, next(iter(asked)))
        draft = self._words.one(one[0], heard.language) if one else self._words.overview(entries, heard.language)
        return self._speaker.respond(
            heard,
            replace(draft, suggestions=(*draft.suggestions[:2], *self._more(heard, entries))),
            own_words=self._words.own_words(entries),
            # From here a picture or a calendar is of the wallet, and "it" is what was told of, or what expires first.
            context=self._about(heard, one or list(entries)),
        )

    @staticmethod
    def _about(heard: Heard, entries: list[Entry]) -> Context:
        ids = tuple(entry.holding.credential for entry in entries if entry.credential is not None)
        return replace(heard.turn.context, plan=None, focus=ids[:1], options=ids)

    def entries(self, heard: Heard, learner: Learner) -> tuple[Entry, ...]:
        return wallet(learner.wallet, self._toolbox.catalog, local_day(learner.profile, heard.turn.now))

    def _not_held(self, heard: Heard, credential: str) -> Response:
        known = self._toolbox.catalog.get(credential)
        name = known.short_name if known else credential
        ask = self._speaker.say("ask.held", heard, name=name)
        suggestion = Suggestion(label=self._speaker.say("label.held", heard, name=name), ask=ask)
        return self._speaker.plain(heard, "wallet.not_held", suggestions=(suggestion,), status="clarify", name=name)

    def _more(self, heard: Heard, entries: tuple[Entry, ...]) -> tuple[Suggestion, ...]:
        if not any(entry.expiry and entry.expiry.on for entry in entries):
            return ()
        return (
            self._speaker.suggest("label.picture", heard, "/picture"),
            self._speaker.suggest("label.calendar", heard, "/calendar"),
        )

    async def _picture(self, heard: Heard, learner: Learner) -> Response:
        entries = self.entries(heard, learner)
        if not any(entry.held for entry in entries):
            return self._speaker.plain(heard, "picture.nothing", status="abstained")
        today = local_day(learner.profile, heard.turn.now)
        content = await asyncio.to_thread(self._draw, entries, today, heard.language)
        file = Attachment(name="credway-wallet.png", media_type="image/png", content=content)
        return replace(self._speaker.plain(heard, "picture.done"), attachments=(file,))

    def _calendar(self, heard: Heard, learner: Learner) -> Response:
        entries = self.entries(heard, learner)
        if not any(entry.expiry and entry.expiry.on for entry in entries):
            return self._speaker.plain(heard, "calendar.nothing", status="abstained")
        content = wallet_calendar(entries, self._toolbox.wording, heard.language, heard.turn.now, owner=learner.id)
        response = self._speaker.plain(heard, "calendar.done")
        file = Attachment(name="credway-renewals.ics", media_type="text/calendar", content=content)
        return replace(response, attachments=(file,))
