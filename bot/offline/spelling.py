"""Words as they were meant: slips put right, short forms written out, words that were run together put apart. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.catalog.names import Names, correct
from bot.retrieval.tokens import terms
from bot.text.lexicon import Lexicon
from bot.text.ordinary import is_ordinary
from bot.text.prompts import DEFAULT_LANGUAGE

SHORTEST = 4  # letters of a word that may be put right


class Spelling:
    """Corrects by the names of one catalogue and the lexicons of the languages spoken."""

    def __init__(self, names: Names, lexicon: Lexicon, is_word: Callable[[str], bool]) -> None:
        self._names = names
        self._lexicon = lexicon
        self._is_word = is_word
        self._known = names.vocabulary | lexicon.vocabulary
        self._short_forms = lexicon.renamings("short_forms")
        self._generic = sorted(lexicon.single_words("generic"))
        self._short_names = sorted(word for word in names.vocabulary if len(word) == SHORTEST)
        self._by_language: dict[frozenset[str], tuple[frozenset[str], list[str]]] = {}

    def put_right(self, tokens: Sequence[str], meant: set[str], spoken: frozenset[str]) -> list[str]:
        """`meant` are words that stand as they are, whatever they look like."""
        return self._in_full([token if token in meant else self._spelt(token, spoken) for token in tokens])

    def parted(self, tokens: Sequence[str]) -> list[str]:
        """With words of a name that were written as one put apart: "powerbi"."""
        return [
            part
            for token in tokens
            for part in (self._names.joined.get(token, (token,)) if token not in self._known else (token,))
        ]

    def _in_full(self, tokens: list[str]) -> list[str]:
        """With "pro" behind a name written out, as the names have it: "AWS Solutions Architect Pro"."""
        names = self._names.vocabulary
        return [
            "professional" if word == "pro" and before in names else word
            for before, word in zip(["", *tokens], tokens, strict=False)
        ]

    def _spelt(self, token: str, spoken: frozenset[str]) -> str:
        """A misspelt word put right, by the names and the words of the question's language and of English."""
        known, spellings = self._spellings_of(spoken)
        if token in self._short_forms and token not in self._names.vocabulary:
            return self._short_forms[token]
        if token in known or is_ordinary(token):
            return token
        if self._is_word(token):
            # Documents are known by the stems of their words, and a slip may leave the stem as it is.
            likely = correct(token, spellings)
            same = likely is not None and (terms(likely) == terms(token) or likely in self._generic)
            return likely if likely and same else token
        if len(token) <= SHORTEST:
            # Too short to tell a slip from another word, but for names such as CCNA and words such as exams.
            return correct(token, self._short_names) or correct(token, self._generic) or token
        likely = correct(token, spellings)
        # With a plus it is a name of its own: "Project+" is no slip for a project.
        return token if likely is None or f"{likely}+" == token else likely

    def _spellings_of(self, spoken: frozenset[str]) -> tuple[frozenset[str], list[str]]:
        if spoken not in self._by_language:
            known = self._names.vocabulary | self._lexicon.vocabulary_of(*spoken, DEFAULT_LANGUAGE)
            self._by_language[spoken] = known, sorted(word for word in known if len(word) >= SHORTEST)
        return self._by_language[spoken]


def respelt(text: str, original: Sequence[str], tokens: Sequence[str]) -> str:
    """The text as it was meant: searching for what was misspelt finds less."""
    for was, now in zip(original, tokens, strict=True):
        if was != now:
            text = re.sub(rf"(?<!\w){re.escape(was)}(?!\w)", now, text, flags=re.IGNORECASE)
    return text
