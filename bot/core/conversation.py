"""What carries over from one turn to the next, and what an advisor is asked. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from bot.catalog.recommend import Constraints
from bot.core.answer import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the learner and the bot are talking about.

    `focus`: credentials of the last answer; `options`: what was last listed, in order; `fields`: what was asked of
    them; `comparing`: whether they were set side by side; `wish`: with what a credential was looked for; `asked`:
    the last question about a provider, without its name; `language`: of the last question.
    """

    focus: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    comparing: bool = False
    wish: Constraints = field(default_factory=Constraints)
    asked: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question with what came before it. `question` is clean text (see `bot.text.words.clean`)."""

    question: str
    context: Context = field(default_factory=Context)
    language: str | None = None


class Advisor(Protocol):
    """Answers a turn. Never raises for anything a learner may say; what it returns has passed the gate."""

    async def answer(self, turn: Turn) -> tuple[Answer, Context]: ...
