"""Stopping an answer that is under way. Works within the process that answers, where it is most of the time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from bot.adapters.telegram import buttons
from bot.adapters.telegram.events import Event, Said, Tapped
from bot.learning.learner import Identity

STOP = buttons.written(buttons.Press("step", "stop"))
Done = TypeVar("Done")
# Of so many updates it is known that they have stopped something: they are answered soon after.
_REMEMBERED = 1000


def is_stop(event: Event) -> bool:
    match event:
        case Said():
            return event.text.split("@", 1)[0].strip().lower() == "/stop"
        case Tapped():
            press = buttons.read(event.data)
            return press is not None and (press.kind, press.value) == ("step", "stop")
    return False


class Stopped(Exception):
    """The person does not want the answer any more."""


class Stops:
    """What is being answered, by conversation and by whoever asked: only they can stop it, also in a group."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, Identity], asyncio.Event] = {}
        self._done: deque[str] = deque(maxlen=_REMEMBERED)

    def stop(self, conversation: str, who: Identity, key: str) -> None:
        """Stop what is being answered to them there, because of the update with this key."""
        running = self._running.get((conversation, who))
        if running is not None:
            running.set()
            self._done.append(key)

    def has_stopped(self, key: str) -> bool:
        """Whether this update has done its work already when it was accepted."""
        return key in self._done

    async def unless_stopped(self, conversation: str, who: Identity, work: Coroutine[Any, Any, Done]) -> Done:
        """Do the work. Raises `Stopped` where it is stopped before it is done, and then it is cancelled."""
        with self._watched((conversation, who)) as stopped:
            doing = asyncio.ensure_future(work)
            waiting = asyncio.ensure_future(stopped.wait())
            try:
                await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if not doing.done():
                    raise Stopped
                return doing.result()
            finally:
                waiting.cancel()
                if not doing.done():
                    doing.cancel()
                    await asyncio.gather(doing, return_exceptions=True)

    @contextmanager
    def _watched(self, answer: tuple[str, Identity]) -> Iterator[asyncio.Event]:
        self._running[answer] = asyncio.Event()
        try:
            yield self._running[answer]
        finally:
            del self._running[answer]
