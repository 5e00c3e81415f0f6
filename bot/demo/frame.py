"""The demo's address: the simulator's page, passed on and dressed for somebody new to it.

The simulator offers no way to add to its page, so this serves it a second time, with a style and a
script of ours (`assets/booth.css`, `assets/booth.js`). It answers only this machine's browser.

To show a picture, the simulator starts a process that decodes it and encodes it anew, one picture
after the other and again for each visit. Its browser can read what the bot has posted, so pictures
are passed on as they are, which is what the simulator gives to who downloads them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import resources

from aiohttp import ClientSession, web
from yarl import URL

from bot.exits import CommandFailed

MAX_BODY_BYTES = 32 * 2**20  # the simulator takes 26 MB with all its files
TITLE = "Photo booth"
TRIES = 150
PAUSE = 0.1  # seconds between tries
_ACTION = "/api/action"
_PICTURES = "/api/assets/"
_AS_IT_IS = {"download": "1"}
_SHOWN = ("image/gif", "image/jpeg", "image/png", "image/webp")
_BUSY = (400, 409)  # the first also stands for "another operation is under way"
_OURS = {
    "/booth.css": "text/css",
    "/booth.js": "text/javascript",
    "/favicon.ico": "image/svg+xml",
}
_FILES = {"/favicon.ico": "booth.svg"}
_PASSED_ON = ("Content-Type", "X-Simcord-Capability", "X-Simcord-Context")
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
    '<script src="/booth.js"></script></head>'
)


@asynccontextmanager
async def open_frame(page: str, *, port: int | None) -> AsyncGenerator[str]:
    """Serve the simulator's page at an address of ours, and yield it; raises CommandFailed."""
    async with ClientSession() as client:
        frame = _Frame(client, URL(page))
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
            yield str(frame.page.with_port(frame.port))
        finally:
            await runner.cleanup()


class _Frame:
    """Passes requests on to the simulator; adds ours to its page."""

    def __init__(self, client: ClientSession, page: URL) -> None:
        self.page = page  # its fragment is the key to it
        self.port = 0
        self._client = client

    async def answer(self, request: web.Request) -> web.Response:
        if not self._is_from_here(request):
            raise web.HTTPForbidden
        if request.path in _OURS:
            name = _FILES.get(request.path, request.path[1:])
            text = resources.files("bot.demo").joinpath("assets", name).read_text("utf-8")
            return web.Response(text=text, content_type=_OURS[request.path])
        return await self._picture(request) or await self._pass_on(request)

    async def _picture(self, request: web.Request) -> web.Response | None:
        """Return the picture that is asked for, or None where it is something else."""
        if not request.path.startswith(_PICTURES) or request.query:
            return None
        answer = await self._ask(request, **_AS_IT_IS)
        return answer if answer.content_type in _SHOWN else None

    async def _pass_on(self, request: web.Request) -> web.Response:
        """Ask the simulator, several times while it is busy: it has then done nothing yet."""
        for _ in range(TRIES):
            answer = await self._ask(request)
            if request.path != _ACTION or answer.status not in _BUSY:
                break
            await asyncio.sleep(PAUSE)
        return answer

    async def _ask(self, request: web.Request, **query: str) -> web.Response:
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        async with self._client.request(
            request.method,
            self.page.origin().join(request.rel_url).update_query(query),
            headers=headers,
            data=await request.read(),
        ) as answer:
            body = await answer.read()
            if request.path == "/":
                body = _dressed(body.decode()).encode()
            kept = {name: answer.headers[name] for name in _PASSED_BACK if name in answer.headers}
            return web.Response(status=answer.status, body=body, headers=kept)

    def _is_from_here(self, request: web.Request) -> bool:
        """Refuse other sites, and names that lead to this machine without being its own."""
        hosts = (f"127.0.0.1:{self.port}", f"localhost:{self.port}")
        origin = request.headers.get("Origin")
        return request.host in hosts and origin in (None, *(f"http://{host}" for host in hosts))


def _dressed(html: str) -> str:
    return html.replace("</head>", _HEAD, 1).replace("SimCord Preview</title>", f"{TITLE}</title>")
