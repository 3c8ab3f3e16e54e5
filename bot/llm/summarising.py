"""Long conversations in few words, made in the background: nobody waits for a summary, and nothing is lost without."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bot.core.conversation import Turn
from bot.core.ports import LearnerStore, Summary, TurnRecord
from bot.llm.history import CARRIED, short
from bot.llm.prompting import Message, Prompt, fence_key, fenced
from bot.llm.token_budget import Meter
from bot.text.words import clean

logger = logging.getLogger(__name__)

# A summary is made anew when so many turns are neither in it nor carried whole by the prompt.
_BEHIND = 6
_MOST = 40  # turns that one summary takes in
_LONGEST = 1200  # characters that are kept of it
_SECTIONS = {"system": frozenset[str](), "turn": frozenset({"key", "before", "talk"})}

# A system prompt and messages to the whole text that a model answers.
Complete = Callable[[str, Sequence[Message], Meter], Awaitable[str]]


class Summarising:
    """Makes summaries of what one learner and the bot said in one room. `close` ends what is under way."""

    def __init__(self, store: LearnerStore, complete: Complete, folder: Path, model: str, seconds: float) -> None:
        """`folder` holds `summary.md`; `seconds` is how long one may take."""
        self._store = store
        self._complete = complete
        self._prompt = Prompt(folder / "summary.md", _SECTIONS)
        self._model = model
        self._seconds = seconds
        self._under_way: dict[object, asyncio.Task[None]] = {}

    def later(self, turn: Turn, meter: Meter) -> None:
        """Bring the summary up to date after this turn, if it is time; one at a time for each room."""
        key = (turn.who, turn.room)
        if turn.who is None or turn.room is None or key in self._under_way:
            return
        task = asyncio.create_task(self._kept_up(turn, meter))
        self._under_way[key] = task
        task.add_done_callback(lambda _: self._under_way.pop(key, None))

    async def settled(self) -> None:
        """Wait for all that are under way."""
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def close(self) -> None:
        for task in [*self._under_way.values()]:
            task.cancel()
        await self.settled()

    async def _kept_up(self, turn: Turn, meter: Meter) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._bring_up(turn, meter)
        except Exception as error:  # noqa: BLE001 - whatever it is, the conversation goes on with its last turns alone
            logger.warning("summary.failed reason=%s", error)

    async def _bring_up(self, turn: Turn, meter: Meter) -> None:
        assert turn.who is not None  # noqa: S101 - `later` has looked
        assert turn.room is not None  # noqa: S101
        learner = await self._store.learner(turn.who)
        before = await self._store.summary(learner, turn.room)
        since = await self._store.turns(learner, turn.room, limit=_MOST, after=before.upto if before else None)
        past = since[:-CARRIED]
        if len(past) < _BEHIND:
            return
        key = fence_key()
        asked = self._prompt.fill(
            "turn", key=key, before=fenced(before.text) if before else "", talk=fenced(_talk(past))
        )
        text = await self._complete(self._prompt.fill("system"), [Message(role="human", text=asked)], meter)
        told = " ".join(clean(text).split())[:_LONGEST]
        if not told:
            return
        made = Summary(text=told, upto=past[-1].key, at=turn.now, model=self._model, prompt=self._prompt.provenance)
        await self._store.keep_summary(learner, turn.room, made)
        logger.info("summary.kept turns=%d words=%d", len(past), len(told.split()))


def _talk(turns: Sequence[TurnRecord]) -> str:
    lines = []
    for turn in turns:
        lines.append(f"Learner: {short(turn.question)}")
        if turn.answer is not None:
            lines.append(f"Advisor: {short(turn.answer.text)}")
    return "\n".join(lines)
