"""Requests that come at a bad moment: while the studio stops, or cut off in the middle."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from studio.server.guard import Guard
from tests.support.studio_api import KEY, StudioApi


async def test_a_stopping_studio_accepts_nothing_but_still_tells_of_jobs() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({})

    guard = Guard((KEY,))
    app = web.Application(middlewares=guard.middlewares())
    app.router.add_post("/run", answer)
    app.router.add_post("/status", answer, name="status-v6")
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        guard.is_stopping = True
        headers = {"X-API-Key": KEY}
        async with session.post(server.make_url("/run"), headers=headers) as response:
            assert (response.status, (await response.json())["error"]) == (503, "STOPPING")
            assert int(response.headers["Retry-After"]) > 0
        async with session.post(server.make_url("/status"), headers=headers) as response:
            assert response.status == 200


async def test_a_body_that_is_cut_off_is_no_job_and_no_error_of_ours(
    api: StudioApi, caplog: pytest.LogCaptureFixture
) -> None:
    await cut_off(api, "/v6/run/face_swap", body='{"base64": "', length=5000)
    assert (await api.submit("fine")).status == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_picture_that_nobody_waits_for_any_more_is_no_error_of_ours(
    api: StudioApi, caplog: pytest.LogCaptureFixture
) -> None:
    job_id = await api.submitted("large")
    await api.finished(job_id)
    await cut_off(api, f"/v6/status/{job_id}", body="", length=0)
    assert (await api.finished(job_id)).status == 200
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def cut_off(api: StudioApi, path: str, *, body: str, length: int) -> None:
    """Send a request, and close the connection once the answer or nothing at all comes."""
    host, port = api.studio.url.removeprefix("http://").split(":")
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\n"
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{head}Content-Length: {length}\r\n\r\n{body}".encode())
    if len(body) < length:
        writer.write_eof()
    await reader.read(100)
    writer.transport.abort()
