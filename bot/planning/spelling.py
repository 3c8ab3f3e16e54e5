"""What somebody may have meant by a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_LEAST_ALIKE = 60.0  # of 100; below it the words have little in common
_MOST = 3


@dataclass(frozen=True, slots=True)
class Nearest:
    words: tuple[str, ...]

    @property
    def as_question(self) -> str:
        """To stand behind a message that something is not known."""
        return f"; did you mean {' or '.join(self.words)}?" if self.words else ""


def nearest(word: str, known: Iterable[str]) -> Nearest:
    """The known words that are spelt most like it, best first, regardless of case; none where none is alike."""
    from rapidfuzz import process  # noqa: PLC0415 - only those who mistype wait for it
    from rapidfuzz.fuzz import WRatio  # noqa: PLC0415

    found = process.extract(
        word, sorted(set(known)), scorer=WRatio, processor=str.casefold, score_cutoff=_LEAST_ALIKE, limit=_MOST
    )
    return Nearest(tuple(match for match, _, _ in found))
