"""A bot as people meet it on Discord: the whole product on a loopback server, over the packaged knowledge."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord.gateway import BuildEars
from bot.adapters.discord.session_starts import StartPace
from bot.app import (
    Library,
    build_discord,
    build_server_budget,
    build_service,
    build_telegram,
    open_discord,
    open_stores,
    open_telegram,
)
from bot.core.assistant import Assistant, utc_now
from bot.core.conversation import Responder
from bot.flow.ports import Limits
from bot.flow.thumbs import AGAIN_AFTER
from tests.adapters.at_work import Running, at_work
from tests.servers.discord.people import MODERATOR, Person
from tests.servers.discord.server import DiscordServer, discord_server
from tests.servers.discord.world import TOKEN
from tests.servers.telegram.server import TOKEN as TELEGRAM_TOKEN
from tests.servers.telegram.server import TelegramServer

UNLIMITED = Limits()
# Nobody waits for a turn that has no need to.
AT_ONCE = StartPace(every=0.01, lasting=0.0, first=0.01, longest=0.1, look_again=0.05)


@asynccontextmanager
async def running(
    server: DiscordServer,
    library: Library,
    home: Path,
    *,
    responder: Responder | None = None,
    telegram: TelegramServer | None = None,
    now: Callable[[], datetime] = utc_now,
    patience: float = 30.0,
    ears: BuildEars | None = None,
    starts: StartPace = AT_ONCE,
    thumbs_again: Sequence[timedelta] = AGAIN_AFTER,
    **more: Any,
) -> AsyncIterator[Running]:
    """On Discord, and beside it on Telegram where there is a server of it."""
    update = {"credway_home": home, "discord_token": TOKEN, "discord_api_url": server.api_url}
    update |= {"discord_gateway_url": server.gateway.url}
    if telegram is not None:
        update |= {"telegram_token": TELEGRAM_TOKEN, "telegram_api_url": telegram.url}
    settings = library.settings.model_copy(update={**update, **more})
    async with AsyncExitStack() as opened:
        stores = await opened.enter_async_context(open_stores(settings))
        known = await opened.enter_async_context(open_discord(settings))
        service = build_service(
            library, store=stores.learners, budget=build_server_budget(stores), now=now, keeping=stores
        )
        if responder is not None:
            service = replace(service, assistant=Assistant(responder, library.phrases, stores.learners))
        builds = [
            build_discord(
                settings,
                known,
                service,
                stores,
                limits=UNLIMITED,
                now=now,
                ears=ears,
                digests_every=0.05,
                thumbs_again=thumbs_again,
                starts=starts,
            )
        ]
        if telegram is not None:
            bot = await opened.enter_async_context(open_telegram(settings))
            builds.append(build_telegram(settings, bot, service, stores, limits=UNLIMITED, now=now))
        async with at_work(server, settings, stores, service, builds, now) as at:
            await server.gateway.ready(patience)
            yield at


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """What it is called with must be as described, in every test but those that break the rules on purpose."""
    async with discord_server() as server:
        yield server
        assert server.wrong == []


@pytest.fixture
def home(migrated_file: Path, tmp_path: Path) -> Path:
    shutil.copy(migrated_file, tmp_path)
    return tmp_path


@pytest.fixture
async def bot(server: DiscordServer, library: Library, home: Path) -> AsyncIterator[Running]:
    async with running(server, library, home) as at:
        yield at


@pytest.fixture
def anna(server: DiscordServer) -> Person:
    return server.person("Anna")


@pytest.fixture
def mo(server: DiscordServer) -> Person:
    """Who may manage the server."""
    person = server.person("Mo")
    person.permissions = MODERATOR
    return person


@pytest.fixture
def channel(server: DiscordServer) -> str:
    """Of a server that the bot is in."""
    guild = server.world.guild("Learners")
    found: str = guild["channels"][0]["id"]
    return found
