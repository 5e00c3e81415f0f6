"""A FaceSwap API on a real loopback port that answers exactly as a test tells it to.

Untold, it behaves: a submission is charged and gets an id, and its first status call gives one
picture. It knows no production code, so it cannot share its mistakes.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

from tests.support.pngs import png

PICTURE = png()
_PIECE = 2**16
_ID = "job-"
_SUBMIT_PATHS = {
    "/v1/run/faceswap": "QUEUED",
    "/v2/run/self-prompt": "QUEUED",
    "/v5/run/face_swap": "IN_QUEUE",
    "/v6/run/face_swap": "IN_QUEUE",
}
_ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One prepared answer; `body` is sent as it is if bytes or text, as JSON otherwise."""

    status: int = 200
    body: object = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None  # bytes of the body after which the connection is reset
    stalls: bool = False  # with `cut_after`: fall silent there instead, until the client leaves
    seconds: float = 0.0  # waited before the answer begins
    rests: float = 0.0  # seconds of silence once its head has left
    unread: bool = False  # given, or the connection reset, before the request has come in whole

    @property
    def is_refusal(self) -> bool:
        return 400 <= self.status < 500

    def about(self, remote_id: str) -> Answer:
        """Put the id of the job in question where the body says {remote_id}, or {number}."""
        number = remote_id.removeprefix(_ID)
        named = self.content.replace(b"{remote_id}", remote_id.encode())
        named = named.replace(b"{number}", number.encode())
        return replace(self, body=named)

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


PICTURE_ANSWER = json.dumps(
    {
        "status": "COMPLETED",
        "output": {"images": [base64.b64encode(png(at_least_bytes=50_000)).decode()]},
    }
).encode()
"""A whole answer to a status call, some pieces long."""

RESET = Answer(cut_after=-1)
"""No answer at all: the connection is reset once the request has come in whole."""

