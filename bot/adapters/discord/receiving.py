"""Events on their way into the inbox: written down, then acknowledged at once, whatever the load.

Nothing that has come over the gateway comes again: what cannot be written down now waits here for a while, and of an
interaction, which cannot wait, the person is told.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import aiohttp
import discord

from bot.adapters.discord.cards import line
from bot.adapters.discord.commands import SERVER
from bot.adapters.discord.events import Called, Chosen, Event, Reacted, Said, SentAway, Tapped, Typing
from bot.adapters.discord.forms import form_of
from bot.adapters.discord.forums import OPENED, Opened, opened
from bot.adapters.discord.noting import kept
from bot.adapters.discord.posts import EPHEMERAL, PLATFORM
from bot.adapters.discord.reading import Reader, sent_away
from bot.adapters.discord.sdk import Rest
from bot.adapters.discord.server_settings import settings_conversation
from bot.chat.signs import Signs
from bot.chat.stopping import Stops, is_stop_button, is_stop_word
from bot.chat.words import Words
from bot.core.mail import Update
from bot.errors import MissingService
from bot.flow.reception import Busy, Reception, Taken

logger = logging.getLogger(__name__)

Complete = Callable[[str, str], Sequence[tuple[str, str]]]
# What of the gateway's events can be for the bot; the others are not even parsed.
_MEANT = (
    *('"INTERACTION_CREATE"', '"MESSAGE_CREATE"', '"GUILD_DELETE"', '"THREAD_CREATE"'),
    *('"MESSAGE_REACTION_ADD"', '"MESSAGE_REACTION_REMOVE"'),
)
_MESSAGE, _DEFERRED, _TURNING, _CHOICES, _FORM = 4, 5, 6, 8, 9
_MOST_CHOICES, _LONGEST_CHOICE = 25, 100
# So many events are written down at once, and so many messages wait while nothing can be written down.
_AT_ONCE = 200
_MOST_WAITING = 2000
_AGAIN_AFTER = 2.0
FAULTS = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)

# What is to be acknowledged, where anybody waits for that, and what is written down.
Heard = tuple[Event | None, Update]


def conversation_of(event: Event) -> str:
    """What is answered one after the other: in a server each person by themselves. Reactions are apart from the talk:
    they may have to wait until the message is known to be an answer. What moderators set is set one by one, whoever
    does it.
    """
    by = event.by
    if isinstance(event, Called) and event.name == SERVER and by.place.guild is not None:
        return settings_conversation(by.place.guild)
    if isinstance(event, Reacted):
        return f"thumbs:{by.room.number}:{by.who.number}"
    return by.room.number if by.private else f"{by.room.number}:{by.who.number}"


class Receiving:
    """`complete` proposes what an option may be, for what was typed of it so far: what stands for it and its name."""

    def __init__(
        self,
        *,
        rest: Rest,
        reader: Reader,
        reception: Reception,
        words: Words,
        stops: Stops,
        signs: Signs,
        complete: Complete,
    ) -> None:
        self._rest = rest
        self._reader = reader
        self._reception = reception
        self._words = words
        self._stops = stops
        self._signs = signs
        self._complete = complete
        self._waiting: deque[Heard] = deque()
        self._more = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._at_once: set[asyncio.Task[None]] = set()

    async def hear(self, message: str) -> None:
        """An event as the gateway sent it. Returns at once."""
        if not any(name in message for name in _MEANT):
            return
        try:
            told = json.loads(message)
            if told.get("op") != 0 or told.get("t") is None:
                return
            if (away := sent_away(told)) is not None:
                self._wait(None, _update_away(away, told["s"]))
                return
            if (post := opened(told)) is not None:
                self._wait(None, _update_opened(post))
                return
            raw = kept(told["t"], told["d"], told.get("s"))
            event = self._reader.read(raw)
        except Exception:
            # One that nobody can read must not hold up those behind it. Its content stays out of the log.
            logger.exception("discord.unreadable")
            return
        if event is None or self._answered_now(event):
            return
        self._wait(event, _update(event, raw))

    def _wait(self, event: Event | None, update: Update) -> None:
        self._waiting.append((event, update))
        self._empty.clear()
        self._more.set()
        self._signs.expect(more=True)

    async def run(self) -> None:
        """Write down what comes, as much of it at once as there is."""
        while True:
            await self._more.wait()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
                await self._write_down(batch)
            self._more.clear()
            self._signs.expect(more=False)
            self._empty.set()

    async def drained(self) -> None:
        """When all that came is written down."""
        await self._empty.wait()

    async def _write_down(self, batch: list[Heard]) -> None:
        try:
            taken = await self._reception.accept([update for _, update in batch])
        except MissingService:
            taken = Busy()
        if isinstance(taken, Taken):
            for event, _ in batch:
                if event is not None:
                    self._acknowledge(event)
            return
        for event, _ in batch:
            if event is not None and event.by.place.answers is not None:
                self._do(self._answer(event, _MESSAGE, self._told("busy", event)))
        left = [(event, update) for event, update in batch if event is None or event.by.place.answers is None]
        room = _MOST_WAITING - len(self._waiting)
        if len(left) > room:
            logger.error("discord.dropped messages=%d", len(left) - room)
        self._waiting.extendleft(reversed(left[:room]))
        await asyncio.sleep(_AGAIN_AFTER)

    def _acknowledge(self, event: Event) -> None:
        key = event.by.key
        if isinstance(event, Reacted):
            return
        if is_stop(event):
            # The update itself waits behind what is to be stopped.
            self._do(self._stops.stop_anywhere(conversation_of(event), event.by.who, key))
        place = event.by.place
        if place.answers is None:
            self._signs.give(key, self._lost_without_harm(self._rest.type(place.channel)))
        elif place.turns:
            self._signs.give(key, self._answer(event, _TURNING, None))
        else:
            data = {"flags": EPHEMERAL} if place.ephemeral else {}
            self._signs.give(key, self._answer(event, _DEFERRED, data))

    def _answered_now(self, event: Event) -> bool:
        """What needs nothing that is kept: proposals while somebody types, and forms."""
        if isinstance(event, Typing):
            self._do(self._answer(event, _CHOICES, {"choices": self._choices(event)}))
            return True
        form = form_of(event, self._words)
        if form is not None:
            self._do(self._answer(event, _FORM, form))
        return form is not None

    def _choices(self, typing: Typing) -> list[dict[str, str]]:
        try:
            found = self._complete(typing.option, typing.text)
        except Exception:
            logger.exception("discord.completing")
            return []
        return [
            {"name": name[:_LONGEST_CHOICE], "value": value[:_LONGEST_CHOICE]}
            for value, name in found[:_MOST_CHOICES]
            if name and value
        ]

    def _told(self, key: str, event: Event) -> dict[str, Any]:
        body = line(self._words.say(key, event.by.language)).body
        return {**body, "flags": body["flags"] | EPHEMERAL}

    async def _answer(self, event: Event, kind: int, data: dict[str, Any] | None) -> None:
        token = event.by.place.answers
        if token is not None:
            await self._lost_without_harm(self._rest.acknowledge(event.by.key, token, kind, data))

    @staticmethod
    async def _lost_without_harm(call: Any) -> None:
        """The answer itself comes by the outbox, as a message of its own where nothing was acknowledged."""
        try:
            await call
        except FAULTS as error:
            # Its text may hold the address, and with it the interaction's token.
            logger.info("discord.sign_lost %s", type(error).__name__)

    def _do(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._at_once.add(task)
        task.add_done_callback(self._at_once.discard)


def _update(event: Event, raw: dict[str, Any]) -> Update:
    by = event.by
    return Update(platform=PLATFORM, key=by.key, conversation=conversation_of(event), payload=raw, sender=by.who.number)


def _update_away(away: SentAway, number: int) -> Update:
    payload = {"t": "GUILD_DELETE", "d": {"id": away.guild}}
    key = f"away:{away.guild}:{number}"
    return Update(platform=PLATFORM, key=key, conversation=f"guild:{away.guild}", payload=payload)


def _update_opened(post: Opened) -> Update:
    payload = {"t": OPENED, "d": asdict(post)}
    return Update(platform=PLATFORM, key=f"opened:{post.thread}", conversation=f"thread:{post.thread}", payload=payload)


def is_stop(event: Event) -> bool:
    match event:
        case Said():
            return not event.quoted and is_stop_word(event.text)
        case Tapped():
            return is_stop_button(event.data)
        case Chosen() | _:
            return False
