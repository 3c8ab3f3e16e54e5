"""What every maker of items needs: words for values, whether a passage says something, and the checks of an item.

An item is checked like an answer: what it gives as right must be backed by the passage that it cites, and what it
offers as wrong must not be. Whatever fails is not made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bot.catalog.credential import Credential
from bot.catalog.sourced import Sourced
from bot.core.answer import Statement
from bot.core.toolbox import Toolbox
from bot.documents.model import Passage
from bot.grounding.facts import FactReader, supports
from bot.grounding.gate import Gate
from bot.practice.asks import Ask, Candidate
from bot.practice.items import (
    LETTERS,
    MAX_OPTION,
    MAX_QUESTION,
    OPTIONS,
    Bloom,
    Item,
    Kind,
    Option,
    digest,
    item_id,
    shuffled,
)
from bot.text.prompts import DEFAULT_LANGUAGE, Phrases
from bot.text.words import words

_BLANK = "____"
# Two options whose figures are nearer than this are a trap and no question.
_APART = 1.04
# Requirements that share this much of their words say the same, or one says part of what the other says.
_ALIKE = 0.5
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SHORT = 6  # words: longer ones are sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an item is about: a document, its topics, and the language in which it is asked."""

    document: str
    topics: tuple[str, ...]
    language: str


