"""The HTTP side: one aiohttp application for the API, the gateway's socket and the CDN."""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.support import openapi
from tests.support.discord.bodies import Body, read_body
from tests.support.discord.errors import DiscordError
from tests.support.discord.faults import Cut, Fate, Faults
from tests.support.discord.files import Upload
from tests.support.discord.gateway import Gateway
from tests.support.discord.people import Guild
from tests.support.discord.ratelimits import RateLimits
from tests.support.discord.routing import Call, Reply, Route, Routes
from tests.support.discord.world import World

API = "/api/v10"
_SHOWN = 160


@dataclass(slots=True, kw_only=True, eq=False)
class LoggedRequest:
    """One request of the bot; `status` is None while it is being answered or was dropped."""

    method: str
    path: str
    query: dict[str, str]
    json: Any
    files: dict[str, Upload]
    at: datetime
    status: int | None = None
    answer: Any = None
    problems: list[str] = field(default_factory=list)


class Server:
    """Reads, logs, checks, answers; what the answer is, the routes decide."""

    def __init__(
        self,
        world: World,
        *,
        routes: Routes,
        faults: Faults,
        limits: RateLimits,
        gateway: Gateway,
    ) -> None:
        self._world = world
        self._routes = routes
        self._faults = faults
        self._limits = limits
        self.requests: list[LoggedRequest] = []
        self.check_schema = True
        self.app = web.Application(client_max_size=2**28)  # our own limits decide
        self.app.router.add_get("/gateway", gateway.handle)
        self.app.router.add_get("/gateway/", gateway.handle)
        self.app.router.add_get("/cdn/{folder}/{channel}/{id}/{name}", self._cdn)
        self.app.router.add_route("*", API + "/{tail:.*}", self._api)

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(API)
        has_files = request.content_type == "multipart/form-data"
        if self._faults.cuts(request.method, path, Cut.REQUEST, has_files=has_files):
            await request.content.readany()
            return _cut(request)
        try:
            body = await read_body(request)
        except DiscordError as error:
            return _response(Reply(error.status, error.body()), {})
        logged = LoggedRequest(
            method=request.method,
            path=path,
            query=dict(request.query),
            json=body.json,
            files={upload.filename: upload for upload in body.files.values()},
            at=self._world.clock.now(),
        )
        self.requests.append(logged)
        if (
            await self._faults.wait(request.method, path, before=True, request=logged)
            is Fate.DROPPED
        ):
            return _cut(request)
        reply, headers = self._answer(request, logged, body)
        logged.status, logged.answer = reply.status, reply.body
        self._world.changes.note(_line(logged))
        if (
            await self._faults.wait(request.method, path, before=False, request=logged)
            is Fate.DROPPED
        ):
            logged.status = None
            return _cut(request)
        if self._faults.cuts(request.method, path, Cut.ANSWER, has_files=has_files):
            return await _cut_amid(request, _response(reply, headers))
        return _response(reply, headers)

    def _answer(
        self, request: web.Request, logged: LoggedRequest, body: Body
    ) -> tuple[Reply, dict[str, str]]:
        failure = self._faults.failure(logged.method, logged.path, has_files=bool(logged.files))
        if failure is not None and not failure.applied:
            return failure.reply, failure.headers
        found = self._routes.find(logged.method, logged.path)
        if found is None:
            self._world.problems.append(f"{logged.method} {logged.path}: the stand-in lacks it")
            return Reply(404, {"message": "404: Not Found", "code": 0}), {}
        route, params = found
        refusal, headers = self._limits.take(route, params)
        reply = refusal or self._dispatch(request, logged, body, route=route, params=params)
        if failure is not None:
            return failure.reply, failure.headers
        return reply, headers

    def _dispatch(
        self,
        request: web.Request,
        logged: LoggedRequest,
        body: Body,
        *,
        route: Route,
        params: dict[str, str],
    ) -> Reply:
        call = Call(
            method=logged.method,
            path=logged.path,
            params=params,
            query=logged.query,
            body=body,
        )
        try:
            self._admit(request, route=route, body=body, params=params)
            self._check_request(logged)
            reply = route.handler(call)
        except DiscordError as error:
            return Reply(error.status, error.body())
        except Exception:  # noqa: BLE001 - a bug of the stand-in must end the test, not hang it
            self._world.problems.append(traceback.format_exc())
            return Reply(500, {"message": "500: Internal Server Error", "code": 0})
        self._check_answer(logged, reply)
        return reply

    def _admit(
        self, request: web.Request, *, route: Route, body: Body, params: dict[str, str]
    ) -> None:
        authorization = request.headers.get("Authorization")
        if not route.public and authorization != f"Bot {self._world.token}":
            raise DiscordError(0)
        limit = self._world.file_limit(self._guild_of(params))
        too_large = any(len(file.data) > limit for file in body.files.values())
        if too_large or body.size > self._world.request_limit(limit):
            raise DiscordError(40005)

    def _guild_of(self, params: dict[str, str]) -> Guild | None:
        """The server that a request is about, by its channel or its interaction."""
        interaction = self._world.interactions.get(params.get("token", ""))
        if interaction is not None:
            return interaction.channel.guild
        channel = self._world.channels.get(int(params.get("channel", 0)))
        return channel.guild if channel else None

    def _check_request(self, logged: LoggedRequest) -> None:
        if not self.check_schema:
            return
        logged.problems = openapi.check_request(logged.method, logged.path, logged.json)
        if logged.problems:
            self._world.problems += logged.problems
            raise DiscordError(50035, errors={"_errors": logged.problems})

    def _check_answer(self, logged: LoggedRequest, reply: Reply) -> None:
        """The stand-in's own answers must be such as Discord gives."""
        if self.check_schema and reply.body is not None:
            self._world.problems += openapi.check_answer(
                logged.method, logged.path, status=reply.status, body=reply.body
            )

    async def _cdn(self, request: web.Request) -> web.StreamResponse:
        if await self._faults.wait("GET", request.path, before=True) is Fate.DROPPED:
            return _cut(request)
        if self._faults.cuts("GET", request.path, Cut.ANSWER, has_files=False):
            return await _cut_amid(request, web.Response(body=b"the beginning of it"))
        failure = self._faults.failure("GET", request.path)
        if failure is not None:
            return _response(failure.reply, failure.headers)
        file = self._world.files.get(int(request.match_info["id"]))
        expected = file and file.url.removeprefix(self._world.origin)
        if file is None or expected != request.path_qs:
            return web.Response(status=404, text="")
        if self._world.clock.now() >= file.expires_at:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(
            body=file.data, content_type=file.content_type or "application/octet-stream"
        )


