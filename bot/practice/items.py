"""A practice item: one thing to be asked, its right answer, and the passage of the documents that says so.

Plain data. An item's id is made of what it asks and of the right answer, not of its words: it is the same in every
language and when a phrase or a distractor changes, and another one when the fact has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.catalog.recommend import Constraints
from bot.core.answer import Statement
from bot.core.reply import Quiz
from bot.documents.model import Passage

Kind = Literal["field", "fit", "true_false", "cloze", "typed", "recall"]
Bloom = Literal["remember", "understand", "apply", "analyse", "evaluate"]

# Telegram's quizzes take 100 characters an option and 300 a question; Discord's buttons take 80, with the letter.
MAX_OPTION = 76
MAX_QUESTION = 300
OPTIONS = 4
LETTERS = "ABCD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option. `rationale` says why it is wrong, with its source; None for the right one, or where none is known."""

    text: str
    rationale: Statement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One practice item in one language.

    `aspect` is what of the document is asked: a field's name, or the place of a sentence. `key` is the right answer
    in words; `options` hold it at `key_index` (-1 where there are none), and `accepts` are other spellings of it.
    `quote` is the sentence of the passage that says so, in the document's words. `hints` go from a nudge over the
    place in the documents to almost the answer. `wish` is what a scenario asks for.
    """

    id: str
    kind: Kind
    aspect: str
    document: str
    topics: tuple[str, ...]
    language: str
    bloom: Bloom
    question: str
    key: str
    explanation: Statement
    quote: str
    hints: tuple[str, ...]
    options: tuple[Option, ...] = ()
    key_index: int = -1
    accepts: tuple[str, ...] = ()
    wish: Constraints | None = None

    @property
    def passage(self) -> Passage:
        """What is cited for the answer."""
        return self.explanation.passages[0]

    @property
    def topic(self) -> str:
        return self.topics[0] if self.topics else ""


def quiz_of(item: Item) -> Quiz | None:
    """The item as a question with one right option; None for one without options."""
    if not item.options:
        return None
    options = tuple(option.text for option in item.options)
    return Quiz(question=item.question, options=options, asks=tuple(LETTERS[: len(options)]), right=item.key_index)


def item_id(document: str, kind: Kind, aspect: str, key: str) -> str:
    """`credentials/az-104:9f3c1a2b04`. `key` is the right answer in English."""
    return f"{document}:{digest(kind, aspect, key)[:10]}"


def document_of(item: str) -> str:
    """The document that an item's id names."""
    return item.rpartition(":")[0]


def digest(*parts: str) -> str:
    """The same in every process, unlike `hash`."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def shuffled(key: Option, rivals: Sequence[Option], seed: str) -> tuple[tuple[Option, ...], int]:
    """The options in an order that only the seed decides, and where the right one stands."""
    rest = sorted(rivals, key=lambda option: digest(seed, option.text))
    place = int(digest(seed, "key")[:8], 16) % (len(rest) + 1)
    return (*rest[:place], key, *rest[place:]), place
