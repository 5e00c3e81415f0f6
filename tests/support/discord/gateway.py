"""The gateway: sessions that survive their connection, replay on RESUME, zlib-stream or text."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.discord.payloads import guild_create_payload, user_payload
from tests.support.discord.people import Guild
from tests.support.discord.world import World

Json = dict[str, Any]

DISPATCH, HEARTBEAT, IDENTIFY, RESUME = 0, 1, 2, 6
RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 9, 10, 11
IGNORED = {3, 4, 8}  # presence, voice state, request members
KNOWN = IGNORED | {HEARTBEAT, IDENTIFY, RESUME}
HEARTBEAT_MS = 41_250
COMMANDS_A_MINUTE = 120
MINUTE = 60.0
ACK_SECONDS = 0.5
UNKNOWN_OPCODE, NOT_AUTHENTICATED, BAD_TOKEN, ALREADY_AUTHENTICATED = 4001, 4003, 4004, 4005
INVALID_SEQUENCE, RATE_LIMITED, DISALLOWED_INTENTS = 4007, 4008, 4014
INTENT_GUILD_MEMBERS = 1 << 1
INTENT_GUILDS, INTENT_GUILD_MESSAGES, INTENT_DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
INTENT_MESSAGE_CONTENT, INTENT_SCHEDULED_EVENTS = 1 << 15, 1 << 16
MEMBER_EVENTS = {"GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"}
PRIVILEGED = INTENT_GUILD_MEMBERS | (1 << 8) | INTENT_MESSAGE_CONTENT


class Connection:
    """One socket; what is put into it is sent in order by a task of its own."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._request = request
        self.socket = socket
        self._compress = zlib.compressobj() if request.query.get("compress") else None
        self._received: deque[float] = deque()  # when; heartbeats left out
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write(), name="gateway writer")

    def put(self, payload: Json) -> None:
        self._queue.put_nowait(json.dumps(payload))

    def takes_another(self) -> bool:
        """Count one more command; False if they are too many in a minute."""
        now = time.monotonic()
        self._received.append(now)
        while self._received[0] < now - MINUTE:
            self._received.popleft()
        return len(self._received) <= COMMANDS_A_MINUTE

    def acknowledge(self) -> None:
        self.put({"op": HEARTBEAT_ACK})

    def abort(self) -> None:
        """Cut the line: no close frame, as when a router dies."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def finish(self) -> None:
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            text = await self._queue.get()
            try:
                await self._send(text)
            except ConnectionError:
                return

    async def _send(self, text: str) -> None:
        if self._compress is None:
            await self.socket.send_str(text)
            return
        data = self._compress.compress(text.encode()) + self._compress.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(data)


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """A bot's session on one shard: every event it was sent, and its socket if it has one."""

    id: str
    shard: int
    shards: int
    intents: int
    events: list[Json] = field(default_factory=list)
    connection: Connection | None = None

    def dispatch(self, event: str, data: Json) -> None:
        payload = {"op": DISPATCH, "t": event, "s": len(self.events) + 1, "d": data}
        self.events.append(payload)
        if self.connection is not None:
            self.connection.put(payload)

    def wants(self, event: str, guild: Guild | None) -> bool:
        home = (guild.id >> 22) % self.shards if guild else 0
        return home == self.shard and self._intends(event, guild)

    def _intends(self, event: str, guild: Guild | None) -> bool:
        if event.startswith("MESSAGE_"):
            wanted = INTENT_GUILD_MESSAGES if guild else INTENT_DIRECT_MESSAGES
            return bool(self.intents & wanted)
        if event in MEMBER_EVENTS:
            return bool(self.intents & INTENT_GUILD_MEMBERS)
        if event.startswith("GUILD_SCHEDULED_EVENT_"):
            return bool(self.intents & INTENT_SCHEDULED_EVENTS)
        if event.startswith(("GUILD_", "CHANNEL_", "THREAD_")):
            return bool(self.intents & INTENT_GUILDS)
        return True


