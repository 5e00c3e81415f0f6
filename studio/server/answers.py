"""Writes the answers to status calls; a picture is read, encoded and sent piece by piece."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import BinaryIO

from aiohttp import web

from faceswap.models import RemoteStatus
from studio.server.errors import job_not_found
from studio.server.models import JobState, StudioJob, remote_status

_PIECE = 3 * 128 * 1024  # bytes; a multiple of 3, so that the pieces' base64 joins without padding
_MARK = "<picture>"


async def status_answer(
    request: web.Request, job: StudioJob, *, picture: Path
) -> web.StreamResponse:
    """Answer with what a job has come to."""
    if job.state is JobState.COMPLETED:
        return await _completed(request, job, picture=picture)
    body = {"id": job.id, "status": remote_status(job).value}
    if job.error is not None:
        body["error"] = job.error
    return web.json_response(body)


async def _completed(request: web.Request, job: StudioJob, *, picture: Path) -> web.StreamResponse:
    body: dict[str, object] = {
        "id": job.id,
        "status": RemoteStatus.COMPLETED.value,
        "output": {"images": [_MARK]},
    }
    if job.understood is not None:
        body["understood"] = job.understood
    before, _, after = json.dumps(body).partition(_MARK)
    try:
        file, size = await asyncio.to_thread(_open, picture)
    except FileNotFoundError:  # its time ended between the look at the row and now
        raise job_not_found() from None
    try:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = len(before) + (size + 2) // 3 * 4 + len(after)
        await response.prepare(request)
        await response.write(before.encode())
        while piece := await asyncio.to_thread(_encoded, file):
            await response.write(piece)
        await response.write_eof(after.encode())
    finally:
        await asyncio.to_thread(file.close)
    return response


def _open(picture: Path) -> tuple[BinaryIO, int]:
    return picture.open("rb"), picture.stat().st_size


def _encoded(file: BinaryIO) -> bytes:
    return base64.b64encode(file.read(_PIECE))
