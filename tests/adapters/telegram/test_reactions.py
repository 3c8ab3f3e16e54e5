"""Reactions below an answer are thumbs: counted for whoever reacts, answered with nothing, shown to nobody."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import app
from bot.app import Library
from bot.core.feedback import Feedback
from bot.learning.learner import Identity, Room
from bot.settings import Settings
from tests.adapters.telegram.conftest import Running, running
from tests.adapters.telegram.test_run import at_home, credway
from tests.servers.telegram.people import Group, Message, Person
from tests.servers.telegram.server import TelegramServer, telegram_server

DAY = timedelta(days=1)


@pytest.fixture
def anna(server: TelegramServer) -> Person:
    return server.person("Anna")


@pytest.fixture
def ben(server: TelegramServer) -> Person:
    return server.person("Ben")


@pytest.fixture
def team(server: TelegramServer, anna: Person, ben: Person) -> Group:
    group = server.group("Team", anna, ben)
    group.makes_the_bot_administrator()
    return group


@pytest.fixture
async def hasty_bot(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path
) -> AsyncIterator[Running]:
    """Who does not wait for a message to become an answer."""
    shutil.copy(migrated_file, tmp_path)
    async with running(server, library, tmp_path, thumbs_again=()) as at:
        yield at


@pytest.fixture
async def answer(bot: Running, anna: Person) -> Message:
    """An answer in private that has arrived, as is known everywhere."""
    await anna.sends("sec+ cost?")
    found = await anna.receives()
    await bot.settled()
    return found


async def counted(feedback: Feedback, community: Room | None = None) -> tuple[int, int]:
    now = datetime.now(UTC)
    found = await feedback.tally(now - DAY, now + DAY, community)
    return found.ups, found.downs


async def thumbs(bot: Running, community: Room | None = None) -> tuple[int, int]:
    """Ups and downs, when everything that has been done has been heard."""
    await bot.server.until_heard()
    await bot.settled()
    return await counted(bot.stores.feedback, community)


async def asked_in(team: Group, person: Person, bot: Running, question: str = "what does CCNA cost?") -> Message:
    await person.sends(f"@credway_bot {question}", to=team)
    found = await team.receives()
    await bot.settled()
    return found


class TestInPrivate:
    @pytest.mark.parametrize(
        ("emoji", "expected"), [("👍", (1, 0)), ("❤", (1, 0)), ("❤‍🔥", (1, 0)), ("👎", (0, 1)), ("💩", (0, 1))]
    )
    async def test_a_reaction_is_a_thumb(
        self, bot: Running, anna: Person, answer: Message, emoji: str, expected: tuple[int, int]
    ) -> None:
        await anna.reacts(answer, emoji)
        assert await thumbs(bot) == expected

    async def test_what_can_be_meant_otherwise_is_none_and_not_even_written_down(
        self, bot: Running, anna: Person, answer: Message
    ) -> None:
        await anna.reacts(answer, "🤔")
        await anna.reacts(answer, "😢", "5368324170671202286")
        assert await thumbs(bot) == (0, 0)
        exported = await bot.stores.learners.export(Identity(platform="telegram", number=str(anna.id)))
        assert exported["feedback"] == exported["inbox"] == []

    async def test_who_changes_their_mind_or_takes_it_back_is_heard(
        self, bot: Running, anna: Person, answer: Message
    ) -> None:
        await anna.reacts(answer, "👍")
        await anna.reacts(answer, "👎")
        assert await thumbs(bot) == (0, 1)
        await anna.reacts(answer, "🔥")
        assert await thumbs(bot) == (1, 0)
        await anna.reacts(answer, "🤔")
        assert await thumbs(bot) == (0, 0)
        await anna.reacts(answer, "👎", "💯")
        assert await thumbs(bot) == (1, 0)
        await anna.reacts(answer)
        assert await thumbs(bot) == (0, 0)

    async def test_it_is_answered_with_nothing(
        self, server: TelegramServer, bot: Running, anna: Person, answer: Message
    ) -> None:
        before = len(server.calls)
        await anna.reacts(answer, "👎")
        assert await thumbs(bot) == (0, 1)
        assert [call.method for call in server.calls[before:] if call.method.lower() != "getupdates"] == []

    async def test_one_on_what_oneself_said_or_on_what_is_no_answer_is_none(
        self, hasty_bot: Running, anna: Person
    ) -> None:
        question = await anna.sends("/start")
        welcome = await anna.receives()
        await anna.reacts(question, "👍")
        await anna.reacts(welcome, "👍")
        assert await thumbs(hasty_bot) == (0, 0)

    async def test_a_thumb_that_comes_before_the_answer_is_known_counts_when_it_is(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        """As below an answer that still grows: the message is there, and the answer is not yet."""
        await server.world.until(lambda: server.world.allowed, "the first question for updates")
        await anna.sends("sec+ cost?")
        following = server.world.number() + 1
        coming = {"message_id": following, "chat": anna.chat.shown()}
        await anna.reacts(coming, "👍", update_id=990_000_001)
        assert (await anna.receives())["message_id"] == following
        assert await thumbs(bot) == (1, 0)

    async def test_brought_again_it_is_the_same_one(self, bot: Running, anna: Person, answer: Message) -> None:
        await anna.reacts(answer, "👍", update_id=990_000_001)
        await anna.reacts(answer, update_id=990_000_002)
        assert await thumbs(bot) == (0, 0)
        await anna.reacts(answer, "👍", update_id=990_000_001)
        assert await thumbs(bot) == (0, 0)

    async def test_it_is_given_out_and_forgotten_with_its_person(
        self, bot: Running, anna: Person, answer: Message
    ) -> None:
        await anna.reacts(answer, "👎")
        await thumbs(bot)
        who = Identity(platform="telegram", number=str(anna.id))
        assert [given["verdict"] for given in (await bot.stores.learners.export(who))["feedback"]] == [-1]
        await anna.sends("/forget")
        await anna.receives()
        await anna.sends("yes")
        await anna.receives()
        assert await thumbs(bot) == (0, 0)


class TestInGroups:
    async def test_where_the_bot_administers_each_members_thumb_counts_there(
        self, bot: Running, anna: Person, ben: Person, team: Group
    ) -> None:
        answer = await asked_in(team, anna, bot)
        await anna.reacts(answer, "👍")
        await ben.reacts(answer, "👎")
        here = Room(platform="telegram", number=str(team.chat.id), private=False)
        assert await thumbs(bot, here) == (1, 1)
        now = datetime.now(UTC)
        disliked = await bot.stores.feedback.disliked(now - DAY, now + DAY, here)
        assert [(one.question, one.downs) for one in disliked] == [("what does CCNA cost?", 1)]
        assert len(bot.server.world.posted(team.chat.id)) == 1

    async def test_elsewhere_telegram_tells_nothing(
        self, server: TelegramServer, bot: Running, anna: Person, ben: Person
    ) -> None:
        team = server.group("Team", anna, ben)
        answer = await asked_in(team, anna, bot)
        await ben.reacts(answer, "👍")
        assert await thumbs(bot) == (0, 0)

    async def test_topics_are_one_community_and_why_is_asked_within_one(
        self, server: TelegramServer, bot: Running, anna: Person
    ) -> None:
        forum = server.group("Forum", anna, topics=True)
        forum.makes_the_bot_administrator()
        answers = []
        for topic, question in ((11, "what does CCNA cost?"), (22, "what does AZ-104 cost?")):
            await anna.sends(f"@credway_bot {question}", to=forum, topic=topic)
            answers.append(await forum.receives())
            await bot.settled()
        for answer in answers:
            await anna.reacts(answer, "👍")
        assert await thumbs(bot, Room(platform="telegram", number=str(forum.chat.id), private=False)) == (2, 0)
        await anna.sends("/why", to=forum, topic=11, reply_to=answers[0])
        assert "CCNA" in (await forum.receives())["text"]
        await anna.sends("/why", to=forum, topic=11, reply_to=answers[1])
        assert "no answer of mine that I still remember" in (await forum.receives())["text"]

    async def test_who_hides_behind_the_group_is_nobody_to_count(self, bot: Running, anna: Person, team: Group) -> None:
        answer = await asked_in(team, anna, bot)
        await anna.reacts(answer, "👍", anonymously=True)
        assert await thumbs(bot) == (0, 0)

    async def test_what_people_think_of_each_other_is_not_kept(
        self, hasty_bot: Running, anna: Person, ben: Person, team: Group
    ) -> None:
        said = await anna.sends("I like pasta", to=team)
        await ben.reacts(said, "👍")
        assert await thumbs(hasty_bot) == (0, 0)
        exported = await hasty_bot.stores.learners.export(Identity(platform="telegram", number=str(ben.id)))
        assert not any(exported.values())


class TestWhy:
    async def test_it_explains_the_answer_that_is_replied_to(self, bot: Running, anna: Person, answer: Message) -> None:
        await anna.sends("ccna cost?")
        await anna.receives()
        await anna.sends("/why", reply_to=answer)
        told = (await anna.receives())["text"]
        assert "Security+" in told
        assert "CCNA" not in told

    async def test_below_an_older_answer_the_button_explains_that_one(
        self, bot: Running, anna: Person, answer: Message
    ) -> None:
        await anna.sends("ccna cost?")
        newer = await anna.receives()
        await bot.settled()
        await anna.taps(answer, "Why")
        assert "Security+" in (await anna.receives())["text"]
        await anna.taps(newer, "Why")
        assert "CCNA" in (await anna.receives())["text"]

    async def test_in_a_group_anybody_may_ask_why_of_what_all_saw(
        self, bot: Running, anna: Person, ben: Person, team: Group
    ) -> None:
        answer = await asked_in(team, anna, bot)
        await asked_in(team, ben, bot, "what does AZ-104 cost?")
        await ben.sends("/why", to=team, reply_to=answer)
        assert "CCNA" in (await team.receives())["text"]

    async def test_of_what_is_no_answer_it_says_so_and_explains_no_other(
        self, bot: Running, anna: Person, answer: Message
    ) -> None:
        await anna.sends("/start")
        welcome = await anna.receives()
        await anna.sends("why?", reply_to=welcome)
        assert "no answer of mine that I still remember" in (await anna.receives())["text"]


class TestReplying:
    async def test_a_question_that_replies_to_an_older_answer_is_about_that(
        self, bot: Running, anna: Person, answer: Message
    ) -> None:
        await anna.sends("what does AZ-104 cost?")
        await anna.receives()
        await anna.sends("and how long is it valid?", reply_to=answer)
        told = (await anna.receives())["text"]
        assert "Security+" in told
        assert "AZ-104" not in told

    async def test_in_a_group_it_may_be_anothers_answer_that_all_saw(
        self, bot: Running, anna: Person, ben: Person, team: Group
    ) -> None:
        answer = await asked_in(team, anna, bot)
        await ben.sends("and how long is it valid?", to=team, reply_to=answer)
        assert "CCNA" in (await team.receives())["text"]

    async def test_practice_goes_on_below_an_older_answer(self, bot: Running, anna: Person, answer: Message) -> None:
        who, room = Identity(platform="telegram", number=str(anna.id)), Room(platform="telegram", number=str(anna.id))
        await anna.sends("/practice az-104")
        await bot.server.until_heard()
        await bot.settled()
        practised = (await bot.stores.learners.context(who, room)).practice
        await anna.sends("and how long is it valid?", reply_to=answer)
        await bot.server.until_heard()
        await bot.settled()
        assert "Security+" in bot.server.world.posted(anna.id)[-1]["text"]
        assert (await bot.stores.learners.context(who, room)).practice == practised is not None


async def test_killed_when_it_is_kept_and_not_yet_settled_it_counts_once(library: Library, tmp_path: Path) -> None:
    async with telegram_server() as server:
        environment = at_home(library, tmp_path, server)
        anna = server.person("Anna")
        crashing = {**environment, "CRASH_POINT": "before_settle"}
        first = await credway(environment=crashing, cwd=tmp_path, module="tests.adapters.served")
        await anna.sends("sec+ cost?")
        answer = await anna.receives()
        await anna.reacts(answer, "👍")
        await first.communicate()
        assert first.returncode == -signal.SIGKILL

        second = await credway(environment=environment, cwd=tmp_path, module="tests.adapters.served")
        try:
            async with app.open_stores(Settings(_env_file=None, credway_home=tmp_path, database_url="")) as stores:
                async with asyncio.timeout(60):
                    while (await stores.mailbox.backlog()).waiting:  # noqa: ASYNC110 - in the database
                        await asyncio.sleep(0.05)
                assert await counted(stores.feedback) == (1, 0)
        finally:
            with contextlib.suppress(ProcessLookupError):
                second.send_signal(signal.SIGTERM)
            await second.communicate()
        assert server.wrong == []
