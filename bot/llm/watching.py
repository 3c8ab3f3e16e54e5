"""How long a model is waited for: until its first word, between two of them, and in all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


class ModelTrouble(Exception):
    """The model gives no answer, or no more of one. `args[0]` says why, for the log; nobody else sees it."""


class Unfinished(ModelTrouble):
    """The model works and still comes to no end of this answer: too many calls, or it was cut short. Another question
    may fare better, so this says nothing against the model.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds: until the first piece, between two pieces, and for all of an answer."""

    first: float = 10.0
    between: float = 15.0
    total: float = 45.0


async def watched(stream: AsyncGenerator[T, None], patience: Patience, deadline: float) -> AsyncIterator[T]:
    """The stream's pieces as they come; closes it in the end. Raises `ModelTrouble` when one is too long in coming.

    `deadline` is of the event loop's clock: what went before counts as well.
    """
    loop = asyncio.get_running_loop()
    limit = patience.first
    async with aclosing(stream):
        while True:
            until = min(loop.time() + limit, deadline)
            try:
                # Around the wait only: whoever works on a piece meanwhile must not be interrupted.
                async with asyncio.timeout_at(until):
                    piece = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError:
                late = "the turn's deadline" if until == deadline else f"{limit:g} s without a piece"
                raise ModelTrouble(f"too slow: {late}") from None
            yield piece
            limit = patience.between
