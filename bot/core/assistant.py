"""The front door of the core: whatever a person sends gets exactly one answer. Knows no platform."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from bot.core.answer import Answer
from bot.core.conversation import Context, Incoming, Progress, Responder, Response, Turn
from bot.core.mail import Delivery, Settlement
from bot.core.ports import LearnerStore, StaleLearner, TurnRecord
from bot.core.reply import Reply, reply_of
from bot.errors import InputError
from bot.learning.learner import Learner
from bot.text.prompts import DEFAULT_LANGUAGE, Phrases
from bot.text.words import clean

logger = logging.getLogger(__name__)

MAX_QUESTION = 4000
# How often a turn is thought over again because the learner changed meanwhile, on another device or platform.
_ATTEMPTS = 5


def utc_now() -> datetime:
    return datetime.now(UTC)


class Assistant:
    """Guards what answers: cleans what comes in, bounds it, and turns a fault into an apology with an id."""

    def __init__(
        self,
        responder: Responder,
        phrases: Phrases,
        store: LearnerStore | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`store`: where learners are remembered; without it nobody is known. `now` gives the time in UTC."""
        self._responder = responder
        self._phrases = phrases
        self._store = store
        self._now = now

    async def ask(
        self,
        question: str,
        context: Context | None = None,
        *,
        language: str | None = None,
        progress: Progress | None = None,
    ) -> tuple[Answer, Context]:
        """Answer one message of nobody in particular, and remember nothing of it.

        Never raises; the context to pass with the next message comes back beside it.
        """
        began = time.perf_counter()
        turn = Turn(
            question=question, context=context or Context(), language=language, now=self._now(), progress=progress
        )
        response = await self._guarded(turn)
        return _timed(response.answer, began), response.context

    async def respond(
        self, incoming: Incoming, progress: Progress | None = None, delivery: Delivery | None = None
    ) -> tuple[Answer, Reply]:
        """Answer one message of a learner, and store the turn with all that it changes: whole or not at all.

        `progress` is shown what of the reply has passed the gate so far; the reply that comes back replaces it.
        `delivery`: how the reply leaves, where it is posted together with the turn and not shown by the caller.
        Never raises for anything a person may send. Raises what the store raises when it cannot be reached: the
        message is then not answered, and whoever delivers it tries again.
        """
        if self._store is None:
            raise RuntimeError("an assistant without a store cannot remember; use `ask`")
        began = time.perf_counter()
        for attempt in range(_ATTEMPTS):
            try:
                return await self._turn(incoming, self._store, progress, delivery, began, again=attempt > 0)
            except StaleLearner:
                continue
        raise StaleLearner(f"the learner changed {_ATTEMPTS} times while one message was answered")

    async def _turn(
        self,
        incoming: Incoming,
        store: LearnerStore,
        progress: Progress | None,
        delivery: Delivery | None,
        began: float,
        *,
        again: bool,
    ) -> tuple[Answer, Reply]:
        learner = await store.learner(incoming.who)
        turn = Turn(
            question=incoming.text,
            context=await _context(incoming, learner, store),
            language=incoming.language,
            # In a room with others nothing of a learner is known, so that nothing can show, not even by advice.
            learner=learner if incoming.room.private else None,
            who=incoming.who,
            room=incoming.room,
            community=incoming.community,
            private=incoming.room.private,
            replies_to=incoming.replies_to,
            file=incoming.file,
            now=self._now(),
            progress=progress,
            again=again,
            quoted=incoming.quoted,
        )
        response = await self._guarded(turn)
        answer = _timed(response.answer, began)
        reply = reply_of(answer, response.attachments, response.quiz)
        settlement = None
        if delivery is not None:
            settlement = Settlement(ticket=delivery.ticket, outgoing=tuple(delivery.render(answer, reply)))
        if not response.kept:
            if settlement is not None:
                await store.settle(settlement, turn.now)
            return answer, reply
        record = TurnRecord(
            key=incoming.key,
            room=incoming.room,
            at=turn.now,
            question=clean(incoming.text[:MAX_QUESTION]) or (incoming.file.name if incoming.file else ""),
            answer=response.answer,
            context=response.context,
            changes=response.changes,
            settlement=settlement,
            shelved=response.shelved,
            community=incoming.community if not incoming.room.private else None,
        )
        await store.commit(incoming.who, learner, record)
        return answer, reply

    async def _guarded(self, turn: Turn) -> Response:
        # Cut first: cleaning a megabyte only to refuse it would be work for nothing.
        text = clean(turn.question[: MAX_QUESTION * 2])
        spoken = turn.language or turn.context.language or DEFAULT_LANGUAGE
        if turn.file is None and not any(char.isalnum() for char in text):
            return self._plain(turn, text, "talk.empty", spoken)
        if len(turn.question) > MAX_QUESTION:
            return self._plain(turn, text[:200], "talk.too_long", spoken, limit=f"{MAX_QUESTION:,}")
        command, argument = (None, text) if turn.quoted else _command(text)
        asked = replace(turn, question=argument, command=command)
        try:
            return await self._responder.respond(asked)
        except InputError as error:
            # What was asked for cannot be done as it stands; the message says what to change.
            return self._plain(turn, text, "input_error", spoken, reason=str(error))
        except Exception:
            # The last resort: nothing that a person sends may end in silence or in a traceback.
            fault = secrets.token_hex(4)
            logger.exception("answer.failed id=%s", fault)
            return self._plain(turn, text, "fault", turn.language or DEFAULT_LANGUAGE, id=fault)

    def _plain(self, turn: Turn, question: str, key: str, language: str, **values: object) -> Response:
        answer = Answer(
            question=question,
            status="abstained",
            language=language,
            mode="offline",
            text=self._phrases.say(key, language, **values),
        )
        return Response(answer=answer, context=turn.context)


async def _context(incoming: Incoming, learner: Learner, store: LearnerStore) -> Context:
    """What is talked about: where an older answer is replied to, what was so then. What is under way goes on."""
    context = await store.context(incoming.who, incoming.room)
    if incoming.replies_to is not None:
        meant = await store.turn_of(learner, incoming.room, incoming.replies_to)
        if meant is not None:
            context = replace(
                meant.context,
                language=context.language,
                plan=meant.context.plan or context.plan,
                practice=context.practice,
                simulation=context.simulation,
                confirming=context.confirming,
            )
    return context if context.language is not None else replace(context, language=incoming.locale)


def _command(text: str) -> tuple[str | None, str]:
    """The command and what follows it: `plan` and "az-104" of "/plan az-104" or "/plan@bot az-104"."""
    first, _, rest = text.partition(" ")
    name = first[1:].split("@", 1)[0].lower()
    if not first.startswith("/") or not name.isidentifier():
        return None, text
    return name, rest.strip()


def _timed(answer: Answer, began: float) -> Answer:
    return replace(answer, elapsed_ms=round((time.perf_counter() - began) * 1000, 1))
