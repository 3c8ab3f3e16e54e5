"""What one turn of practice or of a simulation comes to: what is shown, where it stands now, what is to be stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.core.answer import Draft
from bot.core.reply import Quiz
from bot.learning.learner import CardState, Review

State = TypeVar("State")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[State]):
    """`state` is None when it is over. `own_words` is what the draft says without claiming it: a question with its
    options, a story, the learner's own count. It goes to the gate as the learner's words; every claim has its
    passages beside it.
    """

    draft: Draft
    state: State | None
    own_words: str = ""
    cards: tuple[CardState, ...] = ()
    reviews: tuple[Review, ...] = ()
    quiz: Quiz | None = None
