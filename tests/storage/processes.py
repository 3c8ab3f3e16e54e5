"""Processes of their own that use a store.

Standard input holds an order a line, as a JSON list, whose return codes are printed as another. (Forked from one that
has imported everything: starting an interpreter for each takes ten times as long.)

- `["commit", HOME, NUMBER, N]`: the person of that number commits `everything`, and before the Nth statement (counted
  from 0, `COMMIT` included) the process sends itself SIGKILL, after which nothing is tidied up.
- `["start", HOME, N]`: N processes at once open the store and each lets one person say hello.
- `["spend", HOME, URL, N, TIMES, TOKENS, LIMIT]`: N processes at once each try so many times to reserve tokens, for
  people and communities that they share, of a day's total with this limit. The return code is how often they could.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.learning.learner import Identity, Room
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.store import SqlLearnerStore
from tests.contracts.people import NOW, Person, Place, a_turn, an_answer, everything

_FAILED = 255


async def commit(home: Path, number: str, last: int) -> None:
    database = Database(Settings(credway_home=home, database_url="").database_file)
    ada = Person(SqlLearnerStore(database), number)
    learner = await ada.learner()
    statements = itertools.count()

    def die(*_: Any) -> None:
        if next(statements) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine.sync_engine, "before_cursor_execute", die)
    event.listen(database.engine.sync_engine, "commit", die)
    await ada.store.commit(ada.who, learner, a_turn(ada.room, answer=an_answer("x"), changes=everything("x")))
    await database.close()


async def start(home: Path, number: str) -> None:
    async with Place(Settings(credway_home=home, database_url="")).open() as store:
        await Person(store, number).says("hello")


async def spend(home: Path, url: str, number: int, times: int, tokens: int, limit: int) -> int:
    place, reserved = Place(Settings(credway_home=home, database_url=url)), 0
    async with place.budget(total=limit) as budget:
        for time in range(number, number + times):
            who = Identity(platform="telegram", number=str(time % 3))
            room = Room(platform="telegram", number=str(time % 2), private=False)
            reserved += await budget.reserve(who, room, tokens, NOW) is not None
    return reserved


def forked(work: Coroutine[Any, Any, int | None], ready: int) -> int:
    """The id of a process that does the work as soon as something can be read, and returns what comes of it."""
    child = os.fork()
    if child == 0:
        os.read(ready, 1)
        code = _FAILED
        try:
            code = asyncio.run(work) or 0
        finally:
            os._exit(code)
    work.close()
    return child


def main() -> None:
    for line in sys.stdin:
        order, home, *rest = json.loads(line)
        works: list[Coroutine[Any, Any, int | None]]
        if order == "commit":
            works = [commit(Path(home), *rest)]
        elif order == "spend":
            url, count, *how = rest
            works = [spend(Path(home), url, number, *how) for number in range(count)]
        else:
            works = [start(Path(home), str(number)) for number in range(*rest)]
        reading, writing = os.pipe()
        children = [forked(work, reading) for work in works]
        os.write(writing, b"!" * len(children))
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        os.close(reading)
        os.close(writing)
        print(json.dumps(codes), flush=True)


if __name__ == "__main__":
    main()
