"""The gateway's side of a connection: hello, identify, heartbeats, events in their order, and resuming them."""

from __future__ import annotations

import contextlib
import json
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.servers.discord.world import TOKEN, World
from tests.servers.waiting import PATIENCE

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 7, 9, 10, 11


@dataclass(slots=True)
class Session:
    """What a bot has been told of one shard, in order, so that it can be told again."""

    id: str
    shard: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    socket: Socket | None = None


class Socket:
    """One connection. Everything is compressed in one stream where it was asked for."""

    def __init__(self, ws: web.WebSocketResponse, *, compressed: bool) -> None:
        self.ws = ws
        self._stream = zlib.compressobj() if compressed else None

    async def send(self, told: dict[str, Any]) -> None:
        """What comes while the other side goes away is told again when it resumes, or is lost."""
        text = json.dumps(told)
        with contextlib.suppress(ConnectionResetError):
            if self._stream is None:
                await self.ws.send_str(text)
            else:
                await self.ws.send_bytes(self._stream.compress(text.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH))


class Gateway:
    """`deaf` hears no heartbeat; `refuses` closes with this code whoever identifies, and `reconnects` with the next of
    these; `identified` is what was said, `too_early` how often that was before its turn.

    A server is told of on the shard that its number says, everything else on the first.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.url = ""
        self.heartbeat_ms = 41_250
        self.deaf = False
        self.refuses: int | None = None
        self.reconnects: list[int] = []
        self.forgets = False
        self.identified: list[dict[str, Any]] = []
        self.resumed: list[dict[str, Any]] = []
        self.sessions: dict[str, Session] = {}
        self.remaining = 1000
        self.shards = 1
        self.at_once = 1
        self.every = 0.0
        self.too_early = 0
        self.heartbeats = 0
        self._turns: dict[int, float] = {}

    def shard_of(self, guild: str | None) -> int:
        return 0 if guild is None else (int(guild) >> 22) % self.shards

    def heard(self, shard: int = 0) -> Session | None:
        """The session that is connected to this shard."""
        there = reversed(self.sessions.values())
        return next((one for one in there if one.socket is not None and one.shard == shard), None)

    async def ready(self, patience: float = PATIENCE, shard: int = 0) -> Session:
        return await self._world.until(lambda: self.heard(shard), "a connection to the gateway", patience)

    async def dispatch(self, kind: str, data: dict[str, Any]) -> None:
        """Tell the bot of something. Where it is away, it is told when it resumes."""
        shard = self.shard_of(data.get("id") if kind.startswith("GUILD_") else data.get("guild_id"))
        there = (one for one in reversed(self.sessions.values()) if one.shard == shard)
        await self._tell(self.heard(shard) or next(there, None) or await self.ready(shard=shard), kind, data)

    async def _tell(self, session: Session, kind: str, data: dict[str, Any]) -> None:
        event = {"op": _DISPATCH, "t": kind, "s": len(session.events) + 1, "d": data}
        session.events.append(event)
        if session.socket is not None:
            await session.socket.send(event)

    async def drop(self, code: int = 4000, shard: int = 0) -> None:
        """Close the connection; the session can be resumed."""
        socket = await self._left(await self.ready(shard=shard))
        await socket.ws.close(code=code)

    async def ask_to_reconnect(self) -> None:
        socket = await self._left(await self.ready())
        await socket.send({"op": _RECONNECT, "d": None})

    async def ask_for_a_heartbeat(self) -> None:
        session = await self.ready()
        assert session.socket is not None
        await session.socket.send({"op": _HEARTBEAT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Op 9: the session is no more, and a new one is to be begun; or it is to be resumed."""
        session = await self.ready()
        socket = await self._left(session)
        if not resumable:
            del self.sessions[session.id]
        await socket.send({"op": _INVALID, "d": resumable})

    @staticmethod
    async def _left(session: Session) -> Socket:
        socket, session.socket = session.socket, None
        assert socket is not None
        return socket

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        socket = Socket(ws, compressed=request.query.get("compress") == "zlib-stream")
        await socket.send({"op": _HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}})
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                await self._heard(socket, json.loads(message.data))
        for session in self.sessions.values():
            if session.socket is socket:
                session.socket = None
        return ws

    async def _heard(self, socket: Socket, told: dict[str, Any]) -> None:
        match told["op"]:
            case 1 if not self.deaf:
                self.heartbeats += 1
                self._world.changed()
                await socket.send({"op": _ACK})
            case 2:
                await self._identify(socket, told["d"])
            case 6:
                await self._resume(socket, told["d"])

    async def _identify(self, socket: Socket, told: dict[str, Any]) -> None:
        self.identified.append(told)
        self._world.changed()
        shard, of = told.get("shard", [0, 1])
        if self.refuses is not None or told["token"] != TOKEN or of != self.shards or shard >= of:
            await socket.ws.close(code=self.refuses or (4004 if told["token"] != TOKEN else 4010))
            return
        if self.reconnects:
            await socket.ws.close(code=self.reconnects.pop(0))
            return
        self.remaining -= 1
        if not self._in_turn(shard):
            self.too_early += 1
            await socket.send({"op": _INVALID, "d": False})
            return
        session = Session(self._world.number(), shard, socket=socket)
        self.sessions[session.id] = session
        guilds = [each for each in self._world.guilds.values() if self.shard_of(each["id"]) == shard]
        await self._tell(session, "READY", self._hello(session, told, guilds))
        for guild in guilds:
            await self._tell(session, "GUILD_CREATE", guild)
        self._world.changed()

    def _in_turn(self, shard: int) -> bool:
        """Whether it is time for the shards that share this one's turn."""
        turn, now = shard % self.at_once, time.monotonic()
        before, self._turns[turn] = self._turns.get(turn), now
        return before is None or now - before >= self.every

    async def _resume(self, socket: Socket, told: dict[str, Any]) -> None:
        self.resumed.append(told)
        session = self.sessions.get(told["session_id"])
        if session is None or self.forgets:
            await socket.send({"op": _INVALID, "d": False})
            return
        session.socket = socket
        for event in session.events[told["seq"] or 0 :]:
            await socket.send(event)
        await self._tell(session, "RESUMED", {})
        self._world.changed()

    def _hello(self, session: Session, told: dict[str, Any], guilds: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "v": 10,
            "user": self._world.bot,
            "guilds": [{"id": each["id"], "unavailable": True} for each in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": told.get("shard", [0, 1]),
            "application": {"id": self._world.application, "flags": 0},
            "private_channels": [],
            "relationships": [],
            "presences": [],
        }
