"""`run`: the front ends whose token is set, until a signal ends them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.cli.output import tell
from bot.cli.session import load_settings, ready_library
from bot.errors import MissingService

if TYPE_CHECKING:
    from bot.app import Library


def run() -> None:
    """Serve until SIGTERM or Ctrl-C, then bring to its end what was begun. Raises `MissingService` without a token."""
    if not load_settings().telegram_token:
        raise MissingService("no token is set; get one from @BotFather in Telegram and put TELEGRAM_TOKEN=… into .env")
    with ready_library(patient=False) as library, asyncio.Runner() as runner:
        runner.run(_serve(library))


async def _serve(library: Library) -> None:
    from bot import app
    from bot.flow.running import stopping_on_signals

    settings = library.settings
    passing = app.build_passing(settings)
    async with AsyncExitStack() as opened:
        telegram = await opened.enter_async_context(app.open_telegram(settings))
        stores = await opened.enter_async_context(app.open_stores(settings, passing=passing))
        model = await opened.enter_async_context(app.open_model(settings))
        service = app.build_service(library, store=stores.learners, model=model, budget=stores.budget, keeping=stores)
        build = app.build_telegram(settings, telegram, service, stores)
        flow = app.build_flow(settings, stores, service, lambda reception: [build(reception)], passing=passing)
        with stopping_on_signals() as stop:
            tell(f"Telegram: @{telegram.user.username} is answering; Ctrl-C ends it")
            await flow.run(stop)