class Gateway:
    """Accepts connections, keeps sessions, and lets a test break them."""

    def __init__(self, world: World, *, url: str) -> None:
        self._world = world
        self._url = url
        self._sessions: dict[str, Session] = {}
        self.privileged_intents = False
        self.heartbeat_ms = HEARTBEAT_MS
        self.answers_heartbeats = True
        self.cuts_the_silent = False  # after two heartbeats that did not come, as Discord does
        self.identifies = 0
        self.resumes = 0
        self.silent = 0  # connections that were cut since no heartbeat came
        world.emit = self.emit

    @property
    def connected(self) -> list[Session]:
        return [s for s in self._sessions.values() if s.connection is not None]

    def emit(self, event: str, data: Json, guild: Guild | None) -> None:
        """Send an event to the sessions it concerns; the disconnected get it when they resume."""
        if guild is not None and not guild.has_bot and event != "INTERACTION_CREATE":
            return
        for session in self._sessions.values():
            if session.wants(event, guild):
                session.dispatch(event, self._redacted(session, event, data, guild))

    def _redacted(self, session: Session, event: str, data: Json, guild: Guild | None) -> Json:
        """Without that intent, what others say in a guild comes without its words."""
        foreign = data.get("author", {}).get("id") != str(self._world.bot.id)
        has_words = event in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}
        if not has_words or guild is None or not foreign:
            return data
        if session.intents & INTENT_MESSAGE_CONTENT or self._world.bot.mention in data["content"]:
            return data
        return data | {"content": "", "embeds": [], "attachments": [], "components": []}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("compress") not in {None, "zlib-stream"}:
            raise web.HTTPNotImplemented(text="the stand-in speaks zlib-stream or plain text")
        patience = 2 * self.heartbeat_ms / 1000 if self.cuts_the_silent else None
        socket = web.WebSocketResponse(max_msg_size=0, receive_timeout=patience)
        await socket.prepare(request)
        connection = Connection(request, socket)
        connection.put({"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(connection, json.loads(message.data))
        except TimeoutError:
            self.silent += 1
            connection.abort()
        finally:
            self._detach(connection)
            await connection.finish()
        return socket

    async def _receive(self, connection: Connection, payload: Json) -> None:
        op = payload["op"]
        refusal = self._refusal(connection, op)
        if refusal is not None:
            self._world.problems.append(f"gateway: op {op} is answered by closing with {refusal}")
            await connection.socket.close(code=refusal)
        elif op == HEARTBEAT:
            # Not faster than a network: discord.py measures nonsense if this overtakes its thread.
            if self.answers_heartbeats:
                asyncio.get_running_loop().call_later(ACK_SECONDS, connection.acknowledge)
        elif op == IDENTIFY:
            await self._identify(connection, payload["d"])
        elif op == RESUME:
            await self._resume(connection, payload["d"])

    def _refusal(self, connection: Connection, op: int) -> int | None:
        """The code to close with, for one who sends too much or what has no place here."""
        if op == HEARTBEAT:
            return None
        if not connection.takes_another():
            return RATE_LIMITED
        if op not in KNOWN:
            return UNKNOWN_OPCODE
        is_greeted = any(session.connection is connection for session in self.connected)
        if is_greeted is (op in IGNORED):
            return None
        return ALREADY_AUTHENTICATED if is_greeted else NOT_AUTHENTICATED

    async def _identify(self, connection: Connection, data: Json) -> None:
        if data["token"] != self._world.token:
            await connection.socket.close(code=BAD_TOKEN, message=b"Authentication failed.")
            return
        if data["intents"] & PRIVILEGED and not self.privileged_intents:
            await connection.socket.close(code=DISALLOWED_INTENTS, message=b"Disallowed intent(s).")
            return
        shard, shards = data.get("shard", (0, 1))
        session = Session(
            id=secrets.token_hex(16), shard=shard, shards=shards, intents=data["intents"]
        )
        session.connection = connection
        self._sessions[session.id] = session
        self.identifies += 1
        self._greet(session)
        self._world.changes.note(f"gateway: identified, shard {shard} of {shards}")

    def _greet(self, session: Session) -> None:
        guilds = [g for g in self._world.guilds.values() if g.has_bot]
        mine = [guild for guild in guilds if session.wants("GUILD_CREATE", guild)]
        application = {"id": str(self._world.application_id), "flags": 0}
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": user_payload(self._world.bot) | {"mfa_enabled": True, "verified": True},
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in mine],
                "session_id": session.id,
                "resume_gateway_url": self._url,
                "shard": [session.shard, session.shards],
                "application": application,
            },
        )
        for guild in mine:
            session.dispatch("GUILD_CREATE", guild_create_payload(guild, bot=self._world.bot))

    async def _resume(self, connection: Connection, data: Json) -> None:
        session = self._sessions.get(data["session_id"])
        if session is None or data["token"] != self._world.token:
            connection.put({"op": INVALID_SESSION, "d": False})
            return
        if data["seq"] > len(session.events):
            await connection.socket.close(code=INVALID_SEQUENCE)
            return
        session.connection = connection
        missed = session.events[data["seq"] :]
        for payload in missed:
            connection.put(payload)
        session.dispatch("RESUMED", {})
        self.resumes += 1
        self._world.changes.note(f"gateway: resumed, {len(missed)} events replayed")

    def _detach(self, connection: Connection) -> None:
        """Forget the socket; a bot that closes with 1000 or 1001 gives up its session too."""
        code = connection.socket.close_code
        for session in self.connected:
            if session.connection is connection:
                session.connection = None
                if code in {1000, 1001}:
                    del self._sessions[session.id]
        self._world.changes.note(f"gateway: connection ended with code {code}")

    # -- what a test can do to it

    def drop(self) -> None:
        """Cut every connection without a word; the sessions can be resumed."""
        for session in self.connected:
            assert session.connection is not None
            session.connection.abort()
            session.connection = None

    def ask_to_reconnect(self) -> None:
        for session in self.connected:
            assert session.connection is not None
            session.connection.put({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Invalid session; unless it is resumable, missed events are lost."""
        for session in self.connected:
            assert session.connection is not None
            session.connection.put({"op": INVALID_SESSION, "d": resumable})
            if not resumable:
                del self._sessions[session.id]

    def forget(self) -> None:
        """Forget all sessions, as time does with those of bots that stay away."""
        self._sessions.clear()

    async def close(self, code: int, *, forget: bool = False) -> None:
        """Close with a code of ours; `forget` makes the sessions unresumable."""
        for session in self.connected:
            connection, session.connection = session.connection, None
            assert connection is not None
            if forget:
                del self._sessions[session.id]
            await connection.socket.close(code=code)
