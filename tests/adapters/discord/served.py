"""The product on Discord as a process that a test may kill: what a dead one leaves comes back after a second."""

from __future__ import annotations

import asyncio

from bot.app import (
    build_discord,
    build_flow,
    build_passing,
    build_server_budget,
    build_service,
    open_discord,
    open_library,
    open_stores,
)
from bot.flow.ports import Limits
from bot.flow.running import stopping_on_signals
from bot.settings import Settings
from tests.adapters.telegram.served import paces


async def serve() -> None:
    settings = Settings(_env_file=None, knowledge_dirs=())
    library = open_library(settings)
    library.ingest()
    passing = build_passing(settings)
    async with open_stores(settings, passing=passing) as stores, open_discord(settings) as opened:
        service = build_service(library, store=stores.learners, budget=build_server_budget(stores))
        build = build_discord(settings, opened, service, stores, limits=Limits())
        flow = build_flow(
            settings, stores, service, lambda reception: [build(reception)], paces=paces(), passing=passing
        )
        with stopping_on_signals() as stop:
            await flow.run(stop)
    library.close()


if __name__ == "__main__":
    asyncio.run(serve())
