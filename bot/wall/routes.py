"""What the wall's server answers: pages, streams, pictures, downloads. It only reads."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from bot.services.events.downloads import Downloads
from bot.services.events.exhibition import Exhibition
from bot.services.events.renditions import SIZES, Renditions
from bot.services.events.walls import Walls
from bot.wall.assets import Assets
from bot.wall.guarding import add_headers, answering_kindly
from bot.wall.pages import Pages
from bot.wall.streams import NoSuchWall, Streams, TooManyListeners
from bot.wall.visitors import WrongCodes, address_of

STALLED_SECONDS = 30.0  # a page that takes nothing for so long is given up
_TRY_AGAIN_SECONDS = 30
_ASK_EACH_TIME = "private, no-cache"  # a picture that was removed must not come from a cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the routes need."""

    exhibition: Exhibition
    walls: Walls
    renditions: Renditions
    downloads: Downloads
    streams: Streams
    assets: Assets
    pages: Pages


class Routes:
    """The routes, and what they lead to."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._pages = parts.pages
        self._wrong = WrongCodes()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[answering_kindly(self._pages)], client_max_size=1)
        app.on_response_prepare.append(add_headers)
        app.on_shutdown.append(self._end_streams)
        app.add_routes(
            [
                web.get("/", self._start),
                web.get("/robots.txt", self._robots),
                web.get("/join", self._join),
                web.get("/j/{code}", self._join),
                web.get("/w/{key}", self._wall),
                web.get("/w/{key}/events", self._events, allow_head=False),
                web.get(r"/w/{key}/p/{picture:[0-9]{1,15}}-{size:[a-z]}.webp", self._picture),
                web.get("/d/{token}", self._download),
                web.get("/static/{digest}/{name}", self._asset),
            ]
        )
        return app

    async def _start(self, _: web.Request) -> web.Response:
        raise web.HTTPSeeOther(self._pages.join_path())

    async def _robots(self, _: web.Request) -> web.Response:
        return self._pages.robots()

    async def _join(self, request: web.Request) -> web.Response:
        typed = request.match_info.get("code", request.query.get("code", ""))
        if not typed.strip():
            return self._pages.join()
        address = address_of(request)
        if (wait := self._wrong.wait(address)) > 0:
            return self._too_many(wait)
        key = await self._parts.walls.find_key(typed)
        if key is None:
            self._wrong.note(address)
            problem = "No wall has this code. Please look at it again: it has eight characters."
            return self._pages.join(problem=problem, status=web.HTTPNotFound.status_code)
        raise web.HTTPSeeOther(self._pages.wall_path(key))

    def _too_many(self, wait: float) -> web.Response:
        problem = f"Too many wrong codes came from here. Please try again in {_minutes(wait)}."
        response = self._pages.join(problem=problem, status=web.HTTPTooManyRequests.status_code)
        response.headers["Retry-After"] = str(round(wait) + 1)
        return response

    async def _wall(self, request: web.Request) -> web.Response:
        exhibit = await self._parts.exhibition.find(request.match_info["key"])
        if exhibit is None:
            raise web.HTTPNotFound
        return self._pages.wall(exhibit.event)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        try:
            async with self._parts.streams.listen(request.match_info["key"]) as messages:
                first = await anext(messages)
                return await _stream(request, first, messages)
        except NoSuchWall:
            raise web.HTTPNotFound from None
        except TooManyListeners:
            response = self._pages.failure(web.HTTPServiceUnavailable.status_code)
            response.headers["Retry-After"] = str(_TRY_AGAIN_SECONDS)
            return response

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        found = request.match_info
        if found["size"] not in SIZES:
            raise web.HTTPNotFound
        file = await self._parts.exhibition.find_file(found["key"], int(found["picture"]))
        if file is None:
            raise web.HTTPNotFound
        try:
            sized = await self._parts.renditions.get(file, size=found["size"])
        except OSError:
            raise web.HTTPNotFound from None
        headers = {"Cache-Control": _ASK_EACH_TIME, "Content-Type": "image/webp"}
        return web.FileResponse(sized, headers=headers)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        download = await self._parts.downloads.find(request.match_info["token"])
        if download is None or not await asyncio.to_thread(download.path.is_file):
            raise web.HTTPNotFound
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": _attachment(download.filename),
            "Content-Type": "application/octet-stream",  # to be saved, never to be shown
        }
        return web.FileResponse(download.path, headers=headers)

    async def _asset(self, request: web.Request) -> web.Response:
        found = self._parts.assets.find(**request.match_info)
        if found is None:
            raise web.HTTPNotFound
        return found

    async def _end_streams(self, _: web.Application) -> None:
        await self._parts.streams.close()


async def _stream(
    request: web.Request, first: bytes, messages: AsyncGenerator[bytes]
) -> web.StreamResponse:
    """Send messages until there are no more, or nobody takes them."""
    response = web.StreamResponse(headers={"X-Accel-Buffering": "no"})  # nginx would gather them
    response.content_type = "text/event-stream"
    with contextlib.suppress(ConnectionError, TimeoutError):
        await response.prepare(request)
        await _send(response, first)
        async for message in messages:
            await _send(response, message)
    return response


async def _send(response: web.StreamResponse, message: bytes) -> None:
    async with asyncio.timeout(STALLED_SECONDS):
        await response.write(message)


def _attachment(filename: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(filename, safe='')}"


def _minutes(seconds: float) -> str:
    minutes = round(seconds // 60) + 1
    return "a minute" if minutes == 1 else f"{minutes} minutes"
