"""Documents of a server and of a person: found where they belong and nowhere else, used only when approved."""

from __future__ import annotations

import pytest

from bot.learning.learner import Room
from tests.adapters.discord.conftest import Running
from tests.servers.discord.people import TIDYING, Person, inside
from tests.servers.discord.server import DiscordServer

LAB = "# Lab rules\n\nThe Zanzibar lab opens at 07:45 on weekdays. Bring the purple badge to enter the Zanzibar lab.\n"
MEMBERS = 20


@pytest.fixture
def channels(server: DiscordServer) -> list[str]:
    return [server.world.guild(name)["channels"][0]["id"] for name in ("One", "Two")]


async def teaches(person: Person, channel: str, name: str, text: str) -> str:
    file = person.offers(name, text)
    found = await person.reads(await person.calls("server", channel, inner="teach", file=file))
    return str(found["content"])


async def test_what_a_server_was_taught_is_found_there_with_its_source_and_nowhere_else(
    bot: Running, channels: list[str], anna: Person, mo: Person
) -> None:
    here, elsewhere = channels
    assert "learnt" in await teaches(mo, here, "lab.md", LAB)
    question = "when does the Zanzibar lab open?"
    assert "07:45" in (await anna.asks(question, here))["content"]
    assert "lab" in (await anna.asks(question, here))["content"]
    assert "07:45" not in (await anna.asks(question, elsewhere))["content"]
    assert "07:45" not in (await anna.asks(question))["content"]


async def test_only_who_manages_the_server_teaches(bot: Running, channels: list[str], anna: Person) -> None:
    assert "Only those who manage" in await teaches(anna, channels[0], "lab.md", LAB)
    assert "07:45" not in (await anna.asks("when does the Zanzibar lab open?", channels[0]))["content"]


async def test_what_is_proposed_is_used_only_when_it_is_approved(
    server: DiscordServer, bot: Running, channels: list[str], anna: Person, mo: Person
) -> None:
    here = channels[0]
    question = "when does the Zanzibar lab open?"
    message = await anna.says(LAB, here)
    anna.permissions = TIDYING
    told = await anna.opens_menu("Teach the bot", message, here)
    assert "proposed" in (await anna.reads(told))["content"]
    assert told.ephemeral
    shown = await anna.receives(here)
    assert "Zanzibar" in shown["content"]
    assert "07:45" not in (await anna.asks(question, here))["content"]
    assert "Only those who manage" in (await anna.reads(await anna.taps(shown, "Use it")))["content"]
    assert "07:45" not in (await anna.asks(question, here))["content"]

    assert "learnt" in (await mo.reads(await mo.taps(shown, "Use it")))["content"]
    assert "07:45" in (await anna.asks(question, here))["content"]
    assert "too old" in (await mo.reads(await mo.taps(shown, "Discard")))["content"]


async def test_what_is_discarded_is_gone(bot: Running, channels: list[str], mo: Person) -> None:
    message = await mo.says(LAB, channels[0])
    await mo.reads(await mo.opens_menu("Teach the bot", message, channels[0]))
    shown = await mo.receives(channels[0])
    assert "Discarded" in (await mo.reads(await mo.taps(shown, "Discard")))["content"]
    assert "too old" in (await mo.reads(await mo.taps(shown, "Use it")))["content"]


async def test_not_everybody_proposes(bot: Running, channels: list[str], anna: Person) -> None:
    message = await anna.says(LAB, channels[0])
    told = await anna.opens_menu("Teach the bot", message, channels[0])
    assert "may not teach" in (await anna.reads(told))["content"]
    assert anna.world.posted(channels[0]) == []


async def test_who_has_the_chosen_role_teaches_and_approves_what_another_has_proposed(
    server: DiscordServer, bot: Running, channels: list[str], anna: Person, mo: Person
) -> None:
    here = channels[0]
    guild = server.world.guilds[server.world.channels[here]["guild_id"]]
    role = server.world.role(guild, "Tutor")
    ben = server.person("Ben")
    ben.permissions = TIDYING
    await mo.reads(await mo.calls("server", here, inner="teachers", role=role))
    message = await anna.says(LAB, here)
    assert "may not teach" in (await ben.reads(await ben.opens_menu("Teach the bot", message, here)))["content"]
    for tutor in (anna, ben):
        server.world.worn(guild["id"], tutor.id).add(role["id"])
    await anna.reads(await anna.opens_menu("Teach the bot", message, here))
    shown = await anna.receives(here)
    assert "Somebody else" in (await anna.reads(await anna.taps(shown, "Use it")))["content"]
    assert "learnt" in (await ben.reads(await ben.taps(shown, "Use it")))["content"]

    assert "delete messages" in (await mo.reads(await mo.calls("server", here, inner="teachers")))["content"]
    assert "may not teach" in (await anna.reads(await anna.opens_menu("Teach the bot", message, here)))["content"]


