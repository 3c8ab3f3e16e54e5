"""A bot as people meet it: the whole product on a loopback Bot API server, over the packaged knowledge."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.telegram.pacing import Pacing
from bot.app import (
    Library,
    build_service,
    build_telegram,
    open_stores,
    open_telegram,
)
from bot.core.assistant import Assistant, utc_now
from bot.core.conversation import Responder
from bot.flow.ports import Limits, Platform
from bot.flow.reception import Reception
from bot.flow.thumbs import AGAIN_AFTER
from tests.adapters.at_work import Running, at_work
from tests.servers.telegram.server import TOKEN, TelegramServer, telegram_server

# The knowledge says "retires on 2026-11-30" and the like: a fixed day keeps the answers the same for ever.
TODAY = date(2026, 11, 23)
UNLIMITED = Limits()
PACING = Pacing(first_wait=0.02, longest_wait=0.2, conflict=0.05, draft=0.2, edit=0.2, album=0.2)


@asynccontextmanager
async def running(
    server: TelegramServer,
    library: Library,
    home: Path,
    *,
    limits: Limits = UNLIMITED,
    responder: Responder | None = None,
    takes_files: bool = False,
    menus: bool = False,
    now: Callable[[], datetime] = utc_now,
    thumbs_again: Sequence[timedelta] = AGAIN_AFTER,
    **more: Any,
) -> AsyncIterator[Running]:
    settings = library.settings.model_copy(
        update={"credway_home": home, "telegram_token": TOKEN, "telegram_api_url": server.url, **more}
    )
    async with open_stores(settings) as stores, open_telegram(settings) as opened:
        keeping = stores if takes_files else None
        service = build_service(library, store=stores.learners, now=now, keeping=keeping)
        if responder is not None:
            service = replace(service, assistant=Assistant(responder, library.phrases, stores.learners))
        build = build_telegram(
            settings, opened, service, stores, limits=limits, now=now, pacing=PACING, thumbs_again=thumbs_again
        )

        def platform(reception: Reception) -> Platform:
            made = build(reception)
            # Forty calls, which only their own test looks at.
            return made if menus else replace(made, gateways=made.gateways[:1])

        async with at_work(server, settings, stores, service, [platform], now) as at:
            yield at


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """What it is called with must be as described, in every test but those that break the rules on purpose."""
    async with telegram_server() as server:
        yield server
        assert server.wrong == []


@pytest.fixture
async def bot(server: TelegramServer, library: Library, migrated_file: Path, tmp_path: Path) -> AsyncIterator[Running]:
    shutil.copy(migrated_file, tmp_path)
    async with running(server, library, tmp_path) as at:
        yield at
