"""The advisor that needs no model: it reads the question, takes one tool, and says what the documents say."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.catalog.credential import Credential
from bot.catalog.fields import sourced
from bot.catalog.recommend import Constraints
from bot.core.answer import Answer, Draft, Statement
from bot.core.conversation import Context, Turn
from bot.core.toolbox import Toolbox
from bot.grounding.gate import Gate
from bot.offline import kinds
from bot.offline.comparing import MEASURES, Comparisons
from bot.offline.declining import Declining
from bot.offline.look_ups import LookUps
from bot.offline.polar import truth
from bot.offline.providers import OFFERING, ProviderPages, names_in
from bot.offline.reading import Found, Reading, split_sentences
from bot.offline.recommending import Recommendations
from bot.offline.resolving import OF_THE_OLD, Resolved, resolve
from bot.offline.scope import GENERAL, Scope
from bot.offline.subject import SubjectGuess
from bot.offline.thresholds import CERTAIN_SIMILARITY
from bot.offline.understanding import Question, Understanding
from bot.retrieval.tokens import terms
from bot.text.language import LanguageGuess
from bot.text.prompts import DEFAULT_LANGUAGE

logger = logging.getLogger(__name__)

# With these fields, or none, a question about two credentials may ask how they hang together.
_RELATING = frozenset({"prerequisites", "stacks_into", "renewal", "recognition", "validity", "time"})
_FOLLOW_UP = 8  # words up to which a question may lean on what came before
_ADVICE = 45  # words before a list
_PAIR = 2
_FAR = 30
_YEAR = 4  # figures
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
        self._scope = Scope(toolbox, subject_guess)
        self._look_ups = LookUps(toolbox, understanding.facts)
        self._declining = Declining(toolbox, self._look_ups)
        self._comparisons = Comparisons(toolbox)
        self._recommendations = Recommendations(toolbox)
        self._reading = Reading(toolbox)
        self._pages = ProviderPages(toolbox, understanding, provider_names)

    async def answer(self, turn: Turn) -> tuple[Answer, Context]:
        question = self._understanding.read(turn.question)
        if turn.context.asked and kinds.names_only(question):
            # "Does Coursera have financial aid?" - "And edX?"
            question = self._understanding.read(f"{question.text.rstrip('?')} {turn.context.asked}")
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
        if (said := await self._unanswered(question, resolved, context, language)) is not None:
            return said
        if kinds.lists_gone(question):
            return self._recommendations.gone(question.constraints.topics, language), Context()
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
            return await self._about(question, resolved, language)
        return await self._open(question, resolved, context, language)

    async def _unanswered(
        self, question: Question, resolved: Resolved, context: Context, language: str
    ) -> tuple[Draft, Context] | None:
        """What is said to a question that gets no answer from the documents; None when they may have one."""
        if (talk := self._declining.small_talk(question, resolved, language)) is not None:
            return talk, context
        unknown = self._scope.unknown_name(question, resolved, language)
        if unknown is not None and (len(resolved.subjects) < _PAIR or resolved.leaning):
            return self._declining.unknown(unknown, language), context
        if not resolved.sure and not context.focus and kinds.is_vague(question):
            fitting = self._recommendations.fitting(question, ()).picks if question.constraints.any else ()
            return self._ask_back(question, resolved, fitting, language)
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

    # One or more credentials that are known

    async def _about(self, question: Question, resolved: Resolved, language: str) -> tuple[Draft, Context]:
        subjects = resolved.subjects
        if len(subjects) > 1:
            return self._several(question, resolved, language)
        subject = subjects[0]
        context = Context(focus=(subject.id,), fields=resolved.fields)
        fields = (*_former(subject, question), *resolved.fields)
        if fields:
            return self._facts(question, resolved, subject, fields, language)
        overview = resolved.leaning or question.has("recommend") or self._toolbox.catalog.status(subject) != "active"
        if question.has("define") and (question.rest or question.has("recommend")):
            # "What is an ACE recommendation?": a name may also be a word of something else.
            found = await self._reading.read(question.text, documents=self._written)
            if found is not None and (found.hits[0].similarity or 0.0) >= CERTAIN_SIMILARITY:
                return self._told(found), context
        if question.rest and not overview:
            guess = self._subject.field_of(question.masked)
            if guess is not None and any(sourced(subject, f) for f in self._look_ups.meant(subject, [guess])):
                return self._look_ups.fields(subject, [guess], language, question.facts), replace(
                    context, fields=(guess,)
                )
            return await self._detail(question, subject, language), context
        return self._look_ups.overview(subject, language), context

    def _facts(
        self, question: Question, resolved: Resolved, subject: Credential, fields: Sequence[str], language: str
    ) -> tuple[Draft, Context]:
        """The fields of one credential."""
        context = Context(focus=(subject.id,), fields=resolved.fields)
        catalog = self._toolbox.catalog
        successor = catalog.get((subject.replaced_by.value or "") if subject.replaced_by else "")
        if successor is not None and "replaced_by" in fields:
            return self._of_successor(question, subject, successor, fields, language)
        if self._is_future(question) and not GENERAL & set(fields):
            return self._declining.silent(subject, language), context
        if not any(sourced(subject, field) for field in self._look_ups.meant(subject, fields)):
            # A kind of programme has no length of its own, its programmes have.
            kin = [c for c in catalog if c.kind == subject.id.removeprefix(f"{subject.provider}-")]
            if subject.kind == "programme_type" and kin:
                return self._ask_back(question, resolved, kin, language)
            return self._declining.silent(subject, language), context
        draft = self._look_ups.fields(subject, fields, language, question.facts)
        return self._affirmed(draft, question, subject, fields, language), context

    def _affirmed(
        self, draft: Draft, question: Question, subject: Credential, fields: Sequence[str], language: str
    ) -> Draft:
        """With yes or no before it, where the fact decides that. It is framing: the fact follows with its source."""
        said = truth(question, subject, fields, self._toolbox.catalog.status(subject))
        if said is None:
            return draft
        word = self._toolbox.wording.say("polar.yes" if said else "polar.no", language)
        return replace(draft, statements=(Statement(text=word), *draft.statements))

    def _of_successor(
        self, question: Question, subject: Credential, successor: Credential, fields: Sequence[str], language: str
    ) -> tuple[Draft, Context]:
        """What took a credential's place; whatever else is asked, is asked of that."""
        draft = self._look_ups.fields(subject, [f for f in fields if f in OF_THE_OLD], language, question.facts)
        of_the_new = [field for field in fields if field not in OF_THE_OLD]
        if of_the_new:
            more = self._look_ups.fields(successor, of_the_new, language, question.facts)
            draft = replace(more, statements=(*draft.statements, *more.statements))
        return draft, Context(focus=(successor.id, subject.id), fields=tuple(fields))

    def _several(self, question: Question, resolved: Resolved, language: str) -> tuple[Draft, Context]:
        subjects = resolved.subjects
        context = Context(
            focus=tuple(subject.id for subject in subjects),
            options=tuple(subject.id for subject in subjects),
            fields=resolved.fields,
            comparing=True,
        )
        if len(subjects) == _PAIR and _RELATING.issuperset(resolved.fields) and not question.has(*MEASURES, "compare"):
            related = self._look_ups.relation(subjects[0], subjects[1], resolved.fields, language)
            if related is not None:
                return related, context
        draft = self._comparisons.compare(subjects, resolved.fields, question.cues, language, polar=question.polar)
        if (unknown := self._scope.unknown_side(question)) is not None:
            also = self._declining.unknown(unknown, language).statements
            draft = replace(draft, statements=(*draft.statements, *also))
        return draft, context

    def _is_future(self, question: Question) -> bool:
        """Whether a year after this one is named: what something will cost then stands in no document."""
        this_year = self._toolbox.catalog.today.year
        years = (
            fact.value[:4] for fact in question.facts if fact.kind in {"number", "date"} and len(fact.value) >= _YEAR
        )
        return any(year.isdigit() and this_year < int(year) <= this_year + _FAR for year in years)

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
        if resolved.dangling and not question.rest:
            return self._ask_back(question, resolved, (), language)
        of_provider = kinds.is_of_provider(question, resolved, self._toolbox.catalog)
        if resolved.readings and not question.rest and not question.has("define") and not of_provider:
            return self._ask_back(question, resolved, resolved.readings, language)
        english = language == DEFAULT_LANGUAGE
        found = await self._written_on(question, language)
        if found is not None and self._answers(found, question, language):
            return self._told(found), Context(asked=question.unnamed if question.providers else "")
        if resolved.subjects:
            return await self._about(question, resolved, language)
        if of_provider and not (question.rest and kinds.is_exact(question)):
            told = await self._pages.read(question, english=english, exact=False)
            if told is not None:
                return told, Context(asked=question.unnamed)
        if resolved.readings or resolved.dangling or (resolved.fields and not question.rest):
            return self._ask_back(question, resolved, resolved.readings, language)
        return self._declining.nothing(language), context

    async def _written_on(self, question: Question, language: str) -> Found | None:
        """The passage that a question without a credential as its subject is about."""
        english = language == DEFAULT_LANGUAGE
        names = [name for identity in question.providers for name in self._provider_names[identity]]
        # "Does CSPO come from Scrum.org?": the page of Scrum.org does not know it, another one does.
        other = [word for word in names_in(question) if self._subject.knows(word)] if names else []
        for mentioning in filter(None, (other, names)) if names else [()]:
            found = await self._reading.read(
                question.text, documents=self._written, mentioning=mentioning, english=english
            ) or await self._reading.read(question.text, mentioning=mentioning, english=english)
            if found is not None:
                return found
        return None

    def _answers(self, found: Found, question: Question, language: str) -> bool:
        """A price or a passing score of something that is no credential of ours is not answered with another's."""
        if not kinds.is_exact(question) or not question.rest or language != DEFAULT_LANGUAGE:
            return True
        return self._covers(found, question.rest, language)

    @staticmethod
    def _told(found: Found) -> Draft:
        return Draft(status="answered", statements=found.statements)

    def _ask_back(
        self, question: Question, resolved: Resolved, readings: Sequence[Credential], language: str
    ) -> tuple[Draft, Context]:
        draft, options = self._declining.ask_back(readings, resolved.fields, language)
        wish = question.constraints if not resolved.fields else Constraints()
        return draft, Context(options=tuple(options), fields=resolved.fields, wish=wish)


def _former(subject: Credential, question: Question) -> tuple[str, ...]:
    """When the question names an earlier exam's code, that it was replaced comes first."""
    former = (subject.replaces.value or "").lower() if subject.replaces else ""
    current = {code.lower() for code in subject.codes}
    return ("replaces",) if any(code not in current and code in former for code in question.codes) else ()
