"""A Bot API server on loopback: holds every call to the published description, keeps chats, and can fail on demand.

`async with telegram_server() as server:` starts it; a bot talks to `server.url` as to https://api.telegram.org. People
and groups are in `people.py`. `calls` holds what was called, `wrong` what the description or a limit forbids.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.servers.telegram.description import Forbidden, Refused, Upload, bad, description
from tests.servers.telegram.methods import METHODS
from tests.servers.telegram.people import Group, Person
from tests.servers.telegram.world import World

TOKEN = "7000001:loopback-token-of-no-bot"  # noqa: S105 - it opens nothing
_UPDATING = {"getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo"}
_QUIET = {
    "getMe",
    "getUpdates",
    "answerCallbackQuery",
    "answerInlineQuery",
    "getChatMember",
    "getFile",
    "sendChatAction",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """How a call fails: with an answer of this status, or, `lost`, done but with the connection cut before the answer.
    With status 200 the answer is one in which nothing of what is described stands.

    `done` calls take effect although they fail.
    """

    status: int = 500
    words: str = "Internal Server Error"
    parameters: tuple[tuple[str, int], ...] = ()
    lost: bool = False
    done: bool = False


def too_many(seconds: int) -> Fault:
    return Fault(429, f"Too Many Requests: retry after {seconds}", (("retry_after", seconds),))


def blocked() -> Fault:
    return Fault(403, "Forbidden: bot was blocked by the user")


def refused(words: str) -> Fault:
    return Fault(400, f"Bad Request: {words}")


LOST = Fault(lost=True, done=True)
BAD_GATEWAY = Fault(502, "Bad Gateway")
NONSENSE = Fault(200)


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made: when (monotonic), and with what, after it was checked."""

    method: str
    parameters: dict[str, Any]
    at: float
    status: int


