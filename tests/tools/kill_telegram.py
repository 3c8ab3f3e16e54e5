"""Kills a bot on Telegram again and again at random moments, while a crowd talks to it in every way that there is.

`python -m tests.tools.kill_telegram 50 --seed 7 [--webhook]`, against the loopback Bot API server. Ends with status 1
where an update was not answered, something arrived out of order, unasked for or twice without need, or more was
repeated than processes were killed.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
from pathlib import Path

from tests.adapters.forked import nursery
from tests.adapters.telegram.crowd import Crowd
from tests.adapters.telegram.kills import KILLED, bot_at, go_on, kill_at
from tests.servers.telegram.server import telegram_server
from tests.tools.random_kills import arguments, moments, status

# A tap waits as long as its process, and those after it, are not left alone.
_PATIENCE = 200.0


def main(given: list[str]) -> int:
    parser = arguments("tests.tools.kill_telegram")
    parser.add_argument("--webhook", action="store_true", help="Telegram calls the bot, instead of being asked")
    options = parser.parse_args(given)
    found = asyncio.run(_kill(options.kills, options.seed, webhook=options.webhook))
    failed = status(found)
    return 1 if failed or found["duplicates"] > found["kills"] else 0


async def _kill(kills: int, seed: int, *, webhook: bool) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        async with telegram_server() as server, nursery() as children:
            server.world.patience = _PATIENCE
            crowd = Crowd(server)
            child = bot_at(Path(folder), server, **(hooked(_free_port()) if webhook else {}))
            talk = asyncio.create_task(crowd.talks())
            codes = await kill_at(children, child, server, crowd, moments(kills, seed))
            last = await go_on(children, child, server, crowd, talk)
            return {"kills": codes.count(KILLED), "the last one's status": last, **crowd.found()}


def hooked(port: int) -> dict[str, str]:
    place = f"127.0.0.1:{port}"
    return {"telegram_webhook_url": f"http://{place}/telegram", "telegram_webhook_listen": place}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
