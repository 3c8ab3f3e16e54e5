"""Stopping an answer that is under way: at once in the process that answers, within a second from another."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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


@dataclass(slots=True, kw_only=True)
class _Running:
    """An answer under way, to the update with this number."""

    number: int
    stopped: asyncio.Event = field(default_factory=asyncio.Event)


class Stops:
    """What is being answered, by conversation and by whoever asked: only they can stop it, also in a group."""

    def __init__(self, notes: StopNotes, look_every: float = 1.0) -> None:
        """`notes`: where other processes ask, looked at every so many seconds while an answer is under way."""
        self._notes = notes
        self._look_every = look_every
        self._running: dict[tuple[str, Identity], _Running] = {}
        self._done: deque[str] = deque(maxlen=_REMEMBERED)

    async def stop_anywhere(self, conversation: str, who: Identity, key: str) -> None:
        """Stop what is being answered to them there, here or in another process, because of the update with this key.
        What came after it goes on: an update may be brought a second time when its turn is over.
        """
        try:
            number = await self._notes.number_of(who, key)
            if number is None:
                return
            running = self._running.get((conversation, who))
            if running is None:
                await self._notes.ask(conversation, who, key, number)
            elif running.number < number:
                running.stopped.set()
                self._done.append(key)
        except MissingService as error:
            logger.warning("stop.not_asked %s", error)

    async def has_stopped_anywhere(self, conversation: str, who: Identity, key: str) -> bool:
        """Whether this update has done its work already. Asked once for each that asks to stop, when its turn comes."""
        return await self._notes.taken_away(conversation, who, key) or key in self._done

    async def unless_stopped(
        self, conversation: str, who: Identity, number: int, work: Coroutine[Any, Any, Done]
    ) -> Done:
        """Do the work that answers the update with this number. Raises `Stopped` where it is stopped before it is done,
        and then it is cancelled.
        """
        with self._watched((conversation, who), number) as running:
            doing = asyncio.ensure_future(work)
            waiting = asyncio.ensure_future(running.stopped.wait())
            looking = asyncio.ensure_future(self._asked_elsewhere(conversation, who, running))
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

    async def _asked_elsewhere(self, conversation: str, who: Identity, running: _Running) -> None:
        while not running.stopped.is_set():
            # Most answers are there before it is looked once.
            await asyncio.sleep(self._look_every)
            try:
                if await self._notes.is_asked(conversation, who, running.number):
                    await self._notes.stopped(conversation, who)
                    running.stopped.set()
            except MissingService as error:
                logger.warning("stop.not_looked_for %s", error)

    @contextmanager
    def _watched(self, answer: tuple[str, Identity], number: int) -> Iterator[_Running]:
        running = self._running[answer] = _Running(number=number)
        try:
            yield running
        finally:
            # Another one may have taken its place, where what belongs together is answered apart.
            if self._running.get(answer) is running:
                del self._running[answer]
