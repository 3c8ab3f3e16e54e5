"""Which words are ordinary English. A question that turns on a word which is not most likely names something."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, float]:
    # 0.7 s to import, and most questions have no word that needs it.
    from wordfreq import get_frequency_dict  # noqa: PLC0415

    # The words that occur about once in a million or more: 29,000.
    return dict(get_frequency_dict("en", "small"))


def is_ordinary(word: str) -> bool:
    """Whether a folded word is common in English texts; what is no plain word (a code, `security+`) is not."""
    return word.isalpha() and word in _frequencies()
