"""The advisor that needs no model: it reads the question, takes one tool, and says what the documents say."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.catalog.fields import sourced
from bot.core.answer import Answer, Draft, Statement, Suggestion
from bot.core.conversation import Context, Turn
from bot.core.toolbox import Toolbox
from bot.grounding.gate import Gate
from bot.offline.comparing import MEASURES, Comparisons
from bot.offline.look_ups import LookUps
from bot.offline.reading import Found, Reading
from bot.offline.recommending import Recommendations
from bot.offline.resolving import Resolved, resolve
from bot.offline.subject import SubjectGuess
from bot.offline.understanding import Question, Understanding
from bot.text.language import LanguageGuess
from bot.text.prompts import DEFAULT_LANGUAGE

logger = logging.getLogger(__name__)

_TALK = ("greeting", "thanks", "bye", "help")
_RELATING = frozenset({"prerequisites", "stacks_into", "renewal"})
_MAX_READINGS = 4


class OfflineAdvisor:
    """Implements `Advisor` with rules, retrieval and the catalogue. Stateless: all memory is in the `Context`."""

    def __init__(
        self,
        toolbox: Toolbox,
        understanding: Understanding,
        languages: LanguageGuess,
        gate: Gate,
        subject_guess: SubjectGuess,
    ) -> None:
        self._toolbox = toolbox
        self._say = toolbox.wording.say
        self._understanding = understanding
        self._languages = languages
        self._gate = gate
        self._subject = subject_guess
        self._look_ups = LookUps(toolbox)
        self._comparisons = Comparisons(toolbox)
        self._recommendations = Recommendations(toolbox)
        self._reading = Reading(toolbox)

    async def answer(self, turn: Turn) -> tuple[Answer, Context]:
        question = self._understanding.read(turn.question)
        language = turn.language or self._languages.guess(
            turn.question, question.cue_languages, turn.context.language
        )
        resolved = resolve(question, turn.context, self._toolbox.catalog)
        draft, context = await self._draft(question, resolved, turn.context, language)
        return self._release(turn, draft, language), replace(context, language=language)

    def _release(self, turn: Turn, draft: Draft, language: str) -> Answer:
        same_language = language == DEFAULT_LANGUAGE
        released = self._gate.release(draft, turn.question, same_language=same_language)
        if released.dropped:
            logger.warning("claim.dropped %s", released.dropped)
        if draft.status == "answered" and not released.claims and any(s.passages for s in draft.statements):
            draft = self._abstain(language)
            released = self._gate.release(draft, turn.question)
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
        if (talk := self._talk(question, resolved, language)) is not None:
            return talk, context
        if question.unknown_codes and not resolved.subjects:
            return self._unknown(question.unknown_codes[0].upper(), language), context
        if question.has("not_covered"):
            return self._not_covered(resolved, language), self._kept(context, resolved)
        if resolved.subjects:
            return await self._about(question, resolved, language)
        if self._wants_recommendation(question, resolved):
            return self._recommend(question, language)
        return await self._open(question, resolved, context, language)

    # Small talk

    def _talk(self, question: Question, resolved: Resolved, language: str) -> Draft | None:
        kind = next((kind for kind in _TALK if question.has(kind)), None)
        if kind is None or resolved.subjects or resolved.readings or question.fields or question.rest:
            return None
        if question.constraints.any or question.has("recommend") and kind != "help":
            return None
        return Draft(
            status="answered",
            statements=(Statement(text=self._say(f"talk.{kind}", language)),),
            suggestions=self._starters(language),
        )

    def _starters(self, language: str) -> tuple[Suggestion, ...]:
        asks = (self._say(f"starter.{number}", language) for number in (1, 2, 3))
        return tuple(Suggestion(label=ask, ask=ask) for ask in asks)

    # One or more credentials that are known

    async def _about(self, question: Question, resolved: Resolved, language: str) -> tuple[Draft, Context]:
        subjects = resolved.subjects
        if len(subjects) > 1:
            return self._several(question, resolved, language)
        subject = subjects[0]
        context = Context(focus=(subject.id,), fields=resolved.fields)
        if resolved.fields:
            return self._look_ups.fields(subject, resolved.fields, language), context
        if question.rest and not resolved.leaning:
            return await self._detail(question, subject, language), context
        return self._look_ups.overview(subject, language), context

    def _several(self, question: Question, resolved: Resolved, language: str) -> tuple[Draft, Context]:
        subjects = resolved.subjects
        context = Context(
            focus=tuple(subject.id for subject in subjects),
            options=tuple(subject.id for subject in subjects),
            fields=resolved.fields,
            comparing=True,
        )
        relating = _RELATING & set(resolved.fields)
        if len(subjects) == 2 and relating and not question.has(*MEASURES):
            related = self._look_ups.relation(subjects[0], subjects[1], resolved.fields, language)
            if related is not None:
                return related, context
        return self._comparisons.compare(subjects, resolved.fields, question.cues, language), context

    async def _detail(self, question: Question, subject: Credential, language: str) -> Draft:
        """Something about a credential that is no field: what its document says, or that it does not say."""
        found = await self._reading.read(
            question.text, documents=[subject.document], english=language == DEFAULT_LANGUAGE, strict=True
        )
        if found is not None and self._covers(found, question.rest):
            told = found.statements
            return Draft(
                status="answered", statements=told, suggestions=self._look_ups.suggestions(subject, (), language)
            )
        return self._silent(subject, language)

    def _covers(self, found: Found, rest: Sequence[str]) -> bool:
        """Whether the passage holds what was asked beyond the name."""
        asked = self._subject.content_terms(rest)
        held = self._subject.passage_terms(found.hits[0].passage)
        return bool(asked) and len([term for term in asked if term in held]) * 2 > len(asked)

    def _silent(self, subject: Credential, language: str) -> Draft:
        text = self._say("abstain.field", language, name=subject.short_name)
        return Draft(
            status="abstained",
            statements=(Statement(text=text),),
            suggestions=self._look_ups.suggestions(subject, (), language),
        )

    # Looking for a credential

    @staticmethod
    def _wants_recommendation(question: Question, resolved: Resolved) -> bool:
        wish = question.constraints
        narrowing = wish.max_cost is not None or wish.max_hours is not None or wish.no_renewal or wish.no_prerequisites
        if question.has("recommend") and (wish.topics or narrowing or wish.bands):
            return True
        return narrowing and bool(wish.topics or wish.bands) or wish.no_renewal and not resolved.dangling

    def _recommend(self, question: Question, language: str) -> tuple[Draft, Context]:
        draft, picks = self._recommendations.recommend(question.constraints, language)
        ids = tuple(credential.id for credential in picks)
        return draft, Context(focus=ids[:1], options=ids)

    # Everything else: guides, providers, or a question with more than one reading

    async def _open(
        self, question: Question, resolved: Resolved, context: Context, language: str
    ) -> tuple[Draft, Context]:
        english = language == DEFAULT_LANGUAGE
        if resolved.dangling and not question.rest:
            return self._which(question, (), resolved.fields, language)
        if not self._subject.in_field(question.text):
            return self._out_of_scope(language), context
        if question.providers and not question.has("recommend"):
            found = await self._reading.read(
                question.text, documents=[f"providers/{identity}" for identity in question.providers], english=english
            )
            if found is not None:
                return self._told(found), replace(context, focus=(), fields=resolved.fields)
        if resolved.readings and (resolved.fields or not question.rest):
            return self._which(question, resolved.readings, resolved.fields, language)
        found = await self._reading.read(question.text, english=english)
        if found is not None and not self._unknown_words(question):
            return self._told(found), replace(context, fields=())
        if resolved.dangling or (resolved.fields and not question.rest):
            return self._which(question, resolved.readings, resolved.fields, language)
        return self._abstain(language), context

    def _unknown_words(self, question: Question) -> bool:
        """Whether the question turns on a word that no document holds: most likely a name we know nothing of."""
        return any(not self._subject.knows(word) for word in question.rest if word.isascii())

    @staticmethod
    def _told(found: Found) -> Draft:
        return Draft(status="answered", statements=found.statements)

    def _which(
        self, question: Question, readings: Sequence[Credential], fields: Sequence[str], language: str
    ) -> tuple[Draft, Context]:
        """Ask back, with the likeliest readings a tap away."""
        options = [c for c in readings if self._toolbox.catalog.status(c) != "retired"][:_MAX_READINGS]
        field = next((field for field in fields), None)
        key = "clarify.options" if options else "clarify.open"
        draft = Draft(
            status="clarify",
            statements=(Statement(text=self._say(key, language)),),
            suggestions=tuple(self._reading_of(option, field, language) for option in options)
            or self._starters(language),
        )
        ids = tuple(option.id for option in options)
        return draft, Context(options=ids, fields=tuple(fields))

    def _reading_of(self, option: Credential, field: str | None, language: str) -> Suggestion:
        asked = field if field and sourced(option, field) is not None else "overview"
        key = f"ask.{asked}"
        return Suggestion(label=option.name, ask=self._say(key, language, name=option.short_name))

    # Saying that it is not known

    def _unknown(self, name: str, language: str) -> Draft:
        return Draft(
            status="abstained",
            statements=(Statement(text=self._say("abstain.unknown", language, name=name)),),
            suggestions=self._starters(language),
        )

    def _not_covered(self, resolved: Resolved, language: str) -> Draft:
        return self._silent(resolved.subjects[0], language) if resolved.subjects else self._abstain(language)

    def _abstain(self, language: str) -> Draft:
        return Draft(
            status="abstained",
            statements=(Statement(text=self._say("abstain.nothing", language)),),
            suggestions=self._starters(language),
        )

    def _out_of_scope(self, language: str) -> Draft:
        return Draft(
            status="abstained",
            statements=(Statement(text=self._say("abstain.out_of_scope", language)),),
            suggestions=self._starters(language),
        )

    @staticmethod
    def _kept(context: Context, resolved: Resolved) -> Context:
        if not resolved.subjects:
            return context
        return replace(context, focus=tuple(subject.id for subject in resolved.subjects))
