"""What advisors can do: look up, search, compare, recommend. Offline rules and a language model use the same tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential
from bot.catalog.fields import FIELDS, Verdict, sourced, verdict
from bot.catalog.recommend import Constraints, Recommendation, recommend
from bot.catalog.wording import Wording
from bot.core.answer import Statement
from bot.core.ports import Hit, Retriever
from bot.documents.model import Passage
from bot.documents.passages import fact_passage, sourced_passage


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFact:
    """What the documents say of one field of one credential, and the passage to cite for it (None: nothing said)."""

    credential: Credential
    field: str
    verdict: Verdict
    passage: Passage | None


class Toolbox:
    """The tools over one catalogue and one index."""

    def __init__(self, catalog: Catalog, wording: Wording, retriever: Retriever) -> None:
        self.catalog = catalog
        self.wording = wording
        self._retriever = retriever

    def look_up(self, credential: Credential, field: str) -> FieldFact:
        """One field of one credential."""
        value = sourced(credential, field)
        passage = fact_passage(credential, FIELDS[field].group, self.wording)
        if passage is not None and value is not None:
            passage = sourced_passage(passage, value, credential.sources)
        return FieldFact(
            credential=credential,
            field=field,
            verdict=verdict(field, value, self.catalog.today),
            passage=passage if value is not None else None,
        )

    def statement(self, credential: Credential, field: str, language: str, *, name: str = "") -> Statement:
        """What is told of one field of one credential, called `name`, with the passage to cite for it."""
        fact = self.look_up(credential, field)
        return Statement(
            text=self.wording.sentence(credential, field, language, name=name),
            passages=(fact.passage,) if fact.passage else (),
            verdict=fact.verdict,
        )

    def recommend(self, wish: Constraints, limit: int = 3, among: frozenset[str] = frozenset()) -> Recommendation:
        """Credentials that meet a wish, best first; only of the ids `among`, unless that is empty."""
        return recommend(self.catalog, wish, limit, among)

    async def search(self, query: str, *, limit: int = 5, documents: Sequence[str] | None = None) -> list[Hit]:
        """Passages of the documents, best first; `documents` restricts the search to those ids."""
        within = None if documents is None else frozenset(documents)
        return await self._retriever.retrieve(query, limit=limit, documents=within)
