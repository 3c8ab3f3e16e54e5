"""Telegram: the bot, who it is, and its parts around the flow's reception."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.app.assistant import Service
from bot.app.flow import build_stops
from bot.app.library import prompts_folder
from bot.app.stores import Stores
from bot.core.assistant import utc_now
from bot.core.conversation import Context
from bot.core.reply import Reply, reply_of
from bot.errors import InputError, MissingService, Unreachable
from bot.flow.ports import Gateway, Limits, Platform
from bot.flow.reception import Reception
from bot.flow.thumbs import AGAIN_AFTER, Thumbs
from bot.settings import Settings
from bot.text.prompts import Phrases

if TYPE_CHECKING:
    from telegram import Bot, User

    from bot.adapters.telegram.files import Files
    from bot.adapters.telegram.pacing import Pacing
    from bot.adapters.telegram.reading import Reader
    from bot.adapters.telegram.receiving import Receiving
    from bot.adapters.telegram.typing_signs import TypingSigns

DEFAULT_LISTEN = ("0.0.0.0", 8443)  # noqa: S104 - a webhook is called from outside


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramBot:
    """A bot that Telegram knows."""

    bot: Bot
    user: User
    signs: TypingSigns
    files: Files


@asynccontextmanager
async def open_telegram(settings: Settings) -> AsyncIterator[TelegramBot]:
    """Raises `MissingService` where there is no token or Telegram does not know it, and `Unreachable` where it cannot
    be reached.
    """
    if not settings.telegram_token:
        raise MissingService("TELEGRAM_TOKEN is not set; get one from @BotFather and put it into .env")
    from telegram.error import InvalidToken, TelegramError  # noqa: PLC0415

    from bot.adapters.telegram.files import Files  # noqa: PLC0415
    from bot.adapters.telegram.sdk import build_bot, build_session  # noqa: PLC0415
    from bot.adapters.telegram.typing_signs import TypingSigns  # noqa: PLC0415

    try:
        bot = build_bot(settings.telegram_token, settings.telegram_api_url)
        await bot.initialize()
    except InvalidToken as error:
        raise MissingService("TELEGRAM_TOKEN: Telegram does not know it; copy it from @BotFather again") from error
    except TelegramError as error:
        raise Unreachable(
            f"Telegram cannot be reached ({error.message}); check the network, TELEGRAM_API_URL"
        ) from error
    try:
        async with build_session() as session:
            signs, files = TypingSigns(session, bot.base_url), Files(bot, session)
            yield TelegramBot(bot=bot, user=bot.bot, signs=signs, files=files)
    finally:
        await bot.shutdown()


def build_telegram(
    settings: Settings,
    opened: TelegramBot,
    service: Service,
    stores: Stores,
    *,
    now: Callable[[], datetime] = utc_now,
    limits: Limits | None = None,
    pacing: Pacing | None = None,
    thumbs_again: Sequence[timedelta] = AGAIN_AFTER,
) -> Callable[[Reception], Platform]:
    """The platform, to be made around a reception. `limits` of sending: those that Telegram sets, unless given.
    `thumbs_again`: how long a thumb waits each time for its message to be known as an answer.
    """
    from bot.adapters.telegram.albums import Albums  # noqa: PLC0415
    from bot.adapters.telegram.answering import Answering  # noqa: PLC0415
    from bot.adapters.telegram.capability import Capability  # noqa: PLC0415
    from bot.adapters.telegram.cards import Cards  # noqa: PLC0415
    from bot.adapters.telegram.desk import TelegramDesk  # noqa: PLC0415
    from bot.adapters.telegram.groups import Groups  # noqa: PLC0415
    from bot.adapters.telegram.menus import Menus  # noqa: PLC0415
    from bot.adapters.telegram.pacing import Pacing  # noqa: PLC0415
    from bot.adapters.telegram.private import Welcome  # noqa: PLC0415
    from bot.adapters.telegram.receiving import Receiving  # noqa: PLC0415
    from bot.adapters.telegram.render import Renderer  # noqa: PLC0415
    from bot.adapters.telegram.transport import LIMITS, TelegramTransport  # noqa: PLC0415
    from bot.chat.preferences import Preferences  # noqa: PLC0415
    from bot.chat.words import Words  # noqa: PLC0415

    bot, pacing = opened.bot, pacing or Pacing()
    phrases = Phrases.load(prompts_folder(settings, "telegram"))
    rich = Capability("rich messages", on=settings.telegram_rich_messages)
    words, renderer, stops = Words(phrases), Renderer(phrases, rich=rich.on), build_stops(stores, now)
    preferences, reader = Preferences("telegram", stores.keepsakes, now), build_reader(opened)
    albums = Albums(stores.keepsakes, now, pacing.album)
    answering = Answering(bot, renderer, words, stops, opened.signs, pacing=pacing, rich=rich)
    desk = TelegramDesk(
        bot=bot,
        reader=reader,
        renderer=renderer,
        words=words,
        answering=answering,
        welcome=Welcome(answering, words, preferences),
        groups=Groups(bot, words, preferences, service.quiz_on),
        cards=Cards(bot, renderer, words, service.cards.find, answering_nobody(service)),
        albums=albums,
        stops=stops,
        preferences=preferences,
        keepsakes=stores.keepsakes,
        thumbs=Thumbs(stores.feedback, now, thumbs_again),
        files=opened.files if service.own_documents is not None else None,
        now=now,
    )

    def platform(reception: Reception) -> Platform:
        gateway = build_gateway(settings, bot, Receiving(reader, reception, stops, opened.signs, albums), pacing)
        transport = TelegramTransport(bot, stores.keepsakes, now, limits or LIMITS, rich)
        return Platform(name=transport.platform, desk=desk, transport=transport, gateways=(gateway, Menus(bot, words)))

    return platform


def build_reader(opened: TelegramBot) -> Reader:
    from bot.adapters.telegram.reading import Reader  # noqa: PLC0415

    return Reader(opened.user.id, opened.user.username or "")


def build_gateway(settings: Settings, bot: Bot, receiving: Receiving, pacing: Pacing) -> Gateway:
    """A webhook where one is set, else polling."""
    from bot.adapters.telegram.polling import Poller  # noqa: PLC0415
    from bot.adapters.telegram.sdk import build_polling_request  # noqa: PLC0415
    from bot.adapters.telegram.webhook import Webhook, secret_of  # noqa: PLC0415

    if not settings.telegram_webhook_url:
        return Poller(bot, build_polling_request(), receiving, pacing=pacing)
    return Webhook(
        bot,
        receiving,
        url=settings.telegram_webhook_url,
        listen=listening(settings.telegram_webhook_listen),
        secret=settings.telegram_webhook_secret or secret_of(settings.telegram_token),
    )


def listening(place: str) -> tuple[str, int]:
    """`host:port`. Raises `InputError` saying how it is written."""
    if not place:
        return DEFAULT_LISTEN
    host, colon, port = place.rpartition(":")
    if not colon or not port.isdigit():
        raise InputError("TELEGRAM_WEBHOOK_LISTEN: write it as host:port, for example 127.0.0.1:8443")
    return host or DEFAULT_LISTEN[0], int(port)


def answering_nobody(service: Service) -> Callable[[str, str], Awaitable[Reply]]:
    """Answers a question of somebody of whom nothing is known."""

    async def answer(text: str, language: str) -> Reply:
        found, _ = await service.assistant.ask(text, Context(language=language))
        return reply_of(found)

    return answer
