"""The gate between what an advisor drafts and what a learner sees: every fact stands in what it cites, or is dropped.

It knows nothing of how the draft was made; offline and model answers pass the same checks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.core.answer import Citation, Claim, Draft, Shape, Statement
from bot.documents.model import Passage
from bot.grounding.derived import derive
from bot.grounding.facts import Fact, FactReader, normal_link, supports, without_links
from bot.grounding.forms import forbidden_form
from bot.text.words import words

# At least this share of a claim's words stands in what it cites. Measured on MTRAG's human-judged answers, a share
# below 0.6 flags unfaithful answers with few false alarms; claims here also carry the framing words of a sentence.
MIN_SHARED_WORDS = 0.3
MARK = re.compile(r"\s*\[\d+\]")
_SHORT = 3  # words of fewer letters say little about what a claim is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A draft after the gate: the text to show, what backs it, and why anything was dropped."""

    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    dropped: tuple[str, ...]


class Gate:
    """Checks drafts. `allowed_links` may be shown without a citation (none by default)."""

    def __init__(self, reader: FactReader, allowed_links: Collection[str] = ()) -> None:
        self._reader = reader
        self._allowed = frozenset(normal_link(link) for link in allowed_links)
        # One passage backs several claims of an answer.
        self.facts = lru_cache(maxsize=256)(self._facts)

    def problem(self, statement: Statement, learner_words: str, *, same_language: bool = True) -> str | None:
        """Why a statement may not be shown, or None. The reason is for the log, not for the learner."""
        if form := forbidden_form(statement.text):
            return f"holds {form}"
        own = self._reader.backing(learner_words)
        cited = frozenset[Fact]().union(*(self.facts(passage) for passage in statement.passages))
        own |= derive(statement.derived, cited, own, self._reader)
        for fact in sorted(self._reader.read(statement.text), key=lambda fact: (fact.kind, fact.value)):
            if not self.backs(fact, cited, own):
                return f"{fact.kind} {fact.value!r} is in none of its citations"
        if statement.passages and same_language and not shares_words(statement):
            return "shares too few words with its citations"
        return None

    def backs(self, fact: Fact, cited: frozenset[Fact], own: frozenset[Fact]) -> bool:
        """Whether a fact stands in what is cited, or is the learner's own."""
        if fact.kind == "link":
            # A link that only the learner gave is not repeated: it was never checked.
            return fact in cited or fact.value in self._allowed
        return supports(cited | own, fact)

    def _facts(self, passage: Passage) -> frozenset[Fact]:
        """The facts that citing this passage backs: of its text, its title, its links and its date."""
        links = {Fact("link", normal_link(link)) for link in (*passage.links, *filter(None, [passage.url]))}
        stamp = f"\n{passage.as_of}" if passage.as_of else ""
        return self._reader.backing(f"{passage.title}. {passage.heading}\n{passage.text}{stamp}") | links

    def release(self, draft: Draft, learner_words: str, *, same_language: bool = True) -> Released:
        """Drop what fails, number the citations in order of first use, and set the text."""
        kept: list[Statement] = []
        dropped: list[str] = []
        begun = True
        for drafted in draft.statements:
            # Only the gate numbers citations: a mark in the draft would point at nothing, or at the wrong source.
            statement = replace(drafted, text=MARK.sub("", drafted.text))
            reason = self.problem(statement, learner_words, same_language=same_language)
            if statement.shape != "continued":
                begun = reason is None
            elif not begun:
                reason = reason or "goes on with what was dropped"
            if reason is None:
                kept.append(statement)
            else:
                dropped.append(f"{reason}: {statement.text}")
        return set_out(kept, dropped)


def set_out(kept: Sequence[Statement], dropped: Sequence[str] = ()) -> Released:
    """Statements that have passed, with their citations numbered in order of first use.

    A statement more at the end changes neither a number nor a word of those before it.
    """
    numbers = _numbered(kept)
    return Released(
        text=_set_text(kept, numbers),
        claims=tuple(_claim(statement, numbers) for statement in kept if statement.passages),
        citations=tuple(Citation.of(passage, number) for passage, number in numbers.items()),
        dropped=tuple(dropped),
    )


def shares_words(statement: Statement) -> bool:
    """Whether a claim is about what it cites: enough of its longer words stand there. A link has words of its own."""
    said = {word for word in words(without_links(statement.text)) if len(word) > _SHORT or not word.isascii()}
    held = {word for passage in statement.passages for word in words(passage.indexed_text)}
    return not said or len(said & held) / len(said) >= MIN_SHARED_WORDS


def _numbered(statements: Iterable[Statement]) -> dict[Passage, int]:
    numbers: dict[Passage, int] = {}
    for statement in statements:
        for passage in statement.passages:
            numbers.setdefault(passage, len(numbers) + 1)
    return numbers


def _set_text(statements: Sequence[Statement], numbers: dict[Passage, int]) -> str:
    text = ""
    before: Shape | None = None
    for statement in statements:
        marks = "".join(f"[{number}]" for number in sorted({numbers[passage] for passage in statement.passages}))
        text += _separator(before, statement.shape) + _with_marks(statement.text, marks)
        before = statement.shape if statement.shape != "continued" else before
    return text


def _separator(before: Shape | None, shape: Shape) -> str:
    if shape == "item":
        return "\n- " if before else "- "
    if before is None:
        return ""
    return " " if shape == "continued" or before == shape == "sentence" else "\n\n"


def _with_marks(text: str, marks: str) -> str:
    """Citation marks stand before the closing full stop: `… three years [1].`"""
    if not marks:
        return text
    body, end = (text[:-1], text[-1]) if text.endswith((".", "!", "?", "。", "।")) else (text, "")
    return f"{body} {marks}{end}"


def _claim(statement: Statement, numbers: dict[Passage, int]) -> Claim:
    cited = tuple(sorted({numbers[passage] for passage in statement.passages}))
    return Claim(text=statement.text.rstrip(".。।"), verdict=statement.verdict, citations=cited)
