"""The product as a process that a test may kill: what a dead one leaves comes back after a second, not after 45."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.app import (
    Paces,
    build_flow,
    build_passing,
    build_service,
    build_telegram,
    open_library,
    open_stores,
    open_telegram,
)
from bot.flow.crew import Shift
from bot.flow.leasing import Terms
from bot.flow.ports import Limits
from bot.flow.running import stopping_on_signals
from bot.flow.sending import SendPace
from bot.flow.working import Pace
from bot.settings import Settings

_LEASE = timedelta(seconds=1.5)


def paces() -> Paces:
    return Paces(
        work=Pace(shift=Shift(at_once=8, lease=_LEASE, look_every=0.1)),
        send=SendPace(shift=Shift(at_once=8, lease=_LEASE, look_every=0.1)),
        terms=Terms(length=1.5, every=0.3),
    )


async def serve() -> None:
    settings = Settings(_env_file=None, knowledge_dirs=())
    library = open_library(settings)
    library.ingest()
    passing = build_passing(settings)
    async with open_stores(settings, passing=passing) as stores, open_telegram(settings) as opened:
        service = build_service(library, store=stores.learners)
        build = build_telegram(settings, opened, service, stores, limits=Limits())
        flow = build_flow(
            settings, stores, service, lambda reception: [build(reception)], paces=paces(), passing=passing
        )
        with stopping_on_signals() as stop:
            await flow.run(stop)
    library.close()


if __name__ == "__main__":
    asyncio.run(serve())
