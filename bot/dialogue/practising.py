"""Practice with a learner: sessions over what they study, and how it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.core.answer import Suggestion
from bot.core.conversation import Context, Response
from bot.core.ports import LearnerStore
from bot.dialogue.figures import ahead_of, day_of
from bot.dialogue.hearing import Heard, Speaker
from bot.learning.exercise import PracticeState
from bot.learning.learner import Changes, Holding, Learner
from bot.learning.practice import Rhythm
from bot.learning.progress import progress
from bot.learning.zones import local_day, zone_of
from bot.offline.understanding import named_ids
from bot.practice.book import ItemBook
from bot.practice.session import Learnt, PracticeSessions
from bot.practice.step import Step


class Practising:
    """`/practice` begins a session, what follows answers it, `/progress` says how it goes."""

    def __init__(self, sessions: PracticeSessions, book: ItemBook, speaker: Speaker, store: LearnerStore) -> None:
        self._sessions = sessions
        self._book = book
        self._speaker = speaker
        self._store = store

    async def respond(self, heard: Heard) -> Response | None:
        learner = heard.turn.learner
        if learner is None:
            return None
        if heard.turn.context.practice is not None and heard.turn.command is None:
            going_on = await self._go_on(heard, learner, heard.turn.context.practice)
            if going_on is not None:
                return going_on
        if heard.turn.context.practice is not None and heard.turn.command == "stop":
            return self._shown(heard, self._sessions.stop(heard.turn.context.practice))
        if heard.calls("practice"):
            return await self._start(heard, learner)
        if heard.calls("progress"):
            return await self._progress(heard, learner)
        return None

    async def _go_on(self, heard: Heard, learner: Learner, state: PracticeState) -> Response | None:
        exam_on = _exam_of(learner, [identity.rpartition(":")[0] for identity in state.items])
        learnt = await self._learnt(heard, learner, exam_on)
        step = self._sessions.reply(state, heard.turn.question, learnt)
        return None if step is None else self._shown(heard, step)

    async def _start(self, heard: Heard, learner: Learner) -> Response:
        if self._unknown(heard):
            return self._speaker.plain(
                heard, "practice.unknown", status="clarify", what=heard.turn.question, suggestions=(self._again(heard),)
            )
        documents = self._documents(heard, learner)
        exam_on = _told_exam(heard) or _exam_of(learner, documents)
        learnt = await self._learnt(heard, learner, exam_on)
        step = self._sessions.start(documents, learnt, language=heard.language)
        response = self._shown(heard, step)
        named = [i for i in named_ids(heard.question) if (held := learner.holding(i)) is None or held.state != "held"]
        if (told := _told_exam(heard)) is not None and named:
            # "Exam in 30 days" is remembered with the credential, so that every session until then counts it in.
            holdings = tuple(_in_progress(learner, identity, told) for identity in named)
            response = replace(response, changes=replace(response.changes, holdings=holdings))
        return response

    @staticmethod
    def _unknown(heard: Heard) -> bool:
        """Whether the command names something that no credential, topic or exam's day is."""
        known = named_ids(heard.question) or heard.question.constraints.topics or _told_exam(heard)
        return heard.turn.command is not None and bool(heard.turn.question) and not known

    def _documents(self, heard: Heard, learner: Learner) -> Sequence[str]:
        """What to practise: what is named, else what is studied or aimed at, else everything."""
        named = [f"credentials/{identity}" for identity in named_ids(heard.question)]
        topics = heard.question.constraints.topics
        about = [document for topic in topics for document in self._book.about(topic)]
        studied = [held.credential for held in learner.wallet if held.state != "held"]
        aimed = [f"credentials/{identity}" for identity in dict.fromkeys([*studied, *learner.profile.goals])]
        return named or about or aimed or self._book.documents

    async def _learnt(self, heard: Heard, learner: Learner, exam_on: date | None) -> Learnt:
        cards = await self._store.cards(learner)
        return Learnt(
            now=heard.turn.now,
            cards={card.item: card for card in cards},
            reviews=await self._store.reviews(learner),
            rhythm=Rhythm(exam_on=exam_on),
            today=local_day(learner.profile, heard.turn.now),
        )

    async def _progress(self, heard: Heard, learner: Learner) -> Response:
        cards = {card.item: card for card in await self._store.cards(learner)}
        if not cards:
            return self._speaker.plain(heard, "progress.nothing", suggestions=(self._again(heard),))
        told = progress(cards, cards, await self._store.reviews(learner), heard.turn.now, zone=zone_of(learner.profile))
        key = "progress.shown.weeks" if told.weeks else "progress.shown"
        return self._speaker.plain(
            heard,
            key,
            suggestions=(self._again(heard),),
            seen=told.seen,
            mastered=told.mastered,
            due=told.due,
            days=told.days_this_week,
            goal=told.weekly_goal,
            weeks=told.weeks,
        )

    def _again(self, heard: Heard) -> Suggestion:
        return self._speaker.suggest("label.practice", heard, "/practice")

    def _shown(self, heard: Heard, step: Step[PracticeState]) -> Response:
        context = Context(practice=step.state) if step.state else replace(heard.turn.context, practice=None)
        changes = Changes(cards=step.cards, reviews=step.reviews)
        response = self._speaker.respond(heard, step.draft, own_words=step.own_words, context=context, changes=changes)
        return replace(response, quiz=step.quiz)


def _told_exam(heard: Heard) -> date | None:
    """The day of an exam that is told with the command: a date, or "in 30 days"."""
    today = heard.turn.now.date()
    day, _ = day_of(heard.question.facts, heard.cues, today)
    if day is not None and day > today:
        return day
    return ahead_of(heard.question.facts, today)


def _in_progress(learner: Learner, identity: str, exam_on: date) -> Holding:
    before = learner.holding(identity) or Holding(credential=identity, state="in_progress")
    return replace(before, state="in_progress", exam_on=exam_on)


def _exam_of(learner: Learner, documents: Sequence[str]) -> date | None:
    """The next exam that the learner has told of, of what is practised."""
    days = [held.exam_on for held in learner.wallet if held.exam_on and f"credentials/{held.credential}" in documents]
    return min(days, default=None)
