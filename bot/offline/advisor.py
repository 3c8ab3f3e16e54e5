"""The advisor that needs no model: it reads the question, takes one tool, and says what the documents say."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.catalog.fields import FIELDS, sourced
from bot.core.answer import Answer, Draft
from bot.core.conversation import Context, Turn
from bot.core.toolbox import Toolbox
from bot.grounding.gate import Gate
from bot.offline.comparing import MEASURES, Comparisons
from bot.offline.declining import Declining
from bot.offline.look_ups import LookUps
from bot.offline.premises import KINDS, Premises
from bot.offline.reading import Found, Reading, split_sentences
from bot.offline.recommending import Recommendations
from bot.offline.resolving import Resolved, resolve
from bot.offline.scope import CONCEPTUAL, GENERAL, Scope
from bot.offline.sections import Sections
from bot.offline.subject import SubjectGuess
from bot.offline.thresholds import CERTAIN_SIMILARITY
from bot.offline.understanding import Question, Understanding
from bot.text.language import LanguageGuess
from bot.text.prompts import DEFAULT_LANGUAGE
from bot.text.words import words

logger = logging.getLogger(__name__)

# With these fields, or none, a question about two credentials may ask how they hang together.
_RELATING = frozenset({"prerequisites", "stacks_into", "renewal", "recognition", "validity", "time"})
# What may be told of a credential that is looked for: "an entry certificate in data", "one still offered".
_OF_A_WISH = frozenset({"level", "status"})
_OF_A_CODE = frozenset({"status", "replaced_by", "codes"})
_FOLLOW_UP = 8  # words up to which a question may lean on what came before
_TURNING = 12  # words up to which one of them may be what it is about
_WHOLE = 20  # passages: more than a credential's document has
_PAIR = 2
_HALF = 0.5
_THIRD = 0.3


class OfflineAdvisor:
    """Implements `Advisor` with rules, retrieval and the catalogue. Stateless: all memory is in the `Context`."""

    def __init__(
        self,
        toolbox: Toolbox,
        understanding: Understanding,
        languages: LanguageGuess,
        gate: Gate,
        subject_guess: SubjectGuess,
        documents: Mapping[str, str],
        provider_names: Mapping[str, Sequence[str]],
    ) -> None:
        """`documents`: the kind of each document; `provider_names`: what each provider is called."""
        self._toolbox = toolbox
        self._understanding = understanding
        self._languages = languages
        self._gate = gate
        self._subject = subject_guess
        self._provider_names = provider_names
        self._guides = [identity for identity, kind in documents.items() if kind == "guide"]
        self._written = [identity for identity, kind in documents.items() if kind != "credential"]
        self._premises = Premises(understanding.facts, toolbox.catalog.today, subject_guess.knows)
        self._scope = Scope(toolbox, subject_guess)
        self._look_ups = LookUps(toolbox, understanding.facts)
        self._declining = Declining(toolbox, self._look_ups)
        self._comparisons = Comparisons(toolbox)
        self._recommendations = Recommendations(toolbox)
        self._reading = Reading(toolbox)
        self._sections = Sections(toolbox, understanding)

    async def answer(self, turn: Turn) -> tuple[Answer, Context]:
        question = self._understanding.read(turn.question)
        language = turn.language or self._languages.guess(
            turn.question, question.cue_languages, turn.context.language, only_names=not question.rest
        )
        resolved = resolve(question, turn.context, self._toolbox.catalog)
        draft, context = await self._draft(question, resolved, turn.context, language)
        # A language without phrases is answered in English; the phrases fall back by themselves.
        spoken = language if self._languages.speaks(language) else DEFAULT_LANGUAGE
        return self._release(turn, draft, context, spoken), replace(context, language=language)

    def _release(self, turn: Turn, draft: Draft, context: Context, language: str) -> Answer:
        """Through the gate; what is left of a draft without its claims is no answer, so then it abstains."""
        # The names of what is spoken of are no facts that need a source: "ISC2" holds a number, but states none.
        spoken_of = (self._toolbox.catalog[i].name for i in {*context.focus, *context.options})
        own_words = " ".join([turn.question, *spoken_of])
        same_language = language == DEFAULT_LANGUAGE
        released = self._gate.release(draft, own_words, same_language=same_language)
        if released.dropped:
            logger.warning("claim.dropped reasons=%s", released.dropped)
        claimed = draft.status == "answered" and any(statement.passages for statement in draft.statements)
        if not released.text or (claimed and not released.claims):
            draft = self._declining.nothing(language)
            released = self._gate.release(draft, own_words)
        return Answer(
            question=turn.question,
            status=draft.status,
            language=language,
            mode="offline",
            text=released.text,
            claims=released.claims,
            citations=released.citations,
            suggestions=draft.suggestions,
            dropped=released.dropped,
        )

    async def _draft(
        self, question: Question, resolved: Resolved, context: Context, language: str
    ) -> tuple[Draft, Context]:
        """One decision after the other, from what is certain to what is searched for."""
        if (talk := self._declining.small_talk(question, resolved, language)) is not None:
            return talk, context
        if (unknown := self._scope.unknown_name(question, resolved, language)) is not None:
            return self._declining.unknown(unknown, resolved, language), context
        surely_ours = bool(resolved.subjects) and not resolved.guessed
        goes_on = bool(context.focus or context.options) and len(question.tokens) <= _FOLLOW_UP
        if not surely_ours and not goes_on and not await self._scope.holds(question):
            return self._declining.out_of_scope(language), context
        if question.has("not_covered"):
            if not resolved.subjects:
                return self._declining.nothing(language), context
            focus = tuple(subject.id for subject in resolved.subjects)
            return self._declining.silent(resolved.subjects[0], language), replace(context, focus=focus)
        if _refines(question, context):
            question = replace(question, constraints=context.wish.refined(question.constraints))
            return await self._recommend(question, Resolved(), language)
        if not surely_ours and self._wants_recommendation(question, resolved):
            return await self._recommend(question, resolved, language)
        if resolved.subjects and (surely_ours or (resolved.fields and not question.rest)):
            return await self._about(question, resolved, language)
        return await self._open(question, resolved, context, language)

    # One or more credentials that are known

    async def _about(self, question: Question, resolved: Resolved, language: str) -> tuple[Draft, Context]:
        subjects = resolved.subjects
        if len(subjects) > 1:
            return self._several(question, resolved, language)
        subject = subjects[0]
        context = Context(focus=(subject.id,), fields=resolved.fields)
        fields = (*_former(subject, question), *resolved.fields)
        english = language == DEFAULT_LANGUAGE
        if self._premises.is_elsewhere(question, subject, fields, english=english) or (
            english and await self._is_beside(question, subject)
        ):
            return self._declining.silent(subject, language), context
        if fields:
            if self._premises.is_future(question) and not GENERAL & set(fields):
                return self._declining.silent(subject, language), context
            if not any(sourced(subject, field) for field in self._look_ups.meant(subject, fields)):
                return self._declining.silent(subject, language), context
            return await self._told_fields(question, subject, fields, language), context
        return await self._beyond_fields(question, resolved, context, language)

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

    async def _told_fields(
        self, question: Question, subject: Credential, fields: Sequence[str], language: str
    ) -> Draft:
        draft = self._look_ups.fields(subject, fields, language, question)
        if (agrees := self._premises.agrees(question, fields, draft.statements)) is not None:
            first = self._look_ups.decided(draft.statements[0], "answer.yes" if agrees else "answer.no", language)
            return replace(draft, statements=(first, *draft.statements[1:]))
        if language != DEFAULT_LANGUAGE:
            return draft
        return await self._sections.completing(draft, question, subject, fields)

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
                return self._told(found), context
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
            draft = await self._told_fields(question, subject, (guess,), language)
            return draft, replace(context, fields=(guess,))
        return await self._detail(question, subject, language), context

    def _several(self, question: Question, resolved: Resolved, language: str) -> tuple[Draft, Context]:
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
        return self._comparisons.compare(subjects, resolved.fields, question.cues, language), context

    async def _detail(self, question: Question, subject: Credential, language: str) -> Draft:
        """Something about a credential that is no field: what its document says, or that it does not say."""
        asked = " ".join(question.rest)
        found = await self._reading.read(
            f"{subject.short_name}: {asked}", documents=[subject.document], english=language == DEFAULT_LANGUAGE
        )
        share = _HALF if self._subject.is_absent(question.masked) else _THIRD
        if found is None or not self._covers(found, question.rest, language, share):
            # Perhaps its provider's page or a guide says it of all such credentials.
            pages = [f"providers/{subject.provider}", *self._guides]
            found = await self._reading.read(question.text, documents=pages, english=language == DEFAULT_LANGUAGE)
        if found is None or not self._covers(found, question.rest, language):
            return self._declining.silent(subject, language)
        suggestions = self._look_ups.suggestions(subject, (), language)
        return Draft(status="answered", statements=found.statements, suggestions=suggestions)

    def _covers(self, found: Found, rest: Sequence[str], language: str, share: float = _HALF) -> bool:
        """Whether the passage holds what was asked beyond the name. Across languages only meaning can tell."""
        if language != DEFAULT_LANGUAGE:
            return True
        asked = self._subject.content_terms(rest)
        held = self._subject.passage_terms(found.hits[0].passage)
        return bool(asked) and len([term for term in asked if term in held]) >= share * len(asked)

    # Looking for a credential

    @staticmethod
    def _wants_recommendation(question: Question, resolved: Resolved) -> bool:
        wish = question.constraints
        if question.has("define"):
            return False
        if resolved.guessed and resolved.fields and question.closed and not question.has("recommend"):
            # "Does ISC2's entry exam last two hours?" puts a figure forward and looks for nothing.
            return False
        if question.has("recommend") and (wish.topics or wish.measured or wish.bands):
            return True
        if wish.topics and question.has("credential_word") and _OF_A_WISH.issuperset(resolved.fields):
            return True
        return wish.measured and (bool(wish.topics or wish.bands) or (wish.no_renewal and not resolved.dangling))

    async def _recommend(self, question: Question, resolved: Resolved, language: str) -> tuple[Draft, Context]:
        """Credentials that fit; to an open question first what the guides advise."""
        fitting = self._recommendations.fitting(question.constraints, [*resolved.subjects, *resolved.readings])
        if any(self._subject.is_telling(word) for word in question.rest):
            fitting = await self._recommendations.nearest(fitting, question.text)
        draft, picks = self._recommendations.recommend(fitting, question.constraints, language)
        if not question.constraints.measured and not resolved.readings:
            found = await self._reading.read(
                question.text, documents=self._guides, english=language == DEFAULT_LANGUAGE
            )
            if found is not None:
                advice = replace(found.statements[0], text=split_sentences(found.statements[0].text)[0])
                draft = replace(draft, statements=(advice, *draft.statements))
        ids = tuple(credential.id for credential in picks)
        return draft, Context(focus=ids[:1], options=ids, wish=question.constraints)

    # Everything else: guides, providers, or a question with more than one reading

    async def _open(
        self, question: Question, resolved: Resolved, context: Context, language: str
    ) -> tuple[Draft, Context]:
        if resolved.dangling and not question.rest and not question.has("define"):
            return self._ask_back(resolved, (), language)
        whole_provider = bool(question.providers) and (
            question.has("plural") or (bool(resolved.fields) and GENERAL.issuperset(resolved.fields))
        )
        if resolved.readings and not question.rest and not question.has("define") and not whole_provider:
            return self._ask_back(resolved, resolved.readings, language)
        english = language == DEFAULT_LANGUAGE
        mentioning = [name for identity in question.providers for name in self._provider_names[identity]]
        # A credential that only part of a name fits may be meant: what is written about it counts as well.
        guessed = [subject.document for subject in resolved.subjects]
        found = await self._read(question, [*self._written, *guessed], mentioning, english=english)
        if found is not None and self._answers(found, question, language):
            return self._told(found), Context()
        if resolved.subjects:
            return await self._about(question, resolved, language)
        # With words of its own, "it" points back to them: "how do I get a green belt, and what does it cost?"
        dangling = resolved.dangling and len(question.rest) < _PAIR
        if resolved.readings or dangling or (resolved.fields and not question.rest):
            return self._ask_back(resolved, resolved.readings, language)
        return self._declining.nothing(language), context

    async def _read(
        self, question: Question, documents: Sequence[str], mentioning: Sequence[str], *, english: bool
    ) -> Found | None:
        """What guides and provider pages say, else any document; else what is near with the fields by their names."""
        if (term := self._scope.term(question)) is not None:
            # "So what's ECTS?": too short to have a meaning beyond that word.
            return await self._reading.read(term, mentioning=[term]) or await self._reading.define(term)
        found = await self._reading.read(question.text, documents=documents, mentioning=mentioning, english=english)
        found = found or await self._reading.read(question.text, mentioning=mentioning, english=english)
        if found is not None or not question.fields or not english:
            return found
        named = " ".join(self._toolbox.wording.field_name(field) for field in question.fields if field in FIELDS)
        return await self._reading.read(f"{question.text} {named}", documents=documents, mentioning=mentioning)

    def _answers(self, found: Found, question: Question, language: str) -> bool:
        """A price or a passing score of something that is no credential of ours is not answered with another's."""
        exact = set(question.fields) - CONCEPTUAL - GENERAL
        told = {fact.kind for statement in found.statements for fact in self._understanding.facts.read(statement.text)}
        if any(field in KINDS and not told & KINDS[field] for field in exact):
            return False
        if language != DEFAULT_LANGUAGE:
            return True
        if (
            question.qualifier
            and not question.has("plural")
            and not self._subject.holds(found.hits[0].passage, question.qualifier)
        ):
            # Of a nursing certificate nothing is known, however near a passage about certificates.
            return False
        if not exact or not question.rest or (found.hits[0].similarity or 0.0) >= CERTAIN_SIMILARITY:
            return True
        return self._covers(found, question.rest, language)

    @staticmethod
    def _told(found: Found) -> Draft:
        return Draft(status="answered", statements=found.statements)

    def _ask_back(self, resolved: Resolved, readings: Sequence[Credential], language: str) -> tuple[Draft, Context]:
        draft, options = self._declining.ask_back(readings, resolved.fields, language)
        return draft, Context(options=tuple(options), fields=resolved.fields)


def _refines(question: Question, context: Context) -> bool:
    """Whether it changes the wish of the turn before: "same but without renewal", "and one under 200 dollars"."""
    points = question.leads_in or question.has("pronoun")
    return context.wish.any and question.constraints.any and points and not question.named and not question.providers


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
