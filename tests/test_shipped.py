"""What ships with the package is in step with itself: vectors for every passage and example, in every language."""

from __future__ import annotations

import re

from bot.app import Library, shipped_vectors
from bot.offline.subject import example_key, example_questions
from bot.text.prompts import Phrases
from tests.offline.conftest import assistant, talk

__all__ = ["assistant", "talk"]


def test_nothing_is_embedded_at_the_first_start(library: Library) -> None:
    """Stale? Run `make vectors`."""
    assert library.embedder is not None
    assert [] == library.index.missing_vectors()
    held = shipped_vectors()
    assert set(library.index.keyed_vectors()) <= held.keys()


def test_every_example_question_ships_its_vector(library: Library) -> None:
    assert library.embedder is not None
    examples = example_questions(library.settings.prompts_dir / "understanding" / "examples.md")
    wanted = {example_key(library.embedder.model, question) for asked in examples.values() for question in asked}

    assert wanted <= shipped_vectors().keys()


def test_indexing_again_changes_and_embeds_nothing(library: Library) -> None:
    report = library.ingest()

    assert 0 == report.embedded
    assert () == report.added + report.changed + report.removed
    assert len(library.index.documents()) == report.unchanged


def test_phrases_of_every_language_are_english_ones_with_the_same_variables(library: Library) -> None:
    phrases: Phrases = library.phrases
    english = phrases.by_language["en"]

    assert {"en", "es", "fr", "de", "pt", "hi", "zh"} <= phrases.languages
    for language, own in phrases.by_language.items():
        for key, phrase in own.items():
            assert variables(english[key]) == variables(phrase), f"{language}: {key}"


def variables(phrase: str) -> set[str]:
    return set(re.findall(r"\$[a-z_]+", phrase))
