"""Whether a credential counts in another country: the guide's rule for its kind, beside what is said of it.

No source tells of every credential and every country; the guide tells who decides. Where nothing is said of the
credential itself, that is said first, and the rule is told as the general one that it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.core.answer import Draft, Statement
from bot.core.toolbox import Toolbox
from bot.documents.model import Passage
from bot.offline.reading import fitting, split_sentences
from bot.offline.resolving import Resolved
from bot.offline.understanding import Question, Understanding

GUIDE = "guides/recognition-across-countries"
_MAX_WORDS = 50
_HALF = 0.5
_RECOGNITION = "recognition"
_OF_RECOGNITION = frozenset({_RECOGNITION, "aspect.worth"})


class Abroad:
    """Completes drafts. `provider_names`: what each provider is called, the page's title first."""

    def __init__(
        self, toolbox: Toolbox, understanding: Understanding, provider_names: Mapping[str, Sequence[str]]
    ) -> None:
        self._toolbox = toolbox
        self._understanding = understanding
        self._names = provider_names
        self._say = toolbox.wording.say

    async def completing(self, draft: Draft, question: Question, resolved: Resolved, language: str) -> Draft:
        """The draft with the rule for other countries, where that is asked of something that is named."""
        offered = tuple(c for c in self._toolbox.catalog if c.provider in question.providers)
        about = resolved.subjects or offered
        if not about or not self._is_asked(question, resolved):
            return draft
        passage = await self._rule(about)
        if passage is None or any(passage.id == told.id for said in draft.statements for told in said.passages):
            return draft
        sentences = split_sentences(passage.text)
        rule = Statement(text=fitting(sentences, range(len(sentences)), _MAX_WORDS), passages=(passage,))
        own = [said for said in draft.statements if draft.status == "answered" and self._is_of_it(said, resolved)]
        if own:
            return replace(draft, statements=(*own, rule))
        names = [subject.short_name for subject in resolved.subjects]
        names = names or [self._names[provider][1] for provider in question.providers]
        lead = Statement(text=self._say("abroad.general", language, name=self._toolbox.wording.both(names, language)))
        return Draft(status="answered", statements=(lead, rule), suggestions=draft.suggestions, fit="settled")

    @staticmethod
    def _is_asked(question: Question, resolved: Resolved) -> bool:
        if not question.has("abroad", "place"):
            return False
        if _RECOGNITION in resolved.fields:
            return True
        # "Is AZ-104 valid in Germany?" asks for no term.
        figures = any(fact.kind != "code" for fact in question.facts)
        return resolved.fields == ("validity",) and question.closed and not figures

    def _is_of_it(self, said: Statement, resolved: Resolved) -> bool:
        """Whether a statement tells of recognition. What is found on a provider's page may have a word of it only."""
        if resolved.subjects:
            return bool(said.passages)
        headings = (passage.heading for passage in said.passages)
        return any(_OF_RECOGNITION & self._understanding.fields_in(heading) for heading in headings)

    async def _rule(self, about: Sequence[Credential]) -> Passage | None:
        """The section of the guide on what most of these are."""
        certifications = sum(credential.kind == "certification" for credential in about)
        kind = "certification" if certifications > _HALF * len(about) else "other"
        hits = await self._toolbox.search(self._say(f"abroad.{kind}"), limit=1, documents=[GUIDE])
        return hits[0].passage if hits else None