_WRONG_KEY = Answer(status=401, body={"detail": "Invalid API key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """How the API behaves for one order alone, which is known by its filter or its words.

    The answers of each kind are given one by one; after the last, the API behaves. A refused
    submission leaves the order's later ones to the script's next answers.
    """

    submit: tuple[Answer, ...] = ()
    status: tuple[Answer, ...] = ()
    for_ever: Answer | None = None  # to each status call when `status` is used up


@dataclass(slots=True, kw_only=True)
class Call:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    port: int  # the client's, which tells one connection from another
    remote_id: str | None = None  # the job asked for, or the one a submission was given
    is_first: bool = True  # False: a repeated Idempotency-Key, which costs nothing
    was_paid: bool = False  # a submission that cost something
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def fields(self) -> dict[str, object]:
        parsed = json.loads(self.body)
        assert isinstance(parsed, dict)
        return parsed

    @property
    def photo(self) -> bytes:
        return base64.b64decode(str(self.fields["base64"]), validate=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteState:
    """What the API says of a job; `content` is the whole answer, encoded once for many calls."""

    status: str
    content: bytes


class Gate:
    """Holds requests while shut; a test can wait until enough of them stand before it."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._is_shut = False
        self._cuts = 0
        self.waiting = 0

    @asynccontextmanager
    async def shut(self) -> AsyncIterator[Self]:
        self._is_shut = True
        try:
            yield self
        finally:
            await self.open()

    async def open(self) -> None:
        async with self._changed:
            self._is_shut = False
            self._changed.notify_all()

    async def holds(self, number: int = 1) -> None:
        """Wait until `number` requests stand before the gate."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.waiting >= number)

    async def cut(self) -> None:
        """Reset the connections of all who stand before the gate, as after a time-out."""
        async with self._changed:
            self._cuts += 1
            self._changed.notify_all()

    async def pass_through(self) -> bool:
        """Wait while the gate is shut; True when the connection is to be reset instead."""
        async with self._changed:
            self.waiting += 1
            self._changed.notify_all()
            cuts = self._cuts
            try:
                await self._changed.wait_for(lambda: not self._is_shut or self._cuts > cuts)
            finally:
                self.waiting -= 1
            return self._cuts > cuts


class ScriptedAPI:
    """The API under a test's control; use as `async with ScriptedAPI() as api`.

    `finishes`: a job is COMPLETED with one picture as soon as it is submitted; otherwise it stays
    queued until `finish` or `say`. `blocks`: a status call waits until its job has ended, as v6
    does. `honours_keys`: it acts as our studio does, which repeats a receipt for a repeated
    Idempotency-Key.
    """

    def __init__(
        self,
        *,
        key: str = "a-secret-key",
        key_header: str = "X-API-Key",
        key_prefix: str = "",
        finishes: bool = True,
        blocks: bool = False,
        honours_keys: bool = False,
        port: int = 0,
    ) -> None:
        self.key = key
        self.url = ""
        self.finishes = finishes
        self.blocks = blocks
        self.honours_keys = honours_keys
        self.filters: object = [{"id": "12", "name": "Cyberpunk Neon"}]
        self.previews: dict[str, Answer] = {}  # by the end of /previews/…
        self.understood: object = None  # said of each picture, as our studio does of sketches
        self.health: Answer | None = None  # None: what `honours_keys` makes of it
        self.paid = 0  # submissions that came in whole and were not refused with a 4xx
        self.calls: list[Call] = []  # every request, in the order they came
        self.submissions: list[Call] = []
        self.status_calls: list[Call] = []
        self.port = port
        self._key_headers = {key_header: f"{key_prefix} {key}" if key_prefix else key}
        self._submit_answers: deque[Answer] = deque()
        self._status_answers: deque[Answer] = deque()
        self._filter_answers: deque[Answer] = deque()
        self._scripts: dict[str, Script] = {}  # by filter, or by words
        self._scripted_by: dict[str, str] = {}  # remote id → key of its script
        self._given: Counter[tuple[str, str]] = Counter()  # answers of each script and kind
        self.judge: Callable[[Call], Answer | None] = lambda _call: None  # asked about each order
        self._submit_gate, self._status_gate, self._arrival_gate = Gate(), Gate(), Gate()
        self._jobs: dict[str, RemoteState] = {}
        self._by_key: dict[str, str] = {}
        self.stalling = 0  # answers that have fallen silent and whose client still waits
        self._stalls_over = asyncio.Event()
        self._news = asyncio.Condition()
        self._runner = web.AppRunner(
            self._application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await self._listen()
        return self

    async def _listen(self) -> None:
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        host, self.port = self._runner.addresses[-1]
        self.url = f"http://{host}:{self.port}"

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._arrival_gate.open()
        await self._submit_gate.open()
        await self._status_gate.open()
        await self._runner.cleanup()

    def on_submit(self, *answers: Answer) -> None:
        """Give these answers to the next submissions, one each; all but a 4xx are charged."""
        self._submit_answers.extend(answers)

    def on_status(self, *answers: Answer) -> None:
        """Give these answers to the next status calls, one each, whatever job they ask for."""
        self._status_answers.extend(answers)

    def on_filters(self, *answers: Answer) -> None:
        """Give these answers to the next calls for the catalogue, one each."""
        self._filter_answers.extend(answers)

    def script(self, key: str | int, script: Script) -> None:
        """Have orders of this filter, or of these words, answered in their own way."""
        self._scripts[str(key)] = script

    def calls_of(self, key: str | int) -> list[Call]:
        """Return the submissions of this filter, or of these words."""
        return [call for call in self.submissions if _key_of(call) == str(key)]

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Be gone until the block ends: every connection is closed and a new one refused."""
        for site in list(self._runner.sites):
            await site.stop()
        assert self._runner.server is not None
        await self._runner.server.shutdown(0.1)
        try:
            yield
        finally:
            await self._listen()

    def hold_arrivals(self) -> AbstractAsyncContextManager[Gate]:
        """Hold submissions before anything becomes of them until the block ends."""
        return self._arrival_gate.shut()

    def hold_submit(self) -> AbstractAsyncContextManager[Gate]:
        """Hold submissions, once they are in and paid, until the block ends."""
        return self._submit_gate.shut()

    def hold_status(self) -> AbstractAsyncContextManager[Gate]:
        """Hold status calls until the block ends."""
        return self._status_gate.shut()

    def end_stalls(self) -> None:
        """Reset the connections whose answers have fallen silent."""
        over, self._stalls_over = self._stalls_over, asyncio.Event()
        over.set()

    def forget_answers(self) -> None:
        """Drop the prepared answers that nobody has asked for yet."""
        for answers in (self._submit_answers, self._status_answers, self._filter_answers):
            answers.clear()

    async def say(self, remote_id: str, status: str, **more: object) -> None:
        """Change what is said of a job, also backwards; `more` is added to the answer."""
        content = json.dumps({"id": remote_id, "status": status, **more}).encode()
        self._jobs[remote_id] = RemoteState(status=status, content=content)
        await self._tell()

    async def finish(self, remote_id: str, *pictures: bytes) -> None:
        """Complete a job, with `PICTURE` unless others are given."""
        images = [base64.b64encode(picture).decode() for picture in pictures or (PICTURE,)]
        more = {} if self.understood is None else {"understood": self.understood}
        await self.say(remote_id, "COMPLETED", output={"images": images}, **more)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something is true of this API; looked at whenever something happens here."""
        async with self._news:
            await self._news.wait_for(lambda: bool(holds()))

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=2**28)
        for path in _SUBMIT_PATHS:
            application.router.add_post(path, self._submit)
        for version in ("v2", "v5", "v6"):
            application.router.add_post(f"/{version}/status/{{remote_id}}", self._status)
        application.router.add_get("/v1/filters/", self._filters)
        application.router.add_get("/previews/{name}", self._preview)
        application.router.add_get("/healthz", self._health)
        return application

    async def _came_in(self, request: web.Request, *lists: list[Call]) -> Call:
        assert request.transport is not None
        _, port = request.transport.get_extra_info("peername")
        call = Call(
            path=request.raw_path, headers=request.headers, body=await request.read(), port=port
        )
        for kept in (self.calls, *lists):
            kept.append(call)
        await self._tell()
        return call

    def _knows(self, request: web.Request) -> bool:
        return all(request.headers.get(name) == key for name, key in self._key_headers.items())

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        if self._submit_answers and self._submit_answers[0].unread:
            return await self._send(request, self._submit_answers.popleft())
        if await self._arrival_gate.pass_through():
            return _reset(request, web.Response())
        call = await self._came_in(request, self.submissions)
        answer = await self._receipt(request, call)
        call.was_paid = call.is_first and not answer.is_refusal
        self.paid += call.was_paid
        if await self._submit_gate.pass_through():
            return _reset(request, web.Response())
        return await self._send(request, answer)

    async def _receipt(self, request: web.Request, call: Call) -> Answer:
        """Do the work unless it is refused; a prepared answer only hides the receipt of it."""
        if not self._knows(request):
            return _WRONG_KEY
        key = _key_of(call) if self._scripts else ""
        prepared = self._scripted(key, "submit") or _next(self._submit_answers) or self.judge(call)
        if prepared is not None and prepared.is_refusal:
            return prepared
        token = call.headers.get("Idempotency-Key", "") if self.honours_keys else ""
        if token in self._by_key:
            call.is_first = False
            call.remote_id = self._by_key[token]
        else:
            call.remote_id = f"{_ID}{len(self._jobs) + 1}"
            self._scripted_by[call.remote_id] = key
            await self.say(call.remote_id, _SUBMIT_PATHS[request.path])
            if self.finishes:
                await self.finish(call.remote_id)
        if token:
            self._by_key[token] = call.remote_id
        receipt = {"id": call.remote_id, "status": _SUBMIT_PATHS[request.path]}
        return prepared.about(call.remote_id) if prepared else Answer(body=receipt)

    def _scripted(self, key: str, kind: Literal["submit", "status"]) -> Answer | None:
        """Take the next answer of an order's own script, if there is one."""
        script = self._scripts.get(key)
        if script is None:
            return None
        answers = script.submit if kind == "submit" else script.status
        given = self._given[key, kind]
        if given < len(answers):
            self._given[key, kind] += 1
            return answers[given]
        return script.for_ever if kind == "status" else None

    async def _status(self, request: web.Request) -> web.StreamResponse:
        call = await self._came_in(request, self.status_calls)
        remote_id = call.remote_id = request.match_info["remote_id"]
        if await self._status_gate.pass_through():
            return _reset(request, web.Response())
        if remote_id.isdigit():  # the receipt gave the number alone
            remote_id = f"{_ID}{remote_id}"
        if not self._knows(request):
            return await self._send(request, _WRONG_KEY)
        scripted = self._scripted(self._scripted_by.get(remote_id, ""), "status")
        prepared = scripted.about(remote_id) if scripted else _next(self._status_answers)
        if prepared is not None:
            return await self._send(request, prepared)
        if remote_id not in self._jobs:
            return await self._send(request, Answer(status=404, body={"detail": "no such job"}))
        if self.blocks:
            await self.until(lambda: self._jobs[remote_id].status in _ENDED)
        return await self._send(request, Answer(body=self._jobs[remote_id].content))

    async def _filters(self, request: web.Request) -> web.StreamResponse:
        await self._came_in(request)
        if not self._knows(request):
            return await self._send(request, _WRONG_KEY)
        prepared = self._filter_answers
        return await self._send(
            request, prepared.popleft() if prepared else Answer(body=self.filters)
        )

    async def _preview(self, request: web.Request) -> web.StreamResponse:
        await self._came_in(request)
        absent = Answer(status=404, body={"detail": "Not Found"})
        return await self._send(request, self.previews.get(request.match_info["name"], absent))

    async def _health(self, request: web.Request) -> web.StreamResponse:
        await self._came_in(request)
        if self.health is not None:
            return await self._send(request, self.health)
        studio = {"service": "faceswap-studio", "idempotency_key": True}
        absent = Answer(status=404, body={"detail": "Not Found"})
        return await self._send(request, Answer(body=studio) if self.honours_keys else absent)

    async def _send(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Write piece by piece, so that many large answers do not fill this side's memory."""
        await asyncio.sleep(answer.seconds)
        content = answer.content
        if answer.cut_after is None:
            end = len(content)
        elif answer.cut_after < 0:
            return _reset(request, web.Response())
        else:
            end = answer.cut_after
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(content)
        await response.prepare(request)
        await asyncio.sleep(answer.rests)
        view = memoryview(content)
        for start in range(0, end, _PIECE):
            await response.write(view[start : min(start + _PIECE, end)])
        if answer.stalls:
            await self._stall()
        if answer.cut_after is not None:
            return _reset(request, response)
        await response.write_eof()
        return response

    async def _stall(self) -> None:
        self.stalling += 1
        try:
            await self._tell()
            await self._stalls_over.wait()
        finally:
            self.stalling -= 1


def _next(answers: deque[Answer]) -> Answer | None:
    return answers.popleft() if answers else None


def _key_of(call: Call) -> str:
    """What an order is known by: its filter, or its words."""
    fields = call.fields
    return str(fields.get("filter_id") or fields.get("prompt"))


def _reset(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return response
