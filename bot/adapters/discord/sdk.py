"""Discord's library, as far as it is used: calls with its rate limits, and the gateway. Imported only where needed."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.adapters.discord.posts import COMPONENTS_V2, NO_MENTIONS

API_URL = "https://discord.com/api"
_VERSION = "v10"
# Whatever asks to wait for longer than this is done later, by the outbox.
_LONGEST_RATE_LIMIT = 30.0
# A call whose answer does not come within so many seconds may have arrived.
_PATIENCE = 30.0
_FILE_PATIENCE = 60.0
_THREAD_THERE = 160004

Heard = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Its number, and of how many."""

    number: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayLimits:
    """What Discord says of its gateway: how many shards it wants, how many sessions may still be begun, after how many
    seconds it will be as many as at first, and how many at once.
    """

    shards: int
    remaining: int
    reset_after: float
    at_once: int


def point_at(api_url: str, gateway_url: str) -> None:
    """Where Discord is, for everything in this process: the library has these two addresses as attributes of classes.

    The gateway's address comes with the answer of the API where none is given; the default is only for reconnecting.
    """
    Route.BASE = f"{(api_url or API_URL).rstrip('/')}/{_VERSION}"
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def intents() -> discord.Intents:
    """What is heard: commands, mentions, direct messages, reactions. Nothing privileged: not what people say to each
    other.
    """
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, guild_reactions=True, dm_reactions=True)


def build_client() -> discord.Client:
    """A client for calls alone, which never connects to the gateway."""
    # Its warnings hold addresses, and with them the tokens of interactions.
    logging.getLogger("discord.http").setLevel(logging.ERROR)
    # Nobody misses a voice.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    return discord.Client(intents=intents(), max_messages=None, max_ratelimit_timeout=_LONGEST_RATE_LIMIT)


