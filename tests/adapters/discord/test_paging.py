"""A reply that is longer than a card: pages in one message, for who asked and for others, also after a restart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Library
from bot.core.answer import Answer, Citation
from bot.core.conversation import Response, Turn
from tests.adapters.discord.conftest import Running, running
from tests.adapters.telegram.replies import citation
from tests.servers.discord.components import every, is_v2
from tests.servers.discord.people import Person, labels
from tests.servers.discord.server import DiscordServer, Fault
from tests.servers.discord.world import Message

INVALID = Fault(400, (("message", "Invalid Form Body"), ("code", 50035)))
WORDS = [f"word{number}" for number in range(900)]


class LongWinded:
    """A `Responder` that says more than fits into a card, from so many sources."""

    def __init__(self, sources: int = 1) -> None:
        self._citations: tuple[Citation, ...] = tuple(citation(n) for n in range(1, sources + 1))

    async def respond(self, turn: Turn) -> Response:
        text = " ".join(WORDS) + " [1]"
        answer = Answer(
            question=turn.question,
            status="answered",
            language="en",
            mode="offline",
            text=text,
            citations=self._citations,
        )
        return Response(answer=answer, context=turn.context)


@pytest.fixture
async def bot(server: DiscordServer, library: Library, home: Path) -> AsyncIterator[Running]:
    async with running(server, library, home, responder=LongWinded(sources=7)) as at_work:
        yield at_work


def words(message: Message) -> list[str]:
    return [word for word in message["content"].split() if word in WORDS]


async def test_all_of_it_is_read_by_turning_pages_in_one_message(bot: Running, channel: str, anna: Person) -> None:
    answer = await anna.asks("tell me all", channel)
    assert is_v2(answer)
    read = words(answer)
    last = int(next(label for label in labels(answer) if label.startswith("1/")).removeprefix("1/"))
    for number in range(2, last + 1):
        turned = await anna.taps(answer, "▶")
        shown = await anna.reads(turned)
        assert shown["id"] == answer["id"]
        assert f"{number}/{last}" in labels(shown)
        assert not turned.ephemeral
        read += words(shown)
    assert read == WORDS
    back = await anna.reads(await anna.taps(answer, "◀"))
    assert f"{last - 1}/{last}" in labels(back)
    assert bot.server.world.posted(channel) == []


async def test_where_there_is_no_further_page_nothing_can_be_tapped(bot: Running, anna: Person) -> None:
    answer = await anna.asks("tell me all")
    disabled = [each["label"] for each in every(answer["components"]) if each.get("disabled")]
    assert disabled[0] == "◀"
    assert disabled[1].startswith("1/")
    assert len(disabled) == 2


async def test_others_turn_pages_of_a_copy_that_they_alone_see(
    server: DiscordServer, bot: Running, channel: str, anna: Person
) -> None:
    answer = await anna.asks("tell me all", channel)
    before = answer["content"]
    ben = server.person("Ben")
    turned = await ben.taps(answer, "▶")
    copy = await ben.reads(turned)
    assert turned.ephemeral
    assert answer["content"] == before
    assert [label for label in labels(copy) if label.startswith("2/")]
    # What could be asked next is for who asked.
    assert "Ask more" not in labels(copy)

    again = await ben.reads(await ben.taps(copy, "▶"))
    assert again["id"] == copy["id"]
    assert [label for label in labels(again) if label.startswith("3/")]
    assert answer["content"] == before


async def test_pages_are_turned_after_a_restart(
    server: DiscordServer, library: Library, home: Path, channel: str, anna: Person
) -> None:
    async with running(server, library, home, responder=LongWinded()) as first:
        answer = await anna.asks("tell me all", channel)
        await first.ends()
    read = words(answer)
    async with running(server, library, home, responder=LongWinded()):
        shown = await anna.reads(await anna.taps(answer, "▶"))
        assert shown["id"] == answer["id"]
        assert words(shown)
        assert words(shown)[0] == WORDS[len(read)]


async def test_a_message_that_answers_a_mention_is_turned_as_well(
    server: DiscordServer, bot: Running, channel: str, anna: Person
) -> None:
    await anna.says(f"<@{server.world.bot['id']}> tell me all", channel)
    answer = await anna.receives(channel)
    shown = await anna.reads(await anna.taps(answer, "▶"))
    assert shown["id"] == answer["id"]
    assert [label for label in labels(shown) if label.startswith("2/")]


async def test_what_one_person_was_told_alone_is_turned_by_nobody_else(
    server: DiscordServer, bot: Running, channel: str, anna: Person
) -> None:
    asked = await anna.calls("ask", channel, question="tell me all", private=True)
    answer = await anna.reads(asked)
    onward = next(each["custom_id"] for each in every(answer["components"]) if each.get("label") == "▶")
    public = await server.person("Ben").asks("tell me all", channel)
    stolen = await server.person("Eve").presses(public, onward)
    assert "too old" in (await anna.reads(stolen))["content"]


async def test_pages_that_are_gone_leave_the_message_as_it_is_and_say_so_beside_it(
    bot: Running, channel: str, anna: Person
) -> None:
    answer = await anna.asks("tell me all", channel)
    before = answer["content"]
    gone = await anna.presses(answer, f"s:page:{anna.id}:gone:1")
    await bot.server.world.until(lambda: gone.follow_ups, "a word beside the message")
    assert "too old" in gone.follow_ups[0]["content"]
    assert gone.follow_ups[0]["flags"] & (1 << 6)
    assert answer["content"] == before


async def test_many_sources_have_pages_with_a_button_that_opens_each(bot: Running, channel: str, anna: Person) -> None:
    answer = await anna.asks("tell me all", channel)
    sources = await anna.reads(await anna.taps(answer, "Sources"))
    opened = [each["url"] for each in every(sources["components"]) if "url" in each]
    for _ in range(2):
        sources = await anna.reads(await anna.taps(sources, "▶"))
        opened += [each["url"] for each in every(sources["components"]) if "url" in each]
    assert opened == [f"https://example.org/facts/{n}" for n in range(1, 8)]


@pytest.mark.parametrize("where", ["as an answer", "as a message"])
async def test_where_cards_are_refused_all_pages_come_as_plain_text(
    server: DiscordServer, bot: Running, channel: str, anna: Person, where: str
) -> None:
    if where == "as an answer":
        server.fail("@original", INVALID)
        asked = await anna.calls("ask", channel, question="tell me all")
        told = [await anna.reads(asked)]
    else:
        server.fail("POST /channels/{channel_id}/messages", INVALID)
        await anna.says(f"<@{server.world.bot['id']}> tell me all", channel)
        told = [await anna.receives(channel)]
    while len(read := [word for each in told for word in words(each)]) < len(WORDS):
        number = len(told) if where == "as an answer" else len(told) + 1
        told.append(await anna.receives(channel, number))
    assert read == WORDS
    assert not any(is_v2(each) for each in told)
    assert "Cost" in told[-1]["content"]
