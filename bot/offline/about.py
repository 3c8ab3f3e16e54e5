"""Answers about credentials that are known: the fields asked for, a case, how two hang together, or all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.catalog.fields import sourced
from bot.core.answer import Draft
from bot.core.conversation import Context
from bot.core.toolbox import Toolbox
from bot.offline.comparing import MEASURES, Comparisons
from bot.offline.declining import Declining
from bot.offline.leading import Leading
from bot.offline.look_ups import LookUps
from bot.offline.premises import Premises
from bot.offline.reading import Reading, covers
from bot.offline.resolving import OF_THE_OLD, Resolved
from bot.offline.scope import GENERAL, Scope
from bot.offline.sections import Sections
from bot.offline.subject import SubjectGuess
from bot.offline.thresholds import CERTAIN_SIMILARITY
from bot.offline.understanding import Question
from bot.text.prompts import DEFAULT_LANGUAGE
from bot.text.words import words

# With these fields, or none, a question about two credentials may ask how they hang together.
_RELATING = frozenset({"prerequisites", "stacks_into", "renewal", "recognition", "validity", "time"})
_OF_A_CODE = frozenset({"status", "replaced_by", "codes"})
_LONGER = 8  # words that may ask for more than the field that they name
# Who names the first may mean the second as well.
_KIN = {"validity": "renewal"}
_TURNING = 12  # words up to which one of them may be what it is about
_WHOLE = 20  # passages: more than a credential's document has
_PAIR = 2
_HALF = 0.5
_THIRD = 0.3


class About:
    """Composes what is said of credentials that a question is surely about."""

    def __init__(
        self,
        toolbox: Toolbox,
        subject_guess: SubjectGuess,
        declining: Declining,
        look_ups: LookUps,
        sections: Sections,
        scope: Scope,
        documents: Mapping[str, str],
    ) -> None:
        """`documents`: the kind of each document."""
        self._toolbox = toolbox
        self._subject = subject_guess
        self._guides = [identity for identity, kind in documents.items() if kind == "guide"]
        self._written = [identity for identity, kind in documents.items() if kind != "credential"]
        self._premises = Premises(toolbox.catalog, subject_guess.knows)
        self._scope = scope
        self._look_ups = look_ups
        self._declining = declining
        self._comparisons = Comparisons(toolbox)
        self._leading = Leading(toolbox)
        self._reading = Reading(toolbox)
        self._sections = sections

    async def tell(self, question: Question, resolved: Resolved, language: str) -> tuple[Draft, Context]:
        subjects = resolved.subjects
        if len(subjects) > 1:
            return await self._several(question, resolved, language)
        subject = subjects[0]
        context = Context(focus=(subject.id,), fields=resolved.fields)
        fields = (*_former(subject, question), *(resolved.fields or self._premises.claimed(question)))
        english = language == DEFAULT_LANGUAGE
        if self._premises.is_elsewhere(question, subject, fields, english=english) or (
            english and await self._is_beside(question, subject)
        ):
            return self._declining.silent(subject, language), context
        if len(fields) == 1:
            fields = (*fields, *self._also_meant(question, subject, fields[0]))
        if fields:
            draft, context = await self._facts(question, resolved, subject, fields, language)
            return self._beside_unknown(draft, question, language), context
        return await self._beyond_fields(question, resolved, context, language)

    def _also_meant(self, question: Question, subject: Credential, field: str) -> Sequence[str]:
        """A field beside the one named that a question means without a word for it: "mine expires in March, what are
        my options?".
        """
        kin = _KIN.get(field) if len(question.tokens) >= _LONGER else None
        meant = kin is not None and sourced(subject, kin) and self._subject.field_of(question.masked) == kin
        return (kin,) if kin is not None and meant else ()

    async def _is_beside(self, question: Question, subject: Credential) -> bool:
        """Whether a short question turns on words that no document has to do with the credential, and is by its
        meaning one that documents never answer: "what colour is the CCNA certificate?".
        """
        offered = self._toolbox.catalog.status(subject) == "active"
        if not question.rest or len(question.tokens) > _TURNING or len(question.fields) > 1 or not offered:
            # That a credential is gone is worth telling whatever was asked.
            return False
        if not self._subject.is_absent(question.masked):
            return False
        hits = await self._toolbox.search(question.text, limit=_WHOLE, documents=[subject.document])
        held = frozenset[str]().union(*(self._subject.passage_terms(hit.passage) for hit in hits))
        asked = self._subject.content_terms(question.rest)
        return len([term for term in asked if term not in held]) >= _HALF * len(asked)

    async def _facts(
        self, question: Question, resolved: Resolved, subject: Credential, fields: Sequence[str], language: str
    ) -> tuple[Draft, Context]:
        """The fields of one credential."""
        context = Context(focus=(subject.id,), fields=resolved.fields)
        catalog = self._toolbox.catalog
        successor = catalog.get((subject.replaced_by.value or "") if subject.replaced_by else "")
        if successor is not None and "replaced_by" in fields:
            return self._of_successor(question, subject, successor, fields, language)
        if self._premises.is_future(question) and not GENERAL & set(fields):
            return self._declining.silent(subject, language), context
        if question.leading_to and "stacks_into" in fields:
            leading = self._leading.to(subject, language)
            if leading is not None:
                return replace(leading, suggestions=self._look_ups.suggestions(subject, (), language)), context
        if not any(sourced(subject, field) for field in self._look_ups.meant(subject, fields)):
            # A kind of programme has no length of its own, its programmes have.
            kin = [c for c in catalog if c.kind == subject.id.removeprefix(f"{subject.provider}-")]
            if subject.kind == "programme_type" and kin:
                return self._declining.asked_back(question, resolved, kin, language)
            section = await self._sections.headed(question, subject, fields) if language == DEFAULT_LANGUAGE else None
            if section is not None:
                return self._look_ups.warned(subject, section, language), context
            return self._declining.silent(subject, language), context
        return self._told_fields(question, subject, fields, language), context

    def _beside_unknown(self, draft: Draft, question: Question, language: str) -> Draft:
        """The draft after saying that nothing is known of another name in the question: what is told is general."""
        unknown = self._scope.unknown_beside(question) if language == DEFAULT_LANGUAGE else None
        if unknown is None or draft.status != "answered":
            return draft
        also = self._declining.unknown(unknown, Resolved(), language).statements
        return replace(draft, statements=(*also, *draft.statements))

    def _told_fields(self, question: Question, subject: Credential, fields: Sequence[str], language: str) -> Draft:
        draft = self._look_ups.fields(subject, fields, language, question)
        return self._look_ups.decided(draft, question, subject, fields, language) or draft

    def _of_successor(
        self, question: Question, subject: Credential, successor: Credential, fields: Sequence[str], language: str
    ) -> tuple[Draft, Context]:
        """What took a credential's place; whatever else is asked, is asked of that."""
        draft = self._look_ups.fields(subject, [f for f in fields if f in OF_THE_OLD], language, question)
        of_the_new = [field for field in fields if field not in OF_THE_OLD]
        if of_the_new:
            more = self._look_ups.fields(successor, of_the_new, language, question)
            draft = replace(more, statements=(*draft.statements, *more.statements))
        return draft, Context(focus=(successor.id, subject.id), fields=tuple(fields))

    async def _beyond_fields(
        self, question: Question, resolved: Resolved, context: Context, language: str
    ) -> tuple[Draft, Context]:
        """What no word for a field asks for: the credential as such, a case, or something that meaning has to tell."""
        subject = resolved.subjects[0]
        of_a_kind = subject.kind == "programme_type"
        if (question.has("define") or of_a_kind) and (question.rest or question.has("recommend")):
            # "What is an ACE recommendation?": a name may also be a word of something else.
            found = await self._reading.read(question.text, documents=self._written)
            if found is not None and (found.hits[0].similarity or 0.0) >= CERTAIN_SIMILARITY:
                return found.draft, context
        ending = self._toolbox.catalog.status(subject) != "active"
        if question.rest and ending and language == DEFAULT_LANGUAGE:
            # What happens to those who hold a retired one is written, but in no field.
            statement = await self._sections.statement(question, subject)
            if statement is not None:
                return self._look_ups.warned(subject, statement, language), context
        if not question.rest or ending or resolved.leaning or question.has("recommend"):
            return self._look_ups.overview(subject, language), context
        guess = self._subject.field_of(question.masked)
        if guess is not None and any(sourced(subject, f) for f in self._look_ups.meant(subject, [guess])):
            draft = self._told_fields(question, subject, (guess,), language)
            return draft, replace(context, fields=(guess,))
        return await self._detail(question, subject, language), context

    async def _several(self, question: Question, resolved: Resolved, language: str) -> tuple[Draft, Context]:
        subjects = resolved.subjects
        context = Context(
            focus=tuple(subject.id for subject in subjects),
            options=tuple(subject.id for subject in subjects),
            fields=resolved.fields,
            comparing=True,
        )
        if len(subjects) == _PAIR and _RELATING.issuperset(resolved.fields) and not question.has(*MEASURES, "compare"):
            related = self._look_ups.relation(subjects[0], subjects[1], question, language)
            if related is not None:
                return related, context
        traits = not resolved.fields and not question.has(*MEASURES) and language == DEFAULT_LANGUAGE
        told = await self._sections.sides(question, subjects) if traits else None
        if told is not None:
            return told, context
        draft = self._comparisons.compare(subjects, resolved.fields, question.cues, language, closed=question.closed)
        if (unknown := self._scope.unknown_side(question)) is not None:
            also = self._declining.unknown(unknown, Resolved(), language).statements
            draft = replace(draft, statements=(*draft.statements, *also))
        return draft, context

    async def _detail(self, question: Question, subject: Credential, language: str) -> Draft:
        """Something about a credential that is no field: what its document says, or that it does not say."""
        asked = " ".join(question.rest)
        english = language == DEFAULT_LANGUAGE
        found = await self._reading.read(
            f"{subject.short_name}: {asked}", documents=[subject.document], english=english
        )
        share = _HALF if self._subject.is_absent(question.masked) else _THIRD
        if found is None or not covers(found, question.rest, english=english, share=share):
            # Perhaps its provider's page or a guide says it of all such credentials.
            pages = [f"providers/{subject.provider}", *self._guides]
            found = await self._reading.read(question.text, documents=pages, english=english)
        if found is None or not covers(found, question.rest, english=english):
            return self._declining.silent(subject, language)
        return replace(found.draft, suggestions=self._look_ups.suggestions(subject, (), language))


def _former(subject: Credential, question: Question) -> tuple[str, ...]:
    """When the question names an earlier exam's code or version, that it was replaced comes first, then by what; when
    it names one of two current codes, since when there are two.
    """
    former = words(subject.replaces.value or "") if subject.replaces else []
    current = {code.lower() for code in subject.codes}
    if any(code in former and code not in current for code in question.codes):
        return ("replaces",)
    if any(token.isdigit() and token in former for token in question.tokens):
        return ("replaces", "status")
    if len(current) > 1 and current & set(question.codes) and _OF_A_CODE & set(question.fields):
        return ("status", "available_since")
    return ()
