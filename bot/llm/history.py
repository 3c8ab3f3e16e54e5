"""What was said before in a conversation: the last turns in full, what is long past in a summary."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.conversation import Turn
from bot.core.ports import LearnerStore, TurnRecord
from bot.llm.prompting import Message, fenced

# Turns that a prompt carries, and characters of each text in it.
CARRIED = 6
_LONGEST = 700
_MARK = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What came before a turn: a summary of what is long past, and the last turns, oldest first."""

    summary: str = ""
    turns: tuple[TurnRecord, ...] = ()

    @property
    def messages(self) -> list[Message]:
        said = []
        for turn in self.turns:
            said.append(Message(role="human", text=short(turn.question)))
            if turn.answer is not None:
                said.append(Message(role="ai", text=short(turn.answer.text)))
        return said


class History:
    """Reads what one person and the bot said in one room: of others, and of other rooms, nothing is ever read."""

    def __init__(self, store: LearnerStore | None) -> None:
        self._store = store

    async def before(self, turn: Turn) -> Before:
        if self._store is None or turn.who is None or turn.room is None:
            return Before()
        learner = turn.learner or await self._store.learner(turn.who)
        turns = await self._store.turns(learner, turn.room, limit=CARRIED)
        summary = await self._store.summary(learner, turn.room) if len(turns) == CARRIED else None
        return Before(summary=summary.text if summary else "", turns=tuple(turns))


def short(text: str) -> str:
    """A text as a prompt carries it: without citation marks, which were of another turn."""
    plain = fenced(_MARK.sub("", text))
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST].rsplit(' ', 1)[0]} …"
