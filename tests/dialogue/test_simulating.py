"""Simulations as they are met in a conversation."""

from __future__ import annotations

from bot.learning.learner import Room
from tests.dialogue.conftest import Place


async def test_the_list_offers_each_simulation_as_a_button(place: Place) -> None:
    person = place.person()
    await person.says("/simulate")
    assert len(person.reply.actions) >= 8
    assert await person.says(person.reply.actions[0].ask)
    assert [action.ask for action in person.reply.actions][:2] == ["A", "B"]


async def test_a_choice_brings_sourced_feedback_and_the_next_scene(place: Place) -> None:
    person = place.person()
    await person.says("/simulate first-cloud-step", "A")
    assert person.reply.citations[0].document == "guides/first-steps-cloud"
    assert "adverts" in person.reply.text


async def test_a_question_in_between_does_not_end_it_and_a_wrong_letter_is_told(place: Place) -> None:
    person = place.person()
    await person.says("/simulate first-cloud-step")
    assert "99" in await person.says("what does AZ-900 cost?")
    assert "none of the choices" in await person.says("X")
    assert person.reply.text != await person.says("A")
    assert person.reply.citations


async def test_it_is_open_to_people_in_a_group_who_are_not_known(place: Place) -> None:
    group = Room(platform="test", number="-100", private=False)
    person = place.person()
    assert "Which one?" in await person.says("/simulate", room=group)


async def test_it_ends_with_what_to_take_away(place: Place) -> None:
    person = place.person()
    await person.says("/simulate first-cloud-step")
    for _ in range(12):
        if not person.reply.actions or person.reply.actions[0].ask != "A":
            break
        await person.says("A")
    assert "take away" in person.reply.text
