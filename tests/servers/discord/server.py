"""Discord on loopback: its API, held to the published description, and its gateway. It can fail on demand.

`async with discord_server() as server:` starts it; the library talks to `server.api_url`. People are in `people.py`.
`wrong` holds what the description or a limit forbids, `calls` what was called.
"""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.servers.discord import description
from tests.servers.discord.components import text_of
from tests.servers.discord.gateway import Gateway
from tests.servers.discord.people import Person
from tests.servers.discord.world import DEADLINE, EPHEMERAL, TOKEN, Interaction, Problem, World

_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _UPDATE = 4, 5, 6, 7
_FOLLOW_UPS = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """How a call fails. `done`: it takes effect although it fails; `lost`: the connection is cut before the answer."""

    status: int = 502
    body: tuple[tuple[str, Any], ...] = (("message", "Bad Gateway"), ("code", 0))
    done: bool = False
    lost: bool = False


LOST = Fault(done=True, lost=True)


def too_many(seconds: float) -> Fault:
    return Fault(429, (("message", "You are being rate limited."), ("retry_after", seconds), ("global", False)))


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made, as it was taken, with the contents of its files."""

    call: str
    parts: dict[str, str]
    body: Any
    files: tuple[bytes, ...] = ()


class DiscordServer:
    def __init__(self) -> None:
        self.world = World()
        self.gateway = Gateway(self.world)
        self.calls: list[Made] = []
        # The descriptions of all calls that were understood, whatever became of them.
        self.tried: list[str] = []
        self.wrong: list[str] = []
        self.api_url = ""
        # So many seconds of the time to acknowledge are over when an interaction begins.
        self.late = 0.0
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._routes = [(call, _pattern(call.split(" ")[1])) for call in description.calls()]
        self._do: dict[str, Callable[[dict[str, str], Any], Awaitable[Any]]] = {
            "POST /interactions/{interaction_id}/{interaction_token}/callback": self._callback,
            "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original": self._edit_original,
            "POST /webhooks/{webhook_id}/{webhook_token}": self._follow_up,
            "POST /channels/{channel_id}/messages": self._post,
            "POST /channels/{channel_id}/typing": self._type,
            "POST /channels/{channel_id}/messages/{message_id}/threads": self._thread,
            "PUT /applications/{application_id}/commands": self._register,
            "POST /users/@me/channels": self._direct,
            "GET /channels/{channel_id}": self._channel,
            "GET /guilds/{guild_id}": self._guild,
            "GET /guilds/{guild_id}/members/{user_id}": self._member,
            "GET /guilds/{guild_id}/roles/{role_id}": self._role,
            "PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}": self._give_role,
            "DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}": self._take_role,
            "GET /gateway/bot": self._gateway,
            "GET /users/@me": self._me,
            "GET /oauth2/applications/@me": self._application,
        }

    def person(self, name: str, *, locale: str = "en-US") -> Person:
        return Person(self, name, locale)

    def offered(self, name: str, content: bytes, media_type: str = "text/plain") -> dict[str, Any]:
        """A file as somebody attaches it."""
        number = self.world.number()
        self.world.files[number] = content
        url = f"{self.api_url.removesuffix('/api')}/files/{number}"
        told = {"id": number, "filename": name, "size": len(content), "content_type": media_type}
        return {**told, "url": url, "proxy_url": url}

    def fail(self, call: str, *faults: Fault) -> None:
        """The next calls whose description holds this text fail so."""
        self._faults[call] += faults

    def forgive(self) -> None:
        """No call fails any more."""
        self._faults.clear()

    def made(self, part: str) -> list[Made]:
        return [made for made in self.calls if part in made.call]

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/api/v10")
        found = [(call, match) for call, pattern in self._routes if (match := pattern.fullmatch(path))]
        call, match = next(((c, m) for c, m in found if c.startswith(f"{request.method} ")), (None, None))
        if call is None or match is None:
            self.wrong.append(f"{request.method} {path} is not described")
            return _json(404, {"message": "404: Not Found", "code": 0})
        body, files = await _body(request)
        try:
            description.check(call, body)
        except description.Forbidden as error:
            self.wrong.append(str(error))
            return _json(400, {"message": "Invalid Form Body", "code": 50035, "errors": {}})
        return await self._taken(request, call, match.groupdict(), {**body, "_files": files} if files else body)

    async def file(self, request: web.Request) -> web.Response:
        content = self.world.files.get(request.match_info["number"])
        return web.Response(status=404) if content is None else web.Response(body=content)

    async def _taken(self, request: web.Request, call: str, parts: dict[str, str], body: Any) -> web.Response:
        if request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _json(401, {"message": "401: Unauthorized", "code": 0})
        self.tried.append(call)
        fault = next((faults.pop(0) for part, faults in self._faults.items() if part in call and faults), None)
        if fault is not None and not fault.done:
            return _json(fault.status, dict(fault.body))
        files = tuple(body.get("_files", ())) if isinstance(body, dict) else ()
        try:
            done = await self._do[call](parts, body)
        except Problem as problem:
            return _json(problem.status, problem.body)
        self.calls.append(Made(call, parts, body, files))
        self.world.changed()
        if fault is not None and fault.lost and request.transport is not None:
            request.transport.abort()
        return _json(200 if fault is None else fault.status, done) if done is not None else web.Response(status=204)

    # What each call does.

    async def _callback(self, parts: dict[str, str], body: Any) -> Any:
        found = self.world.interactions.get(parts["interaction_token"])
        if found is None or found.id != parts["interaction_id"] or time.monotonic() - found.at + self.late > DEADLINE:
            raise Problem(404, 10062, "Unknown interaction")
        if found.acknowledged is not None:
            raise Problem(400, 40060, "Interaction has already been acknowledged.")
        found.acknowledged = time.monotonic() - found.at
        found.kind, found.data = body["type"], body.get("data") or {}
        found.ephemeral = bool(found.data.get("flags", 0) & EPHEMERAL)
        if found.kind in {_MESSAGE, _DEFERRED}:
            found.original = {"id": self.world.number(), "channel_id": found.channel, **found.data}
            found.original["content"] = text_of(found.original)
            found.told = found.kind == _MESSAGE
        elif found.kind in {_DEFERRED_UPDATE, _UPDATE}:
            if found.tapped is None:
                raise Problem(400, 50035, "Invalid Form Body", errors={"type": "nothing was tapped"})
            found.original, found.ephemeral = found.tapped, bool(found.tapped.get("flags", 0) & EPHEMERAL)
            if found.kind == _UPDATE:
                self.world.edit(found.original, found.data)
                found.told = True

    async def _edit_original(self, parts: dict[str, str], body: Any) -> Any:
        found = self.world.of_token(parts["webhook_token"])
        if found.original is None:
            raise Problem(404, 10015, "Unknown Webhook")
        self.world.edit(found.original, self._kept(body))
        found.told = True
        return self._shown(found, found.original)

    async def _follow_up(self, parts: dict[str, str], body: Any) -> Any:
        found = self.world.of_token(parts["webhook_token"])
        if found.original is None:
            raise Problem(404, 10015, "Unknown Webhook")
        if not found.installed and len(found.follow_ups) >= _FOLLOW_UPS:
            raise Problem(400, 40094, "This interaction cannot send any more follow-up messages")
        message = {"id": self.world.number(), "channel_id": found.channel, **self._kept(body)}
        message["content"] = text_of(message)
        found.follow_ups.append(message)
        return self._shown(found, message)

    async def _post(self, parts: dict[str, str], body: Any) -> Any:
        channel = parts["channel_id"]
        self.world.open_channel(channel)
        key = (channel, str(body.get("nonce")))
        if body.get("enforce_nonce") and key in self.world.nonces:
            return self.world.nonces[key]
        message = self.world.post(channel, self._kept(body))
        self.world.nonces[key] = message
        return message

    async def _type(self, parts: dict[str, str], _body: Any) -> Any:
        self.world.open_channel(parts["channel_id"])
        self.world.typed.append(parts["channel_id"])

    async def _thread(self, parts: dict[str, str], body: Any) -> Any:
        channel = self.world.open_channel(parts["channel_id"])
        number = parts["message_id"]
        if number in self.world.channels:
            raise Problem(400, 160004, "A thread has already been created for this message")
        told = {"id": number, "type": 11, "parent_id": channel["id"], "name": body["name"]}
        self.world.channels[number] = {**told, "guild_id": channel["guild_id"]}
        return told

    async def _channel(self, parts: dict[str, str], _body: Any) -> Any:
        return self.world.open_channel(parts["channel_id"])

    async def _give_role(self, parts: dict[str, str], _body: Any) -> Any:
        self.world.worn(parts["guild_id"], parts["user_id"]).add(self._givable(parts))
        self.world.changed()

    async def _take_role(self, parts: dict[str, str], _body: Any) -> Any:
        self.world.worn(parts["guild_id"], parts["user_id"]).discard(self._givable(parts))
        self.world.changed()

    def _givable(self, parts: dict[str, str]) -> str:
        """Of roles that stand below the bot's own, to whoever is a member."""
        guild = self.world.guilds[parts["guild_id"]]
        if parts["user_id"] in self.world.away:
            raise Problem(404, 10007, "Unknown Member")
        if self.world.role_of(guild, parts["role_id"])["position"] >= self.world.own_role(guild)["position"]:
            raise Problem(403, 50013, "Missing Permissions")
        return parts["role_id"]

    async def _guild(self, parts: dict[str, str], _body: Any) -> Any:
        return self.world.guilds[parts["guild_id"]]

    async def _member(self, parts: dict[str, str], _body: Any) -> Any:
        worn = sorted(self.world.worn(parts["guild_id"], parts["user_id"]))
        return {"user": {"id": parts["user_id"]}, "roles": worn, "joined_at": None, "flags": 0}

    async def _role(self, parts: dict[str, str], _body: Any) -> Any:
        return self.world.role_of(self.world.guilds[parts["guild_id"]], parts["role_id"])

    async def _register(self, _parts: dict[str, str], body: Any) -> Any:
        self.world.commands = body
        self.world.registered += 1
        return []

    async def _direct(self, _parts: dict[str, str], body: Any) -> Any:
        return self.world.channels[self.world.direct_channel(body["recipient_id"])]

    async def _gateway(self, _parts: dict[str, str], _body: Any) -> Any:
        gateway = self.gateway
        limit = {"total": 1000, "remaining": gateway.remaining, "reset_after": 1000, "max_concurrency": gateway.at_once}
        return {"url": gateway.url, "shards": gateway.shards, "session_start_limit": limit}

    async def _me(self, _parts: dict[str, str], _body: Any) -> Any:
        return self.world.bot

    async def _application(self, _parts: dict[str, str], _body: Any) -> Any:
        told = {"id": self.world.application, "name": "Credway", "description": "", "icon": None, "flags": 0}
        owner = {"id": "1", "username": "owner", "discriminator": "0", "avatar": None}
        return {
            **told,
            "rpc_origins": [],
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": owner,
            "verify_key": "",
            "team": None,
        }

    def _kept(self, body: dict[str, Any]) -> dict[str, Any]:
        """The message with its files where others find them."""
        for content in body.pop("_files", ()):
            number = self.world.number()
            self.world.files[number] = content
            body = {**body, "attachments": [{**each, "id": number} for each in body["attachments"]]}
        return body

    def _shown(self, found: Interaction, message: dict[str, Any]) -> dict[str, Any]:
        return {"type": 0, "author": self.world.bot, **message, "webhook_id": self.world.application}


