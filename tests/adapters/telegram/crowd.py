"""People who keep the bot busy in every way that there is, each knowing what they are to be answered.

A script is what one of them says, taps, answers and sends, in a chat of their own. What they are answered is known by a
sign in it: words that stand in that answer and in no other of the chat.
"""

from __future__ import annotations

import asyncio
import itertools
from bisect import bisect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.flow import counting
from tests.servers.telegram.people import Group, Message, Person
from tests.servers.telegram.server import TelegramServer

# What is asked, and what stands in its answer.
PRICES = {
    "sec+ cost?": "(SY0-701) costs USD 425",
    "ccna cost?": "(200-301) costs USD 300",
    "az-104 cost?": "(AZ-104) costs USD 165",
    "az-900 cost?": "(AZ-900) costs USD 99",
    "cissp cost?": "price of Certified Information Systems Security Professional",
    "psm i cost?": "(PSM I) costs USD 200",
    "network+ cost?": "(N10-009) costs USD 369",
    "¿cuánto cuesta CKA?": "(CKA) cuesta USD 445",
}
# What stands in every apology for an update that could not be answered.
APOLOGY = "It is logged as"
_AT_ONCE = 12


@dataclass(slots=True)
class Chat:
    """One chat, of a person or of a group, as its script uses it: the signs of what is to be heard there, in order."""

    server: TelegramServer
    name: str
    expected: list[str] = field(default_factory=list)
    _who: Person | Group | None = None

    @property
    def person(self) -> Person:
        self._who = self._who or self.server.person(self.name)
        assert isinstance(self._who, Person)
        return self._who

    @property
    def group(self) -> Group:
        self._who = self._who or self.server.group(self.name)
        assert isinstance(self._who, Group)
        return self._who

    @property
    def room(self) -> int:
        return self._who.chat.id if self._who is not None else 0

    def awaits(self, *signs: str) -> None:
        self.expected += signs

    async def hears(self, sign: str) -> Message:
        """The message with this sign, the last where it came more than once."""
        try:
            return await self.server.world.until(lambda: self._last(sign), repr(sign))
        except AssertionError as error:
            heard = [told(message)[:80] for message in self.messages()]
            raise AssertionError(f"{error} in {self.name}; heard were {heard}") from None

    async def has_heard_all(self) -> None:
        for sign in self.expected:
            await self.hears(sign)

    def sign(self, message: Message) -> str:
        """By what it is known here; its own words where nobody waits for it."""
        text = told(message)
        # The empty sign is for a single answer whose words are not known before.
        found = [sign for sign in self.expected if sign in text]
        return max(found, key=len) if found else text

    def messages(self) -> list[Message]:
        return self.server.world.posted(self.room)

    def _last(self, sign: str) -> Message | None:
        return next((message for message in reversed(self.messages()) if self.sign(message) == sign), None)


def told(message: Message) -> str:
    if "poll" in message:
        return f"(poll) {message['poll']['question']}"
    if "document" in message:
        return f"(document) {message['document']['file_name']}"
    return str(message.get("text", message.get("caption", "")))


Script = Callable[[TelegramServer, Chat], Awaitable[None]]


async def asks(server: TelegramServer, chat: Chat) -> None:
    """Everything at once."""
    for question, sign in PRICES.items():
        chat.awaits(sign)
        await chat.person.sends(question)


async def commands(server: TelegramServer, chat: Chat) -> None:
    for command, *signs in (
        ("/help", "Ask about credentials in your own words"),
        ("/settings", "Settings."),
        ("/privacy", "What I keep:"),
        ("I have 6 hours a week", "Noted:"),
        ("/me", "This is all I keep about you"),
        ("/plan sc-100", "(SC-200)"),
        ("/wallet", "wallet"),
        ("/nonsense", "I don't know /nonsense"),
        ("/export", "as JSON.", "(document) credway-export.json"),
    ):
        chat.awaits(*signs)
        await chat.person.sends(command)


async def taps(server: TelegramServer, chat: Chat) -> None:
    person = chat.person
    chat.awaits("Three taps", "5 hours a week", "budget: USD 100", "These fit what you asked for")
    await person.sends("/start")
    await person.taps(await chat.hears("Three taps"), "5 hours")
    await person.taps(await chat.hears("5 hours a week"), "$100")
    await person.taps(await chat.hears("budget: USD 100"), "Cloud")
    await chat.hears("These fit what you asked for")
    chat.awaits("costs USD 425", "three years")
    await person.sends("sec+ cost?")
    await person.taps(await chat.hears("costs USD 425"), "Validity")


