"""Kills a bot on Discord again and again at random moments, while a crowd talks to it in every way that there is.

`python -m tests.tools.kill_discord 50 --seed 7`, against the loopback server. Ends with status 1 where something that
was accepted was not answered, or something came twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.adapters.discord.kills import Bot, Moment, killed_at
from tests.servers.discord.server import discord_server

# How many calls are made between two kills at most.
_MOST_BETWEEN = 60


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.kill_discord")
    parser.add_argument("kills", type=int, nargs="?", default=50)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    found = asyncio.run(_kill(options.kills, random.Random(options.seed)))  # noqa: S311 - no secret
    print(json.dumps(found, indent=1))
    wrong = ("lost", "duplicates", "apologies", "forbidden calls", "the last one's status")
    return 1 if any(found[name] for name in wrong) else 0


async def _kill(kills: int, chance: random.Random) -> Mapping[str, int]:
    moments = [Moment(calls=chance.randint(0, _MOST_BETWEEN), seconds=chance.uniform(0, 0.03)) for _ in range(kills)]
    with tempfile.TemporaryDirectory() as folder:
        async with discord_server() as server:
            return await killed_at(Bot(Path(folder), server), moments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
