"""Whether the documents bear out what somebody claims: sentence by sentence backed, contradicted, or not told at all.

A claim is contradicted only where a field says something else of the same credential; whatever the documents merely do
not say is left open. Who claims it, and whether they meant it, is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.catalog.credential import Credential
from bot.catalog.fields import FIELDS, sourced
from bot.core.answer import Statement
from bot.core.toolbox import Toolbox
from bot.documents.model import Passage
from bot.grounding.claims import ClaimCheck
from bot.grounding.facts import Fact, without_links
from bot.offline.look_ups import LookUps
from bot.offline.polar import agrees, truth
from bot.offline.premises import Premises
from bot.offline.reading import split_sentences
from bot.offline.understanding import Question, Understanding, named_ids
from bot.retrieval.tokens import terms
from bot.text.prompts import DEFAULT_LANGUAGE
from bot.text.words import words

Finding = Literal["backed", "contradicted", "open", "unsaid"]
MAX_CLAIMS = 6
_HITS = 6
_DAY = len("2026-11-23")
_PAIR = 2
_NEARLY_ALL = 0.8
# Chosen on the development half of `eval claims`: from a half to all of it nothing changes there.
_SAME = 0.5
# Length weighs less than words in common.
_EVEN = 20
_MARKUP = re.compile(r"<[@#:a][^>\s]*>|[*_~`|<>\[\]#\\@]+|^[\s>-]+", re.MULTILINE)
_QUESTION = ("?", "？")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedClaim:
    """A claim and what became of it. `told` is what the documents say of it: what backs it, contradicts it, or, where
    that is `open`, what they say of the same things.
    """

    claim: str
    finding: Finding
    told: tuple[Statement, ...] = ()


class ClaimReview:
    """Reviews texts. `passages_of` gives what is written in a document."""

    def __init__(
        self,
        toolbox: Toolbox,
        understanding: Understanding,
        check: ClaimCheck,
        passages_of: Callable[[str], Sequence[Passage]],
        knows: Callable[[str], bool],
    ) -> None:
        self._toolbox = toolbox
        self._understanding = understanding
        self._check = check
        self._passages_of = passages_of
        self._look_ups = LookUps(toolbox, understanding.facts)
        self._premises = Premises(toolbox.catalog, knows)

    async def review(self, text: str, language: str) -> list[ReviewedClaim]:
        """The first claims of a text, in its order; what claims nothing (a question, a greeting) is left out."""
        found: list[ReviewedClaim] = []
        about: tuple[str, ...] = ()
        for sentence in split_sentences(in_plain_words(text)):
            read = self._understanding.read(sentence)
            # "AZ-104 is great. It costs 165 dollars."
            about = tuple(named_ids(read)) or about
            if self._claims(read, about) and len(found) < MAX_CLAIMS:
                found.append(await self._reviewed(sentence, read, about, language))
        return found

    @staticmethod
    def _claims(read: Question, about: Sequence[str]) -> bool:
        told = bool(read.fields or read.facts)
        spoken_of = about or read.rest or read.providers or read.bodies
        return not read.text.rstrip().endswith(_QUESTION) and told and bool(spoken_of)

    async def _reviewed(self, sentence: str, read: Question, about: tuple[str, ...], language: str) -> ReviewedClaim:
        held = [credential for identity in about if (credential := self._toolbox.catalog.get(identity))]
        english = language == DEFAULT_LANGUAGE
        figures = any(fact.kind != "code" for fact in read.facts)
        if len(held) >= _PAIR and not figures:
            return self._between(sentence, read, held, language)
        decided = self._decided(read, held[0], language) if len(held) == 1 else None
        if decided is not None:
            return replace(decided, claim=sentence)
        backed = self._check.attributed(
            sentence,
            await self._evidence(sentence, read, held, language),
            learner_words="",
            subjects=frozenset(about),
            same_language=english,
        )
        if backed is not None and (figures or self._says_nearly_all(sentence, read, backed)):
            told = _in_its_words(sentence, backed)
            if not english or self._says_it(sentence, read, told, by_figures=figures, held=bool(held)):
                return ReviewedClaim(claim=sentence, finding="backed", told=(told,))
        return ReviewedClaim(claim=sentence, finding="unsaid")

    def _between(self, sentence: str, read: Question, held: Sequence[Credential], language: str) -> ReviewedClaim:
        """Which of two needs the other depends on the turn of a sentence; whoever reads what is required sees it."""
        told = self._look_ups.relation(held[0], held[1], read, language)
        if told is not None:
            return ReviewedClaim(claim=sentence, finding="open", told=told.statements)
        for old, new in ((held[0], held[1]), (held[1], held[0])):
            if old.replaced_by is not None and old.replaced_by.value == new.id:
                followed = self._toolbox.statement(old, "replaced_by", language)
                return ReviewedClaim(claim=sentence, finding="open", told=(followed,))
        return ReviewedClaim(claim=sentence, finding="unsaid")

    def _says_it(self, sentence: str, read: Question, told: Statement, *, by_figures: bool, held: bool) -> bool:
        """Whether the very sentence that is told for a claim says the same of the same: the passage around it may hold
        the claim's figures and words for something else, or deny what is claimed.
        """
        if self._understanding.denies(sentence) != self._understanding.denies(told.text):
            return False
        (passage,) = told.passages
        said = f"{passage.title} {passage.heading} {told.text}"
        if not held and not set(read.providers) <= self._understanding.names_in(said):
            return False
        # Figures tell that it is the same claim; without them the words have to, also beside a name.
        wanted = () if by_figures and held else read.rest if by_figures else read.tokens
        asked = {term for word in wanted for term in terms(word)}
        return len(asked & set(terms(said))) >= (_SAME if by_figures else _NEARLY_ALL) * len(asked)

    def _says_nearly_all(self, sentence: str, read: Question, backed: Statement) -> bool:
        """Whether what backs a sentence without figures says the same, and not merely something near."""
        shared, _ = self._check.overlap(sentence, backed.passages, "")
        return shared >= _NEARLY_ALL and not read.has("negation")

    def _decided(self, read: Question, credential: Credential, language: str) -> ReviewedClaim | None:
        """What the fields decide that a sentence is about; None where one of them leaves it open, or where the sentence
        is about more than they are: "a course for AZ-104 costs 900 dollars" is not about the exam's price.
        """
        fields = [field for field in (read.fields or self._premises.claimed(read)) if field in FIELDS]
        said = {word for field in fields for word in words(self._toolbox.statement(credential, field, language).text)}
        english = language == DEFAULT_LANGUAGE
        if {*read.rest} - said or self._premises.is_elsewhere(read, credential, fields, english=english):
            return None
        holding = {field: self._holds(read, credential, field) for field in fields}
        if not holding or None in holding.values():
            return None
        against = [field for field, holds in holding.items() if not holds]
        told = tuple(self._toolbox.statement(credential, field, language) for field in against or holding)
        if not against and "status" in holding and (days := _days(read.facts)):
            # That it is gone is so; since when is claimed as well.
            held = _days(self._understanding.facts.read(" ".join(statement.text for statement in told)))
            if not days <= held:
                return ReviewedClaim(claim="", finding="contradicted", told=told) if held else None
        return ReviewedClaim(claim="", finding="contradicted" if against else "backed", told=told)

    def _holds(self, read: Question, credential: Credential, field: str) -> bool | None:
        """Whether what a sentence says of a field is so; None where the field does not decide that."""
        if sourced(credential, field) is None:
            return None
        if field == "validity" and read.has("no_renewal", "polar.lasts"):
            value = credential.validity.value if credential.validity else None
            return None if value is None else value == "never"
        if field == "prerequisites" and read.has("no_prerequisites"):
            needed = credential.prerequisites.value if credential.prerequisites else None
            return None if needed is None else not needed.required
        if read.has("negation"):
            return None
        # What is claimed is what would be asked: "AZ-900 is free" - "is AZ-900 free?"
        asked = replace(read, closed=True, rest=())
        yes = truth(asked, credential, [field], self._toolbox.catalog.status(credential))
        if yes is not None:
            return yes
        # In English: not every language's words for figures are known as such ("dos años").
        told = [self._toolbox.statement(credential, field, DEFAULT_LANGUAGE)]
        return agrees(asked, [field], told, self._understanding.facts)

    async def _evidence(
        self, sentence: str, read: Question, held: Sequence[Credential], language: str
    ) -> list[Statement]:
        """What could back a sentence: first the fields that it speaks of, then all of whom it names, then the rest. Of
        a sentence in another language only figures can be held against passages: those of its fields alone are near.
        """
        english = language == DEFAULT_LANGUAGE
        fields = [*read.fields, *(field for field in FIELDS if field not in read.fields and english)]
        facts = [
            passage
            for credential in held
            for field in fields
            if field in FIELDS and (passage := self._toolbox.look_up(credential, field).passage) is not None
        ]
        passages = facts
        if english:
            written = [passage for credential in held for passage in self._passages_of(credential.document)]
            hits = await self._toolbox.search(sentence, limit=_HITS)
            passages = [*facts, *written, *(hit.passage for hit in hits)]
        return [Statement(text=passage.text, passages=(passage,)) for passage in dict.fromkeys(passages)]


def _days(facts: Iterable[Fact]) -> frozenset[str]:
    """The whole days among facts: a month or a year may be meant of another thing."""
    return frozenset(fact.value for fact in facts if fact.kind == "date" and len(fact.value) == _DAY)


def _in_its_words(sentence: str, backed: Statement) -> Statement:
    """What backs a sentence as the document says it: there it can be read with all its conditions."""
    asked = set(words(sentence))

    def nearness(told: tuple[str, Passage]) -> tuple[int, float]:
        said = words(told[0])
        shared = asked & set(said)
        # Its figures first; of two that share as many words the shorter.
        return sum(word.isdigit() for word in shared), len(shared) / (_EVEN + len(said))

    each = ((text, passage) for passage in backed.passages for text in split_sentences(passage.text))
    text, passage = max(each, key=nearness)
    return replace(backed, text=text, passages=(passage,))


def in_plain_words(text: str) -> str:
    """Without what a message may hold beside words: links, styles, marks of quotations."""
    return "\n".join(" ".join(line.split()) for line in _MARKUP.sub(" ", without_links(text)).splitlines())
