"""Answers about a provider: from its own page, from the section that its question asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.answer import Draft, Statement
from bot.core.ports import Hit
from bot.core.toolbox import Toolbox
from bot.documents.model import Passage
from bot.offline.cues import aspects
from bot.offline.reading import MAX_SENTENCES, fitting, is_about, split_sentences
from bot.offline.scope import GENERAL
from bot.offline.thresholds import FAIR_SIMILARITY
from bot.offline.understanding import Question, Understanding
from bot.retrieval.tokens import terms
from bot.text.ordinary import is_ordinary

_SECTIONS = 15  # more than any page has
_SIDES = 2
# A section whose heading asks for the same field outweighs the differences in likeness within one page.
_SAME_FIELD = 0.04
_FIELD_INSIDE = 0.02
_SAYS_LITTLE = 0.03
_FIGURE = 0.3
_HALF = 0.5
OFFERING = "aspect.offering"
# Words for these stand in sentences of every kind.
_ANYWHERE = frozenset({"aspect.offering", "aspect.change", "aspect.worth", "status", "time", "level", "skills"})
_LIST = "\n- "
_WORD_SHARE = 0.06
_MAX_WORDS = 65
_MAX_WORDS_A_SIDE = 40


class ProviderPages:
    """Reads the pages of providers. `names`: what each provider is called, the page's title first."""

    def __init__(self, toolbox: Toolbox, understanding: Understanding, names: Mapping[str, Sequence[str]]) -> None:
        self._toolbox = toolbox
        self._understanding = understanding
        self._names = names

    async def read(self, question: Question, *, english: bool, exact: bool = True) -> Draft | None:
        """What the page of the provider says, or of two their pages side by side; None when it says nothing on it.

        `exact`: only a section that holds the field or the words asked for, not one that is merely near.
        """
        asked = frozenset(question.fields) | aspects(question.cues)
        providers = (question.providers or question.bodies)[:_SIDES]
        lists = question.has("plural") and question.has("credential_word") and not question.has("define")
        if not asked and not question.rest and (lists or len(providers) == _SIDES):
            asked = frozenset({OFFERING})
        found = []
        for provider in providers:
            passage = await self._section(provider, question, asked, english=english)
            if len(providers) == 1 and (told := await self._scattered(provider, passage, question, asked)):
                return Draft(status="answered", statements=tuple(told))
            if passage is not None and (not exact or not english or self._holds(passage, question, asked)):
                found.append((provider, passage))
        if not found:
            return None
        if len(found) == 1:
            _, passage = found[0]
            text = self._excerpt(passage, question, asked, _MAX_WORDS)
            return Draft(status="answered", statements=(Statement(text=text, passages=(passage,)),))
        statements = tuple(
            Statement(
                text=f"**{self._names[provider][1]}**: {self._excerpt(passage, question, asked, _MAX_WORDS_A_SIDE)}",
                passages=(passage,),
                shape="item",
            )
            for provider, passage in found
        )
        return Draft(status="answered", statements=statements)

    async def _scattered(
        self, provider: str, section: Passage | None, question: Question, asked: frozenset[str]
    ) -> list[Statement]:
        """What no section is headed with may be told in several: their sentences that speak of the field. Nothing where
        `section`, the one found, is headed with it.
        """
        if names_in(question) or (section is not None and asked & self._headed(section)):
            return []
        asked -= _ANYWHERE
        if question.rest and not asked <= GENERAL | aspects(asked):
            return []
        hits = await self._toolbox.search(question.text, limit=_SECTIONS, documents=[f"providers/{provider}"])
        wanted = self._content(question)
        found = [
            (self._worth(sentence, wanted, asked, first=False), sentence, hit.passage)
            for hit in hits
            if not _says_little(hit.passage)
            for sentence in split_sentences(hit.passage.text)
            if asked & self._understanding.fields_in(sentence)
        ]
        found.sort(key=lambda item: -item[0])
        return [Statement(text=sentence, passages=(passage,)) for _, sentence, passage in found[:MAX_SENTENCES]]

    async def _section(
        self, provider: str, question: Question, asked: frozenset[str], *, english: bool
    ) -> Passage | None:
        """The section of a provider's page that is about the question."""
        hits = await self._toolbox.search(question.text, limit=_SECTIONS, documents=[f"providers/{provider}"])

        def fitness(hit: Hit) -> float:
            likeness = (hit.similarity or hit.score) + _WORD_SHARE * hit.coverage
            if asked & self._headed(hit.passage):
                likeness += _SAME_FIELD
            elif asked & self._understanding.fields_in(hit.passage.text):
                likeness += _FIELD_INSIDE
            return likeness - (_SAYS_LITTLE if _says_little(hit.passage) else 0.0)

        best = max(hits, key=fitness, default=None)
        if best is None:
            return None
        near = (best.similarity or 0.0) >= FAIR_SIMILARITY
        if asked & self._headed(best.passage) or is_about(best, english=english) or near:
            return best.passage
        return None

    def _holds(self, passage: Passage, question: Question, asked: frozenset[str]) -> bool:
        """Whether a section holds what is asked beyond the field. The price of "CompTIA Project+" is not in what the
        exams of CompTIA cost; of words that are no names a half is enough.
        """
        rest = {term for word in question.rest for term in terms(word)}
        headed = bool(asked & self._headed(passage))
        named = {term for word in names_in(question) for term in terms(word)}
        if headed and named <= _held(passage):
            return True
        general = bool(asked) and asked <= GENERAL | aspects(question.cues)
        if general and asked & self._understanding.fields_in(passage.text):
            return True
        return bool(rest) and named <= _held(passage) and len(rest & _held(passage)) >= _HALF * len(rest)

    def _headed(self, passage: Passage) -> frozenset[str]:
        return self._understanding.fields_in(passage.heading or "")

    def _content(self, question: Question) -> set[str]:
        """The terms that are asked for, without the providers' names."""
        names = {term for provider in question.providers for name in self._names[provider] for term in terms(name)}
        return set(terms(question.text)) - names

    def _excerpt(self, passage: Passage, question: Question, asked: frozenset[str], limit: int) -> str:
        """The sentence that answers the heading, then those that share words or a field with the question."""
        sentences = split_sentences(passage.text)
        wanted = self._content(question)
        headed = bool(asked & self._headed(passage))

        def worth(place: int) -> float:
            return self._worth(sentences[place], wanted, asked, first=headed and place == 0)

        ranked = list(range(len(sentences)))
        if asked != {OFFERING}:  # what is offered is told in the page's own order
            ranked.sort(key=lambda place: (-worth(place), place))
        return fitting(sentences, ranked, limit)

    def _worth(self, sentence: str, wanted: set[str], asked: frozenset[str], *, first: bool) -> float:
        """How much a sentence says of what is asked. `first`: by our rule of writing it answers the heading."""
        held = set(terms(sentence))
        fields = len(asked & self._understanding.fields_in(sentence))
        # What is asked of a provider is mostly a figure.
        figure = _FIGURE if any(char.isdigit() for char in sentence) else 0.0
        return (len(held & wanted) + fields + figure + first) / (1 + len(held) / 20)


def names_in(question: Question) -> list[str]:
    """The words that nothing explains and that are no ordinary ones: they name something."""
    return [word for word in question.rest if not is_ordinary(word)]


def _says_little(passage: Passage) -> bool:
    """The opening and the closing checklist touch everything and say little of it."""
    return not passage.heading or _LIST in passage.text


def _held(passage: Passage) -> set[str]:
    return set(terms(passage.indexed_text))
