"""What is said on Telegram, in every language: nothing is missing, and what is listed is the same everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.chat.words import Words
from bot.text.prompts import Phrases

PHRASES = Phrases.load(Path(__file__).parents[3] / "prompts" / "telegram")
WORDS = Words(PHRASES)
LISTS = [key for key in PHRASES.by_language["en"] if key.startswith(("commands.", "step.")) and "." in key[5:]]


@pytest.mark.parametrize("language", ["de", "es", "fr", "hi", "pt", "zh"])
def test_every_language_says_everything(language: str) -> None:
    assert PHRASES.by_language[language].keys() == PHRASES.by_language["en"].keys()
    for key in LISTS:
        names = [name for name, _ in WORDS.items(key, "en")]
        assert [name for name, words in WORDS.items(key, language) if words] == names


@pytest.mark.parametrize(
    ("app", "spoken"), [("pt-br", "pt"), ("ZH-hans", "zh"), ("en-GB", "en"), ("xx", "en"), ("", "en"), (None, "en")]
)
def test_the_language_of_an_app_is_one_that_is_spoken(app: str | None, spoken: str) -> None:
    assert WORDS.language(app) == spoken
