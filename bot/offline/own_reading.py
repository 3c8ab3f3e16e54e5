"""Answers from documents that belong to who asks: asked for by name, or where they say what nothing else does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.core.answer import Draft, Statement
from bot.core.conversation import Turn
from bot.core.owned import Shelved
from bot.core.ports import Hit
from bot.core.shelf import OwnDocuments, owner_of
from bot.documents.model import Passage
from bot.offline.reading import excerpt, fitness, is_about
from bot.offline.subject import SubjectGuess
from bot.offline.thresholds import CERTAIN_SIMILARITY, COMPLETING_SIMILARITY, FAIR_SIMILARITY
from bot.offline.understanding import Question
from bot.retrieval.tokens import terms
from bot.text.prompts import DEFAULT_LANGUAGE

_HITS = 6
_MOST_SHOWN = 2
_HELD = 0.25  # of the question, by rarity: what is asked of one's own notes is asked in few words of theirs
_SURELY_HELD = 0.8
CUE = "own_documents"


class OwnReading:
    """Reads the documents that a turn may find. Stateless."""

    def __init__(self, own: OwnDocuments, say: Callable[..., str]) -> None:
        self._own = own
        self._say = say

    async def hits(
        self, query: str, turn: Turn, language: str, *, limit: int = _HITS, documents: frozenset[str] | None = None
    ) -> list[Hit]:
        """The best passages of the turn's owner, none where there is none; each says whose document it is from."""
        owner = owner_of(turn)
        if owner is None:
            return []
        found = await self._own.search(query, owner, limit=limit, documents=documents)
        source = self._say("own.source" if turn.private else "own.source_community", language)
        return [replace(hit, passage=replace(hit.passage, source=source)) for hit in found]

    async def completing(self, draft: Draft, question: Question, turn: Turn, language: str) -> Draft:
        """The draft with what the owner's documents say: in its place where they are asked for or it says nothing,
        beside it where they are certainly about the question too.
        """
        owner = owner_of(turn)
        if owner is None:
            return draft
        lines = await self._own.documents(owner)
        named = [line for line in lines if line.name.casefold() in turn.question.casefold()]
        if named or question.has(CUE):
            return await self._asked_for(named, lines, turn, language)
        if not lines:
            return draft
        english = language == DEFAULT_LANGUAGE
        hits = await self.hits(turn.question, turn, language)
        about = [hit for hit in hits if is_about(hit, english=english)]
        if draft.status != "answered":
            return self._told(about, turn.question, language) or draft
        if not any(statement.passages for statement in draft.statements):
            return draft  # a greeting
        near = [hit for hit in about if _is_certain(hit)]
        if not near:
            return draft
        best = near[0]
        told = replace(self._statement(best.passage, turn.question, language), shape="heading")
        first = (best.similarity or 0.0) >= CERTAIN_SIMILARITY
        return replace(draft, statements=(told, *draft.statements) if first else (*draft.statements, told))

    async def _asked_for(self, named: Sequence[Shelved], lines: Sequence[Shelved], turn: Turn, language: str) -> Draft:
        if not lines:
            return self._plain("own.none" if turn.private else "own.none_community", language)
        within = frozenset(line.id for line in named) or None
        query = turn.question
        for line in named:
            place = query.casefold().find(line.name.casefold())
            query = f"{query[:place]} {query[place + len(line.name) :]}" if place >= 0 else query
        hits = await self.hits(query, turn, language, documents=within)
        near = [hit for hit in hits if hit.coverage >= _HELD or (hit.similarity or 0.0) >= FAIR_SIMILARITY]
        if named and not SubjectGuess.content_terms([word for word in query.split() if len(word) > len("what")]):
            near = near or hits
        return self._told(near, query, language) or self._plain("own.silent", language)

    def _told(self, hits: Sequence[Hit], query: str, language: str) -> Draft | None:
        asked = set(terms(query))
        best = sorted(hits, key=lambda hit: -fitness(hit, asked, own_page=False) - hit.coverage)
        if not best:
            return None
        statements = [self._statement(hit.passage, query, language) for hit in best[:_MOST_SHOWN]]
        return Draft(status="answered", statements=tuple(statements))

    def _statement(self, passage: Passage, query: str, language: str) -> Statement:
        text = self._say("own.says", language, name=passage.title, text=excerpt(passage, query))
        return Statement(text=text, passages=(passage,), shape="item")

    def _plain(self, key: str, language: str) -> Draft:
        return Draft(status="abstained", statements=(Statement(text=self._say(key, language)),))


def _is_certain(hit: Hit) -> bool:
    return hit.coverage >= _SURELY_HELD if hit.similarity is None else hit.similarity >= COMPLETING_SIMILARITY
