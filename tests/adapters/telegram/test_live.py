"""What is shown while an answer is being made: drafts, their fallback, and stopping."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Library
from bot.chat.stop_notes import StopNotes
from bot.chat.stopping import Stops
from bot.core.answer import Answer
from bot.core.assistant import utc_now
from bot.core.conversation import Response, Turn
from bot.core.mail import Update
from bot.core.reply import Reply
from bot.learning.learner import Identity
from tests.adapters.telegram.conftest import Running, running
from tests.servers.telegram.people import Person, labels
from tests.servers.telegram.server import TelegramServer, refused, too_many


class Slow:
    """A `Responder` that shows what it has, part by part, as the test lets it."""

    def __init__(self) -> None:
        self.parts: asyncio.Queue[str] = asyncio.Queue()
        self.cancelled = False

    async def respond(self, turn: Turn) -> Response:
        assert turn.progress is not None
        shown = ""
        try:
            while (part := await self.parts.get()) != "end":
                shown = f"{shown} {part}".strip()
                await turn.progress(Reply(text=shown))
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        text = f"{shown} whole"
        answer = Answer(question=turn.question, status="answered", language="en", mode="llm", text=text)
        return Response(answer=answer, context=turn.context)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
async def bot(
    server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path, slow: Slow
) -> AsyncIterator[Running]:
    shutil.copy(migrated_file, tmp_path)
    async with running(server, library, tmp_path, responder=slow) as at_work:
        yield at_work


@pytest.fixture
def anna(server: TelegramServer) -> Person:
    return server.person("Anna")


async def drafted(server: TelegramServer, person: Person, text: str) -> None:
    await server.world.until(
        lambda: [draft for draft in server.world.drafts[person.id] if draft["text"] == text], f"the draft {text!r}"
    )


async def reads(server: TelegramServer, chat: int, text: str) -> None:
    """Until the bot's only message there reads so."""
    await server.world.until(lambda: [m["text"] for m in server.world.posted(chat)] == [text], f"{text!r} alone")


async def test_in_private_drafts_grow_and_the_answer_follows(
    server: TelegramServer, bot: Running, slow: Slow, anna: Person
) -> None:
    await anna.sends("tell me")
    await server.world.until(lambda: server.world.actions[anna.id] == ["typing"], "typing")
    slow.parts.put_nowait("one")
    await drafted(server, anna, "one")
    slow.parts.put_nowait("two")
    await drafted(server, anna, "one two")
    slow.parts.put_nowait("end")

    assert (await anna.receives())["text"] == "one two whole"
    drafts = server.world.drafts[anna.id]
    assert len({draft["draft_id"] for draft in drafts}) == 1
    assert all(draft["draft_id"] for draft in drafts)


async def test_drafts_are_shown_in_the_topic_of_the_question(
    server: TelegramServer, bot: Running, slow: Slow, anna: Person
) -> None:
    await anna.sends("tell me", topic=11)
    slow.parts.put_nowait("one")
    await drafted(server, anna, "one")
    slow.parts.put_nowait("end")
    assert (await anna.receives())["message_thread_id"] == 11
    assert {call["message_thread_id"] for call in server.made("sendMessageDraft")} == {11}


async def test_parts_that_come_quickly_are_shown_together(
    server: TelegramServer, bot: Running, slow: Slow, anna: Person
) -> None:
    await anna.sends("tell me")
    for number in range(50):
        slow.parts.put_nowait(str(number))
    whole = " ".join(map(str, range(50)))
    await drafted(server, anna, whole)
    slow.parts.put_nowait("end")
    await anna.receives()
    assert len(server.world.drafts[anna.id]) <= 3


async def test_a_draft_that_is_too_many_waits_and_loses_nothing(
    server: TelegramServer, bot: Running, slow: Slow, anna: Person
) -> None:
    server.fail("sendMessageDraft", too_many(1))
    await anna.sends("tell me")
    slow.parts.put_nowait("one")
    await drafted(server, anna, "one")
    slow.parts.put_nowait("end")
    assert (await anna.receives())["text"] == "one whole"


