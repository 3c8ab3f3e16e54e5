"""What of a model's answer is shown: each sentence is held against what it cites, and let through or dropped.

Knows nothing of where the sentences come from, nor how they are sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.catalog.wording import Wording
from bot.core.answer import Statement
from bot.documents.model import Passage
from bot.grounding.claims import ClaimCheck
from bot.grounding.gate import Released, set_out
from bot.llm.evidence import Entry, Evidence
from bot.llm.sentences import Sentence
from bot.llm.verdicts import Verdicts
from bot.text.prompts import DEFAULT_LANGUAGE
from bot.text.words import clean

_LEAD_WORDS = 14
_ASKS = ("?", "？")
_POINTS = "*:,.;!?"
_ENDS = (".", "!", "?", "。", "！", "？", "।", ":", "：")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the claims of a turn are held against besides their evidence: the learner's own `words` of this turn, the
    `subjects` in talk (credential ids), and the `language` of the answer.
    """

    words: str
    subjects: frozenset[str] = frozenset()
    language: str = DEFAULT_LANGUAGE


@dataclass(slots=True)
class Releasing:
    """Takes one turn's sentences in order. `kept` is what may be shown; `dropped` says which claims were not, and why.

    `spoken` guesses the language of a text: a claim in another one than asked for is none for this learner.
    """

    check: ClaimCheck
    verdicts: Verdicts
    wording: Wording
    evidence: Evidence
    asked: Asked
    spoken: Callable[[str], str]
    kept: list[Statement] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    _lead: Sentence | None = None
    _begun: bool = True
    _subjects: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._subjects = self.asked.subjects

    def take_all(self, sentences: Iterable[Sentence]) -> bool:
        """Whether something new of any of them may be shown."""
        taken = [self.take(sentence) for sentence in sentences]
        return any(taken)

    def take(self, sentence: Sentence) -> bool:
        """Whether something new may be shown."""
        sentence = replace(sentence, text=clean(sentence.text))
        if sentence.shape == "heading" and not sentence.marks:
            # What leads in is shown with the first item that it leads to, or not at all.
            self._lead = sentence
            return False
        if not sentence.marks and (sentence.text.endswith(_ASKS) or self._says_nothing(sentence.text)):
            # An offer, a courtesy: no claim that was held back, and nothing that is worth a line on a phone.
            return False
        statement, reason = self._checked(sentence)
        if sentence.shape == "continued" and not self._begun:
            statement, reason = None, reason or "goes on with what was dropped"
        if sentence.shape != "continued":
            self._begun = statement is not None
        if statement is None:
            self.dropped.append(f"{reason}: {sentence.text}")
            return False
        self.kept += [*self._leading(sentence), statement]
        # What the next claim is about, should it name nothing.
        self._subjects = self.check.subjects(sentence.text) or self._subjects
        return True

    @property
    def released(self) -> Released:
        return set_out(self.kept, self.dropped)

    def _leading(self, sentence: Sentence) -> list[Statement]:
        """The line before an item. It has no source, so it says nothing by itself, or it is left out."""
        lead, self._lead = self._lead, None
        if lead is None or sentence.shape != "item" or not self.check.only_leads(lead.text, self.asked.words):
            return []
        return [Statement(text=lead.text, shape="heading")]

    def _says_nothing(self, text: str) -> bool:
        """Whether a text names and counts nothing but what the learner did: it is left out, and no claim is lost."""
        own = {word.strip(_POINTS).casefold() for word in self.asked.words.split()}
        names = [word for word in text.split()[1:] if any(char.isupper() or char.isdigit() for char in word)]
        return len(text.split()) <= _LEAD_WORDS and all(name.strip(_POINTS).casefold() in own for name in names)

    def _checked(self, sentence: Sentence) -> tuple[Statement | None, str | None]:
        if (spoken := self.spoken(sentence.text)) != self.asked.language:
            return None, f"is in {spoken}, asked for in {self.asked.language}"
        if not sentence.marks:
            return self._attributed(sentence)
        unknown = [number for number in sentence.marks if number not in self.evidence.entries]
        if unknown:
            return None, f"cites [{unknown[0]}], which was not found in this turn"
        cited = [self.evidence.entries[number] for number in sentence.marks]
        checked = Statement(text=sentence.text, passages=tuple(p for entry in cited for p in checkable(entry).passages))
        reason = self.check.problem(
            checked,
            learner_words="\n".join([self.asked.words, *(entry.own_words for entry in cited)]),
            subjects=self._subjects,
            same_language=self._same_language,
        )
        return (None, reason) if reason else (self._statement(sentence, cited), None)

    def _attributed(self, sentence: Sentence) -> tuple[Statement | None, str | None]:
        """A claim without a mark gets the one that backs it, if there is one. A wrong mark is never put right."""
        entries = list(self.evidence.entries.values())
        found = self.check.attributed(
            sentence.text,
            [checkable(entry) for entry in entries],
            learner_words=self.asked.words,
            subjects=self._subjects,
            same_language=self._same_language,
        )
        cited = [entry for entry in entries if found and {*checkable(entry).passages} <= {*found.passages}]
        if not cited:
            return None, "cites nothing, and nothing found backs it"
        return self._statement(sentence, cited), None

    def _statement(self, sentence: Sentence, cited: Sequence[Entry]) -> Statement:
        passages = tuple(dict.fromkeys(p for entry in cited for p in entry.statement.passages))
        verdict, as_of = self.verdicts.of(sentence.text, passages)
        text = sentence.text if sentence.text.endswith(_ENDS) or sentence.shape == "item" else f"{sentence.text}."
        if verdict == "stale" and as_of and as_of not in text:
            text = f"{text} {self.wording.say('stale', self.asked.language, as_of=as_of)}"
        derived = tuple(value for entry in cited for value in entry.statement.derived)
        return Statement(text=text, passages=passages, verdict=verdict, shape=sentence.shape, derived=derived)

    @property
    def _same_language(self) -> bool:
        return self.asked.language == DEFAULT_LANGUAGE


def checkable(entry: Entry) -> Statement:
    """What a claim is compared with: the passage itself, or, where our own code has worded it, those words.

    They have passed the gate with the passages behind them, so what they back is backed by those.
    """
    if not entry.worded:
        return entry.statement
    passages = entry.statement.passages
    told = Passage(
        id=f"worded#{hash(entry.text):x}",
        document=passages[0].document if passages else "learner",
        kind="credential",
        title=" · ".join(dict.fromkeys(passage.title for passage in passages)),
        heading="",
        text=entry.text,
        as_of=passages[0].as_of if passages else None,
        links=tuple(link for passage in passages for link in passage.links),
    )
    return Statement(text=entry.text, passages=(told,), verdict=entry.statement.verdict)
