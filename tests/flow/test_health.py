"""An orchestrator is told whether the process lives and can serve, and Prometheus what it measured."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from tests.flow.conftest import Office, in_a_hurry
from tests.flow.fakes import EchoDesk, PushGateway, said, until

Opened = Callable[..., Any]


@pytest.fixture
def listen() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


async def ask(listen: str, page: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{listen}/{page}") as answer:
        return answer.status, await answer.text()


async def served(office: Office, listen: str) -> None:
    """Until the pages are there."""
    async with asyncio.timeout(60):
        while True:
            try:
                await ask(listen, "livez")
            except aiohttp.ClientError:
                await asyncio.sleep(0.01)
            else:
                return


async def test_a_process_that_serves_says_so(opened: Opened, listen: str) -> None:
    async with opened(listen=listen) as office:
        await served(office, listen)

        assert (200, "ok\n") == await ask(listen, "livez")
        assert (200, "ok\n") == await ask(listen, "readyz")


async def test_a_process_to_which_nothing_comes_in_is_not_ready_but_lives(opened: Opened, listen: str) -> None:
    gateway = PushGateway()
    gateway.ready = False
    async with opened(listen=listen, gateway=gateway) as office:
        await served(office, listen)

        assert (503, "platforms: no\n") == await ask(listen, "readyz")
        assert 200 == (await ask(listen, "livez"))[0]


async def test_a_process_that_is_ending_takes_nothing_new_and_says_so(opened: Opened, listen: str) -> None:
    desk = EchoDesk()
    desk.holding["slow"] = asyncio.Event()
    async with opened(listen=listen, desk=desk) as office:
        await served(office, listen)
        await office.bring(said("ada", "slow", "1"))
        await until(lambda: desk.begun)
        office.stop.set()
        await asyncio.sleep(0)

        assert (503, "not draining: no\n") == await ask(listen, "readyz")
        desk.holding["slow"].set()
        await office.ended


async def test_what_was_measured_is_told_and_holds_nothing_of_anybody(opened: Opened, listen: str) -> None:
    async with opened(listen=listen, paces=in_a_hurry()) as office:
        await served(office, listen)
        await office.bring(said("ada-4711", "hello", "1"), said("ada-4711", "boom", "2"))
        await office.bring(said("ada-4711", "hello", "1"))
        await office.settled()

        status, told = await ask(listen, "metrics")

    assert 200 == status
    assert "credway_updates_accepted_total 2.0" in told
    assert "credway_updates_repeated_total 1.0" in told
    assert 'credway_updates_ended_total{result="settled"} 1.0' in told
    assert 'credway_updates_ended_total{result="set_aside"} 1.0' in told
    assert 'credway_sends_total{platform="fake",result="sent"} 2.0' in told
    for measured in ("update_age_at_start", "first_sign", "update_total", "delivery"):
        assert f"credway_{measured}_seconds_count" in told
    assert "4711" not in told
    assert "hello" not in told
