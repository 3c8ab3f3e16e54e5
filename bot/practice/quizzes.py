"""One question for everybody: of nobody's practice, and nothing of it is kept."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bot.core.reply import Quiz
from bot.grounding.gate import Gate
from bot.practice.book import ItemBook
from bot.practice.items import Item, quiz_of

# Making the items of all documents takes seconds; a few at random have enough.
_DOCUMENTS = 6


class Quizzes:
    """Questions with options out of the book of items. `chance` chooses."""

    def __init__(self, book: ItemBook, gate: Gate, chance: random.Random) -> None:
        self._book = book
        self._gate = gate
        self._chance = chance

    def on(self, documents: Sequence[str], language: str) -> Quiz | None:
        """A question on some documents, on any where none is given; None where they have nothing to ask."""
        wanted = list(documents) or list(self._book.documents)
        for document in self._chance.sample(wanted, min(_DOCUMENTS, len(wanted))):
            items = [item for item in self._book.items_of(document, language) if item.options]
            if items:
                return self._told(self._chance.choice(items))
        return None

    def _told(self, item: Item) -> Quiz | None:
        quiz = quiz_of(item)
        reason = item.explanation
        # Shown with the question, apart from the answer that would cite it: so it has to pass by itself.
        if quiz is None or self._gate.problem(reason, item.question) is not None:
            return quiz
        source = item.passage.source or item.passage.title
        return Quiz(
            question=quiz.question,
            options=quiz.options,
            asks=quiz.asks,
            right=quiz.right,
            because=f"{reason.text} ({source})",
        )
