"""Talks to a studio over real HTTP and holds every answer against its OpenAPI description."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import aiohttp
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from studio.server.photos import Fetcher
from studio.server.studio import Studio, StudioConfig

KEY = "key-of-the-tests"
_PATIENCE = 20.0  # seconds before a test that waits has failed

DESCRIPTION: dict[str, Any] = json.loads(
    (resources.files("studio.server") / "openapi.json").read_text(encoding="utf-8")
)
_REGISTRY: Registry[Any] = Registry().with_resource(
    "description", DRAFT202012.create_resource(DESCRIPTION)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the studio answered."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def picture(self) -> bytes:
        (image,) = self.json["output"]["images"]
        return base64.b64decode(image, validate=True)


class StudioApi:
    """A client that asserts nothing but the form of each answer."""

    def __init__(self, studio: Studio, session: aiohttp.ClientSession) -> None:
        self.studio = studio
        self.session = session

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = KEY,
    ) -> Answer:
        sent = {"X-API-Key": key} if key is not None else {}
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        async with self.session.request(
            method,
            self.studio.url + path,
            data=None if data is None else io.BytesIO(data),
            headers={**sent, **(headers or {})},
        ) as response:
            answer = Answer(
                status=response.status, headers=response.headers, raw=await response.read()
            )
        check_form(method, path, answer)
        return answer

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> Answer:
        return await self.call("POST", path, body=body, **options)

    async def submit(self, photo: str, *, version: str = "v6", **changes: Any) -> Answer:
        """Submit a swap of a "photo" that consists of words for the odd engine."""
        headers = changes.pop("headers", None)
        path = "/v1/run/faceswap" if version == "v1" else f"/{version}/run/face_swap"
        return await self.post(path, {**swap_body(photo), **changes}, headers=headers)

    async def submitted(self, photo: str, **changes: Any) -> str:
        """Submit a swap that is accepted, and give its id."""
        answer = await self.submit(photo, **changes)
        assert answer.status == 200, answer.raw
        job_id: str = answer.json["id"]
        return job_id

    async def finished(self, job_id: str) -> Answer:
        """Wait for a v6 job."""
        return await self.post(f"/v6/status/{job_id}")

    async def polled(self, job_id: str) -> Answer:
        """Ask v2 as its document says, until the job is finished."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                answer = await self.post(f"/v2/status/{job_id}")
                if answer.json["status"] not in ("QUEUED", "RUNNING"):
                    return answer

    async def queue(self, *, waiting: int, running: int) -> None:
        """Wait until so many jobs wait and run."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                queue = (await self.get("/healthz")).json["queue"]
                if (queue["waiting"], queue["running"]) == (waiting, running):
                    return


def swap_body(photo: str, **changes: Any) -> dict[str, Any]:
    return {"base64": as_base64(photo.encode()), "gender": 0, "filter_id": 1, **changes}


def as_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def odd_config(data_dir: Path, **changes: Any) -> StudioConfig:
    settings: dict[str, Any] = {
        "data_dir": data_dir,
        "keys": (KEY, "another-key"),
        "engine": "tests.support.odd_engine:create",
        "worker_memory_mb": 400,
    }
    return StudioConfig(**{**settings, **changes})


@asynccontextmanager
async def open_api(
    config: StudioConfig, *, fetcher: Fetcher | None = None
) -> AsyncIterator[StudioApi]:
    """Open a studio and a client of it."""
    async with (
        Studio.open(config, fetcher=fetcher) as studio,
        client_session() as session,
    ):
        yield StudioApi(studio, session)


def client_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=_PATIENCE)
    )


def check_form(method: str, path: str, answer: Answer) -> None:
    """Fail unless the description says that this answer may come from this address."""
    described = _responses(method, path)
    if described is None:  # no such route: the common error body
        assert answer.status in (401, 404, 405)
        _validate("#/components/schemas/Error", answer)
        return
    assert str(answer.status) in described, (method, path, answer.status, answer.raw[:300])
    response = described[str(answer.status)]
    pointer = f"{response['pointer']}/content/application~1json/schema"
    if "application/json" in response.get("content", {}):
        _validate(f"#{pointer}", answer)


def _validate(fragment: str, answer: Answer) -> None:
    validator = Draft202012Validator({"$ref": f"description{fragment}"}, registry=_REGISTRY)
    validator.validate(answer.json)


def _responses(method: str, path: str) -> dict[str, Any] | None:
    for template, item in DESCRIPTION["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in item:
            place = f"/paths/{_escaped(template)}/{method.lower()}/responses"
            responses = item[method.lower()]["responses"]
            return {code: _resolved(it, f"{place}/{code}") for code, it in responses.items()}
    return None


def _resolved(response: dict[str, Any], pointer: str) -> dict[str, Any]:
    if "$ref" in response:
        pointer = response["$ref"].removeprefix("#")
        response = DESCRIPTION["components"]["responses"][pointer.rpartition("/")[2]]
    return {**response, "pointer": pointer}


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
