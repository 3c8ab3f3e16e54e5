"""People who keep the bot busy on Discord in every way in which it is asked, each in rooms of their own.

What one of them asks is known by a sign: words that stand in its answer and in no other in their rooms. It is accepted
when the bot has shown that it has heard it, and then it is to be answered once, whatever becomes of the process.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.servers.discord.gateway import Session
from tests.servers.discord.people import STOP, Person, inside
from tests.servers.discord.server import DiscordServer
from tests.servers.discord.world import Interaction, Message

APOLOGY = "It is logged as"
_AT_ONCE = 8
# An answer waits for as long as processes are started and killed.
_PATIENCE = 120.0


@dataclass(slots=True)
class Asked:
    """One thing that somebody has asked, of one process."""

    sign: str
    session: Session | None
    was_heard: Callable[[], bool]
    interaction: Interaction | None = None


@dataclass(slots=True)
class Chat:
    """Somebody, a channel of a server in which nobody else talks, and their direct messages."""

    person: Person
    channel: str
    asked: list[Asked] = field(default_factory=list)

    def messages(self) -> Iterator[Message]:
        """All that the bot shows there and that is not still growing."""
        for interaction in (each.interaction for each in self.asked if each.interaction is not None):
            yield from (each for each in (interaction.original, *interaction.follow_ups) if each is not None)
        for place in (self.channel, self.person.dm):
            yield from self.person.world.posted(place)

    def copies(self, sign: str) -> int:
        finished = (each for each in self.messages() if not any(one.get("custom_id") == STOP for one in inside(each)))
        return sum(sign in (each.get("content") or "") for each in finished)


class Crowd:
    """Several people at a time, one after the other, until they have been told that it is enough."""

    def __init__(self, server: DiscordServer, at_once: int = _AT_ONCE) -> None:
        self._server = server
        self._at_once = at_once
        self._enough = asyncio.Event()
        self._guild = server.world.guild("Crowd")
        self._numbers = itertools.count(1)
        self.chats: list[Chat] = []

    async def talks(self, people: int | None = None) -> None:
        """Everybody asks everything and hears all that was accepted: so many, or until it is `enough`."""
        left = itertools.count() if people is None else iter(range(people))
        async with asyncio.TaskGroup() as group:
            for _ in range(self._at_once):
                group.create_task(self._one_after_the_other(left))

    def enough(self) -> None:
        self._enough.set()

    def found(self) -> dict[str, int]:
        """How much went wrong, and how much of it there was."""
        told = [(chat, asked) for chat in self.chats for asked in chat.asked]
        copies = [chat.copies(asked.sign) for chat, asked in told]
        accepted = [count for (_, asked), count in zip(told, copies, strict=True) if asked.was_heard()]
        return {
            "asked": len(told),
            "accepted": len(accepted),
            "lost": accepted.count(0),
            "duplicates": sum(count - 1 for count in copies if count > 1),
            "apologies": sum(APOLOGY in (each.get("content") or "") for chat in self.chats for each in chat.messages()),
            "forbidden calls": len(self._server.wrong),
        }

    async def _one_after_the_other(self, left: Iterator[int]) -> None:
        for _ in left:
            if self._enough.is_set():
                return
            number = next(self._numbers)
            chat = Chat(self._server.person(f"Person {number}"), self._server.world.channel(self._guild, f"c{number}"))
            self.chats.append(chat)
            await self._asks_everything(chat)

    async def _asks_everything(self, chat: Chat) -> None:
        person, channel, mention = chat.person, chat.channel, f"<@{self._server.world.bot['id']}>"
        first = await self._calls(chat, "USD 425", question="sec+ cost?")
        await self._says(chat, "USD 300", "ccna cost?")
        await self._calls(chat, "USD 165", channel, question="az-104 cost?")
        await self._says(chat, "USD 369", f"{mention} network+ cost?", channel)
        await self._calls(chat, "USD 200", channel, question="psm i cost?", private=True)
        # What the assistant does not answer takes another way out.
        await self._calls(chat, "/export", channel, command="privacy")
        if first.original is not None and chat.copies("USD 425"):
            await self._taps(chat, "three years", first.original)
        await person.world.until(lambda: self._has_heard_all(chat), f"all answers to {person.id}", _PATIENCE)

    async def _calls(
        self, chat: Chat, sign: str, channel: str | None = None, *, command: str = "ask", **given: object
    ) -> Interaction:
        session = await self._connected()
        return await self._heard(chat, sign, session, await chat.person.calls(command, channel, **given))

    async def _taps(self, chat: Chat, sign: str, message: Message) -> None:
        if any("Validity" in each.get("label", "") for each in inside(message)):
            session = await self._connected()
            await self._heard(chat, sign, session, await chat.person.taps(message, "Validity"))

    async def _heard(self, chat: Chat, sign: str, session: Session, found: Interaction) -> Interaction:
        asked = Asked(sign, session, lambda: found.acknowledged is not None, found)
        chat.asked.append(asked)
        await self._until_answered(chat, asked)
        return found

    async def _says(self, chat: Chat, sign: str, text: str, channel: str | None = None) -> None:
        world, place = chat.person.world, channel or chat.person.dm
        session, signs = await self._connected(), world.typed.count(place)
        chat.asked.append(asked := Asked(sign, session, lambda: world.typed.count(place) > signs))
        await chat.person.says(text, channel)
        await self._until_answered(chat, asked)

    async def _connected(self) -> Session:
        return await self._server.gateway.ready(_PATIENCE)

    async def _until_answered(self, chat: Chat, asked: Asked) -> None:
        """What was not accepted when its process went away is not waited for, as it may be lost."""
        gateway = self._server.gateway

        def answered_or_gone() -> bool:
            return bool(chat.copies(asked.sign)) or (not asked.was_heard() and gateway.heard() is not asked.session)

        await chat.person.world.until(answered_or_gone, f"{asked.sign!r}", _PATIENCE)

    @staticmethod
    def _has_heard_all(chat: Chat) -> bool:
        return all(chat.copies(asked.sign) for asked in chat.asked if asked.was_heard())
