"""Acknowledge first: within three seconds of real time whatever the load, answered later, delivered in any case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.adapters.discord.posts import identity
from bot.app import Library
from bot.chat.stop_notes import StopNotes
from bot.chat.stopping import Stops
from bot.core.answer import Answer
from bot.core.assistant import utc_now
from bot.core.conversation import Response, Turn
from bot.core.mail import Update
from bot.core.reply import Reply
from tests.adapters.discord.conftest import Running, running
from tests.servers.discord.components import is_v2
from tests.servers.discord.people import Person, inside, labels
from tests.servers.discord.server import LOST, DiscordServer, Fault, too_many
from tests.servers.discord.world import DEADLINE

CROWD = 200


class Slow:
    """A `Responder` that answers when the test lets it, showing parts until then."""

    def __init__(self) -> None:
        self.parts: asyncio.Queue[str] = asyncio.Queue()
        self.may_end = asyncio.Event()
        self.asked = 0
        self.breaks = False

    async def respond(self, turn: Turn) -> Response:
        self.asked += 1
        while turn.question == "in parts" and turn.progress is not None:
            part = await self.parts.get()
            if part == "end":
                break
            await turn.progress(Reply(text=part))
        await self.may_end.wait()
        if self.breaks:
            raise RuntimeError("broken on purpose")
        text = f"whole: {turn.question}"
        answer = Answer(question=turn.question, status="answered", language="en", mode="llm", text=text)
        return Response(answer=answer, context=turn.context)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
async def bot(server: DiscordServer, library: Library, home: Path, slow: Slow) -> AsyncIterator[Running]:
    async with running(server, library, home, responder=slow) as at_work:
        yield at_work
        slow.may_end.set()


async def test_two_hundred_at_once_are_acknowledged_in_time_while_the_advisor_is_slow(
    server: DiscordServer, bot: Running, slow: Slow
) -> None:
    people = [server.person(f"Person {number}") for number in range(CROWD)]
    asked = [await person.calls("ask", question=f"question {place}") for place, person in enumerate(people)]
    for person, interaction in zip(people, asked, strict=True):
        await person.acknowledged(interaction)
    took = sorted(interaction.acknowledged or DEADLINE for interaction in asked)
    print(f"acknowledged after {took[CROWD // 2]:.2f} s (median), {took[-1]:.2f} s (last)")
    assert took[-1] < DEADLINE

    slow.may_end.set()
    for place, (person, interaction) in enumerate(zip(people, asked, strict=True)):
        await person.reads(interaction, f"question {place}")
    assert slow.asked == CROWD


async def test_an_answer_grows_and_can_be_stopped(
    server: DiscordServer, bot: Running, slow: Slow, anna: Person
) -> None:
    asked = await anna.calls("ask", question="in parts")
    slow.parts.put_nowait("one")
    await server.world.until(lambda: asked.answer, "the first part")
    assert asked.original is not None
    assert asked.original["content"] == "one"
    slow.parts.put_nowait("one two")
    await server.world.until(lambda: (asked.original or {})["content"] == "one two", "the second part")
    await anna.taps(asked.original, "Stop")
    answer = await anna.reads(asked)
    assert answer["content"].startswith("one two")
    assert "Stopped" in answer["content"]


async def test_an_answer_of_another_process_is_stopped(
    server: DiscordServer, bot: Running, slow: Slow, anna: Person
) -> None:
    """Of two replicas one takes the tap in while the other answers; they meet at the database."""
    asked = await anna.calls("ask", question="in parts")
    slow.parts.put_nowait("one")
    await server.world.until(lambda: asked.answer, "the first part")
    elsewhere = Stops(StopNotes(bot.stores.keepsakes, bot.stores.mailbox, utc_now))
    who, tap = identity(anna.id), {"t": "TAPPED ELSEWHERE", "d": {}}
    asks = Update(platform="discord", key="tap", conversation=who.number, payload=tap, sender=who.number)
    await bot.stores.mailbox.accept([asks], utc_now())
    await elsewhere.stop_anywhere(who.number, who, "tap")
    assert "Stopped" in (await anna.reads(asked))["content"]


async def test_the_answer_is_the_last_that_is_seen(bot: Running, slow: Slow, anna: Person) -> None:
    asked = await anna.calls("ask", question="in parts")
    slow.may_end.set()
    for part in ("one", "one two", "one two three", "end"):
        slow.parts.put_nowait(part)
    answer = await anna.reads(asked, "whole")
    assert not [each for each in inside(answer) if "stop" in each.get("custom_id", "")]


@pytest.mark.parametrize("where", ["in private", "in a server", "for one person in a server"])
async def test_what_comes_too_late_for_its_interaction_is_a_message(
    server: DiscordServer, library: Library, home: Path, slow: Slow, anna: Person, where: str
) -> None:
    now = [datetime.now(UTC)]
    channel = None if where == "in private" else server.world.guild("Learners")["channels"][0]["id"]
    async with running(server, library, home, responder=slow, now=lambda: now[0]):
        alone = where == "for one person in a server"
        asked = await anna.calls("ask", channel, question="late", private=alone)
        await anna.acknowledged(asked)
        # From when it was asked, which may be a while after the bot was started.
        now[0] = datetime.now(UTC) + timedelta(minutes=14, seconds=1)
        slow.may_end.set()
        message = await anna.receives(None if alone else channel)
        assert message["content"].endswith("whole: late")
        assert asked.answer is None
        assert len(server.world.posted(message["channel_id"])) == 1


async def test_where_nothing_was_acknowledged_the_answer_is_a_message(
    server: DiscordServer, bot: Running, slow: Slow, anna: Person
) -> None:
    server.fail("/callback", Fault(404, (("message", "Unknown interaction"), ("code", 10062))))
    slow.may_end.set()
    await anna.calls("ask", question="lost")
    assert (await anna.receives())["content"] == "whole: lost"


async def test_what_is_acknowledged_after_three_seconds_is_refused_and_answered_by_a_message(
    server: DiscordServer, bot: Running, slow: Slow, anna: Person
) -> None:
    """The deadline is of real time: the bot hears of this one too late."""
    slow.may_end.set()
    await server.gateway.ready()
    server.late = DEADLINE + 0.1
    late = await anna.calls("ask", question="late")
    assert (await anna.receives())["content"] == "whole: late"
    assert late.acknowledged is None
    server.late = 0.0
    assert (await anna.asks("in time"))["content"] == "whole: in time"


async def test_a_token_that_is_over_before_its_time_leads_to_a_message(bot: Running, slow: Slow, anna: Person) -> None:
    asked = await anna.acknowledged(await anna.calls("ask", question="over"))
    asked.over = True
    slow.may_end.set()
    assert (await anna.receives())["content"] == "whole: over"


async def test_a_failing_server_is_asked_again_and_nothing_comes_twice(
    server: DiscordServer, bot: Running, slow: Slow, anna: Person
) -> None:
    slow.may_end.set()
    server.fail("POST /channels/{channel_id}/messages", LOST, Fault(502), too_many(0.05), Fault(503))
    await anna.says("again")
    await anna.receives()
    await server.world.until(lambda: len(server.made("/channels/{channel_id}/messages")) >= 2, "a repetition")
    await bot.ends()
    assert len(server.world.posted(anna.dm)) == 1


async def test_what_is_away_is_waited_for(server: DiscordServer, bot: Running, slow: Slow, anna: Person) -> None:
    slow.may_end.set()
    server.fail("@original", Fault(503), Fault(503), too_many(0.05))
    asked = await anna.calls("ask", question="soon")
    await anna.reads(asked, "whole")


async def test_whoever_wants_no_messages_is_left_alone(
    server: DiscordServer, bot: Running, slow: Slow, anna: Person
) -> None:
    slow.may_end.set()
    server.world.closed.add(anna.dm)
    await anna.says("hello")
    ben = server.person("Ben")
    await ben.says("hello")
    assert (await ben.receives())["content"] == "whole: hello"
    assert server.world.posted(anna.dm) == []


async def test_a_channel_that_is_closed_to_the_bot_holds_up_nobody(
    server: DiscordServer, bot: Running, slow: Slow, anna: Person, channel: str
) -> None:
    slow.may_end.set()
    server.world.closed.add(channel)
    await anna.says(f"<@{server.world.bot['id']}> hello", channel)
    await anna.says("hello")
    assert (await anna.receives())["content"] == "whole: hello"
    assert server.world.posted(channel) == []


async def test_what_discord_takes_no_buttons_with_comes_without(
    server: DiscordServer, bot: Running, slow: Slow, anna: Person, channel: str
) -> None:
    slow.may_end.set()
    invalid = Fault(400, (("message", "Invalid Form Body"), ("code", 50035)))
    server.fail("@original", invalid)
    answer = await anna.reads(await anna.calls("ask", channel, question="plain"))
    assert answer["content"] == "-# “plain”\nwhole: plain"
    assert not is_v2(answer)
    assert inside(answer) == []


@pytest.mark.parametrize("refusals", [1, 3])
async def test_a_card_that_grew_and_is_refused_at_last_is_the_bare_words_without_a_button_to_stop_it(
    server: DiscordServer, bot: Running, slow: Slow, anna: Person, channel: str, refusals: int
) -> None:
    asked = await anna.calls("ask", channel, question="in parts")
    slow.parts.put_nowait("one")
    await server.world.until(lambda: asked.answer, "the first part")
    assert "Stop" in labels(asked.original or {})
    # A card stays one: that it is to be plain is refused by the server itself.
    server.fail("@original", *[Fault(400, (("message", "Invalid Form Body"), ("code", 50035)))] * refusals)
    slow.may_end.set()
    slow.parts.put_nowait("end")
    if refusals == 1:
        answer = await anna.reads(asked, "whole: in parts")
        assert (is_v2(answer), inside(answer)) == (True, [])
        assert server.world.posted(channel) == []
    else:
        # Nothing can be put there: what is said is said all the same.
        assert (await anna.receives(channel))["content"].endswith("whole: in parts")


async def test_an_apology_takes_the_place_of_what_was_shown(
    server: DiscordServer, bot: Running, slow: Slow, anna: Person, channel: str
) -> None:
    asked = await anna.calls("ask", channel, question="in parts")
    slow.parts.put_nowait("one")
    await server.world.until(lambda: asked.answer, "the first part")
    slow.breaks = True
    slow.parts.put_nowait("end")
    slow.may_end.set()
    apology = await server.world.until(
        lambda: asked.original if "went wrong" in (asked.original or {})["content"] else None, "an apology"
    )
    assert is_v2(apology)
    assert "one" not in apology["content"]


async def test_whoever_asks_when_too_much_waits_is_told_at_once(
    server: DiscordServer, library: Library, home: Path, slow: Slow, anna: Person
) -> None:
    now = [datetime.now(UTC)]
    async with running(server, library, home, responder=slow, now=lambda: now[0]):
        for question in ("first", "waits behind it"):
            await anna.acknowledged(await anna.calls("ask", question=question))
        now[0] += timedelta(seconds=62)
        refused = await anna.acknowledged(await anna.calls("ask", question="one too many"))
        assert "Too many people" in refused.data["content"]
        assert refused.data["allowed_mentions"]["parse"] == []
        assert refused.ephemeral
        slow.may_end.set()
