"""Questions that ask for the same, put together: by the words that they have in common, whatever their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.asked import Unanswered
from bot.text.words import words

# The share of words in common from which two are one question. "What does X cost?" and "what does Y cost?" have 0.6.
_ALIKE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Questions as one of them asks it, the shortest; `count` is how many people asked."""

    text: str
    count: int


def grouped(asked: Sequence[Unanswered]) -> list[Group]:
    """Those that most people asked first, then those that were asked most lately."""
    groups: list[list[Unanswered]] = []
    for each in asked:
        near = (group for group in groups if _share(group[0].question, each.question) >= _ALIKE)
        found = next(near, None)
        if found is None:
            groups.append([each])
        else:
            found.append(each)
    told = [
        Group(text=min((one.question for one in group), key=len), count=len({one.by for one in group}))
        for group in groups
    ]
    return sorted(told, key=lambda group: -group.count)


def _share(first: str, second: str) -> float:
    one, other = set(words(first)), set(words(second))
    return len(one & other) / max(1, len(one | other))
