"""Which language a question is in. Product names mislead statistics in short questions, so known words go first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bot.text.prompts import DEFAULT_LANGUAGE

# Below this the statistics of a short text say little; measured on the evaluation's questions.
_SURE = 0.85
# Languages without phrases of their own: their questions are recognised, searched by meaning, answered in English.
_OTHERS = ("ar", "id", "it", "ja", "ko", "nl", "pl", "ru", "sv", "tr", "uk", "vi")


class LanguageGuess:
    """Tells languages apart: those of `supported` by their words, those and others by statistics."""

    def __init__(self, supported: Sequence[str]) -> None:
        self._supported = sorted({DEFAULT_LANGUAGE, *supported})
        self._identifier: Any = None

    def speaks(self, language: str) -> bool:
        """Whether answers can be given in a language."""
        return language in self._supported

    def guess(
        self, text: str, known_words: Sequence[str], before: str | None = None, *, only_names: bool = False
    ) -> str:
        """`known_words`: the languages of the lexicon's words in the text; `before`: the last question's language;
        `only_names`: whether the text has no other words, so that it tells nothing of its language.
        """
        votes = Counter(language for language in known_words if language in self._supported)
        if votes:
            ranked = votes.most_common()
            if len(ranked) == 1 or ranked[0][1] > ranked[1][1]:
                return ranked[0][0]
            tied = [language for language, count in ranked if count == ranked[0][1]]
            if before in tied:
                return before
            if DEFAULT_LANGUAGE not in tied:
                language, confidence = self._statistics(text)
                return language if language in tied else tied[0]
        if not only_names:
            language, confidence = self._statistics(text)
            if confidence >= _SURE:
                return language
        return before or (DEFAULT_LANGUAGE if not votes or votes[DEFAULT_LANGUAGE] else votes.most_common(1)[0][0])

    def _statistics(self, text: str) -> tuple[str, float]:
        if self._identifier is None:
            # Loading its model takes 0.3 s, and most questions never need it.
            from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

            self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
            self._identifier.set_languages(sorted({*self._supported, *_OTHERS}))
        language, confidence = self._identifier.classify(text)
        return str(language), float(confidence)
