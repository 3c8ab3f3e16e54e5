"""Work that is cancelled, at one after the other of the moments at which it waits for something."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Generator
from typing import Any


class CancelledAt:
    """An awaitable that does the work, but is cancelled when it waits for the `number`th time, counted from 0.

    It is cancelled as a task is that another one cancels: what it waits for is given up, and the work is told.
    """

    def __init__(self, work: Awaitable[Any], number: int) -> None:
        self._work = work
        self._left = number

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._work.__await__()
        proceed = steps.__next__
        while True:
            try:
                waited_for = proceed()
            except StopIteration as end:
                return end.value
            if self._left == 0:
                task = asyncio.current_task()
                assert task is not None
                # Takes effect with the next step: as soon as this task waits for what is given on here.
                task.cancel()
            self._left -= 1
            try:
                yield waited_for
            except BaseException as error:  # noqa: BLE001 - handed on to the work
                told = error
                proceed = lambda: steps.throw(told)  # type: ignore[attr-defined]  # noqa: E731, B023
            else:
                proceed = steps.__next__


async def cancelled_at(number: int, work: Awaitable[Any]) -> BaseException | None:
    """What the work ended with, in a task of its own; None where it has come to its end before it waited so often."""

    async def do() -> None:
        await CancelledAt(work, number)

    [raised] = await asyncio.gather(asyncio.create_task(do()), return_exceptions=True)
    return raised
