"""What is said on Discord, in every language: nothing is missing, and what is listed is the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord.command_menu import fingerprint, menu
from bot.adapters.discord.commands import BY_NAME, asked
from bot.app import Library, build_understanding
from bot.chat.words import Words
from bot.text.prompts import Phrases
from tests.servers.discord import description

PHRASES = Phrases.load(Path(__file__).parents[3] / "prompts" / "discord")
WORDS = Words(PHRASES)
NAMED = ("names.commands", "names.options", "names.server")


@pytest.mark.parametrize("language", ["de", "es", "fr", "hi", "pt", "zh"])
def test_every_language_says_everything(language: str) -> None:
    assert PHRASES.by_language[language].keys() == PHRASES.by_language["en"].keys()
    for key in ("commands", "options", "server", "choices", *NAMED):
        names = [name for name, _ in WORDS.items(key, "en")]
        assert [name for name, words in WORDS.items(key, language) if 0 < len(words) <= 100] == names


def named(told: Any) -> Iterator[dict[str, Any]]:
    """Everything in the menu that has a name, each with what has names inside it."""
    for each in told:
        yield each
        yield from named(each.get("options", ()))


def test_names_are_as_discord_takes_them_in_every_language() -> None:
    """Lower case, one word of letters (the signs of Devanagari too), figures, `-` and `_`."""
    for each in named(told for told in menu(WORDS) if told["type"] == 1):
        for name in (each["name"], *each["name_localizations"].values()):
            assert 1 <= len(name) <= 32
            assert name == name.lower()
            assert all(char.isalnum() or char in "-_'" or "\u0900" <= char <= "\u097f" for char in name), name


def test_no_two_that_stand_together_have_the_same_name_in_a_language() -> None:
    def check(together: Sequence[dict[str, Any]]) -> None:
        for tag in together[0]["name_localizations"] if together else ():
            shown = [each["name_localizations"][tag] for each in together]
            assert len(set(shown)) == len(shown), (tag, shown)
        for each in together:
            check(each.get("options", ()))

    check([told for told in menu(WORDS) if told["type"] == 1])
    check([told for told in menu(WORDS) if told["type"] == 3])


def test_no_name_in_a_language_is_another_commands_name() -> None:
    """Somebody who types it would get the other."""
    told = [each for each in menu(WORDS) if each["type"] == 1]
    names = {each["name"] for each in told}
    for each in told:
        assert not {*each["name_localizations"].values()} & (names - {each["name"]})


def test_a_menu_that_has_not_changed_is_known_again() -> None:
    assert fingerprint(menu(WORDS)) == fingerprint(menu(Words(PHRASES)))
    assert fingerprint(menu(WORDS)[1:]) != fingerprint(menu(WORDS))


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "hi", "pt", "zh"])
@pytest.mark.parametrize("level", ["1", "2", "3"])
def test_what_is_looked_for_is_understood_as_it_was_chosen(library: Library, language: str, level: str) -> None:
    understanding = build_understanding(library, library.catalog())
    text = asked(BY_NAME["find"], {"provider": "Microsoft", "level": level, "price": 200}, WORDS, language)
    wish = understanding.read(text).constraints
    assert (wish.providers, wish.bands, wish.max_cost) == (("microsoft",), (int(level),), 200)


def test_the_menu_is_as_discord_takes_it() -> None:
    description.check("PUT /applications/{application_id}/commands", menu(WORDS))
