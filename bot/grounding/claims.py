"""Whether a sentence that a model wrote says of its passages what they say: of whom, of what, and with which reserve.

The gate asks whether each fact of a claim stands in what it cites. That is enough for sentences which code composes
from fields; a model may cite the right passage and say the wrong thing of it. Here a figure must be told of the same
credential and among the same words as in the passage. Meaning beyond that it does not know: of two figures that a
passage tells among the same words, either passes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.catalog.catalog import Catalog
from bot.catalog.names import Names
from bot.core.answer import Derived, Statement
from bot.documents.model import Passage
from bot.grounding.bending import bent
from bot.grounding.derived import derive
from bot.grounding.facts import Fact, FactReader, supports
from bot.grounding.forms import forbidden_form
from bot.grounding.gate import MARK, Gate
from bot.grounding.places import Figure, Layout, Mention, TextReader, likeness
from bot.grounding.saying import Saying
from bot.grounding.sources import HEDGED, Source, SourceReader, most_in_a_sentence
from bot.text.lexicon import Lexicon

_MARKUP = re.compile(r"`+|(?<!\w)\*+|\*+(?!\w)|(?<!\w)_+|_+(?!\w)|^\s*(?:[-•>#]+|\d+[.)])\s+", re.MULTILINE)
_SAME_ENDS = re.compile(r"(?<![\d.,-])(\d[\d.,]*)\s?%?\s?(?:-|–|to)\s?\1(?!\d)")
_OWN_KINDS = frozenset({"money", "duration", "date", "number", "percent"})
# A figure of the passage in other words is the likelier one when it fits so much better.
_BETTER, _CLEARLY = 1.1, 0.06
_PAIRS = 4  # passages that are tried two and two when none backs a claim alone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A claim with all that is held against it."""

    claim: Layout
    text: str
    sources: tuple[Source, ...]
    cited: frozenset[Fact]
    own: frozenset[Fact]
    named: frozenset[Fact]
    worked_out: frozenset[Fact]
    learner: str
    subjects: frozenset[str]
    same_language: bool