async def test_what_was_taught_can_be_forgotten(bot: Running, channels: list[str], mo: Person) -> None:
    here = channels[0]
    await teaches(mo, here, "lab.md", LAB)
    listed = await mo.reads(await mo.calls("server", here, inner="documents"))
    assert "1" in listed["content"]
    assert [option["label"] for option in inside(listed)[0]["options"]] == ["lab.md"]
    assert "Forgotten" in (await mo.reads(await mo.chooses(listed, "lab.md")))["content"]
    assert "07:45" not in (await mo.asks("when does the Zanzibar lab open?", here))["content"]
    assert "nothing yet" in (await mo.reads(await mo.calls("server", here, inner="documents")))["content"]


async def test_a_file_that_cannot_be_read_says_why(bot: Running, channels: list[str], mo: Person) -> None:
    assert "PDF" in await teaches(mo, channels[0], "photo.bin", "\x00\x01\x02")


async def test_a_file_in_private_is_ones_own(
    server: DiscordServer, bot: Running, channels: list[str], anna: Person
) -> None:
    await anna.says("", attachments=[anna.offers("notes.md", LAB)])
    assert "notes.md" in (await anna.receives())["content"]
    question = "when does the Zanzibar lab open?"
    assert "07:45" in (await anna.asks(question))["content"]
    assert "07:45" not in (await anna.asks(question, channels[0]))["content"]
    assert "07:45" not in (await server.person("Ben").asks(question))["content"]


async def test_two_servers_with_documents_and_twenty_members_with_secrets(
    server: DiscordServer, bot: Running, channels: list[str], mo: Person
) -> None:
    canaries = {channel: f"code-{place}-zebra" for place, channel in enumerate(channels)}
    for channel, canary in canaries.items():
        await teaches(mo, channel, "door.md", f"# Door\n\nThe door code of the Zanzibar lab is {canary}.\n")
    people = [server.person(f"Member {number}") for number in range(MEMBERS)]
    for number, person in enumerate(people):
        text = f"# Mine\n\nMy locker code in the Zanzibar lab is locker-{number}-quagga.\n"
        await person.says("", attachments=[person.offers("mine.md", text)])
        await person.receives()
    for number, person in enumerate(people):
        channel = channels[number % 2]
        for question in ("what is the door code of the Zanzibar lab?", "what is my locker code in the Zanzibar lab?"):
            told = (await person.asks(question, channel))["content"]
            assert "quagga" not in told
            assert canaries[channels[1 - number % 2]] not in told
        assert canaries[channel] in (await person.asks("door code of the Zanzibar lab?", channel))["content"]
        mine = (await person.asks("what is my locker code in the Zanzibar lab?"))["content"]
        assert f"locker-{number}-quagga" in mine
        assert "zebra" not in mine


async def test_whoever_sends_the_bot_away_takes_their_documents_with_them(
    server: DiscordServer, bot: Running, channels: list[str], mo: Person
) -> None:
    here, elsewhere = channels
    for channel in channels:
        await teaches(mo, channel, "lab.md", LAB)
    guild = server.world.channels[here]["guild_id"]
    await server.gateway.dispatch("GUILD_DELETE", {"id": guild, "unavailable": True})
    await mo.asks("ccna cost?")
    assert "07:45" in (await mo.asks("when does the Zanzibar lab open?", here))["content"]

    await server.gateway.dispatch("GUILD_DELETE", {"id": guild})
    own = bot.service.own_documents
    assert own is not None
    while await own.documents(Room(platform="discord", number=guild, private=False)):
        await mo.asks("ccna cost?")
    assert "07:45" not in (await mo.asks("when does the Zanzibar lab open?", here))["content"]
    assert "07:45" in (await mo.asks("when does the Zanzibar lab open?", elsewhere))["content"]
