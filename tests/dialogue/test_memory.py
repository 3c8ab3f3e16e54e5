"""A learner who is remembered: what is noted, shown, taken back, copied and erased; and what is kept apart."""

from __future__ import annotations

import json
from pathlib import Path

from bot.learning.learner import Holding, Identity, Room
from tests.dialogue.conftest import Place

GROUP = Room(platform="test", number="-100", private=False)


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_what_is_told_in_one_sentence_is_noted_and_said(place: Place) -> None:
    person = place.person()
    said = await person.says("I passed Security+ in May 2025, have 5 hours a week and 300 dollars")
    assert "you earned Security+ on 2025-05-01 (I took the first of the month" in said
    assert "5 hours a week" in said
    assert "USD 300" in said
    learner = await place.store.learner(person.who)
    assert [held.credential for held in learner.wallet] == ["comptia-security-plus"]
    assert (learner.profile.hours_per_week, learner.profile.budget_usd) == (5.0, 300.0)


async def test_the_last_change_can_be_taken_back(place: Place) -> None:
    person = place.person()
    await person.says("I hold AZ-900", "I passed CCNA yesterday and have 200 dollars")
    assert "before the last change" in await person.says("undo that")
    learner = await place.store.learner(person.who)
    assert learner.wallet == (Holding(credential="az-900"),)
    assert learner.profile.budget_usd is None


async def test_there_is_nothing_to_undo_for_somebody_new(place: Place) -> None:
    assert await place.person().says("/undo") == "There is nothing to undo."


async def test_everything_that_is_kept_is_shown(place: Place) -> None:
    person = place.person()
    assert "nothing about you yet" in await person.says("/me")
    said = await person.says("my goal is SC-100 by June 2027", "what do you know about me?")
    assert "goal: SC-100" in said
    assert "by 2027-06-30" in said


async def test_a_question_is_answered_beside_what_is_noted(place: Place) -> None:
    said = await place.person().says("I have Security+, what does CySA+ cost?")
    assert said.startswith("Noted:\n- you hold Security+")
    assert "425" in said


async def test_the_export_is_json_with_all_that_was_said(place: Place) -> None:
    person = place.person()
    await person.says("I hold CISSP", "what does az-104 cost?", "/export")
    (file,) = person.reply.attachments
    text = json.dumps(json.loads(file.content))
    assert file.media_type == "application/json"
    assert "cissp" in text
    assert "what does az-104 cost?" in text


async def test_nothing_is_erased_without_a_yes(place: Place) -> None:
    person = place.person()
    await person.says("I hold CISSP", "/forget", "no")
    assert (await place.store.learner(person.who)).wallet


async def test_a_yes_to_something_else_erases_nothing(place: Place) -> None:
    person = place.person()
    await person.says("I hold CISSP", "/forget", "what does CISM cost?", "yes")
    assert (await place.store.learner(person.who)).wallet


async def test_asking_twice_to_be_forgotten_is_asking_once(place: Place) -> None:
    person = place.person()
    await person.says("I hold CISSP", "/forget", "/forget", "yes")
    assert not (await place.store.learner(person.who)).wallet


async def test_after_forgetting_no_trace_is_left_in_the_files_and_others_are_untouched(
    place: Place, tmp_path: Path
) -> None:
    ann, ben = place.person("1001"), place.person("1002")
    await ann.says("I want to become a zzqxv-secret-goal", "I hold CISSP", "quiz me on az-104", "A")
    await ben.says("I hold CISM and want to become a yyqxv-other-goal")
    await ann.says("forget me", "yes")
    kept = everything_in(tmp_path)
    assert b"zzqxv" not in kept
    assert b"1001" not in kept
    assert b"yyqxv" in kept
    assert "nothing about you yet" in await ann.says("/me")
    assert "CISM" in await ben.says("/me")


async def test_one_person_on_two_platforms_is_joined_by_a_code(place: Place) -> None:
    here, there = place.person("7", "telegram"), place.person("9", "discord")
    await here.says("I hold CISSP")
    said = await here.says("/link")
    code = said.rsplit(" ", 1)[1]
    assert "same profile" in await there.says(f"/link {code}")
    assert "CISSP" in await there.says("/me")
    assert "not valid" in await place.person("8", "discord").says(f"/link {code}")


async def test_a_command_that_is_none_is_said_to_be(place: Place) -> None:
    assert "I don't know /dance" in await place.person().says("/dance")


async def test_practice_goes_on_after_a_question_in_between(place: Place) -> None:
    person = place.person()
    first = await person.says("quiz me on az-104")
    assert "Questions in this round" in first
    assert "300" in await person.says("what does CCNA cost?")
    assert "[1]" in await person.says("A")
    cards = await place.store.cards(await place.store.learner(person.who))
    assert len(cards) == 1


async def test_an_exam_that_is_told_with_practice_is_remembered(place: Place) -> None:
    person = place.person()
    await person.says("/practice security+ exam in 30 days")
    (held,) = (await place.store.learner(person.who)).wallet
    assert (held.credential, held.state, str(held.exam_on)) == ("comptia-security-plus", "in_progress", "2026-12-23")


class TestGroups:
    async def test_what_is_told_in_a_group_is_not_kept(self, place: Place) -> None:
        person = place.person()
        await person.says("I hold CISSP and have 300 dollars", room=GROUP)
        assert not (await place.store.learner(person.who)).wallet

    async def test_personal_commands_are_sent_to_private(self, place: Place) -> None:
        person = place.person()
        await person.says("I hold CISSP")
        for command in ("/me", "/export", "/forget", "/undo", "/practice", "what do you know about me?"):
            said = await person.says(command, room=GROUP)
            assert "in private" in said, command
            assert not person.reply.attachments

    async def test_what_was_said_in_private_is_no_context_in_a_group(self, place: Place) -> None:
        person = place.person()
        await person.says("what does CISSP cost?")
        assert "CISSP" not in await person.says("and how long is it valid?", room=GROUP)

    async def test_a_yes_in_a_group_does_not_confirm_what_was_asked_in_private(self, place: Place) -> None:
        person = place.person()
        await person.says("I hold CISSP", "/forget")
        await person.says("yes", room=GROUP)
        assert (await place.store.learner(Identity(platform="test", number="1"))).wallet
