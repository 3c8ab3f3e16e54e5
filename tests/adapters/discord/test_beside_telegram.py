"""Telegram and Discord in one process: one learner, joined by a code."""

from __future__ import annotations

from pathlib import Path

from bot.app import Library
from tests.adapters.discord.conftest import running
from tests.servers.discord.server import DiscordServer
from tests.servers.telegram.server import telegram_server


async def test_one_person_is_joined_by_a_code_and_what_is_told_in_one_shows_in_the_other(
    server: DiscordServer, library: Library, home: Path
) -> None:
    async with telegram_server() as telegram, running(server, library, home, telegram=telegram) as bot:
        there, here = telegram.person("Anna"), server.person("Anna")
        await there.sends("I passed Security+ on 2024-12-01")
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
