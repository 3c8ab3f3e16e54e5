"""Draw the README's picture of Discord: what the whole product really sent to a loopback Discord, as it is shown."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from bot.app import Library, open_library
from bot.chat.markdown import styled
from bot.settings import Settings, content_folder
from tests.adapters.discord.conftest import running
from tests.adapters.telegram.conftest import TODAY
from tests.servers.discord.people import Message
from tests.servers.discord.server import DiscordServer, discord_server
from tests.tools.chat_svg import Phone, drawing

PICTURE = content_folder("knowledge").parent / ".github" / "discord.svg"
_SMALL = "-# "


def shown(server: DiscordServer, message: Message) -> dict[str, Any]:
    """A message of Discord's as the drawing takes one."""
    text = styled(message["content"].replace(_SMALL, ""), {})
    rows = [
        [{"text": each.get("label") or each["placeholder"]} for each in row["components"]]
        for row in message.get("components") or []
    ]
    found: dict[str, Any] = {"text": text.text, "entities": text.entities(), "reply_markup": {"inline_keyboard": rows}}
    pictures = [each for each in message.get("attachments", []) if each["filename"].endswith(".png")]
    return {**found, "photo": [{"content": server.world.files[pictures[0]["id"]]}]} if pictures else found


async def in_public(server: DiscordServer, channel: str) -> Phone:
    anna, phone = server.person("Anna"), Phone("# study-group", "8 members")
    phone.says({"text": "/ask sec+ cost?"}, name="Anna")
    phone.says(shown(server, await anna.asks("sec+ cost?", channel)), name="Credway")
    phone.says({"text": "/quiz az-104"}, name="Anna")
    asked = await anna.reads(await anna.calls("quiz", channel, credential="az-104"))
    phone.says(shown(server, asked), name="Credway")
    return phone


async def for_one(server: DiscordServer, channel: str) -> Phone:
    ben, phone = server.person("Ben"), Phone("# study-group", "only you see this")
    await ben.says("I passed Security+ on 2025-12-01")
    await ben.receives()
    phone.says({"text": "/wallet"}, name="Ben")
    phone.says(shown(server, await ben.reads(await ben.calls("wallet", channel))), name="Credway")
    phone.says({"text": "/practice az-104"}, name="Ben")
    practice = await ben.calls("practice", channel, credential="az-104")
    phone.says(shown(server, await ben.reads(practice)), name="Credway")
    return phone


async def in_private(server: DiscordServer, _channel: str) -> Phone:
    mo, phone = server.person("Mo"), Phone("Credway", "direct messages")
    path = await mo.reads(await mo.calls("plan", goal="sc-100", hours=6))
    phone.says({"text": "/plan sc-100 hours: 6"}, name="Mo")
    phone.says(shown(server, await mo.reads(await mo.taps(path, "Picture"))), name="Credway")
    return phone


async def talked(library: Library, home: Path) -> list[Phone]:
    async with discord_server() as server, running(server, library, home):
        channel = server.world.guild("Learners")["channels"][0]["id"]
        phones = [await each(server, channel) for each in (in_public, for_one, in_private)]
        assert server.wrong == []
        return phones


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(_env_file=None, knowledge_dirs=(), credway_home=Path(home))
        library = open_library(settings, today=TODAY)
        library.ingest()
        phones = asyncio.run(talked(library, Path(home)))
        library.close()
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawing(phones), encoding="utf-8")


if __name__ == "__main__":
    main()
