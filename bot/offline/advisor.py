"""The advisor that needs no model: it reads the question, takes one tool, and says what the documents say."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.catalog.fields import FIELDS
from bot.core.answer import Answer, Draft, Provenance
from bot.core.conversation import Context, Turn
from bot.core.toolbox import Toolbox
from bot.grounding.gate import Gate
from bot.offline import kinds
from bot.offline.about import About
from bot.offline.abroad import Abroad
from bot.offline.declining import Declining
from bot.offline.look_ups import LookUps
from bot.offline.own_reading import OwnReading
from bot.offline.premises import KINDS
from bot.offline.providers import OFFERING, ProviderPages, names_in
from bot.offline.reading import Found, Reading, covers, split_sentences
from bot.offline.recommending import Recommendations
from bot.offline.resolving import Resolved, resolve
from bot.offline.scope import CONCEPTUAL, GENERAL, Scope
from bot.offline.sections import Sections
from bot.offline.subject import SubjectGuess
from bot.offline.thresholds import CERTAIN_SIMILARITY, COMPLETING_SIMILARITY
from bot.offline.understanding import Question, Understanding
from bot.retrieval.tokens import terms
from bot.text.language import LanguageGuess
from bot.text.ordinary import is_devanagari
from bot.text.prompts import DEFAULT_LANGUAGE

logger = logging.getLogger(__name__)

_FOLLOW_UP = 8  # words up to which a question may lean on what came before
_ADVICE = 45  # words before a list
_PAIR = 2
_THIRD = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """What the rules have to say to a turn, before the gate; what is then talked about; the language to say it in."""

    draft: Draft
    context: Context
    language: str


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
        provenance: Provenance | None = None,
        own: OwnReading | None = None,
    ) -> None:
        """`documents`: the kind of each document; `provider_names`: what each provider is called; `provenance`: what
        its answers are made with; `own`: reads the documents of who asks, where such are kept.
        """
        self._own = own
        self._provenance = provenance
        self._toolbox = toolbox
        self._understanding = understanding
        self._languages = languages
        self._gate = gate
        self._subject = subject_guess
        self._provider_names = provider_names
        self._guides = [identity for identity, kind in documents.items() if kind == "guide"]
        self._written = [identity for identity, kind in documents.items() if kind != "credential"]
        self._scope = Scope(toolbox, subject_guess, understanding.is_name_word)
        self._look_ups = LookUps(toolbox, understanding.facts)
        self._declining = Declining(toolbox, self._look_ups)
        self._sections = Sections(toolbox, understanding, subject_guess, documents)
        self._about = About(
            toolbox, subject_guess, self._declining, self._look_ups, self._sections, self._scope, documents
        )
        self._recommendations = Recommendations(toolbox)
        self._reading = Reading(toolbox)
        self._pages = ProviderPages(toolbox, understanding, provider_names)
        self._abroad = Abroad(toolbox, understanding, provider_names)

    async def answer(self, turn: Turn) -> tuple[Answer, Context]:
        considered = await self.consider(turn)
        return self.release(turn, considered), considered.context

    async def consider(self, turn: Turn) -> Considered:
        """What there is to say, before the gate: also what a language model is given to work with."""
        question = self._understanding.read(turn.question)
        if turn.context.asked and kinds.names_only(question):
            # "Does Coursera have financial aid?" - "And edX?"
            question = self._understanding.read(f"{question.text.rstrip('?')} {turn.context.asked}")
        only_names = not question.rest and not question.in_other_script
        language = turn.language or self._languages.guess(
            turn.question, question.cue_languages, turn.context.language, only_names=only_names
        )
        resolved = resolve(question, turn.context, self._toolbox.catalog)
        draft, context = await self._draft(question, resolved, turn.context, language)
        if language == DEFAULT_LANGUAGE:
            # The documents are English: nothing of them completes an answer in another language.
            draft = await self._sections.completing(draft, question, resolved, context.fields)
        draft = await self._abroad.completing(draft, question, resolved, language)
        if self._own is not None:
            draft = await self._own.completing(draft, question, turn, language)
        # A language without phrases is answered in English; the phrases fall back by themselves.
        spoken = language if self._languages.speaks(language) else DEFAULT_LANGUAGE
        return Considered(draft=draft, context=replace(context, language=language), language=spoken)

    def release(self, turn: Turn, considered: Considered) -> Answer:
        """Through the gate; what is left of a draft without its claims is no answer, so then it abstains."""
        draft, language = considered.draft, considered.language
        # The names of what is spoken of are no facts that need a source: "ISC2" holds a number, but states none.
        about = {*considered.context.focus, *considered.context.options}
        own_words = " ".join([turn.question, *(self._toolbox.catalog[identity].name for identity in about)])
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
            provenance=self._provenance,
        )

    async def _draft(
        self, question: Question, resolved: Resolved, context: Context, language: str
    ) -> tuple[Draft, Context]:
        """One decision after the other, from what is certain to what is searched for."""
        if (said := await self._unanswered(question, resolved, context, language)) is not None:
            return said
        if kinds.lists_gone(question):
            return self._recommendations.gone(question.constraints.topics, language), Context()
        if (chosen := self._chosen(question, context, language)) is not None:
            return chosen
        if kinds.refines(question, context):
            question = replace(question, constraints=context.wish.refined(question.constraints))
            return await self._recommend(question, Resolved(), language)
        if kinds.wants_recommendation(question, resolved):
            return await self._recommend(question, resolved, language)
        if kinds.is_of_provider(question, resolved, self._toolbox.catalog):
            told = await self._pages.read(question, english=language == DEFAULT_LANGUAGE)
            if told is not None:
                return told, Context(asked=question.unnamed)
        if resolved.sure or (resolved.subjects and resolved.fields and not question.rest):
            return await self._about.tell(question, resolved, language)
        return await self._open(question, resolved, context, language)

    async def _unanswered(
        self, question: Question, resolved: Resolved, context: Context, language: str
    ) -> tuple[Draft, Context] | None:
        """What is said to a question that gets no answer from the documents; None when they may have one."""
        if (talk := self._declining.small_talk(question, resolved, language)) is not None:
            return talk, context
        unknown = self._scope.unknown_name(question, resolved, language)
        named = unknown is not None and (len(resolved.subjects) < _PAIR or resolved.leaning)
        if unknown is not None and named and not await self._scope.explains(question):
            return self._declining.unknown(unknown, resolved, language), context
        if not resolved.sure and not context.focus and kinds.is_vague(question):
            fitting = self._recommendations.fitting(question, ()).picks if question.constraints.any else ()
            return self._declining.asked_back(question, resolved, fitting, language)
        if kinds.chooses(question, context) or kinds.wants_cheaper(question, context):
            return None
        goes_on = bool(context.focus or context.options) and len(question.tokens) <= _FOLLOW_UP
        ours = resolved.sure or goes_on or kinds.is_plain_wish(question, resolved)
        if not ours and not await self._scope.holds(question):
            return self._declining.out_of_scope(language), context
        if question.has("not_covered"):
            if not resolved.subjects:
                return self._declining.nothing(language), context
            focus = tuple(subject.id for subject in resolved.subjects)
            return self._declining.silent(resolved.subjects[0], language), replace(context, focus=focus)
        return None

    # Looking for a credential

    def _chosen(self, question: Question, context: Context, language: str) -> tuple[Draft, Context] | None:
        """An answer to a few words after a list or a credential: which of those, or something cheaper."""
        if kinds.chooses(question, context):
            return self._recommendations.among(context.options, context.wish, language)
        if kinds.wants_cheaper(question, context):
            return self._recommendations.cheaper(context.focus[0], language)
        return None

    async def _recommend(self, question: Question, resolved: Resolved, language: str) -> tuple[Draft, Context]:
        """Credentials that fit; to an open question first what the guides advise."""
        fitting = self._recommendations.fitting(question, [*resolved.subjects, *resolved.readings])
        if "provider" in fitting.given_up:
            # It has none such in the catalogue, but its page may name one among what it offers.
            offering = question if question.fields else replace(question, cues=question.cues | {OFFERING})
            told = await self._pages.read(offering, english=language == DEFAULT_LANGUAGE)
            if told is not None:
                return told, Context()
        telling = any(self._subject.is_telling(word) for word in question.rest)
        fitting = await self._recommendations.ordered(fitting, question, telling=telling)
        draft, picks = self._recommendations.recommend(fitting, question.constraints, language)
        wish = question.constraints
        if not wish.measured and not wish.not_providers and not resolved.readings:
            found = await self._reading.read(
                question.text, documents=self._guides, english=language == DEFAULT_LANGUAGE
            )
            if found is not None and self._advises(found, question, language):
                advice = replace(found.statements[0], text=split_sentences(found.statements[0].text)[0])
                if len(advice.text.split()) <= _ADVICE:
                    draft = replace(draft, statements=(advice, *draft.statements))
        ids = tuple(credential.id for credential in picks)
        return draft, Context(focus=ids[:1], options=ids, wish=question.constraints)

    def _advises(self, found: Found, question: Question, language: str) -> bool:
        """Whether the advice is for this wish: about Python nothing is said by first steps in security."""
        asked = self._subject.content_terms((*question.topic_words, *question.rest))
        said = f"{found.hits[0].passage.heading} {split_sentences(found.statements[0].text)[0]}"
        return language != DEFAULT_LANGUAGE or not set(asked).isdisjoint(terms(said))

    # Everything else: guides, providers, or a question with more than one reading

    async def _open(
        self, question: Question, resolved: Resolved, context: Context, language: str
    ) -> tuple[Draft, Context]:
        if resolved.dangling and not question.rest and not question.has("define"):
            return self._declining.asked_back(question, resolved, (), language)
        of_provider = kinds.is_of_provider(question, resolved, self._toolbox.catalog)
        if resolved.readings and not question.rest and not question.has("define") and not of_provider:
            return self._declining.asked_back(question, resolved, resolved.readings, language)
        english = language == DEFAULT_LANGUAGE
        found = await self._written_on(question, resolved, english=english)
        if found is not None and self._answers(found, question, english=english):
            return found.draft, Context(asked=question.unnamed if question.providers else "")
        if resolved.subjects:
            return await self._about.tell(question, resolved, language)
        if of_provider and not (question.rest and kinds.is_exact(question)):
            told = await self._pages.read(question, english=english, exact=False)
            if told is not None:
                return told, Context(asked=question.unnamed)
        # With words of its own, "it" points back to them: "how do I get a green belt, and what does it cost?"
        dangling = resolved.dangling and len(question.rest) < _PAIR
        # Words of names alone do not say which is meant: "machine learning engineer certification cost".
        of_names = not question.providers and all(self._understanding.is_name_word(word) for word in question.rest)
        if resolved.readings or dangling or (resolved.fields and (not question.rest or of_names)):
            return self._declining.asked_back(question, resolved, resolved.readings, language)
        return self._declining.nothing(language), context

    async def _written_on(self, question: Question, resolved: Resolved, *, english: bool) -> Found | None:
        """The passage that a question without a credential as its subject is about."""
        if (term := self._scope.term(question)) is not None:
            # "So what's ECTS?": too short to have a meaning beyond that word.
            return await self._reading.read(term, mentioning=[term]) or await self._reading.define(term)
        names = [name for identity in question.providers for name in self._provider_names[identity]]
        # "Does CSPO come from Scrum.org?": the page of Scrum.org does not know it, another one does.
        other = [word for word in names_in(question) if self._subject.knows(word)] if names else []
        # A credential that only part of a name fits may be meant: what is written about it counts as well.
        documents = [*self._written, *(subject.document for subject in resolved.subjects)]
        for mentioning in filter(None, (other, names)) if names else [()]:
            found = await self._reading.read(
                question.text, documents=documents, mentioning=mentioning, english=english
            ) or await self._reading.read(question.text, mentioning=mentioning, english=english)
            if found is not None:
                return found
        if not question.fields or not english:
            return None
        named = " ".join(self._toolbox.wording.field_name(field) for field in question.fields if field in FIELDS)
        return await self._reading.read(f"{question.text} {named}", documents=documents, mentioning=names)

    def _answers(self, found: Found, question: Question, *, english: bool) -> bool:
        """A price or a passing score of something that is no credential of ours is not answered with another's."""
        exact = set(question.fields) - CONCEPTUAL - GENERAL
        passage, similarity = found.hits[0].passage, found.hits[0].similarity or 0.0
        if english and passage.kind == "guide" and similarity >= CERTAIN_SIMILARITY:
            # A guide that is about the very question, though "how much" in it asks for no price.
            return True
        told = {fact.kind for said in found.statements for fact in self._understanding.facts.read(said.text)}
        if any(field in KINDS and not told & KINDS[field] for field in exact):
            return False
        if not english:
            # In Devanagari, too, "नर्सिंग सर्टिफिकेट" is some other certificate.
            return not (exact & KINDS.keys() and is_devanagari(question.qualifier))
        if question.qualifier and not question.has("plural") and not self._subject.holds(passage, question.qualifier):
            # Of a nursing certificate nothing is known, however near a passage about certificates.
            return False
        if not exact or not question.rest or similarity >= CERTAIN_SIMILARITY:
            return True
        if not exact & KINDS.keys() and similarity >= COMPLETING_SIMILARITY:
            return covers(found, question.rest, english=True, share=_THIRD)
        return covers(found, question.rest, english=True)
