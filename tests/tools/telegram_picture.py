"""Draw the README's picture of Telegram: conversations with the whole product over the loopback Bot API server, saved
as what the bot really sent.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.app import Library
from bot.settings import content_folder
from tests.adapters.telegram.conftest import running
from tests.servers.telegram.people import Message, Person
from tests.servers.telegram.server import TelegramServer, telegram_server
from tests.tools.packaged import packaged
from tests.tools.telegram_svg import Phone, drawing

PICTURE = content_folder("knowledge").parent / ".github" / "telegram.svg"


async def asking(anna: Person) -> Phone:
    phone = Phone("Credway", "bot")
    await _asks(phone, anna, "sec+ cost, and how long is it valid?")
    phone.says(await anna.receives(), open_quotes=True)
    await _asks(phone, anna, "/practice az-104")
    phone.says(await anna.receives())
    poll = await anna.receives()
    right = poll["poll"]["options"][poll["poll"]["correct_option_ids"][0]]["text"]
    await anna.answers_poll(poll, right)
    told = await anna.receives()
    phone.says(poll)
    phone.says(told)
    return phone


async def planning(anna: Person) -> Phone:
    phone = Phone("Credway", "bot")
    await _asks(phone, anna, "I passed Security+ on 2025-12-01, have 6 hours a week and 400 dollars")
    phone.says(await anna.receives())
    await _asks(phone, anna, "/plan SC-100")
    phone.says(await anna.receives())
    return phone


async def in_a_group(server: TelegramServer, anna: Person, ben: Person) -> Phone:
    team = server.group("Study group", anna, ben)
    phone = Phone("Study group", "3 members")
    phone.says(await ben.sends("@credway_bot CCNA or Network+, which is cheaper?", to=team), name="Ben")
    phone.says(await team.receives(), name="Credway")
    phone.says(await anna.sends("/quiz az-104", to=team), own=True)
    phone.says(await team.receives(), name="Credway")
    # A picture that Anna has had made for her in private, and passes on.
    await anna.sends("/plan SC-100")
    await anna.taps(await anna.receives(), "Picture")
    await anna.receives()
    picture = await anna.receives()
    shared = server.world.post(team.chat, anna.shown, {"photo": picture["photo"]})
    phone.says(_with_content(server, shared), own=True)
    return phone


async def _asks(phone: Phone, person: Person, text: str) -> None:
    phone.says(await person.sends(text), own=True)


def _with_content(server: TelegramServer, message: Message) -> Message:
    photo = message["photo"][0]
    return {**message, "photo": [{**photo, "content": server.world.files[photo["file_id"]].content}]}


async def talked(library: Library, home: Path) -> list[Phone]:
    async with telegram_server() as server, running(server, library, home):
        anna, ben = server.person("Anna"), server.person("Ben")
        phones = [
            await asking(anna),
            await planning(anna),
            await in_a_group(server, anna, ben),
        ]
        assert server.wrong == []
        return phones


def main() -> None:
    with packaged() as (library, home):
        phones = asyncio.run(talked(library, home))
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawing(phones), encoding="utf-8")


if __name__ == "__main__":
    main()
