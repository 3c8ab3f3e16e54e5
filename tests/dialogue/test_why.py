"""`/why`: what the last answer was made with, and what it rests on."""

from __future__ import annotations

import pytest

from bot.learning.learner import Room
from tests.dialogue.conftest import Place


async def test_an_answer_by_rules_says_so_and_names_its_sources(place: Place) -> None:
    person = place.person()
    await person.says("What does AZ-104 cost?")
    told = await person.says("/why")
    assert "Rules put this answer together" in told
    assert "Azure Administrator Associate" in told
    assert "(2026)" in told


@pytest.mark.parametrize("asked", ["why?", "how do you know that?", "¿Cómo lo sabes?", "Warum?", "为什么？"])
async def test_it_can_be_asked_for_in_words(place: Place, asked: str) -> None:
    person = place.person()
    await person.says("What does AZ-104 cost?")
    assert "Azure Administrator Associate" in await person.says(asked)


async def test_a_question_that_begins_with_why_is_none_of_these(place: Place) -> None:
    person = place.person()
    await person.says("What does AZ-104 cost?")
    assert "Rules put" not in await person.says("Why do certifications expire?")


async def test_without_an_answer_there_is_nothing_to_explain(place: Place) -> None:
    assert "no answer of mine" in await place.person().says("/why")


async def test_what_was_said_in_private_is_not_explained_in_a_group(place: Place) -> None:
    person = place.person()
    await person.says("What does AZ-104 cost?")
    group = Room(platform="test", number="group", private=False)
    assert "no answer of mine" in await person.says("/why", room=group)


async def test_an_answer_about_oneself_rests_on_no_document(place: Place) -> None:
    person = place.person()
    await person.says("I have 5 hours a week")
    assert "no document" in await person.says("/why")