async def test_without_drafts_a_message_is_edited_until_it_is_the_answer(
    server: TelegramServer, bot: Running, slow: Slow, anna: Person
) -> None:
    server.fail("sendMessageDraft", refused("method is not available"))
    await anna.sends("tell me")
    slow.parts.put_nowait("one")
    await server.world.until(lambda: [c for c in server.calls if c.status == 400], "the refusal")
    slow.parts.put_nowait("two")
    growing = await anna.receives()
    assert growing["text"] == "one two"
    assert labels(growing) == ["Stop"]
    slow.parts.put_nowait("end")
    await reads(server, anna.id, "one two whole")
    assert labels(server.world.posted(anna.id)[0]) == []


async def test_a_growing_message_that_was_deleted_is_sent_anew(
    server: TelegramServer, bot: Running, slow: Slow, anna: Person
) -> None:
    team = server.group("Team", anna)
    await anna.sends("@credway_bot tell me", to=team)
    slow.parts.put_nowait("one")
    growing = await team.receives()
    del server.world.messages[team.chat.id, growing["message_id"]]
    slow.parts.put_nowait("end")
    assert (await team.receives())["text"] == "one whole"


async def test_an_answer_is_stopped_by_a_word(server: TelegramServer, bot: Running, slow: Slow, anna: Person) -> None:
    await anna.sends("tell me")
    slow.parts.put_nowait("one")
    await drafted(server, anna, "one")
    await anna.sends("/stop")
    assert (await anna.receives())["text"] == "one\n\nStopped."
    assert slow.cancelled
    await anna.sends("tell me more")
    slow.parts.put_nowait("end")
    assert (await anna.receives())["text"] == "whole"


async def test_an_answer_is_stopped_by_its_button_and_by_nobody_but_who_asked(
    server: TelegramServer, bot: Running, slow: Slow, anna: Person
) -> None:
    team = server.group("Team", anna)
    await anna.sends("@credway_bot tell me", to=team)
    slow.parts.put_nowait("one")
    growing = await team.receives()
    ben = server.person("Ben")
    await ben.sends("/stop", to=team)
    await server.until_heard()
    slow.parts.put_nowait("two")
    await reads(server, team.chat.id, "one two")
    tapping = asyncio.create_task(anna.taps(growing, "Stop"))
    await reads(server, team.chat.id, "one two\n\nStopped.")
    slow.parts.put_nowait("end")
    await tapping


async def test_an_answer_of_another_process_is_stopped_and_nothing_after_it(
    server: TelegramServer, bot: Running, slow: Slow, anna: Person
) -> None:
    """Of two replicas one takes /stop in while the other answers; they meet at the database, not in their clocks."""
    elsewhere = Stops(StopNotes(bot.stores.keepsakes, bot.stores.mailbox, lambda: utc_now() - timedelta(minutes=1)))
    who = Identity(platform="telegram", number=str(anna.id))
    await anna.sends("tell me")
    slow.parts.put_nowait("one")
    await drafted(server, anna, "one")
    asks = Update(platform="telegram", key="7", conversation=who.number, payload={"update_id": 7}, sender=who.number)
    await bot.stores.mailbox.accept([asks], utc_now())
    await elsewhere.stop_anywhere(who.number, who, "7")
    assert (await anna.receives())["text"] == "one\n\nStopped."
    assert slow.cancelled
    assert await elsewhere.has_stopped_anywhere(who.number, who, "7")

    await anna.sends("tell me more")
    slow.parts.put_nowait("end")
    assert (await anna.receives())["text"] == "whole"


async def test_a_stop_that_finds_nothing_stops_nothing_later(
    server: TelegramServer, bot: Running, slow: Slow, anna: Person
) -> None:
    await anna.sends("/stop")
    slow.parts.put_nowait("end")
    await anna.receives()
    who = Identity(platform="telegram", number=str(anna.id))
    notes = StopNotes(bot.stores.keepsakes, bot.stores.mailbox, utc_now)
    assert not await notes.is_asked(who.number, who, 0)
    await notes.ask(who.number, who, "what was written down so late that its own turn was over", 1)
    await anna.sends("tell me")
    slow.parts.put_nowait("one")
    await drafted(server, anna, "one")
    slow.parts.put_nowait("end")
    assert (await anna.receives())["text"] == "one whole"
