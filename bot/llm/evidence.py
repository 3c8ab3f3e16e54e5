"""What a turn's answer may rest on: passages and tool results, numbered in the order in which they were found.

Knows nothing of models: it numbers, and it shows what it has numbered as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.core.answer import Statement
from bot.documents.model import Passage
from bot.text.words import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One numbered piece: what it says, what it says it from, and what in it is the learner's own and needs no source.

    `worded` says whether our own code worded it (a plan, a wallet): its passages back it, but hold other words.
    """

    statement: Statement
    own_words: str = ""
    worded: bool = False

    @property
    def text(self) -> str:
        return clean(self.statement.text)


@dataclass(slots=True)
class Evidence:
    """Grows during a turn. The same text of the same document keeps its number."""

    entries: dict[int, Entry] = field(default_factory=dict)
    _numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    def add_passages(self, passages: Iterable[Passage]) -> list[int]:
        """Numbers of the passages, in their order, each once."""
        found = [self._add(_key(p), Entry(statement=Statement(text=p.text, passages=(p,)))) for p in passages]
        return list(dict.fromkeys(found))

    def add_statements(self, statements: Iterable[Statement], own_words: str = "") -> list[int]:
        """Numbers of statements that our own code has worded."""
        found = []
        for statement in statements:
            documents = " ".join(sorted({passage.document for passage in statement.passages}))
            entry = Entry(statement=statement, own_words=own_words, worded=True)
            found.append(self._add((documents, statement.text), entry))
        return list(dict.fromkeys(found))

    def shown(self, numbers: Sequence[int]) -> str:
        """The entries as a model reads them: `[n] title · heading · as of date`, and the text below."""
        return "\n\n".join(f"[{number}] {_line(self.entries[number])}" for number in numbers)

    def _add(self, key: tuple[str, str], entry: Entry) -> int:
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        self.entries.setdefault(number, entry)
        return number


def _key(passage: Passage) -> tuple[str, str]:
    return passage.document, passage.text


def _line(entry: Entry) -> str:
    if entry.worded:
        return entry.text
    passage = entry.statement.passages[0]
    told = [passage.title, passage.heading, f"as of {passage.as_of}" if passage.as_of else ""]
    links = " ".join(passage.links)
    return "\n".join(filter(None, [clean(" · ".join(filter(None, told))), entry.text, clean(links)]))
