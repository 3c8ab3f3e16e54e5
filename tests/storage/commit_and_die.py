"""Processes that commit a turn and kill themselves on the way.

Standard input holds an order a line, as a JSON list: HOME, NUMBER and N. Each is carried out in a process of its own,
whose return code is printed: the person of that number commits `everything`, and before the Nth statement (counted
from 0, `COMMIT` included) the process sends itself SIGKILL, after which nothing is tidied up. (Forked from one that
has imported everything: starting an interpreter for each takes ten times as long.)
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.store import SqlLearnerStore
from tests.contracts.people import Person, a_turn, an_answer, everything


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


def main() -> None:
    for line in sys.stdin:
        home, number, last = json.loads(line)
        child = os.fork()
        if child == 0:
            asyncio.run(commit(Path(home), number, last))
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
