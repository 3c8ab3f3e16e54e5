"""The chat server: asyncio on loopback, in a thread of its own or in the loop of whoever embeds it.

It knows the published protocol, its pace and its faults; what is said comes from a persona.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.servers.llm import faults
from tests.servers.llm.faults import Broken, Changed, Ending, Fault, Inserted, Mislabelled, Refusal
from tests.servers.llm.protocol import problem_of
from tests.servers.llm.wire import Persona, Said, Unit, chunks, completion, encoded, event, prompt_tokens, within

_MAX_BODY = 64 * 1024 * 1024
_COMMENT_EVERY = 0.05  # seconds
_EVENT_STREAM = "text/event-stream; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds before the first token and between chunks of `size` words or characters.

    With `total`, the chunks are spread evenly so that the last one comes then.
    """

    first: float = 0.0
    between: float = 0.0
    unit: Unit = "word"
    size: int = 1
    total: float | None = None

    def due(self, count: int) -> Iterator[float]:
        """When each of so many chunks is due, in seconds from the beginning."""
        between = self.between if self.total is None else max(0.0, self.total - self.first) / max(1, count - 1)
        return (self.first + place * between for place in range(count))


class LlmServer:
    """`faults` are met in turn (None: none this time), `always` where no other is; persona and pace may be changed.

    `requests` holds every body that was understood, `keys` every Authorization header, `wrong` what about a request
    was not of the published shape. `open_streams`, `most_streams` and `abandoned` count exchanges: those that run,
    the most that ran at once, those that the client left before their end.
    """

    def __init__(self, persona: Persona, pace: Pace | None = None, models: tuple[str, ...] = ("test-model",)) -> None:
        self.persona = persona
        self.pace = pace or Pace()
        self.models = models
        self.context: int | None = None  # tokens; a longer prompt is refused
        self.faults: deque[Fault | None] = deque()
        self.always: Fault | None = None
        self.together = 0  # answers begin only once so many exchanges run at the same time
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.wrong: list[str] = []
        self.open_streams = 0
        self.most_streams = 0
        self.abandoned = 0
        self._changed = threading.Condition()
        self._all_here = asyncio.Event()
        self._stopping = False
        self._runner: web.AppRunner | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[LlmServer]:
        """Serves in the loop that is running."""
        app = web.Application(client_max_size=_MAX_BODY)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._list)
        # A handler is cancelled when its client leaves, so that leaving can be counted and a hanging one ends.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        self._loop = asyncio.get_running_loop()
        await self._runner.setup()
        await self._listen()
        try:
            yield self
        finally:
            self._stopping = True
            await self._hang_up()
            await self._runner.cleanup()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Nobody listens until the block ends: connections are refused, and those that were open are gone."""
        self._do(self._hang_up())
        try:
            yield
        finally:
            self._do(self._listen())

    def wait_until_asked(self, seconds: float = 10) -> None:
        """Until an exchange runs. For other threads than the server's."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.open_streams > 0, seconds), "nobody asks"

    def wait_until_left(self, seconds: float = 10) -> None:
        """Until no exchange runs any more. For other threads than the server's."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self.open_streams, seconds), f"{self.open_streams} still run"

    def _do(self, work: Any) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> None:
        assert self._runner is not None
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _hang_up(self) -> None:
        assert self._runner is not None
        assert self._runner.server is not None
        for site in list(self._runner.sites):
            await site.stop()
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def _list(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers.get("Authorization"))
        data = [{"id": name, "object": "model", "created": 1_790_000_000, "owned_by": "test"} for name in self.models]
        return web.json_response({"object": "list", "data": data})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        self.keys.append(request.headers.get("Authorization"))
        problem = problem_of(request.content_type, content)
        if problem is None and not (self.keys[-1] or "").startswith("Bearer "):
            problem = "no bearer key"
        if problem:
            self.wrong.append(problem)
            return _refusal(faults.error(400, problem, "invalid_request_error", None))
        body = json.loads(content)
        self.requests.append(body)
        fault = self.faults.popleft() if self.faults else self.always
        if self.context is not None and prompt_tokens(body) > self.context:
            fault = faults.context_too_long()
        with self._counted():
            return await self._answer(request, body, fault)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._count(1)
        try:
            yield
        except (asyncio.CancelledError, ConnectionError):
            self.abandoned += not self._stopping
            raise
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._changed:
            self.open_streams += change
            self.most_streams = max(self.most_streams, self.open_streams)
            if not self.open_streams:
                self._all_here.clear()
            elif self.together and self.open_streams >= self.together:
                self._all_here.set()
            self._changed.notify_all()

    async def _answer(self, request: web.Request, body: dict[str, Any], fault: Fault | None) -> web.StreamResponse:
        if isinstance(fault, Refusal):
            return _refusal(fault)
        if isinstance(fault, Broken) and fault.after is None:
            await _stop(request, fault.ending)
            return web.Response()
        said = within(self.persona(body), body.get("max_completion_tokens") or body.get("max_tokens"))
        said = fault.change(said) if isinstance(fault, Changed) else said
        if self.together:
            await self._all_here.wait()
        if body.get("stream"):
            return await self._stream(request, body, said, fault)
        return await self._whole(request, body, said, fault)

    async def _stream(
        self, request: web.Request, body: dict[str, Any], said: Said, fault: Fault | None
    ) -> web.StreamResponse:
        kind = fault.content_type if isinstance(fault, Mislabelled) else _EVENT_STREAM
        response = web.StreamResponse(headers={"Content-Type": kind, "Cache-Control": "no-cache"})
        await response.prepare(request)
        # A comment, which clients skip: the headers go out with the first bytes only.
        await response.write(b": accepted\n\n")
        parts = [event(chunk) for chunk in chunks(body, said, self.pace.unit, self.pace.size)]
        due = self.pace.due(len(parts))
        begun = asyncio.get_running_loop().time()
        for part in faults.disturbed([*parts, event("[DONE]")], fault):
            if isinstance(part, str):
                while part == "comments":
                    await response.write(b": still at it\n\n")
                    await asyncio.sleep(_COMMENT_EVERY)
                await _stop(request, part)
                return response
            await _until(begun + next(due, 0.0))
            await response.write(part)
        return response

    async def _whole(
        self, request: web.Request, body: dict[str, Any], said: Said, fault: Fault | None
    ) -> web.StreamResponse:
        text = encoded(completion(body, said))
        if isinstance(fault, Inserted):
            return web.Response(body=fault.line.removeprefix(b"data: "), content_type="application/json")
        kind = fault.content_type if isinstance(fault, Mislabelled) else "application/json"
        *_, last = (*self.pace.due(len(list(chunks(body, said, self.pace.unit, self.pace.size)))),)
        await _until(asyncio.get_running_loop().time() + last)
        if not isinstance(fault, Broken):
            return web.Response(body=text, headers={"Content-Type": kind})
        half = text[: len(text) // 2]
        length = half if fault.ending == "end" else text
        response = web.StreamResponse(headers={"Content-Type": kind, "Content-Length": str(len(length))})
        await response.prepare(request)
        await response.write(half)
        await _stop(request, fault.ending)
        return response


def _refusal(fault: Refusal) -> web.Response:
    return web.Response(
        status=fault.status, body=fault.body, headers={"Content-Type": fault.content_type, **fault.headers}
    )


async def _until(moment: float) -> None:
    if (rest := moment - asyncio.get_running_loop().time()) > 0:
        await asyncio.sleep(rest)


async def _stop(request: web.Request, ending: Ending) -> None:
    """End an exchange before its end."""
    transport = request.transport
    if ending in {"hang", "comments"}:
        await asyncio.Event().wait()
    if transport is None or ending == "end":
        return
    if ending == "reset":
        # Without lingering, closing sends a reset instead of an end.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()


@contextmanager
def llm_server(persona: Persona, pace: Pace | None = None) -> Iterator[LlmServer]:
    """Runs the server in a thread and a loop of its own until the block ends."""
    server = LlmServer(persona, pace)
    started = threading.Event()
    ended: list[asyncio.Event] = []

    async def serve() -> None:
        async with server.running():
            ended.append(asyncio.Event())
            started.set()
            await ended[0].wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="llm-server", daemon=True)
    thread.start()
    assert started.wait(10), "the server does not start"
    try:
        yield server
    finally:
        assert server._loop is not None
        server._loop.call_soon_threadsafe(ended[0].set)
        thread.join()
