"""The HTTP routes: parse, one call, serialise."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from aiohttp import web

from faceswap.models import APIVersion
from studio.server.answers import status_answer
from studio.server.calls import EngineBroken
from studio.server.catalogue import Catalogue
from studio.server.errors import Refusal, busy, job_not_found
from studio.server.guard import Guard
from studio.server.health import Health
from studio.server.intake import Intake, Submission
from studio.server.limits import BODY_BYTES, KEY_CHARACTERS
from studio.server.models import StudioJob, first_status, status_version
from studio.server.pages import Pages
from studio.server.pool import WorkersBusy
from studio.server.process import WorkerLost
from studio.server.records import Records

_BODIES_AT_ONCE = 8
_BODY_TIMEOUT = 60.0
_KEY = re.compile(rf"[\x21-\x7e]{{1,{KEY_CHARACTERS}}}")
_INTEGER = re.compile(r"[0-9]{1,18}")
_PREVIEW_CACHE = "public, max-age=86400"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the routes call."""

    guard: Guard
    intake: Intake
    records: Records
    catalogue: Catalogue
    health: Health
    pages: Pages
    keep_results: float
    status_wait: float


class Routes:
    """The handlers of all routes."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._bodies = asyncio.Semaphore(_BODIES_AT_ONCE)  # each may be large

    def table(self) -> list[web.RouteDef]:
        """List every route that is served."""
        return [
            web.get("/", self._page, name="page"),
            web.get("/openapi.json", self._openapi, name="openapi"),
            web.get("/healthz", self._healthz, name="healthz"),
            web.get("/v1/filters", self._filters),
            web.get("/v1/filters/", self._filters),
            web.get("/v1/filters/{id}/preview", self._preview, name="preview"),
            web.post("/v1/run/faceswap", self._run),
            web.post("/v2/run/self-prompt", self._run),
            web.post("/v5/run/face_swap", self._run),
            web.post("/v6/run/face_swap", self._run),
            web.post("/v2/status/{job_id}", self._status, name="status-v2"),
            web.post("/v5/status/{job_id}", self._status, name="status-v5"),
            web.post("/v6/status/{job_id}", self._status, name="status-v6"),
        ]

    def app(self) -> web.Application:
        """Build the application that serves every route."""
        app = web.Application(
            middlewares=self._parts.guard.middlewares(), client_max_size=BODY_BYTES
        )
        app.add_routes(self.table())
        return app

    async def _run(self, request: web.Request) -> web.Response:
        version = _version(request)
        key = _idempotency_key(request)
        _check_content_type(request)
        submission = Submission(version=version, body=await self._body(request), key=key)
        job_id = await self._parts.intake.submit(submission)
        return web.json_response({"id": job_id, "status": first_status(version).value})

    async def _body(self, request: web.Request) -> bytes:
        try:
            async with self._bodies, asyncio.timeout(_BODY_TIMEOUT):
                return await request.read()
        except TimeoutError:
            detail = f"The body did not arrive within {_BODY_TIMEOUT:.0f} seconds."
            raise Refusal(detail, status=408, code="BODY_TOO_SLOW") from None

    async def _status(self, request: web.Request) -> web.StreamResponse:
        version = _version(request)
        job = await self._shown_job(request.match_info["job_id"], version=version)
        if version is not APIVersion.V2 and not job.state.is_final:
            wait = self._parts.status_wait
            job = await self._parts.records.wait_until_final(job.id, at_most=wait) or job
        return await status_answer(request, job, picture=self._parts.records.picture(job.id))

    async def _shown_job(self, job_id: str, *, version: APIVersion) -> StudioJob:
        records = self._parts.records
        job = await records.find(job_id)
        if (
            job is None
            or status_version(job.version) is not version
            or not records.is_shown(job, keep_results=self._parts.keep_results)
        ):
            raise job_not_found()
        return job

    async def _filters(self, _request: web.Request) -> web.Response:
        return web.json_response(self._parts.catalogue.listing())

    async def _preview(self, request: web.Request) -> web.Response:
        text = request.match_info["id"]
        try:
            known = _INTEGER.fullmatch(text)
            preview = await self._parts.catalogue.preview(int(text)) if known else None
        except (WorkerLost, WorkersBusy):
            raise busy("The preview cannot be drawn just now.", retry_after=5) from None
        except EngineBroken:
            raise Refusal("The preview failed.", status=500, code="INTERNAL_ERROR") from None
        if preview is None:
            raise Refusal("There is no such filter.", status=404, code="NOT_FOUND")
        headers = {"ETag": f'"{preview.etag}"', "Cache-Control": _PREVIEW_CACHE}
        cached = request.if_none_match or ()
        if any(tag.value in (preview.etag, "*") for tag in cached):
            return web.Response(status=304, headers=headers)
        return web.Response(body=preview.webp, content_type="image/webp", headers=headers)

    async def _healthz(self, _request: web.Request) -> web.Response:
        body = await self._parts.health.look()
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    async def _openapi(self, _request: web.Request) -> web.Response:
        return self._parts.pages.openapi()

    async def _page(self, _request: web.Request) -> web.Response:
        return self._parts.pages.page()


def _version(request: web.Request) -> APIVersion:
    return APIVersion(request.path.split("/", 2)[1])


def _idempotency_key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        detail = f"Idempotency-Key must be 1 to {KEY_CHARACTERS} visible ASCII characters."
        raise Refusal(detail, status=422, code="INVALID_REQUEST", field="Idempotency-Key")
    return key


def _check_content_type(request: web.Request) -> None:
    """Take JSON under any of its names, or no name at all; refuse what is certainly not JSON."""
    given = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if given and given != "text/plain" and not re.fullmatch(r"application/(.+\+)?json", given):
        detail = "The body must be JSON: send `Content-Type: application/json`."
        raise Refusal(detail, status=415, code="UNSUPPORTED_MEDIA_TYPE")
