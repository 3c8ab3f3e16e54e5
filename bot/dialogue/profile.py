"""What the bot knows of a learner: told in passing, shown, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from bot.catalog.catalog import Catalog
from bot.core.answer import Draft, Statement
from bot.core.conversation import Advisor, Progress, Response
from bot.core.ports import LearnerStore
from bot.core.reply import Reply
from bot.core.toolbox import Toolbox
from bot.dialogue.hearing import Heard, Speaker
from bot.dialogue.telling import Telling, Told
from bot.learning.learner import Changes, Holding, Learner, Profile
from bot.learning.wallet import Entry, Say, checked_holding, wallet
from bot.learning.zones import local_day
from bot.offline.wallet import WalletWords
from bot.planning.model import PlanWish

_SOON = timedelta(days=90)


class ProfileWords:
    """Puts a learner's own data into words. They need no source: the learner said them."""

    def __init__(self, catalog: Catalog, speaker: Speaker) -> None:
        self._catalog = catalog
        self._speaker = speaker

    def name(self, credential: str) -> str:
        known = self._catalog.get(credential)
        return known.short_name if known else credential

    def holding(self, held: Holding, heard: Heard, *, approximate: bool = False) -> str:
        key = f"wallet.{held.state}" + (".dated" if held.earned_on else "")
        text = self._speaker.say(key, heard, name=self.name(held.credential), date=held.earned_on)
        return self._speaker.say("wallet.approximate", heard, text=text) if approximate else text

    def _aims(self, plan: PlanWish | None) -> str | None:
        return ", ".join([*map(self.name, plan.goals), *plan.topics]) if plan is not None else None

    def profile(self, profile: Profile, heard: Heard) -> Iterator[str]:
        """A line for everything that is set."""
        values = {
            "goals": ", ".join(self.name(goal) for goal in profile.goals),
            "goal_text": profile.goal_text,
            "background": profile.background,
            "skills": ", ".join(profile.skills),
            "languages": ", ".join(profile.languages),
            "hours_per_week": _number(profile.hours_per_week),
            "budget_usd": _number(profile.budget_usd),
            "deadline": profile.deadline,
            "time_zone": profile.time_zone,
            "plan": self._aims(profile.plan),
        }
        for name, value in values.items():
            if value:
                yield self._speaker.say(f"profile.{name}", heard, value=value)
        if profile.answer_style != Profile().answer_style:
            yield self._speaker.say("profile.answer_style.full", heard)
        if not profile.practice_reminders:
            yield self._speaker.say("profile.practice_reminders.off", heard)
        quiet = (profile.quiet_from, profile.quiet_until)
        if quiet != (Profile().quiet_from, Profile().quiet_until):
            yield self._speaker.say("profile.quiet", heard, start=f"{quiet[0]:%H:%M}", end=f"{quiet[1]:%H:%M}")


class TellingAbout:
    """Notes what is told in passing, and says what was noted: "I passed Security+ in May 2025, have 5 hours a week"."""

    def __init__(
        self,
        toolbox: Toolbox,
        telling: Telling,
        words: ProfileWords,
        wallet_words: WalletWords,
        speaker: Speaker,
        advisor: Advisor,
    ) -> None:
        self._toolbox = toolbox
        self._telling = telling
        self._words = words
        self._wallet_words = wallet_words
        self._speaker = speaker
        self._advisor = advisor

    async def respond(self, heard: Heard) -> Response | None:
        turn = heard.turn
        if turn.learner is None or turn.command is not None:
            return None
        told = self._telling.read(turn.question, local_day(turn.learner.profile, turn.now), self._say_in(heard))
        changes = _changes(told, turn.learner)
        if changes.empty:
            return None
        noted = self._noted(heard, told, changes, turn.learner)
        if not (told.asks or told.goal_text):
            return noted
        # A message may both tell and ask: what was told is noted first, then the question is answered.
        answer, context = await self._advisor.answer(replace(turn, progress=_below(noted.answer.text, turn.progress)))
        undo = self._speaker.suggest("label.undo", heard, "/undo")
        return replace(
            noted,
            answer=replace(
                answer,
                text=f"{noted.answer.text}\n\n{answer.text}",
                suggestions=(*answer.suggestions[:3], undo),
            ),
            context=context,
        )

    def _noted(self, heard: Heard, told: Told, changes: Changes, learner: Learner) -> Response:
        """What was noted, and at once where something in it goes away or has gone."""
        text = self._speaker.say("told.noted", heard, list=self._list(told, changes, learner, heard))
        today = local_day(learner.profile, heard.turn.now)
        entries = wallet(changes.holdings, self._toolbox.catalog, today)
        for entry in entries:
            checked_holding(entry.holding, entry.name, today, self._say_in(heard))
        alerts = [
            statement
            for entry in entries
            for statement in (
                *(self._wallet_words.standing(entry, heard.language) if _matters(entry, today) else ()),
                *self._wallet_words.alert(entry, heard.language),
            )
        ]
        draft = Draft(
            status="answered",
            # A block of its own below the list.
            statements=(Statement(text=text), *(_in_list(alert) for alert in alerts)),
            suggestions=(
                self._speaker.suggest("label.plan", heard, "/plan"),
                self._speaker.suggest("label.me", heard, "/me"),
                self._speaker.suggest("label.undo", heard, "/undo"),
            ),
        )
        own_words = f"{text}\n{self._wallet_words.own_words(entries)}"
        return self._speaker.respond(heard, draft, own_words=own_words, changes=changes)

    def _say_in(self, heard: Heard) -> Say:
        def say(key: str, **values: object) -> str:
            return self._toolbox.wording.say(key, heard.language, **values)

        return say

    def _list(self, told: Told, changes: Changes, learner: Learner, heard: Heard) -> str:
        lines = [
            self._words.holding(held, heard, approximate=held.credential in told.approximate)
            for held in changes.holdings
        ]
        lines += [self._speaker.say("wallet.removed", heard, name=self._words.name(gone)) for gone in changes.dropped]
        if changes.profile is not None:
            before = set(self._words.profile(learner.profile, heard))
            lines += [line for line in self._words.profile(changes.profile, heard) if line not in before]
        return "\n".join(f"- {line}" for line in lines)


