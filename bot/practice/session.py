"""A practice session: question, hint, answer, the reason with its source, next, summary. A pure state machine.

Works without a model. The caller keeps the state, tells the time, and stores what a step returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.core.answer import Draft, Statement, Suggestion
from bot.learning.exercise import PracticeState
from bot.learning.learner import CardState, Review
from bot.learning.practice import DayPlan, Rhythm, interleaved, plan_day, rated, reviewed, session_items
from bot.practice.book import ItemBook
from bot.practice.grading import GRADES, Grader
from bot.practice.items import LETTERS, Item, document_of, quiz_of
from bot.practice.step import Step
from bot.text.prompts import Phrases

SESSION_SIZE = 5
# So many documents give more new items than a session asks; making all items takes seconds.
_ENOUGH_DOCUMENTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What is stored of a learner's practice, and how they practise. `now` has a zone; `today` is their own day.

    `reviews` are all that there are.
    """

    now: datetime
    cards: Mapping[str, CardState] = field(default_factory=dict)
    reviews: Sequence[Review] = ()
    rhythm: Rhythm = field(default_factory=Rhythm)
    today: date | None = None


class PracticeSessions:
    """Runs sessions over a book of items. `phrases` are those of `prompts/practice`."""

    def __init__(self, book: ItemBook, phrases: Phrases, grader: Grader) -> None:
        self._book = book
        self._phrases = phrases
        self._grader = grader

    def start(
        self, documents: Iterable[str], learnt: Learnt, *, size: int = SESSION_SIZE, language: str = "en"
    ) -> Step[PracticeState]:
        """Begin a session on some documents: one (`credentials/az-104`), those about a topic (`book.about("cloud")`),
        or all (`book.documents`). What is due comes first, then new items up to the day's number; for more than the
        day's number give a rhythm with more.
        """
        plan = self.plan(documents, learnt, language)
        chosen = self._spread(plan, language, size)
        if not chosen:
            return self._plain("session.nothing", None, language)
        return self._ask(PracticeState(items=chosen, language=language), lead="session.start")

    def plan(self, documents: Iterable[str], learnt: Learnt, language: str = "en") -> DayPlan:
        """What is left for today of some documents."""
        wanted = list(dict.fromkeys(documents))
        begun = {document_of(item) for item in learnt.cards}
        wanted = interleaved(wanted, {document: self._main_topic(document) for document in wanted})
        # What was begun is gone on with; before an exam everything counts.
        wanted.sort(key=lambda document: document not in begun)
        limit = None if learnt.rhythm.exam(learnt.now) else len(begun.intersection(wanted)) + _ENOUGH_DOCUMENTS
        rows = [[item.id for item in self._book.items_of(document, language)] for document in wanted[:limit]]
        known = {identity for row in rows for identity in row}
        # In turn from each document, so that a session is not all about the first.
        order = [row[rank] for rank in range(max(map(len, rows), default=0)) for row in rows if rank < len(row)]
        cards = {identity: card for identity, card in learnt.cards.items() if identity in known}
        return plan_day(order, cards, learnt.reviews, learnt.now, learnt.rhythm)

    def reply(self, state: PracticeState, text: str, learnt: Learnt) -> Step[PracticeState] | None:
        """Go on with what the learner says. None where it is not meant for the session: another question, say; the
        state then stays as it is.
        """
        word = self._grader.word(text, state.language)
        item = self._book.item(state.items[0], state.language) if state.items else None
        if word == "stop":
            return self._summary(state)
        if item is None or state.phase == "told":
            # An item that the documents no longer bear is passed over.
            return self._next(state) if item is None or word in {"next", "skip"} else None
        if state.phase == "grading":
            grade = self._grader.grade(text, state.language)
            return None if grade is None else self._graded(state, item, grade, learnt)
        if word == "hint":
            return self._hint(state, item)
        if word in {"unknown", "skip", "show"}:
            return self._show(state, item) if item.kind == "recall" else self._answered(state, item, learnt)
        return self._answer(state, item, text, learnt)

    def stop(self, state: PracticeState) -> Step[PracticeState]:
        """End the round here."""
        return self._summary(state)

    def _answer(self, state: PracticeState, item: Item, text: str, learnt: Learnt) -> Step[PracticeState] | None:
        if self._grader.is_question(text):
            return None
        meant = self._grader.doubts(text, state.language)
        if item.kind == "recall":
            return self._show(state, item)
        if not item.options:
            right = self._grader.typed(item, meant.text)
            return self._answered(state, item, learnt, right=right, unsure=meant.unsure)
        chosen = self._grader.option(item, meant.text)
        if chosen is None:
            return None
        right, rationale = chosen == item.key_index, item.options[chosen].rationale
        return self._answered(state, item, learnt, right=right, unsure=meant.unsure, rationale=rationale)

    def _ask(self, state: PracticeState, lead: str = "") -> Step[PracticeState]:
        item = self._book.item(state.items[0], state.language)
        if item is None:
            return self._next(state)
        statements = [Statement(text=self._say(lead, state, count=len(state.items)))] if lead else []
        statements.append(Statement(text=item.question, shape="heading"))
        own = " ".join(statement.text for statement in statements)
        draft = Draft(status="answered", statements=tuple(statements), suggestions=self._choices(state, item))
        return Step(draft=draft, state=state, own_words=own, quiz=quiz_of(item))

    def _choices(self, state: PracticeState, item: Item) -> tuple[Suggestion, ...]:
        """The options, each with its letter, then help."""
        options = [
            Suggestion(label=f"{letter}: {option.text}", ask=letter)
            for letter, option in zip(LETTERS, item.options, strict=False)
        ]
        helps = ["hint"] if state.hints < len(item.hints) else []
        helps.append("show" if item.kind == "recall" else "unknown")
        return (*options, *(self._button(name, state) for name in helps))

    def _hint(self, state: PracticeState, item: Item) -> Step[PracticeState]:
        hint = item.hints[min(state.hints, len(item.hints) - 1)]
        state = replace(state, hints=min(state.hints + 1, len(item.hints)))
        draft = Draft(status="answered", statements=(Statement(text=hint),), suggestions=self._choices(state, item))
        return Step(draft=draft, state=state, own_words=f"{hint} {item.question}")

    def _show(self, state: PracticeState, item: Item) -> Step[PracticeState]:
        """The answer to something told in one's own words; the learner grades themselves."""
        statements = (
            Statement(text=self._say("recall.answer", state)),
            item.explanation,
            Statement(text=self._say("recall.grade", state), shape="heading"),
        )
        buttons = tuple(
            Suggestion(label=self._say(f"grade.{grade}", state), ask=str(number))
            for number, grade in enumerate(GRADES, 1)
        )
        draft = Draft(status="answered", statements=statements, suggestions=buttons)
        return Step(draft=draft, state=replace(state, phase="grading"))

    def _graded(self, state: PracticeState, item: Item, grade: int, learnt: Learnt) -> Step[PracticeState]:
        statement = Statement(text=self._say(f"graded.{GRADES[grade - 1]}", state))
        return self._kept(state, item, grade, (statement,), learnt)

    def _answered(
        self,
        state: PracticeState,
        item: Item,
        learnt: Learnt,
        *,
        right: bool = False,
        unsure: bool = False,
        rationale: Statement | None = None,
    ) -> Step[PracticeState]:
        """After an answer, or after none; `rationale` says where a wrong choice belongs."""
        rating = rated(correct=right, hints=state.hints, unsure=unsure)
        said = f"right{'.unsure' if unsure else ''}" if right else "wrong"
        statements = [Statement(text=self._say(f"feedback.{said}", state))]
        if not right and item.options:
            statements.append(Statement(text=self._say("feedback.key", state, letter=LETTERS[item.key_index])))
        statements.append(item.explanation)
        if rationale is not None and not right:
            statements += [Statement(text=self._say("feedback.choice", state)), rationale]
        return self._kept(state, item, rating, tuple(statements), learnt)

    def _kept(
        self, state: PracticeState, item: Item, rating: int, statements: tuple[Statement, ...], learnt: Learnt
    ) -> Step[PracticeState]:
        """Store a first try and count it. A second one in the same session is for the learner alone."""
        cards: tuple[CardState, ...] = ()
        reviews: tuple[Review, ...] = ()
        right = rating > 1
        if item.id not in state.missed:
            card, review = reviewed(
                learnt.cards.get(item.id), item.id, rating, learnt.now, learnt.rhythm, today=learnt.today
            )
            cards, reviews = (card,), (review,)
            state = replace(
                state,
                asked=state.asked + 1,
                right=state.right + right,
                # Once more at the end: recalled rightly at least once before it is put away.
                missed=state.missed if right else (*state.missed, item.id),
                items=state.items if right else (*state.items, item.id),
            )
        state = replace(state, phase="told")
        buttons = tuple(self._button(name, state) for name in ("next", "stop"))
        draft = Draft(status="answered", statements=statements, suggestions=buttons)
        return Step(draft=draft, state=state, cards=cards, reviews=reviews)

    def _next(self, state: PracticeState) -> Step[PracticeState]:
        left = state.items[1:]
        if not left:
            return self._summary(state)
        return self._ask(replace(state, items=left, phase="asking", hints=0))

    def _summary(self, state: PracticeState) -> Step[PracticeState]:
        if not state.asked:
            return self._plain("session.stopped", state, state.language)
        told = [self._say("session.summary", state, right=state.right, asked=state.asked)]
        told.append(self._say("session.again" if state.missed else "session.all_right", state))
        draft = Draft(status="answered", statements=tuple(Statement(text=text) for text in told))
        return Step(draft=draft, state=None, own_words=" ".join(told))

    def _plain(self, key: str, state: PracticeState | None, language: str) -> Step[PracticeState]:
        text = self._phrases.say(key, state.language if state else language)
        return Step(draft=Draft(status="answered", statements=(Statement(text=text),)), state=None)

    def _spread(self, plan: DayPlan, language: str, size: int) -> tuple[str, ...]:
        """The session's items: of one thing only one, because asking it twice tells the answer."""
        kept: set[tuple[str, str]] = set()

        def first_of_its_kind(identity: str) -> bool:
            item = self._book.item(identity, language)
            if item is None:
                return False
            thing = (item.document, item.aspect.rpartition(".")[2])
            new = thing not in kept
            kept.add(thing)
            return new

        single = DayPlan(
            due=tuple(filter(first_of_its_kind, plan.due)), fresh=tuple(filter(first_of_its_kind, plan.fresh))
        )
        topics = {item: self._main_topic(document_of(item)) for item in (*single.due, *single.fresh)}
        return session_items(single, topics, size)

    def _main_topic(self, document: str) -> str:
        return (self._book.topics_of(document) or ("",))[0]

    def _button(self, name: str, state: PracticeState) -> Suggestion:
        label = self._say(f"button.{name}", state)
        return Suggestion(label=label, ask=self._phrases.items(f"words.{name}", state.language)[0])

    def _say(self, key: str, state: PracticeState, **values: object) -> str:
        return self._phrases.say(key, state.language, **values)