class Flood:
    """Telegram's limits of sending, by chat and for the whole bot. `now` is a monotonic clock."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sent: dict[object, list[float]] = defaultdict(list)

    def check(self, chat_id: object, *, group: bool) -> None:
        """Count a message. Raises `Refused` with the seconds to wait."""
        # A short burst passes: three within about three seconds are one a second.
        self._count(chat_id, *((20, 60.0) if group else (3, 2.9)))
        self._count("everything", 30, 1.0)

    def _count(self, key: object, most: int, seconds: float) -> None:
        now = self._now()
        sent = self._sent[key] = [at for at in self._sent[key] if at > now - seconds]
        if len(sent) >= most:
            wait = max(1, round(sent[0] + seconds - now))
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        sent.append(now)


class TelegramServer:
    """`flood` holds calls to the limits of sending while it is set. `out` makes everything fail: an outage."""

    def __init__(self) -> None:
        self.world = World()
        self.calls: list[Made] = []
        self.wrong: list[str] = []
        self.flood: Flood | None = None
        self.out: Fault | None = None
        # Files are there no more; and where a server in local mode puts them.
        self.gone = False
        self.local_files: Path | None = None
        self.url = ""
        self.polled: list[int | None] = []
        self.pushed: list[int] = []
        # How fast the time passes in which a webhook is not tried again.
        self.hurry = 50.0
        self.webhook: dict[str, Any] = {}
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._polling: asyncio.Event | None = None
        self._pushing: asyncio.Task[None] | None = None

    # For tests.

    def person(self, name: str, *, language: str = "en") -> Person:
        return Person(self.world, name, language)

    def group(self, name: str, *members: Person, **kind: Any) -> Group:
        return Group(self.world, name, members, **kind)

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of a method fail, one after the other."""
        self._faults[method] += faults

    def made(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all calls of a method that were accepted."""
        return [call.parameters for call in self.calls if call.method == method and call.status == 200]

    async def until_made(self, method: str, times: int = 1) -> list[dict[str, Any]]:
        return await self.world.until(
            lambda: found if len(found := self.made(method)) >= times else None, f"{times} calls of {method}"
        )

    async def until_heard(self) -> None:
        """Until the bot has acknowledged every update that there is."""
        await self.world.until(lambda: not self.world.updates, "every update to be acknowledged")

    # The server.

    def app(self) -> web.Application:
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        return app

    async def close(self) -> None:
        if self._pushing is not None:
            self._pushing.cancel()
            await asyncio.gather(self._pushing, return_exceptions=True)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if not hmac.compare_digest(request.match_info["token"], TOKEN):
            return _answer(Refused(401, "Unauthorized"))
        method = request.match_info["method"]
        fault = self.out or (self._faults[method].pop(0) if self._faults[method] else None)
        if fault is not None and not fault.done:
            self.calls.append(Made(method, {}, time.monotonic(), fault.status))
            self.world.changed()
            if fault.status == 200:
                return web.json_response({"ok": True, "result": {}})
            return _answer(Refused(fault.status, fault.words, **dict(fault.parameters)))
        answer = await self._done(method, request)
        if fault is not None and fault.lost:
            assert request.transport is not None
            request.transport.abort()
        return answer

    async def _done(self, method: str, request: web.Request) -> web.StreamResponse:
        parameters: dict[str, Any] = {}
        try:
            given, files = await _read(request)
            parameters = description().checked(method, given, files)
            result = await self._result(method, parameters)
        except Refused as error:
            if isinstance(error, Forbidden):
                self.wrong.append(f"{method}: {error.words}")
            self._note(method, parameters, error.status)
            return _answer(error)
        self._note(method, parameters, 200)
        return web.json_response({"ok": True, "result": result})

    def _note(self, method: str, parameters: dict[str, Any], status: int) -> None:
        self.calls.append(Made(method, parameters, time.monotonic(), status))
        self.world.changed()

    async def _result(self, method: str, call: dict[str, Any]) -> Any:
        if method in _UPDATING:
            return await getattr(self, f"_{method.lower()}")(call)
        if method not in METHODS:
            raise Forbidden("the test server does not know what this does")
        if self.flood is not None and method not in _QUIET and "chat_id" in call:
            self.flood.check(call["chat_id"], group=call["chat_id"] < 0)
        if method == "getFile" and self.local_files is not None:
            return self._put_down(call["file_id"])
        return METHODS[method](self.world, call)

    def _put_down(self, file_id: str) -> dict[str, Any]:
        """A file as a server in local mode gives it: by its place on disk."""
        assert self.local_files is not None
        place = self.local_files / file_id
        place.write_bytes(self.world.files[file_id].content)
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_path": str(place)}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        upload = self.world.files.get(request.match_info["path"].removeprefix("documents/"))
        if upload is None or self.gone or request.match_info["token"] != TOKEN:
            return _answer(Refused(404, "Not Found"))
        return web.Response(body=upload.content)

    # Updates.

    async def _getupdates(self, call: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the"
                " webhook first",
            )
        if "allowed_updates" in call:
            self.world.allowed = call["allowed_updates"]
        self.polled.append(call.get("offset"))
        if self._polling is not None:
            self._polling.set()
        ended = self._polling = asyncio.Event()
        try:
            return await self._waiting(call, ended)
        finally:
            if self._polling is ended:
                self._polling = None

    async def _waiting(self, call: dict[str, Any], ended: asyncio.Event) -> list[dict[str, Any]]:
        offset, limit = call.get("offset", 0), call.get("limit", 100)
        self.world.updates = [update for update in self.world.updates if update["update_id"] >= offset]
        self.world.changed()
        until = time.monotonic() + call.get("timeout", 0)
        while not self.world.updates and (left := until - time.monotonic()) > 0:
            changed = asyncio.ensure_future(self.world._changed.wait())
            over = asyncio.ensure_future(ended.wait())
            try:
                await asyncio.wait({changed, over}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            finally:
                # Also where whoever asked is gone.
                changed.cancel()
                over.cancel()
            if ended.is_set():
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
        return self.world.updates[:limit]

    async def _setwebhook(self, call: dict[str, Any]) -> bool:
        if not call["url"]:
            return await self._deletewebhook(call)
        self.webhook = call
        if "allowed_updates" in call:
            self.world.allowed = call["allowed_updates"]
        if self._pushing is None:
            self._pushing = asyncio.ensure_future(self._push())
        return True

    async def _deletewebhook(self, call: dict[str, Any]) -> bool:
        self.webhook = {}
        if call.get("drop_pending_updates"):
            self.world.updates.clear()
        return True

    async def _getwebhookinfo(self, call: dict[str, Any]) -> dict[str, Any]:
        url = self.webhook.get("url", "")
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.world.updates)}

    async def _push(self) -> None:
        """Deliver updates one after the other until each is taken; what is not taken is tried again later."""
        wait = 0.0
        async with ClientSession(timeout=ClientTimeout(total=60)) as session:
            while True:
                if not self.world.updates or not self.webhook:
                    await self.world._changed.wait()
                    continue
                status, after = await self._delivered(session, self.world.updates[0])
                self.pushed.append(status)
                if 200 <= status < 300:
                    self.world.updates.pop(0)
                    wait = 0.0
                else:
                    # At once the first time, then as long as it is told, else twice as long each time.
                    wait = after or (min(60.0, wait * 2 or 1.0) if self.pushed[-2:-1] == [status] else 0.0)
                self.world.changed()
                await asyncio.sleep(wait / self.hurry)

    async def _delivered(self, session: ClientSession, update: dict[str, Any]) -> tuple[int, float]:
        headers = {}
        if "secret_token" in self.webhook:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook["secret_token"]
        try:
            async with session.post(self.webhook["url"], json=update, headers=headers) as answer:
                return answer.status, float(answer.headers.get("Retry-After", 0))
        except (ClientError, OSError, TimeoutError):
            return 0, 0.0


async def _read(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """What a call gives: in its address, as a form, as multipart or as JSON."""
    given: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        try:
            given.update(await request.json())
        except ValueError:
            raise bad("can't parse request JSON object") from None
        return given, files
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            given[name] = value
    return given, files


def _answer(error: Refused) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.status, "description": error.words}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.Response(status=error.status, text=json.dumps(body), content_type="application/json")


@asynccontextmanager
async def telegram_server() -> AsyncIterator[TelegramServer]:
    server = TelegramServer()
    runner = web.AppRunner(server.app(), handler_cancellation=True, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        await server.close()
        await runner.cleanup()
