"""A server as a community: what moderators set and are told, the quiz, the leaderboard, and that nothing crosses."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.discord.posts import Place, room_of
from bot.app import Library, build_server_budget
from bot.learning.learner import Identity, Room
from tests.adapters.discord.conftest import Running, running
from tests.servers.discord.people import Person, labels
from tests.servers.discord.server import DiscordServer

MEMBERS = 20


async def told(person: Person, channel: str, inner: str, **given: object) -> str:
    found = await person.reads(await person.calls("server", channel, inner=inner, **given))
    return str(found["content"])


class TestModerators:
    async def test_nobody_else_sets_anything(self, channel: str, bot: Running, anna: Person) -> None:
        assert "Only those who manage" in await told(anna, channel, "mute")
        assert "425" in (await anna.asks("sec+ cost?", channel))["content"]

    async def test_a_silent_channel_is_silent_and_only_that_one(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        other = server.world.channel(server.world.guilds[server.world.channels[channel]["guild_id"]], "other")
        assert "silent" in await told(mo, channel, "mute")
        assert "silent" in (await anna.asks("sec+ cost?", channel))["content"]
        await anna.says(f"<@{server.world.bot['id']}> sec+ cost?", channel)
        await anna.says(f"<@{server.world.bot['id']}> sec+ cost?", other)
        assert "425" in (await anna.receives(other))["content"]
        assert server.world.posted(channel) == []

        await told(mo, channel, "unmute")
        assert "425" in (await anna.asks("sec+ cost?", channel))["content"]

    async def test_no_button_and_no_menu_speaks_in_a_silent_channel(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        said = await anna.says("AZ-104 is worth it", channel)
        await told(mo, channel, "mute")
        assert "silent" in (await anna.reads(await anna.taps(answer, "Validity")))["content"]
        assert "silent" in (await anna.reads(await anna.taps(answer, "Thread")))["content"]
        assert "silent" in (await anna.reads(await anna.opens_menu("Make a quiz from this", said, channel)))["content"]

    async def test_two_settings_at_once_are_both_kept(
        self, server: DiscordServer, channel: str, bot: Running, mo: Person
    ) -> None:
        guild = server.world.guilds[server.world.channels[channel]["guild_id"]]
        channels = [server.world.channel(guild, f"room {number}") for number in range(5)]
        asked = [await mo.calls("server", each, inner="mute") for each in channels]
        for each in asked:
            await mo.reads(each)
        assert "silent channels: 5" in (await told(mo, channel, "show")).lower()

    async def test_a_server_has_its_language(self, channel: str, bot: Running, anna: Person, mo: Person) -> None:
        await told(mo, channel, "language", language="de")
        assert "kostet" in (await anna.asks("sec+ cost?", channel))["content"]
        assert "costs" in (await anna.asks("sec+ cost?"))["content"]
        assert "language de" in await told(mo, channel, "show")

    async def test_the_model_is_switched_off_for_a_server_and_all_its_channels(
        self, channel: str, bot: Running, mo: Person
    ) -> None:
        guild = mo.world.channels[channel]["guild_id"]
        budget = build_server_budget(bot.stores)
        here = Room(platform="discord", number=f"{guild}/{channel}", private=False)
        who, now = Identity(platform="discord", number=mo.id), datetime.now(UTC)
        reserved = await budget.reserve(who, here, 10, now)
        assert reserved is not None
        assert reserved.community == Room(platform="discord", number=guild, private=False)

        await told(mo, channel, "model", on=False)
        assert await budget.reserve(who, here, 10, now) is None
        assert await budget.reserve(who, Room(platform="discord", number=mo.id), 10, now) is not None
        assert await budget.reserve(who, Room(platform="telegram", number=guild, private=False), 10, now) is not None
        await told(mo, channel, "model", on=True)
        assert await budget.reserve(who, here, 10, now) is not None

    async def test_a_digest_tells_sums_of_the_week_and_what_was_asked_in_vain(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        for person in (anna, anna, server.person("Ben")):
            assert "Thank you" in (await person.reads(await person.taps(answer, "👍")))["content"]
        await mo.reads(await mo.taps(answer, "👎"))
        await anna.asks("what is the weather in Paris?", channel)
        await anna.asks("ccna cost?")

        digest = await told(mo, channel, "digest")
        assert "answers: 2" in digest
        assert "unanswered: 1" in digest
        assert "👍 2 · 👎 1" in digest
        assert "Security+" in digest
        assert "CCNA" not in digest
        assert "• what is the weather in Paris?" in digest


class TestQuiz:
    async def test_everybody_may_answer_and_each_is_told_alone(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        asked = await anna.reads(await anna.calls("quiz", channel, credential="az-104"))
        options = labels(asked)
        assert options[0].startswith("A: ")
        answers = []
        for option in options:
            ben = server.person("Ben")
            found = await ben.taps(asked, option)
            answers.append((await ben.reads(found))["content"])
            assert found.ephemeral
        assert sum("That is right" in answer for answer in answers) == 1

    async def test_nothing_is_asked_on_nothing(self, channel: str, bot: Running, anna: Person) -> None:
        found = await anna.reads(await anna.calls("quiz", channel, credential="cooking pasta"))
        assert "no question" in found["content"]


class TestLeaderboard:
    async def test_only_who_joined_is_seen_and_in_all_channels_of_their_server(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person
    ) -> None:
        guild = server.world.guilds[server.world.channels[channel]["guild_id"]]
        other_channel = server.world.channel(guild, "other")
        other_server = server.world.guild("Others")["channels"][0]["id"]
        joined = await anna.reads(await anna.calls("join", channel, name="Owl"))
        assert "Owl" in joined["content"]
        for place, seen in ((channel, True), (other_channel, True), (other_server, False)):
            shown = await anna.reads(await anna.calls("leaderboard", place))
            assert ("Owl" in shown["content"]) is seen
        await anna.reads(await anna.calls("leave", other_channel))
        assert "Owl" not in (await anna.reads(await anna.calls("leaderboard", channel)))["content"]


class TestNothingCrosses:
    async def test_two_servers_with_twenty_members_who_have_secrets(self, server: DiscordServer, bot: Running) -> None:
        """Everybody tells something of themselves alone; whatever all can see holds none of it, nor does what others
        are told alone.
        """
        channels = [server.world.guild(name)["channels"][0]["id"] for name in ("One", "Two")]
        people = [server.person(f"Member {number}") for number in range(MEMBERS)]
        secrets = [f"zq{number}secret{number}qz" for number in range(MEMBERS)]
        for person, secret in zip(people, secrets, strict=True):
            await person.says(f"my background is {secret} engineering")
            await person.receives()

        chance = random.Random(11)  # noqa: S311 - the same members ask the same in every run
        shown: list[tuple[str, str]] = []
        questions = ("what do you know about me?", "/me", "what is my background?", "sec+ cost?", "what next for me?")
        for person in people:
            channel = chance.choice(channels)
            shown.append(("", (await person.asks(chance.choice(questions), channel))["content"]))
            for name in ("me", "wallet"):
                found = await person.calls(name, channel)
                assert (await person.acknowledged(found)).ephemeral
                shown.append((person.id, (await person.reads(found))["content"]))
            asked = await person.calls("ask", channel, question="what do you know about me?", private=True)
            shown.append((person.id, (await person.reads(asked))["content"]))
        for person, secret in zip(people, secrets, strict=True):
            elsewhere = [text for who, text in shown if who != person.id]
            assert not [text for text in elsewhere if secret in text]
            assert [text for who, text in shown if who == person.id and secret in text]
        for channel in channels:
            assert not [m for m in server.world.messages.get(channel, []) if "secret" in m["content"]]


def test_a_room_in_a_server_is_never_private() -> None:
    assert not room_of(Place(channel="1", who="2", guild="3")).private
    assert room_of(Place(channel="1", who="2", guild="3", ephemeral=True)) == Room(platform="discord", number="2")
    assert room_of(Place(channel="1", who="2")) == Room(platform="discord", number="2")


class TestWeekly:
    async def test_the_digest_comes_once_on_monday_where_it_is_wanted(
        self, server: DiscordServer, library: Library, home: Path, channel: str, anna: Person, mo: Person
    ) -> None:
        other = server.world.guild("Others")["channels"][0]["id"]
        now = [datetime(2026, 11, 29, 12, tzinfo=UTC)]
        async with running(server, library, home, now=lambda: now[0]) as bot:
            # Interactions are of now, and the bot's clock says that it is last week: they are not over.
            await anna.asks("what is the weather in Paris?", channel)
            guild = server.world.guilds[server.world.channels[channel]["guild_id"]]
            await anna.asks("what is the weather in Rome?", server.world.channel(guild, "for few"))
            assert "Every Monday" in await told(mo, channel, "digest", weekly=True)
            assert server.world.posted(channel) == []
            now[0] = datetime(2026, 11, 30, 9, tzinfo=UTC)
            digest = await mo.receives(channel)
            assert "2026-W48" in digest["content"]
            assert "answers: 2" in digest["content"]
            assert "Paris" in digest["content"]
            # Who reads this channel need not be one who may read the other.
            assert "Rome" not in digest["content"]
            await bot.ends()
        assert len(server.world.posted(channel)) == 1
        assert server.world.posted(other) == []


async def test_a_quiz_is_made_of_what_somebody_wrote(channel: str, bot: Running, anna: Person) -> None:
    message = await anna.says("I am studying for az-104", channel)
    made = await anna.opens_menu("Make a quiz from this", message, channel)
    assert labels(await anna.reads(made))[0].startswith("A: ")
    assert not made.ephemeral
