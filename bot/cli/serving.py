"""`run`: the front ends whose token is set, until a signal ends them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from bot.cli.output import tell
from bot.cli.session import load_settings, ready_library
from bot.errors import MissingService, Unreachable

if TYPE_CHECKING:
    from bot.adapters.discord.session_starts import StartPace
    from bot.app import Library, Paces
    from bot.flow.crash_points import Passing
    from bot.flow.ports import Limits, Platform
    from bot.flow.reception import Reception


# For how many seconds a start waits for what does not answer: machines start before their network, and the bot before
# its database.
PATIENCE = 60.0
_LONGEST_WAIT = 10.0

Opened = TypeVar("Opened")


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
    patience: float = PATIENCE,
) -> None:
    """Until a signal ends it. `paces` of the flow, `limits` of sending and how sessions on Discord begin (`starts`) are
    the product's own unless given; so is `passing`, which the settings say. Raises `Unreachable` where a platform or
    the database has not answered for `patience` seconds.
    """
    from bot import app
    from bot.flow.running import stopping_on_signals

    settings = library.settings
    passing = passing or app.build_passing(settings)
    async with AsyncExitStack() as opened:
        telegram = discord = None
        if settings.telegram_token:
            telegram = await opened.enter_async_context(once_it_answers(lambda: app.open_telegram(settings), patience))
        if settings.discord_token:
            discord = await opened.enter_async_context(once_it_answers(lambda: app.open_discord(settings), patience))
        stores = await opened.enter_async_context(
            once_it_answers(lambda: app.open_stores(settings, passing=passing), patience)
        )
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


@asynccontextmanager
async def once_it_answers(
    build: Callable[[], AbstractAsyncContextManager[Opened]], patience: float
) -> AsyncIterator[Opened]:
    """What `build` makes, opened, as soon as it no longer raises `Unreachable`; raises it after so many seconds."""
    from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_delay, wait_exponential

    async with AsyncExitStack() as opened:

        async def attempt() -> Opened:
            return await opened.enter_async_context(build())

        def say(state: RetryCallState) -> None:
            if state.outcome is not None:
                tell(f"{state.outcome.exception()} (trying again)")

        insisting = AsyncRetrying(
            retry=retry_if_exception_type(Unreachable),
            stop=stop_after_delay(patience),
            wait=wait_exponential(max=_LONGEST_WAIT),
            before_sleep=say,
            reraise=True,
        )
        yield await insisting(attempt)
