"""What learners are told without having asked: which reminders a learner wants, and those that are due, in words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.catalog.catalog import Catalog
from bot.core.answer import Answer
from bot.core.mail import Notice
from bot.core.ports import DueReminder, LearnerStore
from bot.core.reply import Reply, reply_of
from bot.errors import MissingService
from bot.grounding.gate import Gate
from bot.learning.learner import Changes, Identity, Learner, Reminder, Room
from bot.learning.reminder_times import (
    PRACTICE,
    in_quiet_hours,
    practice_due,
    practice_key,
    quiet_end,
    wanted_reminders,
)
from bot.learning.wallet import wallet
from bot.learning.zones import local_day
from bot.offline.wallet import WalletWords
from bot.text.prompts import DEFAULT_LANGUAGE

_NOTHING = Changes()
# Reviews of longer ago do not change what practice is due.
_LATELY = timedelta(days=14)


class Reminding:
    """Plans reminders with every change of a wallet and all practice, and words those whose time has come."""

    def __init__(self, catalog: Catalog, words: WalletWords, gate: Gate, store: LearnerStore) -> None:
        self._catalog = catalog
        self._words = words
        self._gate = gate
        self._store = store

    async def wanted(self, learner: Learner, now: datetime, changes: Changes = _NOTHING) -> tuple[Reminder, ...]:
        """All reminders that a learner wants from now on; `changes` are of their practice, and not stored yet."""
        entries = wallet(learner.wallet, self._catalog, local_day(learner.profile, now))
        due = await self._practice_due(learner, now, changes)
        return wanted_reminders(entries, learner.profile, now, practice_due=due)

    async def _practice_due(self, learner: Learner, now: datetime, changes: Changes = _NOTHING) -> datetime | None:
        changed = {card.item for card in changes.cards}
        cards = [card for card in await self._store.cards(learner) if card.item not in changed]
        reviews = await self._store.reviews(learner, since=now - _LATELY)
        return practice_due([*cards, *changes.cards], [*reviews, *changes.reviews], learner.profile)

    async def due(
        self, now: datetime, *, to: Identity | None = None, platforms: Sequence[str] | None = None
    ) -> list[Notice]:
        """What is to be sent now, each to be sent once; `to`: only what is this person's, who is here and so is not
        disturbed by it; `platforms`: only what can be sent to one of these.

        What falls into quiet hours is put off. What has nothing to rest on any more (it was renewed since) is not
        sent at all, nor what another reminder says just now (one was put off until the next was due).
        """
        notices: list[Notice] = []
        claimed = await self._store.claim_reminders(now, platforms=platforms)
        try:
            for due in claimed:
                await self._settle(due, now, to, notices)
        except (MissingService, asyncio.CancelledError):
            # Nobody else is given what is claimed, and none of it has been told. What is sent stays sent.
            await self._store.postpone_reminders([due.claim for due in claimed], now)
            raise
        return notices

    async def _settle(self, due: DueReminder, now: datetime, to: Identity | None, notices: list[Notice]) -> None:
        """Put it off, drop it, or add it to what is to be told."""
        if to is not None and to not in due.identities:
            await self._store.postpone_reminders([due.claim], now)
        elif to is None and in_quiet_hours(due.learner.profile, now):
            await self._store.postpone_reminders([due.claim], quiet_end(due.learner.profile, now))
        elif (reply := await self._reply(due, now)) is not None and not _said(notices, due, reply):
            notices.append(Notice(claim=due.claim, identities=due.identities, reply=reply))
        else:
            await self._store.reminders_sent([due.claim], now)

    async def delivered(self, notices: Sequence[Notice], now: datetime) -> None:
        await self._store.reminders_sent([notice.claim for notice in notices], now)

    async def _reply(self, due: DueReminder, now: datetime) -> Reply | None:
        if due.reminder.text_key == PRACTICE:
            practice = await self._practice_due(due.learner, now)
            # One that is told on another day than its own could be the second of that day.
            today = practice_key(local_day(due.learner.profile, now))
            if practice is None or practice > now or due.reminder.key != today:
                return None
        entries = wallet(due.learner.wallet, self._catalog, local_day(due.learner.profile, now))
        language = await self._language(due)
        draft = self._words.reminder(due.reminder, entries, language)
        released = self._gate.release(draft, self._words.own_words(entries), same_language=language == DEFAULT_LANGUAGE)
        if not released.text:
            return None
        return reply_of(
            Answer(
                question="",
                status="answered",
                language=language,
                mode="offline",
                text=released.text,
                claims=released.claims,
                citations=released.citations,
                suggestions=draft.suggestions,
            )
        )

    async def _language(self, due: DueReminder) -> str:
        """The language in which was last spoken in private."""
        for who in due.identities:
            context = await self._store.context(who, Room(platform=who.platform, number=who.number))
            if context.language:
                return context.language
        return DEFAULT_LANGUAGE


def _said(notices: Sequence[Notice], due: DueReminder, reply: Reply) -> bool:
    return any(notice.identities == due.identities and notice.reply.text == reply.text for notice in notices)
