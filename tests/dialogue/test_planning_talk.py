"""Learning paths in conversation: plans, what-ifs, pictures, and what to do next."""

from __future__ import annotations

import icalendar
import pytest

from bot.learning.learner import Room
from tests.dialogue.conftest import Place


async def test_from_az_900_to_az_305_by_way_of_az_104_for_330_dollars(place: Place) -> None:
    person = place.person()
    said = await person.says("I hold AZ-900", "/plan AZ-305")
    assert said.index("AZ-104") < said.index("AZ-305)")
    assert "USD 330" in said
    assert {"credentials/az-104", "credentials/az-305"} == {citation.document for citation in person.reply.citations}


async def test_a_budget_that_is_too_small_is_named_with_what_is_needed(place: Place) -> None:
    said = await place.person().says("I hold AZ-900", "plan a path to AZ-305 with 300 dollars")
    assert "USD 300 is too small" in said
    assert "USD 330" in said


async def test_sc_100_is_never_planned_by_way_of_what_has_retired(place: Place) -> None:
    said = await place.person().says("/plan SC-100")
    assert "SC-200" in said or "SC-300" in said
    assert "AZ-500" not in said


async def test_a_goal_that_has_retired_offers_what_replaced_it(place: Place) -> None:
    person = place.person()
    said = await person.says("/plan AI-900")
    assert "retired on 2026-06-30" in said
    assert any("AI-901" in action.label for action in person.reply.actions)


@pytest.mark.parametrize(
    ("what_if", "expected"),
    [
        ("10 hours a week", "at 10 hours a week"),
        ("with 100 dollars", "USD 100 is too small"),
        ("without SC-200", "SC-300"),
        ("fastest", "fewest hours"),
    ],
)
async def test_a_plan_is_changed_by_a_what_if(place: Place, what_if: str, expected: str) -> None:
    assert expected in await place.person().says("/plan SC-100", what_if)


async def test_the_limits_in_force_are_told_and_can_be_lifted(place: Place) -> None:
    person = place.person()
    said = await person.says("/plan SC-100", "with 300 dollars", "without SC-200")
    assert said.startswith("With at most USD 300 and no SC-200:")
    assert "330" in await person.says("without a budget")


async def test_a_question_after_a_plan_is_a_question(place: Place) -> None:
    said = await place.person().says("/plan SC-100", "what does CCNA cost?")
    assert "USD 300" in said
    assert "path" not in said


async def test_the_profile_limits_a_plan_and_its_goal_is_the_default(place: Place) -> None:
    said = await place.person().says("my goal is AZ-305, I have 8 hours a week and 200 dollars", "/plan")
    assert "USD 200 is too small" in said


async def test_without_a_goal_it_is_asked_for(place: Place) -> None:
    assert "Where to?" in await place.person().says("/plan")


async def test_a_plan_is_drawn_and_written_for_a_calendar(place: Place) -> None:
    person = place.person()
    await person.says("/plan AZ-305", "/picture")
    assert person.reply.attachments[0].content.startswith(b"\x89PNG")
    await person.says("/calendar")
    events = icalendar.Calendar.from_ical(person.reply.attachments[0].content).walk("VEVENT")
    assert len(events) == 2


async def test_after_the_wallet_a_picture_is_of_the_wallet(place: Place) -> None:
    person = place.person()
    await person.says("I passed CISM on 2025-01-01", "/plan AZ-305", "/wallet", "/picture")
    assert person.reply.attachments[0].name == "credway-wallet.png"


async def test_what_to_learn_next_follows_from_the_goal_or_from_what_is_held(place: Place) -> None:
    person = place.person()
    said = await person.says("I hold AZ-900", "what should I learn next?")
    assert "AZ-104" in said
    assert person.reply.citations
    assert "USD 330" in await person.says("my goal is AZ-305", "what should I learn next?")


async def test_small_steps_to_a_degree_with_their_conditions(place: Place) -> None:
    person = place.person()
    said = await person.says("which small steps lead to a master's degree?")
    assert "admi" in said
    assert person.reply.citations


async def test_a_plan_in_a_group_knows_nothing_of_the_profile(place: Place) -> None:
    person = place.person()
    await person.says("I hold AZ-104 and have 50 dollars")
    said = await person.says("/plan AZ-305", room=Room(platform="test", number="-1", private=False))
    assert "USD 330" in said
    assert "AZ-104" in said


async def test_a_goal_that_does_not_exist_is_asked_about(place: Place) -> None:
    person = place.person()
    assert "AZ-350" in await person.says("/plan AZ-350")
    assert any("AZ-305" in action.label for action in person.reply.actions)


async def test_what_is_told_after_a_plan_is_noted_and_the_plan_made_anew_with_it(place: Place) -> None:
    person = place.person()
    said = await person.says("/plan AZ-305", "I have 8 hours a week and 100 dollars", "/plan")
    assert "USD 100 is too small" in said
    assert (await place.store.learner(person.who)).profile.hours_per_week == 8.0


async def test_a_span_from_now_is_a_deadline(place: Place) -> None:
    assert "2026-12-07" in await place.person().says("/plan AZ-305 in 2 weeks")


async def test_a_misspelt_goal_is_understood_or_asked_about(place: Place) -> None:
    assert "AZ-104" in await place.person().says("/plan azure solutons architect expert")


async def test_the_last_path_is_kept_until_there_is_another_goal_and_is_not_undone(place: Place) -> None:
    person = place.person()
    await person.says("I hold AZ-900", "/plan SC-100 without SC-200")
    assert "last path: SC-100" in await person.says("/me")

    await person.says("/undo")
    said = await person.says("/me")
    assert "last path: SC-100" in said
    assert "AZ-900" not in said

    assert "no SC-200" in await person.says("what is a micro-credential?", "/plan")
    await person.says("my goal is AZ-305")
    assert "last path" not in await person.says("/me")
    assert "AZ-305" in await person.says("/plan")
