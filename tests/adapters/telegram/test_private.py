"""A private chat, from the first tap to the last: everything through a Bot API server."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.learning.learner import Identity
from tests.adapters.at_work import passed_lately
from tests.adapters.telegram.conftest import Running
from tests.adapters.telegram.replies import NAUGHTY
from tests.servers.telegram.people import Message, Person, button_of, labels
from tests.servers.telegram.server import TelegramServer, refused


@pytest.fixture
def anna(server: TelegramServer) -> Person:
    return server.person("Anna")


class TestQuestions:
    async def test_an_answer_has_its_sources_below_and_what_could_be_asked_next(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.sends("sec+ cost?")
        answer = await anna.receives()

        assert "425" in answer["text"]
        assert [entity["type"] for entity in answer["entities"]].count("expandable_blockquote") == 1
        assert button_of(answer, "open-exam-prep.com")["url"].startswith("https://open-exam-prep.com/")
        assert server.made("sendMessage")[-1]["link_preview_options"] == {"is_disabled": True}
        assert server.world.actions[anna.id] == ["typing"]

        await anna.taps(answer, "Validity")
        assert "three years" in (await anna.receives())["text"]

    async def test_an_answer_comes_in_the_language_of_the_question(self, bot: Running, anna: Person) -> None:
        await anna.sends("¿cuánto cuesta Security+?")
        assert "cuesta USD 425" in (await anna.receives())["text"]

    async def test_a_question_that_is_corrected_is_answered_again(self, bot: Running, anna: Person) -> None:
        sent = await anna.sends("ccna cost?")
        await anna.receives()
        await anna.edits(sent, "az-104 cost?")
        answer = await anna.receives()

        assert "165" in answer["text"]
        assert answer["reply_to_message"]["message_id"] == sent["message_id"]

    async def test_a_button_with_a_long_question_works_after_a_restart(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.sends("/simulate")
        listed = await anna.receives()
        data = [button["callback_data"] for row in listed["reply_markup"]["inline_keyboard"] for button in row]
        assert any(each.startswith("q:/simulate ") for each in data)

        await anna.sends("compare Google Cloud Digital Leader and AZ-900")
        await anna.receives()
        await bot.stores.keepsakes.keep(_identity(anna), {"ask:token-of-a-long-question": "az-104 cost?"}, _far_away())
        await anna.taps(_with_button(listed, "k:token-of-a-long-question"), "long")
        assert "165" in (await anna.receives())["text"]

    async def test_a_button_that_nobody_knows_any_more_says_so(self, bot: Running, anna: Person) -> None:
        await anna.sends("sec+ cost?")
        answer = await anna.receives()
        said = await anna.taps(_with_button(answer, "k:gone"), "long")
        assert "too old" in said["text"]
        said = await anna.taps(_with_button(answer, "from another bot"), "long")
        assert "too old" in said["text"]

    async def test_what_cannot_be_read_is_said_to_be_so(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.sends("\u200b \u2060")
        assert (await anna.receives())["text"]
        await anna.sends("/nonsense")
        assert "don't know /nonsense" in (await anna.receives())["text"]

    async def test_what_an_answer_rests_on_is_a_tap_away(self, bot: Running, anna: Person) -> None:
        await anna.sends("sec+ cost?")
        answer = await anna.receives()
        await anna.taps(answer, "Why this?")
        assert "CompTIA Security+ (SY0-701) · Cost" in (await anna.receives())["text"]

    async def test_topics_of_a_private_chat_are_apart(self, bot: Running, anna: Person) -> None:
        await anna.sends("ccna cost?", topic=11)
        await anna.receives()
        await anna.sends("az-104 cost?", topic=22)
        await anna.receives()
        await anna.sends("how long is it valid?", topic=11)
        answer = await anna.receives()
        assert "CCNA" in answer["text"]
        assert answer["message_thread_id"] == 11

    async def test_practice_stays_in_the_topic_in_which_it_began(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.sends("/practice az-104", topic=11)
        while "poll" not in (asked := await anna.receives()):
            assert asked["message_thread_id"] == 11
        assert asked["message_thread_id"] == 11
        await anna.answers_poll(asked, asked["poll"]["options"][0]["text"])
        assert (await anna.receives())["message_thread_id"] == 11
        assert {call.get("message_thread_id") for call in server.made("sendChatAction")} == {11}

    async def test_a_button_in_a_topic_asks_there(self, bot: Running, anna: Person) -> None:
        await anna.sends("sec+ cost?", topic=11)
        await anna.taps(await anna.receives(), "Validity")
        answer = await anna.receives()
        assert answer["message_thread_id"] == 11
        assert "three years" in answer["text"]

    async def test_an_answer_to_a_topic_that_was_deleted_comes_all_the_same(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.fail("sendMessage", refused("message thread not found"))
        await anna.sends("ccna cost?", topic=11)
        answer = await anna.receives()
        assert "300" in answer["text"]
        assert "message_thread_id" not in answer

    async def test_whatever_is_sent_is_answered(self, server: TelegramServer, bot: Running, anna: Person) -> None:
        sent = [text for text in NAUGHTY if text.strip() and "\ud800" not in text]
        for text in sent:
            await anna.sends(text[:4096])
            assert (await anna.receives())["text"]


class TestWelcome:
    async def test_three_taps_lead_to_the_first_suggestion(self, bot: Running, anna: Person) -> None:
        await anna.sends("/start")
        hello = await anna.receives()
        assert "AI learning advisor" in hello["text"]

        await anna.taps(hello, "5 hours")
        hours = await anna.receives()
        assert "5 hours a week" in hours["text"]
        await anna.taps(hours, "$100")
        budget = await anna.receives()
        assert "USD 100" in budget["text"]
        await anna.taps(budget, "Cloud")
        assert "USD 99" in (await anna.receives())["text"]

        await anna.sends("/me")
        told = (await anna.receives())["text"]
        assert "5 hours a week" in told
        assert "USD 100" in told

    async def test_a_step_can_be_skipped(self, bot: Running, anna: Person) -> None:
        await anna.sends("/start")
        await anna.taps(await anna.receives(), "Skip")
        budget = await anna.receives()
        await anna.taps(budget, "Skip")
        assert "Cloud" in labels(await anna.receives())

    @pytest.mark.parametrize(
        ("link", "shows"),
        [("az-104", "Azure Administrator"), ("plan_sc-100", "SC-200"), ("practice_az-104", "Questions in this round")],
    )
    async def test_a_link_leads_straight_to_what_it_names(
        self, bot: Running, anna: Person, link: str, shows: str
    ) -> None:
        await anna.sends(f"/start {link}")
        assert shows in (await anna.receives())["text"]

    @pytest.mark.parametrize("link", ["x" * 65, "az 104; drop", "../..", "ü"])
    async def test_a_link_that_is_none_leads_to_the_welcome(self, bot: Running, anna: Person, link: str) -> None:
        await anna.sends(f"/start {link}")
        assert "AI learning advisor" in (await anna.receives())["text"]

    @pytest.mark.parametrize(
        ("language", "says"),
        [
            *(("es", "certificados"), ("fr", "certificats"), ("de", "Zertifikate"), ("pt-br", "certificados")),
            *(("hi", "सर्टिफ़िकेट"), ("zh-hans", "证书"), ("xx", "certificates")),
        ],
    )
    async def test_the_welcome_speaks_the_language_of_the_app(
        self, server: TelegramServer, bot: Running, language: str, says: str
    ) -> None:
        somebody = server.person("Somebody", language=language)
        await somebody.sends("/start")
        hello = await somebody.receives()
        assert says in hello["text"]

        for _ in range(3):
            await somebody.taps(hello, labels(hello)[0])
            hello = await somebody.receives()
        assert hello["text"]
        exported = await bot.stores.learners.export(_identity(somebody))
        profile = exported["learners"][0]["profile"]
        assert profile["hours_per_week"] == 3
        assert profile["budget_usd"] == 100


class TestRights:
    async def test_privacy_leads_to_what_is_kept_to_a_copy_of_it_and_to_its_end(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.sends(f"I passed Security+ on {passed_lately()}")
        await anna.receives()
        await anna.sends("/privacy")
        privacy = await anna.receives()

        await anna.taps(privacy, "Export")
        await anna.receives()
        document = (await anna.receives())["document"]
        exported = json.loads(server.world.files[document["file_id"]].content)
        assert document["file_name"] == "credway-export.json"
        assert "comptia-security-plus" in json.dumps(exported["learners"])

        await anna.taps(privacy, "Erase")
        await anna.taps(await anna.receives(), "Yes, erase")
        assert "Everything is erased" in (await anna.receives())["text"]
        await server.until_heard()
        left = await bot.stores.learners.export(_identity(anna))
        assert {name for name, rows in left.items() if rows} <= {"outbox", "inbox"}

    async def test_settings_are_a_tap_away_and_the_language_stays(self, bot: Running, anna: Person) -> None:
        await anna.sends("/settings")
        settings = await anna.receives()
        await anna.taps(settings, "10 hours")
        assert "10 hours a week" in (await anna.receives())["text"]
        await anna.taps(settings, "Deutsch")
        assert "Deutsch" in (await anna.receives())["text"]

        await anna.sends("sec+ cost?")
        assert "kostet" in (await anna.receives())["text"]


class TestFiles:
    async def test_a_path_comes_as_a_picture_and_as_a_calendar(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.sends("/plan sc-100")
        path = await anna.receives()
        await anna.taps(path, "Picture")
        assert (await anna.receives())["text"]
        picture = (await anna.receives())["photo"][0]
        assert server.world.files[picture["file_id"]].content.startswith(b"\x89PNG")

        await anna.taps(path, "Calendar")
        assert (await anna.receives())["text"]
        calendar = (await anna.receives())["document"]
        assert calendar["file_name"].endswith(".ics")
        assert server.world.files[calendar["file_id"]].content.startswith(b"BEGIN:VCALENDAR")


class TestPractice:
    async def test_a_question_is_a_native_quiz_and_its_answer_is_told_with_the_source(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.sends("/practice az-104")
        assert "Questions in this round" in (await anna.receives())["text"]
        asked = await anna.receives()
        poll = asked["poll"]
        assert (poll["type"], poll["is_anonymous"]) == ("quiz", False)
        assert not {"A", "B", "C", "D"} & set(labels(asked))

        await anna.answers_poll(asked, poll["options"][poll["correct_option_ids"][0]]["text"])
        told = await anna.receives()
        assert "[1]" in told["text"]

        await anna.taps(told, "Next")
        assert "poll" in await anna.receives()
        reviews = (await bot.stores.learners.export(_identity(anna)))["reviews"]
        assert [review["correct"] for review in reviews] == [True]

    async def test_a_hint_leaves_the_poll_open_and_going_on_closes_it(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        await anna.sends("/practice az-104")
        await anna.receives()
        asked = await anna.receives()
        await anna.taps(asked, "hint")
        await anna.receives()
        assert not _poll(server, asked)["is_closed"]

        await anna.taps(asked, "don't know")
        await anna.receives()
        assert _poll(server, asked)["is_closed"]

    async def test_an_answer_to_an_older_poll_answers_nothing(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        server.fail("stopPoll", *[refused("poll can't be stopped")] * 2)
        await anna.sends("/practice az-104")
        await anna.receives()
        old = await anna.receives()
        await anna.sends("/practice az-900")
        await anna.receives()
        new = await anna.receives()

        await anna.answers_poll(old, old["poll"]["options"][0]["text"])
        await anna.answers_poll(new, new["poll"]["options"][0]["text"])
        await anna.receives()
        assert len((await bot.stores.learners.export(_identity(anna)))["reviews"]) == 1


def _identity(person: Person) -> Identity:
    return Identity(platform="telegram", number=str(person.id))


def _far_away() -> datetime:
    return datetime(2100, 1, 1, tzinfo=UTC)


def _with_button(message: Message, data: str) -> Message:
    """The message as if it had borne this button as well."""
    button = {"text": "long", "callback_data": data}
    return {**message, "reply_markup": {"inline_keyboard": [[button]]}}


def _poll(server: TelegramServer, message: Message) -> dict[str, Any]:
    found: dict[str, Any] = server.world.messages[message["chat"]["id"], message["message_id"]]["poll"]
    return found
