"""Groups, and chats that the bot is not in: silent unless it is called, and nothing of a person is shown."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.app import Library
from bot.learning.learner import Identity
from tests.adapters.at_work import passed_lately
from tests.adapters.telegram.conftest import Running, running
from tests.servers.telegram.parser import utf16
from tests.servers.telegram.people import Group, Person
from tests.servers.telegram.server import BAD_GATEWAY, TelegramServer, refused
from tests.servers.telegram.world import BOT


@pytest.fixture
def anna(server: TelegramServer) -> Person:
    return server.person("Anna")


@pytest.fixture
def ben(server: TelegramServer) -> Person:
    return server.person("Ben")


@pytest.fixture
def team(server: TelegramServer, anna: Person, ben: Person) -> Group:
    return server.group("Team", anna, ben, admins=[ben])


class TestCalled:
    async def test_it_answers_who_mentions_it_commands_it_or_replies_to_it(
        self, bot: Running, anna: Person, team: Group
    ) -> None:
        question = await anna.sends("@credway_bot what does CCNA cost?", to=team)
        answer = await team.receives()
        assert "300" in answer["text"]
        assert answer["reply_to_message"]["message_id"] == question["message_id"]

        await anna.sends("and how long is it valid?", to=team, reply_to=answer)
        assert "three years" in (await team.receives())["text"]
        await anna.sends("/plan@credway_bot sc-100", to=team)
        assert "SC-200" in (await team.receives())["text"]

    async def test_what_somebody_says_is_checked_in_reply_to_it(
        self, bot: Running, anna: Person, ben: Person, team: Group
    ) -> None:
        said = await ben.sends("AZ-900 is free.", to=team)
        await anna.sends("/check@credway_bot", to=team, reply_to=said)
        checked = await team.receives()
        assert "AZ-900 is free" in checked["text"]
        assert "99" in checked["text"]

    async def test_it_is_silent_about_anything_else_and_keeps_nothing_of_it(
        self, server: TelegramServer, bot: Running, anna: Person, ben: Person, team: Group
    ) -> None:
        said = await ben.sends("what does CCNA cost?", to=team)
        await anna.sends("300 dollars, I think", to=team, reply_to=said)
        await anna.sends("/plan@another_bot sc-100", to=team)
        await anna.sends("credway_bot is silent, and so is @credway_bottom", to=team)
        await server.until_heard()
        await anna.sends("@credway_bot az-104 cost?", to=team)

        assert "165" in (await team.receives())["text"]
        assert len(server.world.posted(team.chat.id)) == 1
        exported = json.dumps([await bot.stores.learners.export(_identity(person)) for person in (anna, ben)])
        assert "I think" not in exported

    async def test_nothing_of_a_person_is_used_or_shown(self, bot: Running, anna: Person, team: Group) -> None:
        passed = str(passed_lately())
        await anna.sends(f"I passed Security+ on {passed} and have 6 hours a week")
        await anna.receives()
        for command in ("/wallet", "/me", "/export", "/practice", "/progress", "/forget"):
            await anna.sends(command, to=team)
            said = (await team.receives())["text"]
            assert "private" in said
            assert passed not in said

    async def test_topics_are_apart(self, server: TelegramServer, bot: Running, anna: Person) -> None:
        forum = server.group("Forum", anna, topics=True)
        await anna.sends("@credway_bot what does CCNA cost?", to=forum, topic=11)
        assert (await forum.receives())["message_thread_id"] == 11
        await anna.sends("@credway_bot what does AZ-104 cost?", to=forum, topic=22)
        assert (await forum.receives())["message_thread_id"] == 22

        await anna.sends("@credway_bot how long is it valid?", to=forum, topic=11)
        assert "CCNA" in (await forum.receives())["text"]
        await anna.sends("@credway_bot how long is it valid?", to=forum, topic=22)
        assert "AZ-104" in (await forum.receives())["text"]

    async def test_topics_have_one_ranking(self, server: TelegramServer, bot: Running, anna: Person) -> None:
        forum = server.group("Forum", anna, topics=True)
        await anna.sends("/join Ada", to=forum, topic=11)
        await forum.receives()
        await anna.sends("/leaderboard", to=forum, topic=22)
        assert "Ada" in (await forum.receives())["text"]

    async def test_buttons_are_for_whoever_asked(self, bot: Running, anna: Person, ben: Person, team: Group) -> None:
        await anna.sends("@credway_bot sec+ cost?", to=team)
        answer = await team.receives()
        assert "belong to whoever asked" in (await ben.taps(answer, "Validity"))["text"]

        await anna.taps(answer, "Validity")
        assert "three years" in (await team.receives())["text"]

    async def test_who_hides_behind_the_group_is_asked_to_show_themselves(self, bot: Running, team: Group) -> None:
        await team.hears_anonymously("/plan sc-100")
        assert "cannot see who is asking" in (await team.receives())["text"]
        await team.hears_anonymously("/mute")
        assert "cannot see who is asking" in (await team.receives())["text"]


class TestQuiz:
    async def test_a_quiz_is_for_everybody_and_tells_nobody_who_was_right(
        self, bot: Running, anna: Person, team: Group
    ) -> None:
        await anna.sends("/quiz az-104", to=team)
        poll = (await team.receives())["poll"]
        assert (poll["type"], poll["is_anonymous"]) == ("quiz", True)
        assert utf16(poll.get("explanation", "")) <= 200

    async def test_a_quiz_on_something_unknown_says_so(self, bot: Running, anna: Person, team: Group) -> None:
        await anna.sends("/quiz underwater basket weaving", to=team)
        assert "no question on that" in (await team.receives())["text"]


class TestAdministrators:
    async def test_an_administrator_silences_the_bot_and_brings_it_back(
        self, server: TelegramServer, bot: Running, anna: Person, ben: Person, team: Group
    ) -> None:
        await anna.sends("/mute", to=team)
        assert "Only administrators" in (await team.receives())["text"]
        await ben.sends("/mute", to=team)
        assert "silent" in (await team.receives())["text"]

        await anna.sends("@credway_bot sec+ cost?", to=team)
        await server.until_heard()
        await ben.sends("/unmute", to=team)
        assert "I am back" in (await team.receives())["text"]
        await anna.sends("@credway_bot sec+ cost?", to=team)
        assert "425" in (await team.receives())["text"]

    async def test_an_administrator_chooses_the_language(
        self, bot: Running, anna: Person, ben: Person, team: Group
    ) -> None:
        await ben.sends("/language klingon", to=team)
        assert "/language es" in (await team.receives())["text"]
        await ben.sends("/language de", to=team)
        assert "Deutsch" in (await team.receives())["text"]
        await anna.sends("@credway_bot sec+ cost?", to=team)
        assert "kostet" in (await team.receives())["text"]

    async def test_who_is_no_administrator_any_more_has_no_say(self, bot: Running, ben: Person, team: Group) -> None:
        team.chat.statuses[ben.id] = "member"
        await ben.sends("/mute", to=team)
        assert "Only administrators" in (await team.receives())["text"]


class TestComingAndGoing:
    async def test_it_says_hello_where_it_is_added(self, bot: Running, anna: Person, team: Group) -> None:
        await team.adds_the_bot(anna)
        assert "I only answer when" in (await team.receives())["text"]

    async def test_a_group_that_gets_another_number_goes_on_with_what_was_set(
        self, server: TelegramServer, bot: Running, anna: Person, ben: Person, team: Group
    ) -> None:
        await ben.sends("/language de", to=team)
        await team.receives()
        await team.migrates()
        await anna.sends("@credway_bot sec+ cost?", to=team)
        assert "kostet" in (await team.receives())["text"]

    async def test_a_group_that_gets_another_number_keeps_its_talk_and_its_ranking(
        self, server: TelegramServer, bot: Running, anna: Person, team: Group
    ) -> None:
        await anna.sends("/join Ada", to=team)
        await team.receives()
        await anna.sends("@credway_bot what does CCNA cost?", to=team)
        await team.receives()
        await team.migrates()

        await anna.sends("@credway_bot and how long is it valid?", to=team)
        answer = await team.receives()
        assert "CCNA" in answer["text"]
        assert "three years" in answer["text"]
        await anna.sends("/leaderboard", to=team)
        assert "Ada" in (await team.receives())["text"]

    async def test_an_answer_to_a_group_that_moved_meanwhile_arrives_there(
        self, server: TelegramServer, bot: Running, anna: Person, team: Group
    ) -> None:
        new = server.group("Team")
        team.chat.migrated_to = new.chat.id
        await anna.sends("@credway_bot sec+ cost?", to=team)
        assert "425" in (await new.receives())["text"]

    async def test_the_menus_name_every_command_by_scope_and_language(
        self, server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path
    ) -> None:
        shutil.copy(migrated_file, tmp_path)
        async with running(server, library, tmp_path, menus=True):
            await server.world.until(lambda: len(server.world.menus) >= 24, "the menus")
        menus = server.world.menus
        private = {command["command"] for command in menus["all_private_chats", ""]}
        assert {"plan", "wallet", "practice", "settings", "privacy", "export", "forget", "stop", "help"} <= private
        assert {"quiz", "help"} <= {command["command"] for command in menus["all_group_chats", "de"]}
        assert "mute" in {command["command"] for command in menus["all_chat_administrators", "hi"]}
        assert "mute" not in {command["command"] for command in menus["all_group_chats", ""]}
        for language in ("", "es", "fr", "de", "pt", "hi", "zh"):
            assert {command["command"] for command in menus["all_private_chats", language]} == private


class TestCards:
    async def test_a_card_is_a_summary_with_its_sources(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        found = await anna.inline("az-104")
        card = found["results"][0]
        assert "AZ-104" in card["title"]
        content = card["input_message_content"]
        assert "165" in content["message_text"]
        assert "expandable_blockquote" in {entity["type"] for entity in content["entities"]}
        assert all("url" in button for row in card["reply_markup"]["inline_keyboard"] for button in row)
        assert found["cache_time"] > 0
        assert found["is_personal"] is False

    @pytest.mark.parametrize("text", ["", "az", "cloud", "Security+"])
    async def test_a_few_letters_find_cards(self, bot: Running, anna: Person, text: str) -> None:
        assert (await anna.inline(text))["results"]

    @pytest.mark.parametrize("text", ["xyzzy", "😀" * 100, "<b>", "' OR 1=1", "x" * 256])
    async def test_nonsense_finds_none_or_some_and_harms_nothing(self, bot: Running, anna: Person, text: str) -> None:
        assert "results" in await anna.inline(text)

    async def test_a_card_that_is_posted_to_the_bot_itself_is_no_question(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        said = server.world.post(anna.chat, anna.shown, {"text": "AZ-104 costs USD 165", "via_bot": BOT})
        server.world.update("message", said)
        await anna.sends("ccna cost?")
        assert "300" in (await anna.receives())["text"]
        assert len(server.world.posted(anna.id)) == 1

    async def test_a_guest_gets_an_answer_that_knows_nobody(self, bot: Running, anna: Person) -> None:
        passed = str(passed_lately())
        await anna.sends(f"I passed Security+ on {passed}")
        await anna.receives()
        answered = await anna.summons("@credway_bot what does CCNA cost?")
        assert "300" in answered["result"]["input_message_content"]["message_text"]
        answered = await anna.summons("@credway_bot /wallet")
        assert passed not in answered["result"]["input_message_content"]["message_text"]

    async def test_a_guest_asks_about_what_they_reply_to(self, bot: Running, anna: Person) -> None:
        answered = await anna.summons("@credway_bot what does it cost?", about="I am thinking of CCNA")
        assert "300" in answered["result"]["input_message_content"]["message_text"]
        answered = await anna.summons("@credway_bot", about="What does CCNA cost?")
        assert "300" in answered["result"]["input_message_content"]["message_text"]
        answered = await anna.summons("@credway_bot what does AZ-104 cost?", about="CCNA " * 100)
        assert "165" in answered["result"]["input_message_content"]["message_text"]

    async def test_nothing_is_kept_of_a_guest_and_nothing_of_theirs_is_used(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        passed = str(passed_lately())
        await anna.sends(f"I passed Security+ on {passed} and my goal is AZ-305")
        await anna.receives()
        before = await bot.stores.learners.export(_identity(anna))
        for text in ("what should I learn next?", "/me", "/export", "/practice", "/forget", "I passed CCNA"):
            answered = await anna.summons(f"@credway_bot {text}")
            said = answered["result"]["input_message_content"]["message_text"]
            assert not any(private in said for private in (passed, "Security+", "AZ-305")), text
            assert answered["result"].get("reply_markup") is None or "url" in str(answered["result"]["reply_markup"])
        await server.until_heard()
        async with asyncio.timeout(30):
            while (await bot.stores.mailbox.backlog()).waiting:
                pass
        after = await bot.stores.learners.export(_identity(anna))
        # What was still on its way then has arrived.
        arriving: dict[str, Any] = {"outbox": [], "sent_messages": []}
        assert {**after, **arriving} == {**before, **arriving}

    async def test_a_guest_is_answered_when_telegram_was_away_for_a_moment(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.fail("answerGuestQuery", BAD_GATEWAY)
        answered = await anna.summons("@credway_bot what does CCNA cost?")
        assert "300" in answered["result"]["input_message_content"]["message_text"]

    async def test_a_query_that_is_over_is_left_alone(self, server: TelegramServer, bot: Running, anna: Person) -> None:
        server.fail("answerGuestQuery", refused("query is too old"))
        late = asyncio.create_task(anna.summons("@credway_bot what does CCNA cost?"))
        await server.world.until(lambda: [c for c in server.calls if c.method == "answerGuestQuery"], "the refusal")
        answered = await anna.summons("@credway_bot what does AZ-104 cost?")
        assert "165" in answered["result"]["input_message_content"]["message_text"]
        assert len([call for call in server.calls if call.method == "answerGuestQuery"]) == 2
        late.cancel()


def _identity(person: Person) -> Identity:
    return Identity(platform="telegram", number=str(person.id))
