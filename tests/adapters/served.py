"""The product as a process that a test may kill: what a dead one leaves comes back after a second, not after 45."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta

from bot.adapters.discord.starting import StartPace
from bot.app import (
    Paces,
    build_discord,
    build_flow,
    build_passing,
    build_service,
    build_telegram,
    open_discord,
    open_library,
    open_stores,
    open_telegram,
)
from bot.flow.crew import Shift
from bot.flow.leasing import Terms
from bot.flow.ports import Limits, Platform
from bot.flow.reception import Reception
from bot.flow.running import stopping_on_signals
from bot.flow.senders import SendPace
from bot.flow.workers import Pace
from bot.settings import Settings

_LEASE = timedelta(seconds=1.5)


def paces() -> Paces:
    return Paces(
        work=Pace(shift=Shift(at_once=8, lease=_LEASE, look_every=0.1)),
        send=SendPace(shift=Shift(at_once=8, lease=_LEASE, look_every=0.1)),
        terms=Terms(length=1.5, every=0.3),
    )


async def serve() -> None:
    """On every platform whose token is set, as fast as it goes."""
    settings = Settings(_env_file=None, knowledge_dirs=())
    library = open_library(settings)
    library.ingest()
    passing = build_passing(settings)
    async with AsyncExitStack() as opened:
        stores = await opened.enter_async_context(open_stores(settings, passing=passing))
        service = build_service(library, store=stores.learners)
        builds: list[Callable[[Reception], Platform]] = []
        if settings.telegram_token:
            telegram = await opened.enter_async_context(open_telegram(settings))
            builds.append(build_telegram(settings, telegram, service, stores, limits=Limits()))
        if settings.discord_token:
            discord = await opened.enter_async_context(open_discord(settings))
            starts = StartPace(every=0.2, lasting=0.0, first=0.1)
            builds.append(build_discord(settings, discord, service, stores, limits=Limits(), starts=starts))
        flow = build_flow(
            settings,
            stores,
            service,
            lambda reception: [build(reception) for build in builds],
            paces=paces(),
            passing=passing,
        )
        with stopping_on_signals() as stop:
            await flow.run(stop)
    library.close()


if __name__ == "__main__":
    asyncio.run(serve())