async def practises(server: TelegramServer, chat: Chat) -> None:
    person = chat.person
    chat.awaits("Questions in this round", "(poll)", "")
    await person.sends("/practice az-104")
    await person.taps(await chat.hears("(poll)"), "hint")
    # Behind the hint no repetition of the poll comes any more: it is the last of them that can be answered.
    await chat.hears("")
    chat.awaits("Right", "That was the round")
    asked = await chat.hears("(poll)")
    options, (right, *_) = asked["poll"]["options"], asked["poll"]["correct_option_ids"]
    await person.answers_poll(asked, options[right]["text"])
    await chat.hears("Right")
    await person.sends("/stop")


async def sends_notes(server: TelegramServer, chat: Chat) -> None:
    notes = b"# Course notes\n\nThe practice lab opens on Tuesday at 18:00 in room Zephyr.\n"
    chat.awaits("passage of notes.md", "Tuesday")
    await chat.person.sends_file("notes.md", notes, media_type="text/markdown")
    await chat.hears("passage of notes.md")
    await chat.person.sends("When does the practice lab open in room Zephyr?")


async def corrects(server: TelegramServer, chat: Chat) -> None:
    person = chat.person
    chat.awaits("USD 300", "USD 165")
    asked = await person.sends("ccna cost?")
    await person.edits(asked, "az-104 cost?")


async def meets(server: TelegramServer, chat: Chat) -> None:
    """A group: called, a quiz, and an administrator who silences the bot for a while."""
    group = chat.group
    anna, ben = (server.person(name) for name in ("Anna", "Ben"))
    group.chat.statuses |= {anna.id: "member", ben.id: "administrator"}
    chat.awaits("costs USD 300", "(poll)", "I am silent here now", "I am back", "costs USD 165")
    await anna.sends("@credway_bot ccna cost?", to=group)
    await anna.sends("/quiz az-104", to=group)
    await ben.sends("/mute", to=group)
    await anna.sends("@credway_bot sec+ cost?", to=group)
    await ben.sends("/unmute", to=group)
    await anna.sends("nothing for the bot", to=group)
    await anna.sends("@credway_bot az-104 cost?", to=group)


async def seeks(server: TelegramServer, chat: Chat) -> None:
    """Nothing of it comes by a message: the cards are an answer to the query."""
    person = chat.person
    assert (await person.inline("az-104"))["results"]
    assert "300" in (await person.summons("@credway_bot ccna cost?"))["result"]["input_message_content"]["message_text"]
    chat.awaits("USD 425")
    await person.sends("sec+ cost?")


SCRIPTS: tuple[Script, ...] = (asks, commands, taps, practises, sends_notes, corrects, meets, seeks)


class Crowd:
    """Several people at a time, one after the other, until they have been told that it is enough."""

    def __init__(self, server: TelegramServer, scripts: Sequence[Script] = SCRIPTS, at_once: int = _AT_ONCE) -> None:
        self._server = server
        self._scripts = itertools.cycle(scripts)
        self._at_once = at_once
        self._enough = asyncio.Event()
        self._from: list[int] = []
        self.chats: list[Chat] = []

    async def talks(self, rounds: int | None = None) -> None:
        """Everybody says everything and hears all of it: so many scripts, or until it is `enough`."""
        left = itertools.count() if rounds is None else iter(range(rounds))
        async with asyncio.TaskGroup() as group:
            for _ in range(self._at_once):
                group.create_task(self._one_after_the_other(left))

    def enough(self) -> None:
        self._enough.set()

    def another_process(self) -> None:
        """What arrives from now on is sent by another one."""
        self._from.append(self._server.world.number())

    @property
    def arrived(self) -> list[dict[str, Any]]:
        found = [
            {"room": str(chat.room), "text": chat.sign(message), "number": message["message_id"]}
            for chat in self.chats
            for message in chat.messages()
        ]
        found.sort(key=lambda one: one["number"])
        return [{**one, "by": bisect(self._from, one["number"])} for one in found]

    @property
    def expected(self) -> dict[str, list[str]]:
        return {str(chat.room): chat.expected for chat in self.chats}

    def found(self) -> dict[str, int]:
        """How much went wrong, and how much of it there was."""
        expected, arrived = self.expected, self.arrived
        texts = [told(message) for chat in self.chats for message in chat.messages()]
        return {
            "messages": sum(map(len, expected.values())),
            "lost": len(counting.lost(expected, arrived)),
            "uncalled": len(counting.uncalled(expected, arrived)),
            "apologies": sum(APOLOGY in text for text in texts),
            "rooms out of order": len(counting.out_of_order(expected, arrived)),
            "duplicates": len(counting.duplicates(arrived)),
            "duplicates without need": len(counting.duplicates_without_need(arrived)),
            "forbidden calls": len(self._server.wrong),
        }

    async def _one_after_the_other(self, left: Any) -> None:
        for _ in left:
            if self._enough.is_set():
                return
            script, number = next(self._scripts), len(self.chats)
            name = f"{script.__name__} {number}"
            chat = Chat(self._server, name)
            self.chats.append(chat)
            await script(self._server, chat)
            await chat.has_heard_all()