class Ears(discord.Client):
    """Hears one shard of the gateway, resumes its session, and tells what it hears as it came."""

    def __init__(
        self,
        shard: Shard,
        heard: Heard,
        ready: Callable[[bool], None],
        turn: Callable[[int], Awaitable[None]],
        *,
        heartbeat_timeout: float = 60.0,
    ) -> None:
        """A connection from which nothing has come for `heartbeat_timeout` seconds is dead. `turn` is waited for before
        a session is begun anew; the first one has had its turn.
        """
        super().__init__(
            intents=intents(),
            shard_id=shard.number,
            shard_count=shard.of,
            heartbeat_timeout=heartbeat_timeout,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            enable_debug_events=True,
            max_ratelimit_timeout=_LONGEST_RATE_LIMIT,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._shard = shard
        self._heard = heard
        self._tell_ready = ready
        self._turn = turn

    async def before_identify_hook(self, _shard: int | None, *, initial: bool = False) -> None:
        if not initial:
            await self._turn(self._shard.number)

    async def on_socket_raw_receive(self, message: str) -> None:
        await self._heard(message)

    async def on_connect(self) -> None:
        self._tell_ready(True)

    async def on_resumed(self) -> None:
        self._tell_ready(True)

    async def on_disconnect(self) -> None:
        self._tell_ready(False)


class Rest:
    """Discord's API. Everything raises what the library raises, and `TimeoutError`."""

    def __init__(self, client: discord.Client, application: str) -> None:
        self._http = client.http
        self.application = application

    async def call(self, method: str, path: str, body: Any = None, **parameters: str) -> Any:
        route = Route(method, path, **parameters)
        async with asyncio.timeout(_PATIENCE):
            if body is None:
                return await self._http.request(route)
            return await self._http.request(route, json=body)

    async def acknowledge(self, interaction: str, token: str, kind: int, data: dict[str, Any] | None = None) -> None:
        """The first answer to an interaction, within three seconds."""
        body = {"type": kind, **({"data": data} if data is not None else {})}
        # The library's names for what has a rate limit of its own: else one would wait for the other.
        await self.call(
            "POST",
            "/interactions/{webhook_id}/{webhook_token}/callback",
            body,
            webhook_id=interaction,
            webhook_token=token,
        )

    async def edit_answer(
        self, token: str, body: dict[str, Any], file: tuple[str, bytes] | None = None
    ) -> dict[str, Any]:
        """Put the answer to an interaction into what it was acknowledged with; the message, as after all of these."""
        if body.get("flags", 0) & COMPONENTS_V2:
            # What was plain text before can be components only when that is taken back.
            body = {**body, "content": None}
        return await self._message(
            "PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original", body, file, token
        )

    async def follow_up(
        self, token: str, body: dict[str, Any], file: tuple[str, bytes] | None = None
    ) -> dict[str, Any]:
        return await self._message("POST", "/webhooks/{webhook_id}/{webhook_token}", body, file, token)

    async def post(self, channel: str, body: dict[str, Any], file: tuple[str, bytes] | None = None) -> dict[str, Any]:
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        found: dict[str, Any] = await self._with_file(route, body, file)
        return found

    async def direct_channel(self, person: str) -> str:
        """The channel of the direct messages with somebody."""
        found = await self.call("POST", "/users/@me/channels", {"recipient_id": person})
        return str(found["id"])

    async def type(self, channel: str) -> None:
        await self.call("POST", "/channels/{channel_id}/typing", channel_id=channel)

    async def start_thread(self, channel: str, message: str, name: str) -> str:
        """The thread of a message, which has the message's number; the same where there is one already."""
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        try:
            await self.call("POST", path, {"name": name}, channel_id=channel, message_id=message)
        except discord.HTTPException as error:
            if error.code != _THREAD_THERE:
                raise
        return message

    async def parent(self, channel: str) -> str | None:
        """The channel that a thread belongs to; of a channel the category, if it is in one."""
        found = await self.call("GET", "/channels/{channel_id}", channel_id=channel)
        parent = found.get("parent_id")
        return str(parent) if parent is not None else None

    async def guild(self, guild: str) -> dict[str, Any]:
        """A server with its roles and whose it is."""
        found: dict[str, Any] = await self.call("GET", "/guilds/{guild_id}", guild_id=guild)
        return found

    async def member(self, guild: str, person: str) -> dict[str, Any]:
        path = "/guilds/{guild_id}/members/{user_id}"
        found: dict[str, Any] = await self.call("GET", path, guild_id=guild, user_id=person)
        return found

    async def role(self, guild: str, role: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.call(
            "GET", "/guilds/{guild_id}/roles/{role_id}", guild_id=guild, role_id=role
        )
        return found

    async def set_role(self, guild: str, person: str, role: str, *, on: bool) -> None:
        path = "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"
        await self.call("PUT" if on else "DELETE", path, guild_id=guild, user_id=person, role_id=role)

    async def fetch(self, url: str) -> bytes:
        """A file that somebody has sent, from where Discord keeps it."""
        async with asyncio.timeout(_FILE_PATIENCE):
            return await self._http.get_from_cdn(url)

    async def register(self, commands: list[dict[str, Any]]) -> None:
        """All commands of the application, instead of those that it had."""
        await self.call("PUT", "/applications/{application_id}/commands", commands, application_id=self.application)

    async def gateway(self) -> GatewayLimits:
        told = await self.call("GET", "/gateway/bot")
        limit = told["session_start_limit"]
        return GatewayLimits(
            shards=told["shards"],
            remaining=limit["remaining"],
            reset_after=limit["reset_after"] / 1000,
            at_once=limit["max_concurrency"],
        )

    async def _message(
        self, method: str, path: str, body: dict[str, Any], file: tuple[str, bytes] | None, token: str
    ) -> dict[str, Any]:
        route = Route(method, path, webhook_id=self.application, webhook_token=token)
        found: dict[str, Any] = await self._with_file(route, body, file)
        return found

    async def _with_file(self, route: Route, body: dict[str, Any], file: tuple[str, bytes] | None) -> Any:
        # On edits too: without it the default would hold again, which mentions everybody.
        body = {**body, "allowed_mentions": NO_MENTIONS}
        if file is None:
            async with asyncio.timeout(_PATIENCE):
                return await self._http.request(route, json=body)
        sent = discord.File(io.BytesIO(file[1]), filename=file[0])
        form: list[dict[str, Any]] = [
            {"name": "payload_json", "value": json.dumps(body)},
            {
                "name": "files[0]",
                "value": sent.fp,
                "filename": sent.filename,
                "content_type": "application/octet-stream",
            },
        ]
        async with asyncio.timeout(_FILE_PATIENCE):
            # Where the library tries again, it begins the file again.
            return await self._http.request(route, form=form, files=[sent])
