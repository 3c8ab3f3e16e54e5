"""Updates that Telegram brings: answered with 200 only when they are written down."""

from __future__ import annotations

import asyncio
import hmac
import logging
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot
from telegram.error import TelegramError

from bot.adapters.telegram.reading import ALLOWED_UPDATES
from bot.adapters.telegram.receiving import Receiving
from bot.errors import MissingService
from bot.flow.reception import Busy

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_BIGGEST_UPDATE = 1_000_000
_DATABASE_WAIT = 5
_LONGEST_WAIT = 60.0


def secret_of(token: str) -> str:
    """What calls bear where no secret is set: the same in every process, and telling nothing of the token."""
    return hmac.new(token.encode(), b"telegram webhook", "sha256").hexdigest()


class Webhook:
    """A `Gateway` that any number of processes may run, behind one address."""

    name = None

    def __init__(self, bot: Bot, receiving: Receiving, *, url: str, listen: tuple[str, int], secret: str) -> None:
        self._bot = bot
        self._receiving = receiving
        self._url = url
        self._listen = listen
        self._secret = secret
        self.ready = False
        self.port: int | None = None

    async def run(self, stop: asyncio.Event) -> None:
        app = web.Application(client_max_size=_BIGGEST_UPDATE)
        app.router.add_post(urlsplit(self._url).path or "/", self._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, *self._listen).start()
            self.port = runner.addresses[0][1]
            await self._register(stop)
            await stop.wait()
        finally:
            # The webhook stays set: what comes meanwhile waits at Telegram.
            self.ready = False
            await runner.cleanup()

    async def _register(self, stop: asyncio.Event) -> None:
        wait = 1.0
        while not stop.is_set() and not self.ready:
            try:
                await self._bot.set_webhook(
                    self._url, secret_token=self._secret, allowed_updates=ALLOWED_UPDATES, max_connections=40
                )
                self.ready = True
            except TelegramError as error:
                logger.warning("telegram.webhook %s: %s", type(error).__name__, error.message)
                try:
                    async with asyncio.timeout(wait):
                        await stop.wait()
                except TimeoutError:
                    wait = min(_LONGEST_WAIT, wait * 2)

    async def _take(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        # Constant in time, and no 410 ever: that would make Telegram remove the webhook.
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret.encode()):
            return web.Response(status=401)
        try:
            update = await request.json()
        except ValueError:
            return web.Response(status=400)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            return web.Response(status=400)
        try:
            taken = await self._receiving.accept([update])
        except MissingService:
            return _later(_DATABASE_WAIT)
        # An empty body: a method in it would be executed.
        return _later(taken.retry_after) if isinstance(taken, Busy) else web.Response(status=200)


def _later(seconds: int) -> web.Response:
    return web.Response(status=503, headers={"Retry-After": str(seconds)})
