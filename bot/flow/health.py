"""What an orchestrator and a Prometheus ask: whether the process lives, whether it can serve, and what it measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from bot.flow.measuring import Measures

# A loop that was so late lately does not answer anybody.
_MAX_LAG = 5.0
_LOOK_EVERY = 0.5
_PATIENCE = 3.0

Check = Callable[[], Awaitable[bool]]


class Pulse:
    """Measures how late the event loop is."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self.lag = 0.0

    async def run(self) -> None:
        clock = asyncio.get_running_loop()
        while True:
            due = clock.time() + _LOOK_EVERY
            await asyncio.sleep(_LOOK_EVERY)
            self.lag = max(clock.time() - due, 0.0)
            self._measures.loop_lag(self.lag)


class Health:
    """The pages. `checks` are, by name, what must hold for this process to be given work."""

    def __init__(self, pulse: Pulse, measures: Measures, checks: Mapping[str, Check]) -> None:
        self._pulse = pulse
        self._measures = measures
        self._checks = checks

    @asynccontextmanager
    async def serving(self, listen: str) -> AsyncIterator[None]:
        """Serve at `host:port` while the block runs."""
        pages = web.Application()
        pages.router.add_get("/livez", self._live)
        pages.router.add_get("/readyz", self._ready)
        pages.router.add_get("/metrics", self._metrics)
        runner = web.AppRunner(pages, access_log=None)
        await runner.setup()
        host, _, port = listen.rpartition(":")
        try:
            await web.TCPSite(runner, host.strip("[]") or None, int(port)).start()
            yield
        finally:
            await runner.cleanup()

    async def _live(self, _: web.Request) -> web.Response:
        alive = self._pulse.lag < _MAX_LAG
        return web.Response(status=200 if alive else 503, text="ok\n" if alive else "the event loop is late\n")

    async def _ready(self, _: web.Request) -> web.Response:
        failing = [name for name, check in self._checks.items() if not await _holds(check)]
        text = "".join(f"{name}: no\n" for name in failing) or "ok\n"
        return web.Response(status=503 if failing else 200, text=text)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=self._measures.told(), headers={"Content-Type": "text/plain; version=0.0.4"})


async def _holds(check: Check) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await check()
    except Exception:  # noqa: BLE001 - whatever it is, it does not hold
        return False
