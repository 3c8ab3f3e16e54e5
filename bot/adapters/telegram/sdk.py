"""Plain calls as the library takes them, and the library's bot. Imported only where Telegram is used."""

from __future__ import annotations

import logging
import ssl
from functools import cache
from typing import Any

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from telegram import Bot, InlineKeyboardMarkup, InputPollOption, LinkPreviewOptions, MessageEntity
from telegram.request import HTTPXRequest

API_URL = "https://api.telegram.org"
_CONNECTIONS = 64
_CONNECT, _READ, _WRITE, _POOL = 5.0, 15.0, 15.0, 10.0
_UPLOAD = 60.0
_SIGNS_AT_ONCE = 32

Call = dict[str, Any]


def as_objects(call: Call) -> Call:
    """A call with the library's own objects in it."""
    found = dict(call)
    if "entities" in call:
        found["entities"] = [MessageEntity(**entity) for entity in call["entities"]]
    if "reply_markup" in call:
        found["reply_markup"] = InlineKeyboardMarkup.de_json(call["reply_markup"], None)
    if "link_preview_options" in call:
        found["link_preview_options"] = LinkPreviewOptions(**call["link_preview_options"])
    if "options" in call:
        found["options"] = [InputPollOption(option) for option in call["options"]]
    return found


def rich_call(html: str) -> Call:
    """What the library does not know yet, in the API's own names. Clients find no mentions or commands in it."""
    return {"rich_message": {"html": html, "skip_entity_detection": True}}


def build_bot(token: str, api_url: str = "") -> Bot:
    """A bot that waits long enough for a busy machine, and never longer than the flow's deadline."""
    quiet_library()
    api = (api_url or API_URL).rstrip("/")
    request = HTTPXRequest(
        connection_pool_size=_CONNECTIONS,
        connect_timeout=_CONNECT,
        read_timeout=_READ,
        write_timeout=_WRITE,
        pool_timeout=_POOL,
        media_write_timeout=_UPLOAD,
        httpx_kwargs={"verify": _trusted()},
    )
    # The library's own polling is not used, so that it needs no connections apart.
    return Bot(
        token, base_url=f"{api}/bot", base_file_url=f"{api}/file/bot", request=request, get_updates_request=request
    )


def build_session() -> ClientSession:
    """A plain client for what is sent by the hundred and may be lost."""
    return ClientSession(connector=TCPConnector(limit=_SIGNS_AT_ONCE), timeout=ClientTimeout(total=_CONNECT))


def build_polling_request() -> HTTPXRequest:
    """One connection for asking, apart from the bot's."""
    return HTTPXRequest(
        connection_pool_size=1, connect_timeout=_CONNECT, pool_timeout=_POOL, httpx_kwargs={"verify": _trusted()}
    )


@cache
def _trusted() -> ssl.SSLContext:
    """One for all connections: the certificates take 40 ms to load."""
    import httpx  # noqa: PLC0415

    return httpx.create_ssl_context()


def quiet_library() -> None:
    """The HTTP library logs addresses, and those of the Bot API hold the token."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
