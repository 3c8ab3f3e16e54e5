"""`credway run` and `credway check` as processes, against a Bot API server."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from bot.app import Library
from tests.servers.telegram.server import BAD_GATEWAY, TOKEN, TelegramServer

ROOT = str(Path(__file__).parents[3])


@pytest.fixture
def environment(server: TelegramServer, library: Library, tmp_path: Path) -> dict[str, str]:
    return at_home(library, tmp_path, server)


def at_home(library: Library, home: Path, server: TelegramServer) -> dict[str, str]:
    """The environment of a process with its data there. The index is made already; the learners' database is not."""
    (home / "index.db").write_bytes((library.settings.credway_home / "index.db").read_bytes())
    own = {"CREDWAY_HOME": str(home), "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": server.url}
    return {**os.environ, **own, "LOG_LEVEL": "INFO"}


async def credway(
    *arguments: str, environment: dict[str, str], cwd: Path, module: str = "bot"
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        env={**environment, "PYTHONPATH": ROOT},
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_answers_until_it_is_told_to_end_and_tells_the_token_to_nobody(
    server: TelegramServer, environment: dict[str, str], tmp_path: Path
) -> None:
    process = await credway("run", environment=environment, cwd=tmp_path)
    anna = server.person("Anna")
    await anna.sends("sec+ cost?")
    assert "425" in (await anna.receives())["text"]

    process.send_signal(signal.SIGTERM)
    out, err = await process.communicate()
    assert process.returncode == 0
    assert b"@credway_bot" in err
    assert TOKEN.encode() not in out + err


async def test_it_waits_at_its_start_until_telegram_answers(
    server: TelegramServer, environment: dict[str, str], tmp_path: Path
) -> None:
    server.out = BAD_GATEWAY
    process = await credway("run", environment=environment, cwd=tmp_path)
    await server.world.until(lambda: server.calls, "a first call")
    server.out = None
    anna = server.person("Anna")
    await anna.sends("sec+ cost?")
    assert "425" in (await anna.receives())["text"]

    process.send_signal(signal.SIGTERM)
    _, err = await process.communicate()
    assert process.returncode == 0
    assert b"Telegram cannot be reached (Bad Gateway); check the network, TELEGRAM_API_URL (trying again)" in err


async def test_without_a_token_one_line_says_what_to_do(environment: dict[str, str], tmp_path: Path) -> None:
    process = await credway("run", environment={**environment, "TELEGRAM_TOKEN": ""}, cwd=tmp_path)
    _, err = await process.communicate()
    assert process.returncode == 69
    assert b"TELEGRAM_TOKEN" in err
    assert len(err.decode().splitlines()) == 1


async def test_with_a_wrong_token_one_line_says_what_to_do(environment: dict[str, str], tmp_path: Path) -> None:
    process = await credway("run", environment={**environment, "TELEGRAM_TOKEN": "1:wrong"}, cwd=tmp_path)
    _, err = await process.communicate()
    assert process.returncode == 69
    assert b"Telegram does not know it" in err


async def test_check_asks_telegram_who_the_bot_is(environment: dict[str, str], tmp_path: Path) -> None:
    process = await credway("check", environment=environment, cwd=tmp_path)
    out, _ = await process.communicate()
    assert "ok       Telegram        @credway_bot" in out.decode()
    assert TOKEN not in out.decode()