def _below(noted: str, progress: Progress | None) -> Progress | None:
    """Shows an answer that grows below what was noted, where it will stand in the end."""
    if progress is None:
        return None

    async def show(reply: Reply) -> None:
        await progress(replace(reply, text=f"{noted}\n\n{reply.text}"))

    return show


def _in_list(statement: Statement) -> Statement:
    return replace(statement, shape="item") if statement.shape == "sentence" else statement


def _matters(entry: Entry, today: date) -> bool:
    """Whether it has run out, can be renewed, or soon does: whoever tells of it should hear that at once."""
    if entry.validity in {"expired", "renewable"}:
        return True
    on = entry.expiry.on if entry.expiry else None
    return on is not None and on - today <= _SOON


def _changes(told: Told, learner: Learner) -> Changes:
    """What changes of the learner; nothing where all of it is known already."""
    profile = told.profile(learner.profile)
    if (profile.goals, profile.goal_text) != (learner.profile.goals, learner.profile.goal_text):
        # A path to what was the goal before is none to this one.
        profile = replace(profile, plan=None)
    holdings = (_merged(held, learner) for held in told.holdings)
    return Changes(
        profile=profile if profile != learner.profile else None,
        holdings=tuple(held for held in holdings if held not in learner.wallet),
        dropped=tuple(gone for gone in dict.fromkeys(told.lost) if learner.holding(gone)),
    )


def _merged(held: Holding, learner: Learner) -> Holding:
    """What is told anew keeps the dates that were told before."""
    before = learner.holding(held.credential)
    if before is None or before.state != held.state:
        return held
    return replace(held, earned_on=held.earned_on or before.earned_on, expires_on=held.expires_on or before.expires_on)


class Me:
    """`/me` shows all that is kept of a learner, `/undo` takes the last change back."""

    def __init__(self, words: ProfileWords, speaker: Speaker, store: LearnerStore) -> None:
        self._words = words
        self._speaker = speaker
        self._store = store

    async def respond(self, heard: Heard) -> Response | None:
        if heard.turn.learner is None:
            return None
        if heard.calls("me"):
            return self._show(heard, heard.turn.learner)
        if heard.calls("undo"):
            return await self._undo(heard, heard.turn.learner)
        return None

    def _show(self, heard: Heard, learner: Learner) -> Response:
        lines = [self._words.holding(held, heard) for held in learner.wallet]
        lines += self._words.profile(learner.profile, heard)
        if not lines:
            return self._speaker.plain(heard, "me.nothing")
        return self._speaker.plain(
            heard,
            "me.shown",
            suggestions=(
                self._speaker.suggest("label.wallet", heard, "/wallet"),
                self._speaker.suggest("label.export", heard, "/export"),
                self._speaker.suggest("label.forget", heard, "/forget"),
            ),
            list="\n".join(f"- {line}" for line in lines),
        )

    async def _undo(self, heard: Heard, learner: Learner) -> Response:
        before = await self._store.before_last_change(learner)
        if before is None:
            return self._speaker.plain(heard, "undo.nothing")
        kept = {held.credential for held in before.wallet}
        changes = Changes(
            profile=replace(before.profile, plan=learner.profile.plan),
            holdings=before.wallet,
            dropped=tuple(held.credential for held in learner.wallet if held.credential not in kept),
            undo=True,
        )
        return self._speaker.plain(
            heard, "undo.done", changes=changes, suggestions=(self._speaker.suggest("label.me", heard, "/me"),)
        )


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:,.10g}"
