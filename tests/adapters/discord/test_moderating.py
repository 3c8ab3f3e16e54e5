"""What moderators set beyond a channel's silence: where only, how much, which forums; and that threads follow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import Library, build_server_budget
from bot.learning.learner import Identity, Room
from tests.adapters.discord.conftest import Running, running
from tests.servers.discord.people import Person, inside
from tests.servers.discord.server import DiscordServer, Fault

SUPPRESSED = 1 << 12


@pytest.fixture
def guild(server: DiscordServer, channel: str) -> str:
    found: str = server.world.channels[channel]["guild_id"]
    return found


async def told(person: Person, channel: str, inner: str, **given: object) -> str:
    found = await person.reads(await person.calls("server", channel, inner=inner, **given))
    return str(found["content"])


class TestWhere:
    async def test_threads_of_a_silent_channel_are_silent_too(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        thread = server.world.thread(channel, "Talk")["id"]
        other = server.world.thread(server.world.channel(server.world.guilds[guild_of(server, channel)], "o"), "T")[
            "id"
        ]
        await told(mo, channel, "mute")
        assert "silent" in (await anna.asks("sec+ cost?", thread))["content"]
        await anna.says(f"<@{server.world.bot['id']}> sec+ cost?", thread)
        await anna.says(f"<@{server.world.bot['id']}> sec+ cost?", other)
        assert "425" in (await anna.receives(other))["content"]
        assert server.world.posted(thread) == []
        # Asked once for each channel, however often something is said there.
        assert len([made for made in server.made("GET /channels") if made.parts["channel_id"] == thread]) == 1

        await told(mo, channel, "unmute")
        assert "425" in (await anna.asks("sec+ cost?", thread))["content"]

    async def test_only_in_chosen_channels_and_their_threads(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        guild = server.world.guilds[guild_of(server, channel)]
        other, thread = server.world.channel(guild, "other"), server.world.thread(channel, "Talk")["id"]
        assert "1" in await told(mo, channel, "only", here=True)
        assert "silent" in (await anna.asks("sec+ cost?", other))["content"]
        for place in (channel, thread):
            assert "425" in (await anna.asks("sec+ cost?", place))["content"]
        # What is for one person alone disturbs nobody.
        assert "wallet" in (await anna.reads(await anna.calls("wallet", other)))["content"]

        assert "every channel" in await told(mo, channel, "only", here=False)
        assert "425" in (await anna.asks("sec+ cost?", other))["content"]

    async def test_a_thread_that_cannot_be_asked_after_is_taken_for_a_channel(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        other = server.world.channel(server.world.guilds[guild_of(server, channel)], "other")
        await told(mo, channel, "mute")
        server.fail("GET /channels", Fault(status=403, body=(("message", "Missing Access"), ("code", 50001))))
        assert "425" in (await anna.asks("sec+ cost?", other))["content"]


class TestBudget:
    async def test_a_server_sets_less_than_the_operator_and_never_more(
        self, server: DiscordServer, library: Library, home: Path, channel: str, mo: Person
    ) -> None:
        async with running(server, library, home, llm_daily_tokens_community=1000) as bot:
            budget = build_server_budget(bot.stores)
            guild = guild_of(server, channel)
            who, now = Identity(platform="discord", number=mo.id), datetime.now(UTC)
            here = Room(platform="discord", number=f"{guild}/{channel}", private=False)

            assert "500" in await told(mo, channel, "budget", tokens=500)
            assert await budget.reserve(who, here, 501, now) is None
            assert await budget.reserve(who, here, 500, now) is not None
            assert await budget.reserve(who, here, 1, now) is None
            capped = await told(mo, channel, "budget", tokens=5000)
            assert "1,000" in capped
            assert "operator" in capped
            assert await budget.reserve(who, here, 501, now) is None
            assert await budget.reserve(who, here, 500, now) is not None
            assert "1,000" in await told(mo, channel, "budget")

            assert "0" in await told(mo, channel, "budget", tokens=0)
            other = Room(platform="discord", number=f"{guild}9/{channel}", private=False)
            assert await budget.reserve(who, here, 1, now) is None
            assert await budget.reserve(who, other, 1, now) is not None
            assert "a day 0" in await told(mo, channel, "show")


class TestForums:
    async def test_a_new_post_gets_one_quiet_offer_and_a_form_with_its_title(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        forum = server.world.channel(server.world.guilds[guild_of(server, channel)], "questions", 15)
        before = await anna.posts(forum, "Before anybody wanted it")
        assert "offer" in await told(mo, channel, "forum", forum=server.world.channels[forum], on=True)

        post = await anna.posts(forum, "How much is sec+?")
        offer = await anna.receives(post)
        assert offer["flags"] & SUPPRESSED
        form = await anna.taps(offer, "Ask the advisor")
        await anna.acknowledged(form)
        assert form.data["components"][0]["component"]["value"] == "How much is sec+?"
        answered = await anna.fills(form, "How much is sec+?")
        assert "425" in (await anna.reads(answered))["content"]
        assert not answered.ephemeral
        assert len(server.world.posted(post)) == 1
        assert server.world.posted(before) == []

        assert "nothing any more" in await told(mo, channel, "forum", forum=server.world.channels[forum], on=False)
        after = await anna.posts(forum, "Afterwards")
        await anna.asks("ccna cost?", channel)
        assert server.world.posted(after) == []

    async def test_it_waits_for_the_post_itself(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        forum = server.world.channel(server.world.guilds[guild_of(server, channel)], "questions", 15)
        await told(mo, channel, "forum", forum=server.world.channels[forum], on=True)
        early = Fault(status=403, body=(("message", "Cannot message this thread"), ("code", 40058)))
        server.fail("POST /channels/{channel_id}/messages", early)
        assert inside(await anna.receives(await anna.posts(forum, "sec+?")))

    async def test_threads_that_are_merely_shown_again_and_other_channels_get_nothing(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        forum = server.world.channel(server.world.guilds[guild_of(server, channel)], "questions", 15)
        await told(mo, channel, "forum", forum=server.world.channels[forum], on=True)
        old = server.world.thread(forum, "Old")
        await server.gateway.dispatch("THREAD_CREATE", {**old, "owner_id": anna.id})
        elsewhere = await anna.posts(channel, "A thread of a channel")
        await anna.receives(await anna.posts(forum, "A post"))
        assert server.world.posted(old["id"]) == server.world.posted(elsewhere) == []


class TestDigest:
    async def test_alike_questions_are_one_and_who_is_forgotten_asked_none(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        ben = server.person("Ben")
        for person, question in (
            (anna, "what is the weather in Paris?"),
            (ben, "What is the weather like in Paris"),
            (ben, "who won the football match, <@123456>?"),
        ):
            await person.asks(question, channel)
        await anna.reads(await anna.calls("ask", channel, question="how do I bake bread?", private=True))
        digest = await told(mo, channel, "digest")
        assert "what is the weather in Paris? (2)" in digest
        assert "football" in digest
        assert "123456" not in digest
        assert "bread" not in digest
        assert "Ben" not in digest

        await bot.stores.learners.forget(Identity(platform="discord", number=ben.id), datetime.now(UTC))
        digest = await told(mo, channel, "digest")
        assert "football" not in digest
        assert "Paris?\n" in digest

    async def test_what_did_not_help_is_told_with_its_question(
        self, server: DiscordServer, channel: str, bot: Running, anna: Person, mo: Person
    ) -> None:
        answer = await anna.asks("sec+ cost?", channel)
        for person in (anna, server.person("Ben")):
            await person.reads(await person.taps(answer, "👎"))
        alone = await anna.reads(await anna.calls("ask", channel, question="ccna cost?", private=True))
        await anna.reads(await anna.taps(alone, "👎"))
        digest = await told(mo, channel, "digest")
        assert "did not help:**\n• sec+ cost? (2)" in digest
        assert "ccna" not in digest


def guild_of(server: DiscordServer, channel: str) -> str:
    found: str = server.world.channels[channel]["guild_id"]
    return found
