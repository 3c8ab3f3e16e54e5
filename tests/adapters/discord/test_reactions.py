"""Reactions and the two buttons are the same thumbs: counted for whoever gives them, shown to nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.discord.posts import community_of
from bot.app import Library
from bot.learning.learner import Identity, Room
from tests.adapters.discord.conftest import Running, running
from tests.servers.discord.people import Person
from tests.servers.discord.server import DiscordServer
from tests.servers.discord.world import Message

DAY = timedelta(days=1)


@pytest.fixture
def ben(server: DiscordServer) -> Person:
    return server.person("Ben")


@pytest.fixture
async def hasty_bot(server: DiscordServer, library: Library, home: Path) -> AsyncIterator[Running]:
    """Who does not wait for a message to become an answer."""
    async with running(server, library, home, thumbs_again=()) as at:
        yield at


@pytest.fixture
async def answer(bot: Running, anna: Person, channel: str) -> Message:
    """An answer that all see and that has arrived, as is known everywhere."""
    found = await anna.asks("sec+ cost?", channel)
    await bot.settled()
    return found


async def counted(bot: Running, community: Room | None = None) -> tuple[int, int]:
    now = datetime.now(UTC)
    found = await bot.stores.feedback.tally(now - DAY, now + DAY, community)
    return found.ups, found.downs


async def thumbs(bot: Running, person: Person, community: Room | None = None) -> tuple[int, int]:
    """Ups and downs, when everything that has been done has been heard: what is said last is answered."""
    before = len(bot.server.world.posted(person.dm))
    await person.says("/help")
    await person.receives(number=before + 1)
    await bot.settled()
    return await counted(bot, community)


async def exported(bot: Running, person: Person) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = await bot.stores.learners.export(
        Identity(platform="discord", number=person.id)
    )
    return found


class TestReactions:
    @pytest.mark.parametrize(("emoji", "expected"), [("👍", (1, 0)), ("👍🏽", (1, 0)), ("❤️", (1, 0)), ("👎", (0, 1))])
    async def test_one_below_an_answer_is_a_thumb(
        self, bot: Running, ben: Person, answer: Message, emoji: str, expected: tuple[int, int]
    ) -> None:
        await ben.reacts(answer, emoji)
        assert await thumbs(bot, ben) == expected

    async def test_anything_else_is_none(self, bot: Running, ben: Person, answer: Message) -> None:
        await ben.reacts(answer, "🤔")
        await ben.reacts(answer, "thumbsup_of_our_own")
        assert await thumbs(bot, ben) == (0, 0)

    async def test_it_is_answered_with_nothing_not_even_typing(
        self, server: DiscordServer, bot: Running, ben: Person, answer: Message
    ) -> None:
        before = len(server.calls)
        await ben.reacts(answer, "👎")
        assert await thumbs(bot, ben) == (0, 1)
        # What Ben asks afterwards in direct messages is all that is answered.
        elsewhere = [made for made in server.calls[before:] if made.parts.get("channel_id") != ben.dm]
        assert [made.call for made in elsewhere if made.call != "POST /users/@me/channels"] == []

    async def test_what_is_taken_away_does_not_count_and_what_stays_does(
        self, bot: Running, ben: Person, answer: Message
    ) -> None:
        await ben.reacts(answer, "👎")
        await ben.reacts(answer, "👍")
        await ben.reacts(answer, "👎", taken_away=True)
        assert await thumbs(bot, ben) == (1, 0)
        await ben.reacts(answer, "👍", taken_away=True)
        assert await thumbs(bot, ben) == (0, 0)
        await ben.reacts(answer, "👍")
        assert await thumbs(bot, ben) == (1, 0)

    async def test_in_direct_messages_too_and_for_no_community(self, bot: Running, anna: Person, channel: str) -> None:
        await anna.says("sec+ cost?")
        answer = await anna.receives()
        await bot.settled()
        await anna.reacts(answer, "👍")
        assert await thumbs(bot, anna) == (1, 0)
        guild = anna.world.channels[channel]["guild_id"]
        assert await counted(bot, community_of(guild)) == (0, 0)

    async def test_what_people_think_of_each_other_is_not_even_written_down(
        self, server: DiscordServer, hasty_bot: Running, anna: Person, ben: Person, channel: str
    ) -> None:
        said = await anna.says("I like pasta", channel)
        await ben.reacts(said, "👍")
        # Here Discord does not say whose message it was.
        await ben.reacts(said, "👍", taken_away=True)
        assert await thumbs(hasty_bot, anna) == (0, 0)
        assert not any((await exported(hasty_bot, ben)).values())

    async def test_below_what_is_no_answer_it_says_nothing(
        self, hasty_bot: Running, anna: Person, ben: Person, channel: str
    ) -> None:
        quiz = await anna.reads(await anna.calls("quiz", channel, credential="az-104"))
        await ben.reacts(quiz, "👍")
        assert await thumbs(hasty_bot, ben) == (0, 0)

    async def test_one_that_comes_while_the_connection_is_lost_counts_once(
        self, server: DiscordServer, bot: Running, ben: Person, answer: Message
    ) -> None:
        await server.gateway.drop()
        await ben.reacts(answer, "👍")
        await server.world.until(lambda: server.gateway.resumed, "a session that is resumed")
        assert await thumbs(bot, ben) == (1, 0)

    async def test_it_goes_when_its_person_is_forgotten(self, bot: Running, ben: Person, answer: Message) -> None:
        await ben.reacts(answer, "👎")
        assert await thumbs(bot, ben) == (0, 1)
        assert [given["verdict"] for given in (await exported(bot, ben))["feedback"]] == [-1]
        await bot.stores.learners.forget(Identity(platform="discord", number=ben.id), datetime.now(UTC))
        assert await counted(bot) == (0, 0)


class TestButtons:
    async def test_a_button_and_a_reaction_of_one_person_are_one_thumb(
        self, bot: Running, anna: Person, ben: Person, answer: Message
    ) -> None:
        assert "Thank you" in (await ben.reads(await ben.taps(answer, "👍")))["content"]
        await ben.reacts(answer, "👍")
        assert await thumbs(bot, ben) == (1, 0)
        await ben.reads(await ben.taps(answer, "👎"))
        assert await counted(bot) == (0, 1)
        await anna.reads(await anna.taps(answer, "👍"))
        guild = anna.world.channels[answer["channel_id"]]["guild_id"]
        assert await counted(bot, community_of(guild)) == (1, 1)

    async def test_below_an_answer_for_one_person_they_count_and_its_question_is_shown_to_nobody(
        self, bot: Running, anna: Person, channel: str
    ) -> None:
        answer = await anna.reads(await anna.calls("ask", channel, question="sec+ cost?", private=True))
        await bot.settled()
        await anna.reads(await anna.taps(answer, "👎"))
        guild = community_of(anna.world.channels[channel]["guild_id"])
        now = datetime.now(UTC)
        assert await counted(bot, guild) == (0, 1)
        assert await bot.stores.feedback.disliked(now - DAY, now + DAY, guild) == []

    async def test_what_all_saw_is_a_question_that_moderators_can_be_shown(
        self, server: DiscordServer, bot: Running, ben: Person, answer: Message
    ) -> None:
        await ben.reads(await ben.taps(answer, "👎"))
        now, guild = datetime.now(UTC), server.world.channels[answer["channel_id"]]["guild_id"]
        [found] = await bot.stores.feedback.disliked(now - DAY, now + DAY, community_of(guild))
        assert (found.question, found.downs) == ("sec+ cost?", 1)
        assert found.room.number == f"{guild}/{answer['channel_id']}"
        other = community_of(server.world.guild("Others")["id"])
        assert await bot.stores.feedback.disliked(now - DAY, now + DAY, other) == []

    async def test_below_an_answer_that_is_not_remembered_it_is_an_old_button(
        self, hasty_bot: Running, ben: Person, anna: Person, channel: str
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        await hasty_bot.settled()
        await hasty_bot.stores.mailbox.sweep(datetime.now(UTC) + 31 * DAY)
        told = await ben.reads(await ben.taps(answer, "👍"))
        assert "Thank you" not in told["content"]
        assert await counted(hasty_bot) == (0, 0)


class TestWhy:
    async def test_it_explains_the_answer_that_is_replied_to(
        self, server: DiscordServer, bot: Running, anna: Person, channel: str
    ) -> None:
        mention = f"<@{server.world.bot['id']}>"
        await anna.says(f"{mention} sec+ cost?", channel)
        older = await anna.receives(channel)
        await anna.says(f"{mention} ccna cost?", channel)
        await anna.receives(channel, number=2)
        await bot.settled()

        await anna.says(f"{mention} why?", channel, type=19, referenced_message=older)
        told = (await anna.receives(channel, number=3))["content"]
        assert "Security+" in told
        assert "CCNA" not in told

    async def test_a_reply_to_a_person_explains_the_answer_before(
        self, server: DiscordServer, bot: Running, anna: Person, ben: Person, channel: str
    ) -> None:
        mention = f"<@{server.world.bot['id']}>"
        said = await ben.says("what does it cost?", channel)
        await anna.says(f"{mention} ccna cost?", channel)
        await anna.receives(channel)
        await anna.says(f"{mention} why?", channel, type=19, referenced_message=said)
        assert "CCNA" in (await anna.receives(channel, number=2))["content"]