class Workshop:
    """The collaborators of the makers. `phrases` are those of `prompts/practice`."""

    def __init__(self, toolbox: Toolbox, phrases: Phrases, gate: Gate, reader: FactReader) -> None:
        self.catalog = toolbox.catalog
        self.wording = toolbox.wording
        self._toolbox = toolbox
        self._phrases = phrases
        self._gate = gate
        # Reading is what takes time, and one credential's facts are another's distractors.
        self.read = lru_cache(maxsize=8192)(reader.read)
        self._problem = lru_cache(maxsize=8192)(self._problem_of)
        self._explained: dict[tuple[str, str, str], Statement | None] = {}

    def say(self, key: str, language: str, /, **values: object) -> str:
        return self._phrases.say(key, language, **values)

    def says(self, key: str) -> bool:
        return self._phrases.has(key)

    def lists(self, key: str, language: str) -> tuple[str, ...]:
        """The entries of a phrase that is a list, in a language and in English."""
        return tuple(dict.fromkeys(e for tag in (language, DEFAULT_LANGUAGE) for e in self._phrases.items(key, tag)))

    def subject(self, credential: Credential, language: str) -> Subject:
        return Subject(document=credential.document, topics=tuple(credential.topics), language=language)

    def name(self, credential: Credential) -> str:
        return self.wording.name_of(credential.id)

    def text(self, ask: Ask, value: Any, language: str) -> str:
        """A value of an ask in words."""
        if ask.aspect == "renewal_window":
            return self.say("days", language, n=value)
        if ask.aspect in {"retired", "replaces", "replaced_by", "renewed_by"} or ask.aspect.startswith("next."):
            return self.wording.name_of(value)
        if ask.aspect == "prerequisites":
            return self._required(ask.credential, value, language)
        if ask.aspect in {"renewal_credits", "largest_area", "awarding_body", "codes"}:
            return str(value)
        # The wording's own words for a value, of a credential that had just this one.
        having = replace(ask.credential, **{ask.field: Sourced(value=value, source=("",))})  # type: ignore[arg-type]
        return self.wording.short_value(having, ask.field, language)

    def _required(self, credential: Credential, value: Any, language: str) -> str:
        if not value.required:
            return self.say("requirement.none", language)
        having = replace(credential, prerequisites=Sourced(value=value, source=("",)))
        told = self.wording.short_value(having, "prerequisites", language)
        told = told.removeprefix(self.wording.say("prerequisites.required", language, value=""))
        return told[:1].upper() + told[1:]

    def explanation(self, credential: Credential, field: str, language: str) -> Statement | None:
        """What an answer would say of the field, with its passage; None where the documents say nothing."""
        key = (credential.id, field, language)
        if key not in self._explained:
            told = self._toolbox.statement(credential, field, language)
            self._explained[key] = told if told.passages else None
        return self._explained[key]

    def backs(self, passage: Passage, said: str) -> bool:
        """Whether a passage says this: every fact of it, or, where it has none, every word."""
        facts = self.read(said)
        if facts:
            return all(supports(self._gate.facts(passage), fact) for fact in facts)
        return set(words(said)) <= set(words(f"{passage.title} {passage.heading} {passage.text}"))

    def stands(self, statement: Statement, language: str) -> bool:
        """Whether the gate lets a statement through."""
        return self._problem(statement, language == DEFAULT_LANGUAGE) is None

    def _problem_of(self, statement: Statement, same_language: bool) -> str | None:  # noqa: FBT001 - a cache's key
        return self._gate.problem(statement, "", same_language=same_language)

    def rivals(self, ask: Ask, passage: Passage, language: str) -> list[Option]:
        """Up to three wrong options: not said by the passage, not alike, and unlike each other."""
        key = self.text(ask, ask.key, language)
        alike = _ALIKE if ask.aspect == "prerequisites" else 1.0
        chosen: list[Option] = []
        for candidate in ask.candidates:
            text = self.text(ask, candidate.value, language)
            if (
                len(chosen) < OPTIONS - 1
                and len(text) <= MAX_OPTION
                and all(told_apart(text, other, alike) for other in (key, *(option.text for option in chosen)))
                and (ask.among or not self.backs(passage, self.text(ask, candidate.value, DEFAULT_LANGUAGE)))
            ):
                chosen.append(Option(text=text, rationale=self._rationale(ask, candidate, language)))
        return chosen

    def _rationale(self, ask: Ask, candidate: Candidate, language: str) -> Statement | None:
        """Where the wrong value belongs, told from its own source; else nothing: that it is wrong, the answer says."""
        if candidate.owner is None:
            return None
        told = self.explanation(candidate.owner, ask.field, language)
        return told if told is not None and self.stands(told, language) else None

    def item(
        self,
        subject: Subject,
        kind: Kind,
        aspect: str,
        *,
        question: str,
        key: str,
        key_en: str,
        explanation: Statement,
        quote: str,
        rivals: Sequence[Option] = (),
        accepts: Iterable[str] = (),
        bloom: Bloom = "remember",
        hidden: str = "",
        **more: Any,
    ) -> Item | None:
        """The item where it may be asked, else None: it fits, and what it tells stands on its passage.

        `hidden` is what a hint leaves out of the quote.
        """
        identity = item_id(subject.document, kind, aspect, key_en)
        passage = explanation.passages[0]
        options, place = shuffled(Option(text=key), rivals, identity) if rivals else ((), -1)
        hints = (
            self.say(f"nudge.{kind}", subject.language),
            self._pointer(passage, subject.language),
            self._almost(identity, options, place, key, blanked(quote, hidden), subject.language),
        )
        too_long = len(question) > MAX_QUESTION or any(len(option.text) > MAX_OPTION for option in options)
        # What is asked cites nothing, so that it does not show the answer; a link needs a citation ("Scrum.org").
        linked = any(fact.kind == "link" for text in (question, *hints) for fact in self.read(text))
        if too_long or linked or not self.stands(explanation, subject.language):
            return None
        return Item(
            id=identity,
            kind=kind,
            aspect=aspect,
            document=subject.document,
            topics=subject.topics,
            language=subject.language,
            bloom=bloom,
            question=question,
            key=key,
            explanation=explanation,
            quote=quote,
            hints=hints,
            options=options,
            key_index=place,
            accepts=tuple(accepts),
            **more,
        )

    def _pointer(self, passage: Passage, language: str) -> str:
        if passage.heading:
            return self.say("hint.pointer", language, title=passage.title, heading=passage.heading)
        return self.say("hint.pointer.page", language, title=passage.title)

    def _almost(self, seed: str, options: Sequence[Option], place: int, key: str, quote: str, language: str) -> str:
        """Two options of four; the sentence with a gap; of a sentence its first words; of a figure its first digit."""
        if len(options) > 2:  # noqa: PLR2004 - a choice between two has nothing to leave out
            wrong = min((i for i in range(len(options)) if i != place), key=lambda i: digest(seed, str(i)))
            first, second = sorted((place, wrong))
            return self.say("hint.two", language, first=LETTERS[first], second=LETTERS[second])
        if options:
            return self.say("hint.quote", language, quote=quote)
        if len(key.split()) > _SHORT:
            return self.say("hint.begins", language, start=" ".join(key.split()[:4]))
        figure = _FIGURE.search(key)
        if figure and not any(fact.kind in {"code", "date"} for fact in self.read(key)):
            digits = figure[0].replace(",", "").partition(".")[0]
            return self.say("hint.figure", language, start=digits[0], length=len(digits))
        return self.say("hint.first", language, start=key[: max(1, len(key) // 3)], length=len(key))


def told_apart(one: str, other: str, alike: float = 1.0) -> bool:
    """Whether two options differ: where only their first figures do, by more than a few in a hundred; else in their
    words, of which the shorter has a smaller part in common than `alike`.
    """
    mine, theirs = _FIGURE.search(one), _FIGURE.search(other)
    if mine and theirs and words(_FIGURE.sub("", one, count=1)) == words(_FIGURE.sub("", other, count=1)):
        low, high = sorted(float(figure[0].replace(",", "")) for figure in (mine, theirs))
        return high / low > _APART if low else high != low
    ours, others = set(words(one)), set(words(other))
    if alike == 1.0:
        return ours != others
    return len(ours & others) / min(len(ours), len(others)) < alike if ours and others else False


def gives_away(question: str, key: str) -> bool:
    """Whether the question already says the answer."""
    return set(words(key)) <= set(words(question))


def blanked(sentence: str, part: str) -> str:
    """The sentence with a gap where the part stood; as it is where that is not in it."""
    return sentence.replace(part, _BLANK, 1) if part else sentence
