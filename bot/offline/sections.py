"""Answers to the point from what is written about a credential, beside or in place of its fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.catalog.fields import GROUPS
from bot.core.answer import Draft, Statement
from bot.core.ports import Hit
from bot.core.toolbox import Toolbox
from bot.offline.reading import fitness, split_sentences
from bot.offline.thresholds import SECTION_SIMILARITY
from bot.offline.understanding import Question, Understanding
from bot.retrieval.tokens import terms

# Fields whose value is a rule: a yes or no, or what follows in a case, is written out in a section of its own.
_RULES = frozenset({"prerequisites", "stacks_into", "recognition", "renewal", "validity", "status", "replaced_by"})
# Of these a statement of the field is a yes or no by itself.
_PLAIN = frozenset({"status", "replaced_by", "validity"})
_CIRCUMSTANCES = 2  # words beyond the field and the name that make it a question about a case
_HITS = 12
_MAX_WORDS = 45


class Sections:
    """Finds the section that a question about one credential is nearest to."""

    def __init__(self, toolbox: Toolbox, understanding: Understanding) -> None:
        self._toolbox = toolbox
        self._understanding = understanding

    async def completing(self, draft: Draft, question: Question, subject: Credential, fields: Sequence[str]) -> Draft:
        """The draft with the section's first sentences, where fields alone would leave a yes or no to the reader, or
        would not reach the case that is told.
        """
        asked = set(fields)
        if not asked & _RULES or not asked <= _RULES:
            return draft
        case = len(question.rest) >= _CIRCUMSTANCES
        retired = self._toolbox.catalog.status(subject) != "active"
        if question.closed and (question.rest or not asked <= _PLAIN):
            deciding = await self.statement(question, subject, fields, closed=True)
            if deciding is not None:
                # A warning that it is retired goes before everything.
                statements = (*draft.statements, deciding) if retired else (deciding, *draft.statements)
                return replace(draft, statements=statements)
        statement = await self.statement(question, subject, fields) if case else None
        return draft if statement is None else replace(draft, statements=(*draft.statements, statement))

    async def statement(
        self, question: Question, subject: Credential, fields: Sequence[str] = (), *, closed: bool = False
    ) -> Statement | None:
        """What the nearest section about the fields says first, or None where none is near; `closed`: only of those
        that decide.
        """
        hits = await self._toolbox.search(question.text, limit=_HITS, documents=[subject.document])
        near = [
            hit
            for hit in hits
            if _is_written(hit)
            and (hit.similarity or 0.0) >= SECTION_SIMILARITY
            and self._is_asked(hit.passage.heading, fields, closed=closed)
        ]
        if not near:
            return None
        asked = set(terms(question.text))
        best = max(near, key=lambda hit: fitness(hit, asked, own_page=False))
        first, *others = split_sentences(best.passage.text)
        size = len(first.split())
        second = next((other for other in others[:1] if size + len(other.split()) <= _MAX_WORDS), None)
        return Statement(text=" ".join(filter(None, [first, second])), passages=(best.passage,))

    def _is_asked(self, heading: str, fields: Sequence[str], *, closed: bool) -> bool:
        """Sections are headed by questions: whether this one asks for one of the fields, or for none that we know."""
        headed = self._understanding.read(heading)
        if closed and not headed.closed:
            return False
        return not fields or not headed.fields or bool(set(fields) & set(headed.fields))


def _is_written(hit: Hit) -> bool:
    return hit.passage.id.rpartition("#")[2] not in GROUPS
