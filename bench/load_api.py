"""The API under load, as a process of its own: takes photos, makes nothing, answers at once.

`python -m bench.load_api` prints its address. It knows no production code. What it does is set by
`POST /bench/rules`; every job ends `seconds` after its submission, or with `POST /bench/finish`
where that is null.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import random
import time
from pathlib import Path

from aiohttp import web

KEY = "bench-key"
_PIECE = 2**18
_UNFINISHED = b'{"status": "RUNNING"}'


class LoadAPI:
    """Counts what it is asked, and remembers when each job ended."""

    def __init__(self) -> None:
        self.seconds: list[float] | None = [0.0, 0.0]
        self.blocks = True
        self.submissions = self.status_calls = 0
        self.finished_at: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self._ends: dict[str, asyncio.Event] = {}
        self._finished = b""
        self.application = web.Application()
        self.application.add_routes(
            [
                web.get("/v1/filters/", self._filters),
                web.post("/v6/run/face_swap", self._submit),
                web.post("/v6/status/{id}", self._status),
                web.post("/bench/rules", self._rules),
                web.post("/bench/finish", self._finish_all),
                web.get("/bench/counts", self._counts),
            ]
        )

    async def _filters(self, _: web.Request) -> web.Response:
        return web.json_response([{"id": "12", "name": "Cyberpunk Neon"}])

    async def _submit(self, request: web.Request) -> web.Response:
        async for _ in request.content.iter_chunked(_PIECE):
            pass
        self.submissions += 1
        remote_id = f"job-{next(self._numbers)}"
        self._ends[remote_id] = asyncio.Event()
        if self.seconds is not None:
            wait = random.uniform(*self.seconds)
            asyncio.get_running_loop().call_later(wait, self._finish, remote_id)
        return web.json_response({"id": remote_id, "status": "IN_QUEUE"})

    async def _status(self, request: web.Request) -> web.StreamResponse:
        self.status_calls += 1
        remote_id = request.match_info["id"]
        end = self._ends[remote_id]
        if self.blocks:
            await end.wait()
        if not end.is_set():
            return web.Response(body=_UNFINISHED, content_type="application/json")
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        response.content_length = len(self._finished)
        await response.prepare(request)
        whole = memoryview(self._finished)
        for start in range(0, len(whole), _PIECE):
            await response.write(whole[start : start + _PIECE])
        await response.write_eof()
        return response

    async def _rules(self, request: web.Request) -> web.Response:
        rules = await request.json()
        self.seconds, self.blocks = rules["seconds"], rules["blocks"]
        picture = base64.b64encode(await asyncio.to_thread(Path(rules["picture"]).read_bytes))
        finished = {"status": "COMPLETED", "output": {"images": [picture.decode()]}}
        self._finished = json.dumps(finished).encode()
        return web.json_response({})

    async def _finish_all(self, _: web.Request) -> web.Response:
        for remote_id in list(self._ends):
            self._finish(remote_id)
        return web.json_response({})

    async def _counts(self, _: web.Request) -> web.Response:
        counts = {
            "submissions": self.submissions,
            "status_calls": self.status_calls,
            "finished_at": self.finished_at,
        }
        return web.json_response(counts)

    def _finish(self, remote_id: str) -> None:
        if remote_id not in self.finished_at:
            self.finished_at[remote_id] = time.monotonic()
            self._ends[remote_id].set()


async def serve() -> None:
    """Serve until the process is ended."""
    # A client that leaves is left: it asks again.
    runner = web.AppRunner(LoadAPI().application, access_log=None, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
