"""Stopping an answer that is under way: at once in the process that answers, within a second from another."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from bot.chat import button_data
from bot.chat.stop_notes import StopNotes
from bot.errors import MissingService
from bot.learning.learner import Identity

logger = logging.getLogger(__name__)

STOP = button_data.written(button_data.Press("step", "stop"))
Done = TypeVar("Done")
# Of so many updates it is known that they have stopped something: they are answered soon after.
_REMEMBERED = 1000


def is_stop_word(text: str) -> bool:
    return text.split("@", 1)[0].strip().lower() == "/stop"


def is_stop_button(data: str) -> bool:
    press = button_data.read(data)
    return press is not None and (press.kind, press.value) == ("step", "stop")


class Stopped(Exception):
    """The person does not want the answer any more."""


class Stops:
    """What is being answered, by conversation and by whoever asked: only they can stop it, also in a group."""

    def __init__(self, notes: StopNotes | None = None, look_every: float = 1.0) -> None:
        """`notes`: where other processes ask, looked at every so many seconds while an answer is under way."""
        self._notes = notes
        self._look_every = look_every
        self._running: dict[tuple[str, Identity], asyncio.Event] = {}
        self._done: deque[str] = deque(maxlen=_REMEMBERED)

    def stop(self, conversation: str, who: Identity, key: str) -> None:
        """Stop what is being answered to them there, because of the update with this key."""
        running = self._running.get((conversation, who))
        if running is not None:
            running.set()
            self._done.append(key)

    async def stop_anywhere(self, conversation: str, who: Identity, key: str) -> None:
        """The same where it may be another process that answers."""
        if (conversation, who) in self._running:
            self.stop(conversation, who, key)
        elif self._notes is not None:
            try:
                await self._notes.ask(conversation, who, key)
            except MissingService as error:
                logger.warning("stop.not_asked %s", error)

    async def has_stopped_anywhere(self, conversation: str, who: Identity, key: str) -> bool:
        """Whether this update has done its work already. Asked once for each that asks to stop, when its turn comes."""
        elsewhere = self._notes is not None and await self._notes.taken_away(conversation, who, key)
        return elsewhere or self.has_stopped(key)

    def has_stopped(self, key: str) -> bool:
        """Whether this update has done its work already when it was accepted."""
        return key in self._done

    async def unless_stopped(self, conversation: str, who: Identity, work: Coroutine[Any, Any, Done]) -> Done:
        """Do the work. Raises `Stopped` where it is stopped before it is done, and then it is cancelled."""
        with self._watched((conversation, who)) as stopped:
            doing = asyncio.ensure_future(work)
            waiting = asyncio.ensure_future(stopped.wait())
            looking = asyncio.ensure_future(self._asked_elsewhere(conversation, who, stopped))
            try:
                await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if not doing.done():
                    raise Stopped
                return doing.result()
            finally:
                waiting.cancel()
                looking.cancel()
                if not doing.done():
                    doing.cancel()
                    await asyncio.gather(doing, return_exceptions=True)

    async def _asked_elsewhere(self, conversation: str, who: Identity, stopped: asyncio.Event) -> None:
        if (notes := self._notes) is None:
            return
        since = notes.now()
        while not stopped.is_set():
            # Most answers are there before it is looked once.
            await asyncio.sleep(self._look_every)
            try:
                if await notes.is_asked(conversation, who, since):
                    await notes.stopped(conversation, who)
                    stopped.set()
            except MissingService as error:
                logger.warning("stop.not_looked_for %s", error)

    @contextmanager
    def _watched(self, answer: tuple[str, Identity]) -> Iterator[asyncio.Event]:
        self._running[answer] = asyncio.Event()
        try:
            yield self._running[answer]
        finally:
            del self._running[answer]
