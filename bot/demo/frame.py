"""The demo's address: the simulator's page, passed on and dressed for somebody new to it.

The simulator offers no way to add to its page, so this serves it a second time, with a style and
scripts of ours (`assets/booth.css`, `assets/booth.js`, `assets/channels.js`). It answers only this
machine's browser. Which channel the page shows changes (`channels.py`), its address does not: the
key in it is ours, and exchanged for the one of the simulator's page of that moment.

To show a picture, the simulator starts a process that decodes it and encodes it anew, one picture
after the other and again for each visit. Its browser can read what the bot has posted, so pictures
are passed on as they are, which is what the simulator gives to who downloads them.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib import resources

from aiohttp import ClientError, ClientSession, web

from bot.demo.channels import Channels
from bot.exits import CommandFailed

MAX_BODY_BYTES = 32 * 2**20  # the simulator takes 26 MB with all its files
TITLE = "Photo booth"
TRIES = 150
PAUSE = 0.1  # seconds between tries
_ACTION = "/api/action"
_ARRIVAL = "/api/pages"
_CHANNELS = "/channels/"
_KEY, _CONTEXT = "X-Simcord-Capability", "X-Simcord-Context"
_LIST = "X-Booth-Channels"
_LEFT_ALONE = 410  # the simulator forgets a window that has not asked for ten minutes
_ARRIVE_AGAIN = 205  # what the browser asked about is gone with the channel it was of
_PICTURES = "/api/assets/"
_AS_IT_IS = {"download": "1"}
_SHOWN = ("image/gif", "image/jpeg", "image/png", "image/webp")
_BUSY = (400, 409)  # the first also stands for "another operation is under way"
_OURS = {
    "/booth.css": "text/css",
    "/booth.js": "text/javascript",
    "/channels.js": "text/javascript",
    "/favicon.ico": "image/svg+xml",
}
_FILES = {"/favicon.ico": "booth.svg"}
_PASSED_ON = ("Content-Type", _CONTEXT)
_PASSED_BACK = (
    "Cache-Control",
    "Content-Security-Policy",
    "Content-Type",
    "Pragma",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
)
_HEAD = (
    '<link rel="stylesheet" href="/booth.css"><link rel="icon" href="/favicon.ico">'
    '<script src="/booth.js"></script><script src="/channels.js"></script></head>'
)


@asynccontextmanager
async def open_frame(channels: Channels, *, port: int | None) -> AsyncGenerator[str]:
    """Serve the simulator's page at an address of ours, and yield it; raises CommandFailed."""
    async with ClientSession() as client:
        frame = _Frame(client, channels)
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.router.add_route("*", "/{path:.*}", frame.answer)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port or 0).start()
        except OSError:
            await runner.cleanup()
            raise CommandFailed(f"port {port} is taken: choose another, or none") from None
        try:
            frame.port = runner.addresses[0][1]
            yield f"http://127.0.0.1:{frame.port}/#{frame.key}"
        finally:
            await runner.cleanup()


class _Frame:
    """Passes requests on to the simulator; adds ours to its page."""

    def __init__(self, client: ClientSession, channels: Channels) -> None:
        self.key = secrets.token_urlsafe(32)
        self.port = 0
        self._client = client
        self._channels = channels
        self._context_ids: set[str] = set()  # the browser's windows on the channel that is shown

    async def answer(self, request: web.Request) -> web.Response:
        if not self._is_from_here(request):
            raise web.HTTPForbidden
        if request.path in _OURS:
            name = _FILES.get(request.path, request.path[1:])
            text = resources.files("bot.demo").joinpath("assets", name).read_text("utf-8")
            return web.Response(text=text, content_type=_OURS[request.path])
        if request.path.startswith(_CHANNELS):
            return await self._go(request)
        try:
            answer = await self._picture(request) or await self._pass_on(request)
        except ClientError:  # the page was closed at that moment
            return web.Response(status=_ARRIVE_AGAIN)
        is_gone = answer.status == _LEFT_ALONE or self._is_stale(request)
        return web.Response(status=_ARRIVE_AGAIN) if is_gone else answer

    async def _go(self, request: web.Request) -> web.Response:
        """Show the channel that was picked from the list, to all of the browser's windows."""
        if request.method != "POST" or request.headers.get(_KEY) != self.key:
            raise web.HTTPForbidden
        picked = request.path.removeprefix(_CHANNELS)
        if not picked.isdecimal() or not await self._channels.show(int(picked)):
            raise web.HTTPNotFound
        self._context_ids.clear()
        return web.Response(status=204)

    def _is_stale(self, request: web.Request) -> bool:
        context_id = request.headers.get(_CONTEXT)
        return context_id is not None and context_id not in self._context_ids

    async def _picture(self, request: web.Request) -> web.Response | None:
        """Return the picture that is asked for, or None where it is something else."""
        if not request.path.startswith(_PICTURES) or request.query:
            return None
        answer = await self._ask(request, **_AS_IT_IS)
        return answer if answer.content_type in _SHOWN else None

    async def _pass_on(self, request: web.Request) -> web.Response:
        if request.path != _ACTION:
            return await self._ask(request)
        async with self._channels.turn:
            return await self._act(request)

    async def _act(self, request: web.Request) -> web.Response:
        """Ask the simulator, several times while it is busy: it has then done nothing yet."""
        for _ in range(TRIES):
            answer = await self._ask(request)
            if answer.status not in _BUSY:
                break
            await asyncio.sleep(PAUSE)
        return answer

    async def _ask(self, request: web.Request, **query: str) -> web.Response:
        page = self._channels.page
        if page is None or self._is_stale(request):
            return web.Response(status=_ARRIVE_AGAIN)
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        if request.headers.get(_KEY) == self.key:
            headers[_KEY] = page.fragment
        async with self._client.request(
            request.method,
            page.origin().join(request.rel_url).update_query(query),
            headers=headers,
            data=await request.read(),
        ) as answer:
            body = await answer.read()
            kept = {name: answer.headers[name] for name in _PASSED_BACK if name in answer.headers}
            status = answer.status
        if request.path == "/":
            body = _dressed(body.decode()).encode()
        elif request.path == _ARRIVAL and answer.ok:
            self._context_ids.add(json.loads(body)["context"]["id"])
        if _KEY in headers:
            kept[_LIST] = json.dumps([asdict(each) for each in self._channels.listed()])
        return web.Response(status=status, body=body, headers=kept)

    def _is_from_here(self, request: web.Request) -> bool:
        """Refuse other sites, and names that lead to this machine without being its own."""
        hosts = (f"127.0.0.1:{self.port}", f"localhost:{self.port}")
        origin = request.headers.get("Origin")
        return request.host in hosts and origin in (None, *(f"http://{host}" for host in hosts))


def _dressed(html: str) -> str:
    return html.replace("</head>", _HEAD, 1).replace("SimCord Preview</title>", f"{TITLE}</title>")
