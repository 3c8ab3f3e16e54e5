"""Telegram and Discord in one process: one learner, joined by a code."""

from __future__ import annotations

from pathlib import Path

from bot.app import Library
from tests.adapters.at_work import passed_lately
from tests.adapters.discord.conftest import running
from tests.servers.discord.server import DiscordServer
from tests.servers.telegram.server import telegram_server


async def test_one_person_is_joined_by_a_code_and_what_is_told_in_one_shows_in_the_other(
    server: DiscordServer, library: Library, home: Path
) -> None:
    async with telegram_server() as telegram, running(server, library, home, telegram=telegram) as bot:
        there, here = telegram.person("Anna"), server.person("Anna")
        await there.sends(f"I passed Security+ on {passed_lately()}")
        await there.receives()
        assert "Security+" not in (await here.reads(await here.calls("wallet")))["content"]

        told = (await here.reads(await here.calls("link")))["content"]
        code = told.rpartition("/link ")[2].split()[0]
        await there.sends(f"/link {code}")
        await there.receives()
        assert "Security+" in (await here.reads(await here.calls("wallet")))["content"]

        await here.says("my goal is az-305")
        await here.receives()
        await there.sends("/me")
        assert "AZ-305" in (await there.receives())["text"]
        assert telegram.wrong == []
        await bot.ends()


async def test_a_plan_that_is_made_in_one_shows_in_the_other(
    server: DiscordServer, library: Library, home: Path, channel: str
) -> None:
    async with telegram_server() as telegram, running(server, library, home, telegram=telegram) as bot:
        there, here = telegram.person("Anna"), server.person("Anna")
        told = (await here.reads(await here.calls("link")))["content"]
        await there.sends(f"/link {told.rpartition('/link ')[2].split()[0]}")
        await there.receives()

        await there.sends("/plan sc-100 without SC-200")
        plan = (await there.receives())["text"]
        assert "SC-300" in plan
        assert "SC-100" in (await here.reads(await here.calls("me")))["content"]
        shown = (await here.reads(await here.calls("plan")))["content"]
        assert "SC-300" in shown
        assert "no SC-200" in shown
        # In front of others nothing is known of it.
        assert "Where to?" in (await here.reads(await here.calls("plan", channel)))["content"]

        await here.reads(await here.calls("plan", goal="az-305", budget=400))
        await there.sends("/me")
        assert "AZ-305" in (await there.receives())["text"]
        await there.sends("/plan")
        # The last one, also where another was talked of before.
        last = (await there.receives())["text"]
        assert "AZ-305" in last
        assert "USD 400" in last
        assert telegram.wrong == []
        await bot.ends()
