"""Processes that ingest a folder and kill themselves on the way.

Standard input holds an order a line, as a JSON list: HOME, POINT and N. Each is carried out in a process of its own,
whose return code is printed. POINT is a stage of the ingest's progress, or `writing` (within the transaction of a
document) or `computing` (within the embedder); at its Nth time the process sends itself SIGKILL, after which nothing
is tidied up. (Forked from one that has imported everything: starting an interpreter for each takes ten times as long.)
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.core.ports import Vectors
from tests.fakes import FakeEmbedder
from tests.retrieval.desk import Desk


class Deadline:
    def __init__(self, point: str, times: int) -> None:
        self._point = point
        self._left = times

    def reached(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class DyingEmbedder(FakeEmbedder):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self._deadline.reached("computing")
        return super().embed_passages(texts)


def ingest(home: Path, point: str, times: int) -> None:
    deadline = Deadline(point, times)
    desk = Desk(home)
    desk.embedder = DyingEmbedder(deadline)
    desk.index._db.set_trace_callback(lambda sql: deadline.reached("writing" if "INSERT INTO terms" in sql else ""))
    desk.ingest(progress=lambda stage, _done, _total: deadline.reached(stage))


def main() -> None:
    for line in sys.stdin:
        home, point, times = json.loads(line)
        child = os.fork()
        if child == 0:
            ingest(Path(home), point, times)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
