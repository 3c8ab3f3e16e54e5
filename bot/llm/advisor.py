"""The advisor with a language model: fluent where the model is, true where the documents are.

What the rules of the offline advisor have to say is always there first: the model is given its passages, and whatever
goes wrong with the model, its answer is the one that is shown.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.answer import Answer, Provenance, Statement
from bot.core.conversation import Context, Turn
from bot.core.ports import Budget
from bot.core.reply import reply_of
from bot.documents.model import Passage
from bot.grounding.claims import ClaimCheck
from bot.llm.agent import Agent
from bot.llm.completing import Completing
from bot.llm.evidence import Evidence
from bot.llm.history import CARRIED, Before, History
from bot.llm.releasing import Asked, Releasing
from bot.llm.sentences import Sentences
from bot.llm.summarising import Summarising
from bot.llm.token_budget import Meter, OverBudget, estimated
from bot.llm.tools import PRIVATE_TOOLS, TOOLS, ToolParts, TurnTools
from bot.llm.turn_prompt import TurnPrompt
from bot.llm.verdicts import Verdicts
from bot.llm.watching import ModelTrouble, Patience, Unfinished, watched
from bot.offline.advisor import Considered, OfflineAdvisor
from bot.text.language import LanguageGuess
from bot.text.prompts import DEFAULT_LANGUAGE

logger = logging.getLogger(__name__)

_FOUND = 5  # passages searched for beside those that the rules cite
_NEAREST = 2  # of these, those that come before what is known of the credentials in talk
_FOCUS = 2  # credentials in talk of which all facts are given
_FIELDS = ("cost", "exam_minutes", "validity", "prerequisites", "stacks_into", "status")
_SHORT = 8  # words up to which a question may lean on the one before it
# Text after which a model is no longer listened to: nobody reads that much on a phone.
_LONGEST = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Limits of one turn: seconds, tokens of its first passages, of all its calls, of one answer."""

    patience: Patience
    prompt_tokens: int = 3_000
    turn_tokens: int = 40_000
    answer_tokens: int = 800