@asynccontextmanager
async def discord_server() -> AsyncIterator[DiscordServer]:
    server = DiscordServer()
    app = web.Application(client_max_size=30_000_000)
    app.router.add_get("/gateway/", server.gateway.connect)
    app.router.add_get("/files/{number}", server.file)
    app.router.add_route("*", "/api/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1000)
    await site.start()
    port = runner.addresses[0][1]
    server.api_url = f"http://127.0.0.1:{port}/api"
    server.gateway.url = f"ws://127.0.0.1:{port}/gateway/"
    try:
        yield server
    finally:
        await runner.cleanup()


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/@]+)", path))


async def _body(request: web.Request) -> tuple[Any, list[bytes]]:
    """The JSON of a call, and its files where it has any."""
    if request.content_type == "multipart/form-data":
        told, files = None, []
        async for part in await request.multipart():
            content = await part.read()  # type: ignore[union-attr]
            if part.name == "payload_json":  # type: ignore[union-attr]
                told = json.loads(content)
            else:
                files.append(bytes(content))
        return told, files
    raw = await request.read()
    return (json.loads(raw) if raw else None), []


def _json(status: int, told: Any) -> web.Response:
    # Exactly so: the library reads nothing else as JSON.
    headers = {"Content-Type": "application/json", "Via": "1.1 loopback"}
    return web.Response(status=status, body=json.dumps(told).encode(), headers=headers)
