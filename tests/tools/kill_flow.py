"""Kills a process that runs the flow, again and again at random moments under load, and counts what came of it.

`python -m tests.tools.kill_flow 50 --under-way 1 --seed 7`. Ends with status 1 where something was lost, out of
order, or delivered twice without need.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path

from bot import app
from bot.settings import Settings
from tests.flow.file_platform import FilePlatform
from tests.flow.processes import Child, order
from tests.servers.postgres import running
from tests.tools.random_kills import Moment, arguments, moments, status

_ROOMS = 12
# How much is said between two kills: there is always something to do.
_SAYINGS_PER_KILL = 25


def main(given: list[str]) -> int:
    parser = arguments("tests.tools.kill_flow")
    parser.add_argument("--under-way", type=int, default=1, help="messages on their way at once")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own, not on an SQLite file")
    options = parser.parse_args(given)
    with tempfile.TemporaryDirectory() as folder, running() if options.postgres else nullcontext() as postgres:
        home = Path(folder)
        platform = FilePlatform(home / "platform")
        sayings = options.kills * _SAYINGS_PER_KILL
        platform.people_say([(f"p{number % _ROOMS}", "hello") for number in range(sayings)])
        child = Child(home=folder, platform=str(platform.folder), under_way=options.under_way, lease=0.5)
        if postgres is not None:
            child = replace(child, database_url=postgres.url())
        asyncio.run(_migrate(child.settings))
        killed = _kill(child, list(moments(options.kills, options.seed)))
        found = {
            "updates": sayings,
            "kills": killed,
            "under way": options.under_way,
            "lost": len(platform.lost()),
            "rooms out of order": len(platform.out_of_order()),
            "duplicates": len(platform.duplicates()),
            "duplicates without need": len(platform.duplicates_without_need()),
        }
    return status(found)


async def _migrate(settings: Settings) -> None:
    async with app.open_stores(settings):
        pass


def _kill(child: Child, when: Sequence[Moment]) -> int:
    """How many processes were killed before they had done everything; the last one does the rest."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.flow.processes"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        killed = 0
        for moment in [*when, None]:
            one = replace(child, signal="SIGKILL", **asdict(moment)) if moment else child
            process.stdin.write(order([one]) + "\n")
            process.stdin.flush()
            killed += json.loads(process.stdout.readline()) != [0]
        process.stdin.close()
    return killed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