class AgentAdvisor:
    """Implements `Advisor`. Stateless between turns; many turns may be under way at once."""

    def __init__(
        self,
        *,
        offline: OfflineAdvisor,
        agent: Agent,
        prompt: TurnPrompt,
        parts: ToolParts,
        check: ClaimCheck,
        verdicts: Verdicts,
        completing: Completing,
        languages: LanguageGuess,
        history: History,
        summarising: Summarising | None,
        budget: Budget,
        breakers: Any,
        slots: asyncio.Semaphore,
        bounds: Bounds,
        model: str,
    ) -> None:
        """`breakers`: purgatory's factory of circuit breakers; `slots`: how many may ask the model at once."""
        self._offline = offline
        self._agent = agent
        self._prompt = prompt
        self._parts = parts
        self._check = check
        self._verdicts = verdicts
        self._completing = completing
        self._languages = languages
        self._history = history
        self._summarising = summarising
        self._budget = budget
        self._breakers = breakers
        self._slots = slots
        self._bounds = bounds
        self._model = model

    async def answer(self, turn: Turn) -> tuple[Answer, Context]:
        deadline = asyncio.get_running_loop().time() + self._bounds.patience.total
        considered = await self._offline.consider(turn)
        plain = self._offline.release(turn, considered)
        if turn.again:
            # It has been asked once, and by the time it had answered again the learner might have changed again.
            return plain, considered.context
        before = await self._history.before(turn)
        if not _is_for_a_model(plain, before):
            return plain, considered.context
        talk = _Talk(turn=turn, considered=considered, plain=plain, before=before, evidence=Evidence())
        try:
            worded = await self._worded(talk, deadline)
        except Exception:
            # A fault of ours beside a good answer: the answer is given, and the log has the fault.
            logger.exception("model.fault")
            worded = None
        if self._summarising is not None and len(before.turns) == CARRIED:
            self._summarising.later(turn, self._meter(turn))
        return worded or plain, considered.context

    async def _worded(self, talk: _Talk, deadline: float) -> Answer | None:
        """The model's answer, None where the rules' is the better one."""
        try:
            # Embedding a question and searching a vector store may go over a network as well.
            async with asyncio.timeout_at(deadline):
                await self._gather(talk)
        except TimeoutError:
            logger.warning("model.failed reason=the passages took until the turn's deadline")
            return None
        meter = self._meter(talk.turn)
        releasing = self._releasing(talk)
        tools = TurnTools(parts=self._parts, turn=talk.turn, evidence=talk.evidence, language=talk.considered.language)
        began, whole = time.perf_counter(), False
        try:
            async with self._access(deadline):
                await self._listen(talk, tools, meter, releasing, deadline)
            whole = True
        except OverBudget as over:
            logger.warning("model.over_budget reason=%s", over)
        except ModelTrouble as trouble:
            logger.warning("model.failed reason=%s", trouble)
        enough = self._completing.complete(releasing, talk.considered.draft, talk.turn.question, whole=whole)
        answer = self._answer(talk, releasing, tools)
        logger.info(
            "answer.worded model=%s prompt=%s shown=%s kept=%d dropped=%d calls=%d tokens=%d ms=%d",
            *(self._model, self._prompt.provenance, enough, len(releasing.kept), len(releasing.dropped)),
            *(meter.calls, meter.used, (time.perf_counter() - began) * 1000),
        )
        if releasing.dropped:
            # Not a warning: what is held back would stand on the terminal of whoever asks there.
            logger.info("claim.dropped reasons=%s", releasing.dropped)
        return answer if enough else None

    async def _listen(self, talk: _Talk, tools: TurnTools, meter: Meter, releasing: Releasing, deadline: float) -> None:
        """Hold each sentence against its sources as soon as it is whole, and show what passes."""
        names: tuple[str, ...] = PRIVATE_TOOLS if talk.turn.private and talk.turn.learner is not None else TOOLS
        system, messages = self._prompt.messages(
            talk.turn,
            talk.considered.language,
            talk.evidence,
            talk.before,
            known=self._known(talk),
            draft="\n".join(talk.draft) if talk.plain.status == "answered" else "",
        )
        stream = self._agent.stream(system, messages, tools, names, meter)
        sentences, length = Sentences(), 0
        show = _Shown(talk.turn)
        async for piece in watched(stream, self._bounds.patience, deadline):
            if piece.restarts:
                sentences = Sentences()
            length += len(piece.text)
            if releasing.take_all(sentences.feed(piece.text)):
                await show(self._answer(talk, releasing, tools))
            if length > _LONGEST:
                break
        if releasing.take_all(sentences.close()):
            await show(self._answer(talk, releasing, tools))

    async def _gather(self, talk: _Talk) -> None:
        """The passages of the first call: what the rules cite, what is known of those in talk, what a search finds."""
        draft, context = talk.considered.draft, talk.considered.context
        talk.draft.extend(_as_drafted(statement, talk.evidence) for statement in draft.statements)
        hits = await self._parts.search(_query(talk), talk.turn, talk.considered.language, _FOUND)
        room = self._bounds.prompt_tokens - estimated(talk.evidence.shown(list(talk.evidence.entries)))
        for passage in (
            *(hit.passage for hit in hits[:_NEAREST]),
            *self._of_focus(context),
            *(h.passage for h in hits),
        ):
            if (size := estimated(passage.indexed_text)) <= room:
                room -= size
                talk.evidence.add_passages([passage])

    def _of_focus(self, context: Context) -> Iterable[Passage]:
        catalog = self._parts.toolbox.catalog
        for identity in context.focus[:_FOCUS]:
            for name in _FIELDS:
                passage = self._parts.toolbox.look_up(catalog[identity], name).passage
                if passage is not None:
                    yield passage

    def _releasing(self, talk: _Talk) -> Releasing:
        asked = Asked(
            words=talk.turn.question,
            subjects=frozenset(talk.considered.context.focus),
            language=talk.considered.language,
        )
        return Releasing(
            check=self._check,
            verdicts=self._verdicts,
            wording=self._parts.toolbox.wording,
            evidence=talk.evidence,
            asked=asked,
            spoken=lambda text: self._spoken(text, talk.considered.language),
        )

    def _spoken(self, text: str, expected: str) -> str:
        """The language of a claim. English names stand in every language, so English is not doubted."""
        if expected == DEFAULT_LANGUAGE:
            return expected
        cues = self._parts.understanding.read(text).cue_languages
        return self._languages.guess(text, cues, expected)

    def _meter(self, turn: Turn) -> Meter:
        return Meter(
            budget=self._budget,
            who=turn.who,
            room=turn.room,
            now=turn.now,
            most=self._bounds.turn_tokens,
            answer=self._bounds.answer_tokens,
        )

    def _known(self, talk: _Talk) -> str:
        """What may be told of the learner: only in private, only of the one who asks."""
        learner = talk.turn.learner
        if learner is None or not talk.turn.private:
            return ""
        return self._prompt.known(learner, self._parts.toolbox.wording)

    @asynccontextmanager
    async def _access(self, deadline: float) -> AsyncIterator[None]:
        """A place among those who ask the model, unless it has failed so often of late that it is left alone."""
        from purgatory.domain.model import OpenedState  # noqa: PLC0415

        try:
            async with asyncio.timeout_at(deadline - self._bounds.patience.first):
                await self._slots.acquire()
        except TimeoutError:
            raise ModelTrouble("no place among those who ask became free in time") from None
        try:
            no_fault = [OverBudget, Unfinished, asyncio.CancelledError]
            breaker = await self._breakers.get_breaker(self._model, exclude=no_fault)
            async with breaker:
                yield
        except OpenedState:
            raise ModelTrouble("left alone after several failures") from None
        finally:
            self._slots.release()

    # What comes of it

    def _answer(self, talk: _Talk, releasing: Releasing, tools: TurnTools) -> Answer:
        released = releasing.released
        suggestions = (*tools.suggestions, *talk.considered.draft.suggestions)
        return Answer(
            question=talk.turn.question,
            status="answered",
            language=talk.considered.language,
            mode="llm",
            text=released.text,
            claims=released.claims,
            citations=released.citations,
            suggestions=tuple(dict.fromkeys(suggestions)),
            dropped=released.dropped,
            provenance=Provenance(
                prompts=(self._prompt.provenance,),
                model=self._model,
                index=talk.plain.provenance.index if talk.plain.provenance else "",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    """One turn on its way: what the rules say to it, what came before it, what its answer may rest on."""

    turn: Turn
    considered: Considered
    plain: Answer
    before: Before
    evidence: Evidence
    draft: list[str] = field(default_factory=list)


class _Shown:
    """Shows what has passed so far. A front end that cannot loses only the growing, never the answer."""

    def __init__(self, turn: Turn) -> None:
        self._progress = turn.progress

    async def __call__(self, answer: Answer) -> None:
        if self._progress is None:
            return
        try:
            await self._progress(replace(reply_of(answer), actions=()))
        except Exception:
            logger.exception("progress.failed")
            self._progress = None


def _as_drafted(statement: Statement, evidence: Evidence) -> str:
    """A statement of the rules as a model would write it, with the numbers of what it cites."""
    marks = "".join(f"[{number}]" for number in evidence.add_passages(statement.passages))
    return f"{statement.text} {marks}".strip()


def _is_for_a_model(plain: Answer, before: Before) -> bool:
    """What is answered from documents, or what may only be understood with what was said before.

    A greeting, a question back and what no document covers are answered by rules: as truly, at once, and for nothing.
    """
    if plain.status == "answered":
        return bool(plain.citations)
    return plain.status == "abstained" and bool(before.turns)


def _query(talk: _Talk) -> str:
    question = talk.turn.question
    if not talk.before.turns or len(question.split()) > _SHORT:
        return question
    return f"{talk.before.turns[-1].question[:200]} {question}"
