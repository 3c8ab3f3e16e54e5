"""`run`: the front ends whose token is set, until a signal ends them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.cli.output import tell
from bot.cli.session import load_settings, ready_library
from bot.errors import MissingService

if TYPE_CHECKING:
    from bot.adapters.discord.session_starts import StartPace
    from bot.app import Library, Paces
    from bot.flow.crash_points import Passing
    from bot.flow.ports import Limits, Platform
    from bot.flow.reception import Reception


def run() -> None:
    """Serve until SIGTERM or Ctrl-C, then bring to its end what was begun. Raises `MissingService` without a token."""
    settings = load_settings()
    if not settings.telegram_token and not settings.discord_token:
        raise MissingService(
            "no token is set; put TELEGRAM_TOKEN (@BotFather) or DISCORD_TOKEN (discord.com/developers) into .env"
        )
    with ready_library(patient=False) as library, asyncio.Runner() as runner:
        runner.run(serve(library))


async def serve(
    library: Library,
    *,
    paces: Paces | None = None,
    limits: Limits | None = None,
    starts: StartPace | None = None,
    passing: Passing | None = None,
) -> None:
    """Until a signal ends it. `paces` of the flow, `limits` of sending and how sessions on Discord begin (`starts`) are
    the product's own unless given; so is `passing`, which the settings say.
    """
    from bot import app
    from bot.flow.running import stopping_on_signals

    settings = library.settings
    passing = passing or app.build_passing(settings)
    async with AsyncExitStack() as opened:
        telegram = discord = None
        if settings.telegram_token:
            telegram = await opened.enter_async_context(app.open_telegram(settings))
        if settings.discord_token:
            discord = await opened.enter_async_context(app.open_discord(settings))
        stores = await opened.enter_async_context(app.open_stores(settings, passing=passing))
        model = await opened.enter_async_context(app.open_model(settings))
        budget = app.build_server_budget(stores)
        service = app.build_service(library, store=stores.learners, model=model, budget=budget, keeping=stores)
        builds: list[Callable[[Reception], Platform]] = []
        if telegram is not None:
            builds.append(app.build_telegram(settings, telegram, service, stores, limits=limits))
            tell(f"Telegram: @{telegram.user.username} is answering; Ctrl-C ends it")
        if discord is not None:
            builds.append(app.build_discord(settings, discord, service, stores, limits=limits, starts=starts))
            tell(f"Discord: {discord.name} is answering; Ctrl-C ends it")
        flow = app.build_flow(
            settings,
            stores,
            service,
            lambda reception: [build(reception) for build in builds],
            paces=paces,
            passing=passing,
            chores=app.build_chores(library, stores, service),
        )
        with stopping_on_signals() as stop:
            await flow.run(stop)
