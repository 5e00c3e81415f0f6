"""Reading a request: JSON, or multipart with `payload_json` and `files[n]`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.support.discord.errors import DiscordError
from tests.support.discord.files import Upload

_FILE_FIELD = re.compile(r"files\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What came: the JSON document if there was one, files by their index, bytes in all."""

    json: Any = None
    files: dict[int, Upload] = field(default_factory=dict)
    size: int = 0


async def read_body(request: web.Request) -> Body:
    """Read all of it, however large: a refusal must not cut the connection off."""
    if request.content_type == "multipart/form-data":
        return await _read_multipart(request)
    raw = await request.content.read()
    if not raw:
        return Body()
    return Body(json=_parse(raw), size=len(raw))


async def _read_multipart(request: web.Request) -> Body:
    document: Any = None
    files: dict[int, Upload] = {}
    size = 0
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read())
        size += len(data)
        if part.name == "payload_json":
            document = _parse(data)
        elif match := _FILE_FIELD.fullmatch(part.name or ""):
            files[int(match[1])] = Upload(part.filename or "unknown", data)
    return Body(json=document, files=files, size=size)


def _parse(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise DiscordError(50109) from None
