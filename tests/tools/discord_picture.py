"""Draw the README's picture of Discord: what the whole product really sent to a loopback Discord, as it is shown."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.app import Library
from bot.settings import content_folder
from tests.adapters.discord.conftest import running
from tests.servers.discord.people import inside
from tests.servers.discord.server import DiscordServer, discord_server
from tests.tools.discord_svg import Screen, drawing
from tests.tools.packaged import packaged

PICTURE = content_folder("knowledge").parent / ".github" / "discord.svg"


async def in_public(server: DiscordServer, channel: str) -> Screen:
    anna, screen = server.person("Anna"), Screen("# study-group", server.world.files)
    screen.used("Anna", "/ask")
    answer = await anna.asks("sec+ cost?", channel)
    screen.answers(answer)
    screen.answers(await anna.reads(await anna.taps(answer, "Sources")), alone=True)
    screen.used("Anna", "/quiz")
    asked = await anna.reads(await anna.calls("quiz", channel, credential="az-104"))
    screen.answers(asked)
    screen.answers(await anna.reads(await anna.presses(asked, inside(asked)[0]["custom_id"])), alone=True)
    return screen


async def for_one(server: DiscordServer, channel: str) -> Screen:
    ben, screen = server.person("Ben"), Screen("# study-group", server.world.files)
    screen.used("Ben", "/compare")
    compared = await ben.calls("compare", channel, first="comptia-security-plus", second="ccna")
    screen.answers(await ben.reads(compared))
    await ben.says("I passed Security+ on 2025-12-01")
    await ben.receives()
    screen.used("Ben", "/wallet")
    screen.answers(await ben.reads(await ben.calls("wallet", channel)), alone=True)
    screen.used("Ben", "/practice")
    practice = await ben.calls("practice", channel, credential="az-104")
    screen.answers(await ben.reads(practice), alone=True)
    return screen


async def in_private(server: DiscordServer, _channel: str) -> Screen:
    mo, screen = server.person("Mo"), Screen("Credway", server.world.files)
    screen.used("Mo", "/plan")
    path = await mo.reads(await mo.calls("plan", goal="sc-100", hours=6))
    screen.answers(path)
    screen.answers(await mo.reads(await mo.taps(path, "Picture")))
    return screen


async def talked(library: Library, home: Path) -> list[Screen]:
    async with discord_server() as server, running(server, library, home):
        channel = server.world.guild("Learners")["channels"][0]["id"]
        screens = [await each(server, channel) for each in (in_public, for_one, in_private)]
        assert server.wrong == []
        return screens


def main() -> None:
    with packaged() as (library, home):
        screens = asyncio.run(talked(library, home))
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawing(screens), encoding="utf-8")


if __name__ == "__main__":
    main()
