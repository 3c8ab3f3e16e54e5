"""Text into index terms: folded, stemmed, without the words that every text has; Chinese and Japanese as pairs."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from itertools import pairwise

import snowballstemmer

from bot.text.words import is_spaceless, words

_STEMMER = snowballstemmer.stemmer("english")
# It keeps the word at hand in itself, and searches run in threads: without this one word's stem became another's.
_ONE_AT_A_TIME = threading.Lock()
# The two halves of an exam code as it is typed with a space: az 104, sy0 701.
_CODE_LETTERS = re.compile(r"[a-z]{2,3}|[a-z]{2}\d")
_CODE_FIGURES = re.compile(r"\d{3}")
# Function words only: "not", "no" and question words that carry meaning here ("how long", "which") stay out as well,
# because BM25 gives them next to no weight and they cost time. `m` and `s` are what "I'm" and "it's" leave behind.
_FUNCTION_WORDS = (
    "a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my of"
    " on or our shall should so that the their them then there these they this those to was we were what when where"
    " which who why will with would you your am im what's there's m s"
)
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    with _ONE_AT_A_TIME:
        return str(_STEMMER.stemWord(word))


def terms(text: str) -> list[str]:
    """Index terms in order, repeats kept. A code such as `az-104` is one term; so is `az 104`, besides its parts."""
    found = words(text)
    kept = [_term(word) for word in found if word not in STOP_WORDS]
    joined = [
        f"{left}-{right}"
        for left, right in pairwise(found)
        # "for 100" is no code, and as the rarest of terms it would outweigh the rest of a question.
        if left not in STOP_WORDS and _CODE_LETTERS.fullmatch(left) and _CODE_FIGURES.fullmatch(right)
    ]
    pairs = [left + right for left, right in pairwise(found) if is_spaceless(left) and is_spaceless(right)]
    return kept + joined + pairs


def _term(word: str) -> str:
    if word.isascii() and word.isalpha():
        return stem(word)
    return stem(word[:-2]) if word.endswith(("'s", "’s")) else word.replace("'", "").replace("’", "")
