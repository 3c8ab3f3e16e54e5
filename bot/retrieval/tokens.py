"""Text into index terms: folded, stemmed, without the words that every text has; Chinese and Japanese as pairs."""

from __future__ import annotations

from functools import lru_cache

import snowballstemmer

from bot.text.words import is_spaceless, words

_STEMMER = snowballstemmer.stemmer("english")
# Function words only: "not", "no" and question words that carry meaning here ("how long", "which") stay out as well,
# because BM25 gives them next to no weight and they cost time.
STOP_WORDS = frozenset(
    "a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my of"
    " on or our shall should so that the their them then there these they this those to was we were what when where"
    " which who why will with would you your am im i'm it's what's there's".split()
)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def terms(text: str) -> list[str]:
    """Index terms in order, repeats kept. A code such as `az-104` is one term; so is `az 104`, besides its parts."""
    found = words(text)
    kept = [_term(word) for word in found if word not in STOP_WORDS]
    joined = [
        f"{left}-{right}"
        for left, right in zip(found, found[1:], strict=False)
        if left.isalpha() and left.isascii() and 2 <= len(left) <= 3 and right.isdigit() and len(right) == 3
    ]
    pairs = [
        left + right
        for left, right in zip(found, found[1:], strict=False)
        if is_spaceless(left) and is_spaceless(right)
    ]
    return kept + joined + pairs


def _term(word: str) -> str:
    if word.isascii() and word.isalpha():
        return stem(word)
    return stem(word[:-2]) if word.endswith(("'s", "’s")) else word.replace("'", "").replace("’", "")
