"""Processes of their own that use a store.

Standard input holds an order a line, as a JSON list, whose return codes are printed as another. (Forked from one that
has imported everything: starting an interpreter for each takes ten times as long.)

- `["commit", HOME, NUMBER, N]`: the person of that number commits `everything`, and before the Nth statement (counted
  from 0, `COMMIT` included) the process sends itself SIGKILL, after which nothing is tidied up.
- `["start", HOME, N]`: N processes at once open the store and each lets one person say hello.
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

from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.store import SqlLearnerStore
from tests.contracts.people import Person, Place, a_turn, an_answer, everything


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


def forked(work: Coroutine[Any, Any, None], ready: int) -> int:
    """The id of a process that does the work as soon as something can be read."""
    child = os.fork()
    if child == 0:
        os.read(ready, 1)
        failed = 1
        try:
            asyncio.run(work)
            failed = 0
        finally:
            os._exit(failed)
    work.close()
    return child


def main() -> None:
    for line in sys.stdin:
        order, home, *rest = json.loads(line)
        if order == "commit":
            works = [commit(Path(home), *rest)]
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
