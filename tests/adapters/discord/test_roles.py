"""Roles for achievements: put on by nobody but oneself, taken off again, and never lost on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord.server_settings import GivenRole, Servers
from bot.app import Library
from bot.core.conversation import Context
from bot.core.ports import TurnRecord
from bot.learning.learner import Changes, Identity, Review, Room
from tests.adapters.at_work import passed_lately
from tests.adapters.discord.conftest import Running, running
from tests.servers.discord.people import MODERATOR, Person, inside, labels
from tests.servers.discord.server import DiscordServer, Fault


@pytest.fixture
def guild(server: DiscordServer, channel: str) -> dict[str, Any]:
    return server.world.guilds[server.world.channels[channel]["guild_id"]]


@pytest.fixture
def certified(server: DiscordServer, guild: dict[str, Any]) -> dict[str, Any]:
    return server.world.role(guild, "Certified")


@pytest.fixture(autouse=True)
def leads(server: DiscordServer, guild: dict[str, Any], mo: Person) -> None:
    """Mo has a role that stands above those that are given."""
    server.world.lead(guild, mo.id)


async def told(person: Person, channel: str, **given: object) -> str:
    found = await person.reads(await person.calls("server", channel, inner="role", **given))
    return str(found["content"])


async def holds(person: Person, name: str) -> None:
    count = len(person.world.posted(person.dm))
    await person.says(f"I passed {name} on {passed_lately()}")
    await person.receives(number=count + 1)


async def puts_on(person: Person, channel: str) -> str:
    shown = await person.reads(await person.calls("roles", channel))
    return str((await person.reads(await person.taps(shown, "Show it with")))["content"])


async def wears(server: DiscordServer, guild: dict[str, Any], person: Person, role: dict[str, Any]) -> None:
    await server.world.until(lambda: role["id"] in server.world.worn(guild["id"], person.id) or None, "the role")


async def wears_not(server: DiscordServer, guild: dict[str, Any], person: Person, role: dict[str, Any]) -> None:
    await server.world.until(lambda: role["id"] not in server.world.worn(guild["id"], person.id) or None, "no role")


class TestPuttingOn:
    async def test_who_has_achieved_it_may_put_it_on_and_nothing_shows_before(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        anna: Person,
        mo: Person,
    ) -> None:
        assert "“Certified” is for whoever" in await told(mo, channel, role=certified, achievement="certificates")
        asked = await anna.calls("roles", channel)
        shown = await anna.reads(asked)
        assert asked.ephemeral
        assert "🔒" in shown["content"]
        assert labels(shown) == []

        await holds(anna, "Security+")
        assert server.world.worn(guild["id"], anna.id) == set()
        assert "in a moment" in await puts_on(anna, channel)
        await wears(server, guild, anna, certified)

        shown = await anna.reads(await anna.calls("roles", channel))
        assert "✅" in shown["content"]
        assert "taken off" in (await anna.reads(await anna.taps(shown, "Take off")))["content"]
        await wears_not(server, guild, anna, certified)
        assert "too old" in (await anna.reads(await anna.taps(shown, "Take off")))["content"]

    async def test_nobody_puts_on_what_they_have_not_achieved(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        anna: Person,
        mo: Person,
    ) -> None:
        await told(mo, channel, role=certified, achievement="certificates", at=2)
        await holds(anna, "Security+")
        shown = await anna.reads(await anna.calls("roles", channel))
        forged = await anna.presses({**shown, "channel_id": channel}, f"s{anna.id}:role:{certified['id']}")
        assert "not reached" in (await anna.reads(forged))["content"]
        unknown = await anna.presses({**shown, "channel_id": channel}, f"s{anna.id}:role:1")
        assert "too old" in (await anna.reads(unknown))["content"]
        assert server.made("PUT /guilds") == []

    async def test_points_are_right_answers_in_thirty_days(
        self, server: DiscordServer, channel: str, guild: dict[str, Any], bot: Running, anna: Person, mo: Person
    ) -> None:
        busy = server.world.role(guild, "Busy")
        await told(mo, channel, role=busy, achievement="points", at=3)
        await practised(bot, anna, days_ago=40, right=5)
        await practised(bot, anna, days_ago=2, right=2)
        assert "🔒" in (await anna.reads(await anna.calls("roles", channel)))["content"]
        await practised(bot, anna, days_ago=1, right=1)
        await puts_on(anna, channel)
        await wears(server, guild, anna, busy)

    async def test_a_role_that_was_promised_is_given_after_a_restart(
        self, server: DiscordServer, library: Library, home: Path, channel: str, guild: dict[str, Any], mo: Person
    ) -> None:
        role = server.world.role(guild, "Certified")
        async with running(server, library, home) as bot:
            await told(mo, channel, role=role, achievement="certificates")
            await holds(mo, "Security+")
            server.fail("PUT /guilds", *[Fault(status=503)] * 500)
            await puts_on(mo, channel)
            await bot.ends()
        assert role["id"] not in server.world.worn(guild["id"], mo.id)
        server.forgive()
        async with running(server, library, home):
            await wears(server, guild, mo, role)


class TestTakingOff:
    async def test_who_leaves_the_ranking_wears_none_here_any_more(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        anna: Person,
        mo: Person,
    ) -> None:
        await told(mo, channel, role=certified, achievement="certificates")
        await holds(anna, "Security+")
        await puts_on(anna, channel)
        await wears(server, guild, anna, certified)
        await anna.reads(await anna.calls("leave", channel))
        await wears_not(server, guild, anna, certified)

    async def test_who_is_forgotten_wears_none_anywhere(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        anna: Person,
        mo: Person,
    ) -> None:
        other = server.world.guild("Others")
        server.world.lead(other, mo.id)
        role = server.world.role(other, "Holder")
        await told(mo, channel, role=certified, achievement="certificates")
        await told(mo, other["channels"][0]["id"], role=role, achievement="certificates")
        await holds(anna, "Security+")
        for place, where, what in ((channel, guild, certified), (other["channels"][0]["id"], other, role)):
            await puts_on(anna, place)
            await wears(server, where, anna, what)
        # Discord does not answer just then; what has to be done is done when it does.
        server.fail("DELETE /guilds", Fault(), Fault())
        asked = await anna.reads(await anna.calls("forget"))
        assert "erased" in (await anna.reads(await anna.taps(asked, "Yes")))["content"]
        for where, what in ((guild, certified), (other, role)):
            await wears_not(server, where, anna, what)
        kept = await bot.stores.learners.export(Identity(platform="discord", number=anna.id))
        assert certified["id"] not in str(kept)


class TestPowers:
    """Whoever may change a role can give it powers at any time, long after it was made a prize."""

    async def test_a_role_that_has_got_powers_is_given_to_nobody_and_the_moderators_are_told_once(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        anna: Person,
        mo: Person,
    ) -> None:
        await told(mo, channel, role=certified, achievement="certificates")
        await holds(anna, "Security+")
        shown = await anna.reads(await anna.calls("roles", channel))
        certified["permissions"] = str(1 << 2)
        heard = (await anna.reads(await anna.taps(shown, "Show it with")))["content"]
        assert "cannot be had just now" in heard
        assert "has powers now that moderate" in (await mo.receives(channel))["content"]
        again = await anna.reads(await anna.taps({**shown, "channel_id": channel}, "Show it with"))
        assert "cannot be had just now" in again["content"]
        await bot.settled()
        assert server.world.worn(guild["id"], anna.id) == set()
        assert len(server.world.posted(channel)) == 1
        assert "Certified ⚠" in (await mo.reads(await mo.calls("server", channel, inner="show")))["content"]

        assert "moderates" in await told(mo, channel, role=certified, achievement="certificates")
        certified["permissions"] = "0"
        await told(mo, channel, role=certified, achievement="certificates")
        await puts_on(anna, channel)
        await wears(server, guild, anna, certified)

    async def test_it_is_looked_again_when_what_was_promised_is_done_at_last(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        anna: Person,
        mo: Person,
    ) -> None:
        await told(mo, channel, role=certified, achievement="certificates")
        await holds(anna, "Security+")
        server.fail("PUT /guilds", *[Fault(status=503)] * 500)
        assert "in a moment" in await puts_on(anna, channel)
        await server.world.until(lambda: "PUT /guilds" in " ".join(server.tried) or None, "a try")
        certified["permissions"] = str(1 << 3)
        assert "has powers now that moderate" in (await mo.receives(channel))["content"]
        server.forgive()
        await bot.settled()
        assert server.world.worn(guild["id"], anna.id) == set()
        # She does not have it, and nothing says that she has.
        assert "⏸️" in (await anna.reads(await anna.calls("roles", channel)))["content"]


class TestMany:
    async def test_of_more_than_fit_into_buttons_one_is_chosen_from_the_servers_own_list(
        self, server: DiscordServer, channel: str, guild: dict[str, Any], bot: Running, anna: Person, mo: Person
    ) -> None:
        roles = [server.world.role(guild, f"Certified {number:02} {'x' * 80}") for number in range(26)]
        other = server.world.role(guild, "Other")
        servers = Servers(bot.stores.keepsakes, lambda: datetime.now(UTC))
        for role in roles:
            kept = {"role": role["id"], "name": role["name"], "achievement": "certificates", "at": 1}
            await servers.give_role(guild["id"], GivenRole(**kept, channel=channel))
        await holds(anna, "Security+")
        shown = await anna.reads(await anna.calls("roles", channel))
        assert "(+" in shown["content"]
        assert [each["type"] for each in inside(shown)] == [6]
        assert "in a moment" in (await anna.reads(await anna.picks(shown, roles[25])))["content"]
        await wears(server, guild, anna, roles[25])
        assert "taken off" in (await anna.reads(await anna.picks(shown, roles[25])))["content"]
        await wears_not(server, guild, anna, roles[25])
        assert "too old" in (await anna.reads(await anna.picks(shown, other)))["content"]


class TestModerators:
    async def test_a_role_with_power_is_no_prize(
        self, server: DiscordServer, channel: str, guild: dict[str, Any], bot: Running, anna: Person, mo: Person
    ) -> None:
        for permissions in (1 << 3, 1 << 28, 1 << 5):
            role = server.world.role(guild, "Boss", str(permissions))
            assert "moderates" in await told(mo, channel, role=role, achievement="points")
        assert "gives no roles" in (await anna.reads(await anna.calls("roles", channel)))["content"]

    async def test_who_may_not_give_roles_has_none_given(
        self, channel: str, certified: dict[str, Any], bot: Running, mo: Person
    ) -> None:
        mo.permissions = str(int(MODERATOR) & ~(1 << 28))
        assert "Only who may give roles" in await told(mo, channel, role=certified, achievement="points")

    async def test_that_the_bot_may_not_is_said_at_once(
        self, server: DiscordServer, channel: str, certified: dict[str, Any], bot: Running, mo: Person
    ) -> None:
        server.world.may_give_roles = False
        assert "Manage Roles" in await told(mo, channel, role=certified, achievement="points")

    async def test_a_role_that_discord_refuses_is_told_once_until_it_is_set_again(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        anna: Person,
        mo: Person,
    ) -> None:
        await told(mo, channel, role=certified, achievement="certificates")
        raised(certified)
        await holds(anna, "Security+")
        await puts_on(anna, channel)
        refused = await mo.receives(channel)
        assert "does not let me give or take off the role “Certified”" in refused["content"]
        await bot.settled()
        assert "Certified ⚠" in (await mo.reads(await mo.calls("server", channel, inner="show")))["content"]

        # Until then nobody is made to ask in vain, and it is tried no more.
        ben = server.person("Ben")
        await holds(ben, "Security+")
        for person in (anna, ben):
            shown = await person.reads(await person.calls("roles", channel))
            assert "⏸️" in shown["content"]
            assert labels(shown) == []
            pressed = await person.presses({**shown, "channel_id": channel}, f"s{person.id}:role:{certified['id']}")
            assert "cannot be had just now" in (await person.reads(pressed))["content"]
        await bot.settled()
        assert len(server.world.posted(channel)) == 1
        assert server.tried.count("PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}") == 1

        lowered(certified)
        await told(mo, channel, role=certified, achievement="certificates")
        await puts_on(anna, channel)
        await wears(server, guild, anna, certified)

    async def test_that_a_role_cannot_be_taken_off_is_told_too(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        anna: Person,
        mo: Person,
    ) -> None:
        await told(mo, channel, role=certified, achievement="certificates")
        await holds(anna, "Security+")
        await puts_on(anna, channel)
        await wears(server, guild, anna, certified)
        raised(certified)
        shown = await anna.reads(await anna.calls("roles", channel))
        await anna.reads(await anna.taps(shown, "Take off"))
        assert "give or take off the role “Certified”" in (await mo.receives(channel))["content"]

    async def test_who_has_left_the_server_is_no_fault_of_the_role(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        anna: Person,
        mo: Person,
    ) -> None:
        await told(mo, channel, role=certified, achievement="certificates")
        await holds(anna, "Security+")
        server.world.away.add(anna.id)
        await puts_on(anna, channel)
        await bot.settled()
        assert server.world.posted(channel) == []
        server.world.away.clear()
        await puts_on(anna, channel)
        await wears(server, guild, anna, certified)

    async def test_a_role_above_the_bots_own_is_refused_with_what_to_do(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        anna: Person,
        mo: Person,
    ) -> None:
        guild["owner_id"] = mo.id
        for height in (server.world.own_role(guild)["position"], 30):
            # Of two in the same place, the older stands higher, which is the bot's.
            certified["position"] = height
            heard = await told(mo, channel, role=certified, achievement="certificates")
            assert ("Move my role above it" in heard) == (height == 30)
        await told(mo, channel, role=certified)
        assert "gives no roles" in (await anna.reads(await anna.calls("roles", channel)))["content"]

    async def test_nobody_has_a_role_given_that_stands_above_theirs(
        self,
        server: DiscordServer,
        channel: str,
        guild: dict[str, Any],
        certified: dict[str, Any],
        bot: Running,
        mo: Person,
    ) -> None:
        # Beside the bot's own, which is older: the bot could give it, and Mo could not.
        certified["position"] = server.world.own_role(guild)["position"]
        heard = await told(mo, channel, role=certified, achievement="certificates")
        assert "below your own highest role" in heard
        guild["owner_id"] = mo.id
        assert "is for whoever" in await told(mo, channel, role=certified, achievement="certificates")

    async def test_what_discord_does_not_tell_just_now_is_not_taken_for_granted(
        self, server: DiscordServer, channel: str, certified: dict[str, Any], bot: Running, anna: Person, mo: Person
    ) -> None:
        server.fail("GET /guilds/{guild_id}", Fault(status=403, body=(("message", "Missing Access"), ("code", 50001))))
        heard = await told(mo, channel, role=certified, achievement="certificates")
        assert "does not tell me just now" in heard
        assert "gives no roles" in (await anna.reads(await anna.calls("roles", channel)))["content"]

    async def test_a_role_that_is_given_no_more_is_not_shown(
        self, channel: str, certified: dict[str, Any], bot: Running, anna: Person, mo: Person
    ) -> None:
        await told(mo, channel, role=certified, achievement="certificates")
        assert "for nothing any more" in await told(mo, channel, role=certified)
        assert "gives no roles" in (await anna.reads(await anna.calls("roles", channel)))["content"]


def raised(role: dict[str, Any]) -> None:
    """Above the bot's own."""
    role["position"] = 30


def lowered(role: dict[str, Any]) -> None:
    role["position"] = 1


async def practised(bot: Running, person: Person, *, days_ago: int, right: int) -> None:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    reviews = tuple(Review(item=f"item-{days_ago}-{n}", at=at, rating=3, correct=True) for n in range(right))
    who = Identity(platform="discord", number=person.id)
    room = Room(platform="discord", number=person.id)
    learner = await bot.stores.learners.learner(who)
    record = TurnRecord(
        key=f"practised-{days_ago}",
        room=room,
        at=at,
        question="?",
        answer=None,
        context=Context(),
        changes=Changes(reviews=reviews),
    )
    await bot.stores.learners.commit(who, learner, record)
