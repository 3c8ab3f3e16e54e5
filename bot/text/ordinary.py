"""Which words are ordinary English or Hindi. A question that turns on any other most likely names something."""

from __future__ import annotations

from functools import lru_cache

from bot.text.words import fold

_NUKTA = "\u093c"  # the dot below, which people leave out
_DEVANAGARI = range(0x900, 0x980)


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, float]:
    # 0.7 s to import, and most questions have no word that needs it.
    from wordfreq import get_frequency_dict  # noqa: PLC0415

    # The words that occur about once in a million or more: 29,000.
    return dict(get_frequency_dict("en", "small"))


def is_ordinary(word: str) -> bool:
    """Whether a folded word is common in English texts; what is no plain word (a code, `security+`) is not."""
    return word.isalpha() and word in _frequencies()


@lru_cache(maxsize=1)
def _hindi() -> frozenset[str]:
    from wordfreq import get_frequency_dict  # noqa: PLC0415

    return frozenset(fold(word).replace(_NUKTA, "") for word in get_frequency_dict("hi", "small"))


def is_strange_hindi(word: str) -> bool:
    """Whether a folded word in Devanagari is none that Hindi texts use: most likely a foreign name by its sound."""
    return is_devanagari(word) and word.replace(_NUKTA, "") not in _hindi()


def is_devanagari(word: str) -> bool:
    return bool(word) and all(ord(char) in _DEVANAGARI for char in word)