async def _cut_amid(request: web.Request, whole: web.Response) -> web.StreamResponse:
    """Send the first half of an answer, and then nothing more."""
    body = whole.body if isinstance(whole.body, bytes) else b""
    answer = web.StreamResponse(status=whole.status, headers={"Content-Type": whole.content_type})
    answer.content_length = len(body)
    await answer.prepare(request)
    await answer.write(body[: len(body) // 2])
    _cut(request)
    return answer


def _response(reply: Reply, headers: dict[str, str]) -> web.Response:
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    if isinstance(reply.body, str):  # of something before Discord
        return web.Response(
            status=reply.status, text=reply.body, content_type="text/html", headers=headers
        )
    # Exactly this content type: discord.py leaves the body unparsed if a charset is added.
    return web.Response(
        status=reply.status,
        body=json.dumps(reply.body).encode(),
        content_type="application/json",
        headers=headers,
    )


def _cut(request: web.Request) -> web.Response:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _line(logged: LoggedRequest) -> str:
    files = f" files={sorted(logged.files)}" if logged.files else ""
    body = f" {json.dumps(logged.json)}" if logged.json is not None else ""
    if len(body) > _SHOWN:
        body = body[:_SHOWN] + "…"
    wrong = ""
    if logged.status and logged.status >= 400:
        wrong = f" {json.dumps(logged.answer)}"
    return f"bot {logged.method} {logged.path} → {logged.status}{wrong}{files}{body}"