class ClaimCheck:
    """Checks claims against the passages that they cite, and finds passages for claims that cite none."""

    def __init__(self, gate: Gate, facts: FactReader, names: Names, catalog: Catalog, lexicon: Lexicon) -> None:
        """`lexicon` holds the words of `prompts/grounding/`."""
        self._gate = gate
        self._facts = facts
        self._texts = TextReader(facts, names, lexicon)
        self._saying = Saying(names, catalog, lexicon)
        self._sources = SourceReader(names, catalog, self._texts, lexicon.single_words("plain"))
        # One passage backs several claims of an answer, and many answers.
        self._source = lru_cache(maxsize=1024)(self._read_source)

    def _read_source(self, passage: Passage) -> Source:
        return self._sources.read(passage, self._gate.facts(passage))

    def subjects(self, text: str) -> frozenset[str]:
        """The ids of the credentials that a text names: what the claim after it may be about without naming it."""
        named = self._saying.mentions(self._texts.read(text), text)
        return frozenset[str]().union(*(mention.ids for mention in named))

    def only_leads(self, text: str, learner_words: str) -> bool:
        """Whether a line that cites nothing may stand before others: it states nothing, whoever wrote it."""
        facts = self._facts.read(text)
        if forbidden_form(text) or facts - self._facts.backing(learner_words) or any(f.kind == "link" for f in facts):
            return False
        return self._saying.only_leads(self._texts.read(text), learner_words)

    def overlap(self, text: str, passages: Sequence[Passage], learner_words: str) -> tuple[float, float]:
        """The share of a text's content words, and of pairs of them, that passages or the learner have."""
        sources = [self._source(passage) for passage in passages]
        return self._saying.overlap(self._texts.read(text), sources, learner_words)

    def problem(
        self,
        statement: Statement,
        *,
        learner_words: str,
        subjects: frozenset[str] = frozenset(),
        same_language: bool = True,
    ) -> str | None:
        """Why a claim may not be shown, or None. The reason is for the log, not for the learner.

        `subjects` are the credentials that a claim is about which names none: those of the claim before it, or of the
        question.
        """
        if not statement.passages:
            return self._gate.problem(statement, learner_words, same_language=same_language)
        if (form := forbidden_form(statement.text)) is not None:
            return form
        case = self._case(statement, learner_words, subjects, same_language=same_language)
        rules: list[Callable[[_Case], str | None]] = [
            *(self._unbacked, self._subject, self._repeated, self._misplaced),
            lambda case: bent(case.claim, case.sources),
        ]
        if same_language:
            rules += [self._misnamed, lambda case: self._saying.denied(case.claim, case.sources), self._wording]
        else:
            rules.append(self._unanchored)
        return next((reason for rule in rules if (reason := rule(case))), None)

    def attributed(
        self,
        text: str,
        evidence: Sequence[Statement],
        *,
        learner_words: str,
        subjects: frozenset[str] = frozenset(),
        same_language: bool = True,
    ) -> Statement | None:
        """The claim with the passages of the evidence that back it, as few as possible; None where none do.

        A claim that has marks says itself what it rests on, and is not given anything else.
        """
        if MARK.search(text):
            return None
        told = [entry for entry in evidence if entry.passages]

        def backed(entries: Iterable[Statement]) -> Statement | None:
            claim = _resting_on(text, entries)
            reason = self.problem(claim, learner_words=learner_words, subjects=subjects, same_language=same_language)
            return None if reason else claim

        ranked = sorted(told, key=lambda entry: -self._saying.shared(text, entry.passages))
        alone = next((claim for entry in ranked if (claim := backed([entry]))), None)
        if alone:
            return alone
        # Only of one document: what two documents say together of two things, they may not say of either.
        pairs = (
            (first, second)
            for n, first in enumerate(ranked[:_PAIRS])
            for second in ranked[n + 1 : _PAIRS]
            if _documents(first) == _documents(second)
        )
        return next((claim for pair in pairs if (claim := backed(pair))), None)

    def _case(
        self, statement: Statement, learner_words: str, subjects: frozenset[str], *, same_language: bool
    ) -> _Case:
        text = MARK.sub("", _MARKUP.sub("", statement.text)).strip()
        sources = tuple(self._source(passage) for passage in dict.fromkeys(statement.passages))
        cited = frozenset[Fact]().union(*(source.facts for source in sources))
        own = self._facts.backing(learner_words)
        return _Case(
            claim=self._texts.read(text),
            text=text,
            sources=sources,
            cited=cited,
            own=frozenset(fact for fact in own if fact.kind in _OWN_KINDS),
            named=frozenset(
                slot.fact for source in sources for slot in source.layout.figures if slot.at in source.layout.names
            ),
            worked_out=derive(statement.derived, cited, own, self._facts),
            learner=learner_words,
            subjects=subjects,
            same_language=same_language,
        )

    def _unbacked(self, case: _Case) -> str | None:
        """A figure that stands in nothing cited; the learner's own figures only where they are told as theirs."""
        if _SAME_ENDS.search(case.text):
            return "a range with two equal ends"
        # A link has no place among the words of a claim: it stands in what is cited, or it is none of ours.
        for fact in self._facts.read(case.text):
            if fact.kind == "link" and not self._gate.backs(fact, case.cited, frozenset()):
                return f"link {fact.value!r} is in none of its citations"
        for figure in case.claim.figures:
            backing = case.cited | case.worked_out
            if figure.stated and not self._gate.backs(figure.fact, backing, frozenset()):
                if self._is_own(case, figure) or self._saying.is_named(case.claim, figure, case.sources):
                    continue
                return f"{figure.fact.kind} {figure.fact.value!r} is in none of its citations"
        return None

    def _is_own(self, case: _Case, figure: Figure) -> bool:
        return (
            figure.fact.kind in _OWN_KINDS
            and supports(case.own, figure.fact)
            and self._saying.is_told_as_own(case.claim, figure)
        )

    def _subject(self, case: _Case) -> str | None:
        """A credential named of which nothing cited speaks."""
        for mention in self._saying.mentions(case.claim, case.text):
            name = case.claim.phrase(mention)
            if not any(source.speaks_of(mention.ids) or name in source.spaced for source in case.sources):
                return f"{min(mention.ids)!r} is not what its citations are about"
        provider = self._saying.foreign_provider(case.claim, case.sources)
        return f"{provider!r} is not whose citations these are" if provider else None

    def _repeated(self, case: _Case) -> str | None:
        """A figure told more often than its passages have it: once too often in place of another."""
        told = [figure for figure in case.claim.figures if figure.stated and figure.fact.kind != "link"]
        for fact, count in Counter(figure.fact for figure in told).items():
            if count == 1 or fact not in case.cited:
                continue
            often, held = count, sum(slot.fact == fact for source in case.sources for slot in source.layout.figures)
            if fact.kind == "code":
                # A code is repeated as a subject is; within a sentence it is not.
                often = most_in_a_sentence(case.claim, fact)
                held = sum(most_in_a_sentence(source.layout, fact) for source in case.sources)
            if often > held:
                return f"{fact.kind} {fact.value!r} is told more often than its citations have it"
        return None

    def _misnamed(self, case: _Case) -> str | None:
        """A credential in the place of another that its passages name, or with another's code."""
        mentions = self._saying.mentions(case.claim, case.text)
        if clash := self._saying.clash(case.claim):
            return clash
        if wrong := self._saying.wrongly_required(case.claim, mentions, case.sources):
            return wrong
        for mention in mentions:
            every = [source.names() for source in case.sources]
            naming = [names for names in every if any(name.ids & mention.ids for name in names)]
            taken = [self._takes_the_place(mention, names, mentions) for names in naming]
            if taken and all(taken):
                return f"{min(mention.ids)!r} is named where its citations name {taken[0]!r}"
        return None

    def _takes_the_place(self, mention: Mention, names: Sequence[Mention], mentions: Sequence[Mention]) -> str | None:
        """The credential that a passage names where a claim names this one, unless the claim does so elsewhere."""
        best = max(likeness(mention.context, name.context) for name in names if name.ids & mention.ids)
        for name in names:
            fit = likeness(mention.context, name.context)
            if name.ids & mention.ids or fit <= _BETTER * best + _CLEARLY:
                continue
            if not any(likeness(other.context, name.context) >= fit for other in mentions if other.ids & name.ids):
                return min(name.ids)
        return None

    def _misplaced(self, case: _Case) -> str | None:
        """A figure that its passages tell of something else."""
        mentions = self._saying.mentions(case.claim, case.text)
        for figure in case.claim.figures:
            if not figure.stated or figure.fact.kind == "link":
                continue
            if self._saying.is_name(case.claim, figure) and not self._saying.has_versions(figure, case.sources):
                continue
            if figure.fact in case.worked_out or (
                self._is_own(case, figure) and not self._gate.backs(figure.fact, case.cited, frozenset())
            ):
                continue
            about = self._saying.about(case.claim, figure, mentions) or case.subjects
            if reason := self._place(case, figure, about, named=bool(mentions)):
                return f"{figure.fact.kind} {figure.fact.value!r} {reason}"
        return None

    def _place(self, case: _Case, figure: Figure, about: frozenset[str], *, named: bool) -> str | None:
        slots = [(source, slot) for source in case.sources for slot in source.figures]
        held = [pair for pair in slots if supports(frozenset({pair[1].fact}), figure.fact)]
        if not held:
            return "is only a part of a name" if figure.fact.kind == "number" and figure.fact in case.named else None
        fitting = [(source, slot) for source, slot in held if source.is_of(slot, about, strictly=named)]
        if not fitting:
            return "is said of another credential"
        if self._saying.is_hedged(case.claim):
            figure = replace(figure, context=figure.context | {HEDGED: 1.0})
        alike = [(source, slot) for source, slot in fitting if slot.fact.kind == figure.fact.kind]
        fitting = alike or fitting
        places = [figure, *(slot for _, slot in fitting)]
        rivals = [
            (source, slot)
            for source, slot in slots
            if any(place.competes(slot) for place in places)
            and not supports(frozenset({slot.fact}), figure.fact)
            and not source.is_title(slot)
            and source.is_of(slot, about, strictly=False)
        ]
        best, rest = self._best(figure, fitting), self._best(figure, rivals)
        if best is None:
            return None
        if case.same_language and rest and rest[0] > _BETTER * best[0] + _CLEARLY:
            return f"is said of something else; {rest[2].fact.value!r} stands where it is said"
        return self._saying.reserve(case.claim, figure, fitting, rivals, same_language=case.same_language)

    def _best(self, figure: Figure, slots: Sequence[tuple[Source, Figure]]) -> tuple[float, Source, Figure] | None:
        scored = [(likeness(figure.context, source.context(slot)), source, slot) for source, slot in slots]
        return max(scored, key=lambda entry: entry[0], default=None)

    def _wording(self, case: _Case) -> str | None:
        if name := self._saying.unknown_name(case.claim, case.text, case.sources, case.learner):
            return f"the name {name!r} is in none of its citations"
        if word := self._saying.unshared(case.claim, case.sources):
            return f"{word!r} is not what its citations say"
        if not self._saying.shares_enough(case.claim, case.sources, case.learner):
            return "shares too few words with its citations"
        return None

    def _unanchored(self, case: _Case) -> str | None:
        if name := self._saying.unknown_name(case.claim, case.text, case.sources, case.learner, foreign=True):
            return f"the name {name!r} is in none of its citations"
        if reason := self._saying.unsaid(case.claim, case.sources):
            return reason
        # The code of a credential says whom a claim is about, and not yet anything of it.
        figures = (figure for figure in case.claim.figures if not self._saying.is_name(case.claim, figure))
        anchored = any(figure.stated for figure in figures) or self._saying.shares_anchor(case.claim, case.sources)
        return None if anchored else "holds nothing of its citations"


def _resting_on(text: str, entries: Iterable[Statement]) -> Statement:
    entries = list(entries)
    passages = tuple(dict.fromkeys(passage for entry in entries for passage in entry.passages))
    derived: tuple[Derived, ...] = tuple(value for entry in entries for value in entry.derived)
    return replace(entries[0], text=text, passages=passages, derived=derived, shape="sentence")


def _documents(entry: Statement) -> frozenset[str]:
    return frozenset(passage.document for passage in entry.passages)
