"""Phrases are said in the language asked for, and one thing is not said like several."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.text.prompts import Phrases, read_prompt_file

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
ONE = ".one"
PHRASES = Phrases(
    {
        "en": {"noted": "$count passages", "noted.one": "$count passage", "left": "$n more"},
        "de": {"noted": "$count Abschnitte", "noted.one": "$count Abschnitt"},
        "zh": {"noted": "$count 段"},
    }
)


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("en", 0, "0 passages"),
        ("en", 1, "1 passage"),
        ("en", "1", "1 passage"),
        ("en", "1,000", "1,000 passages"),
        ("en", 11, "11 passages"),
        ("de", 1, "1 Abschnitt"),
        ("de", 2, "2 Abschnitte"),
        # A language that has one form for all of them keeps it, and is not answered in English.
        ("zh", 1, "1 段"),
        # One without phrases of its own is answered in English.
        ("xx", 1, "1 passage"),
    ],
)
def test_one_is_said_otherwise_than_several_where_a_language_does_so(language: str, count: object, said: str) -> None:
    assert PHRASES.say("noted", language, count=count) == said


def test_a_phrase_that_has_one_form_is_said_of_one_as_well() -> None:
    assert PHRASES.say("left", n=1) == "1 more"


def test_a_phrase_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="nothing"):
        PHRASES.say("nothing", count=1)


def test_what_is_said_of_one_stands_beside_what_is_said_of_several() -> None:
    """A key misspelt would never be said, nor one that loses what it is about."""
    for path in PROMPTS.glob("*/*.md"):
        sections = read_prompt_file(path).sections
        for key in (key for key in sections if key.endswith(ONE)):
            several = sections.get(key.removesuffix(ONE), "")
            assert variables(several) == variables(sections[key]), f"{path}: {key}"


def variables(phrase: str) -> set[str]:
    return {word.strip(".,;:*«»“”„") for word in phrase.split() if word.strip("*«»“”„").startswith("$")}


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "pt"])
@pytest.mark.parametrize(
    ("folder", "key", "values"),
    [
        ("offline", "months", {"n": 0}),
        ("offline", "hours", {"n": 0}),
        ("offline", "wallet.days", {"n": 0}),
        ("practice", "days", {"n": 0}),
        ("dialogue", "file.noted", {"count": 0, "name": "notes.md"}),
        ("dialogue", "files.line", {"count": 0, "name": "notes.md", "date": "2026-11-23"}),
        ("dialogue", "profile.hours_per_week", {"value": 0}),
        ("discord", "teach.taken", {"count": 0, "name": "notes.md"}),
    ],
)
def test_what_counts_people_s_things_is_right_at_one(
    language: str, folder: str, key: str, values: dict[str, object]
) -> None:
    phrases = Phrases.load(PROMPTS / folder)
    counting = next(name for name, value in values.items() if value == 0)

    def said(number: int) -> str:
        return phrases.say(key, language, **{**values, counting: number}).replace(str(number), "#", 1)

    # French "mois" is the same of one and of several.
    assert (said(1) == said(2)) == ((language, key) == ("fr", "months"))
