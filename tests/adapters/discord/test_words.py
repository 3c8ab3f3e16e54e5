"""What is said on Discord, in every language: nothing is missing, and what is listed is the same everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.discord.commands import menu
from bot.chat.words import Words
from bot.text.prompts import Phrases
from tests.servers.discord import description

PHRASES = Phrases.load(Path(__file__).parents[3] / "prompts" / "discord")
WORDS = Words(PHRASES)


@pytest.mark.parametrize("language", ["de", "es", "fr", "hi", "pt", "zh"])
def test_every_language_says_everything(language: str) -> None:
    assert PHRASES.by_language[language].keys() == PHRASES.by_language["en"].keys()
    for key in ("commands", "options", "server"):
        names = [name for name, _ in WORDS.items(key, "en")]
        assert [name for name, words in WORDS.items(key, language) if 0 < len(words) <= 100] == names


def test_the_menu_is_as_discord_takes_it() -> None:
    description.check("PUT /applications/{application_id}/commands", menu(WORDS))
