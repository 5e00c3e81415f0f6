"""The API's side of a crash run: makes each order as its fate says, with a picture of its own."""

from __future__ import annotations

import asyncio

from tests.crash.orders import Fate, Order, Orders
from tests.support.pngs import png
from tests.support.scripted_api import RESET, Answer, Call, ScriptedAPI

NO_FACE = Answer(status=422, body={"error": {"code": "NO_FACE", "message": "no face found"}})
BUSY = Answer(status=429, headers={"Retry-After": "1"}, body={"detail": "slow down"})
BAD_GATEWAY = Answer(status=502, body="<html>bad gateway</html>")
_AT_FIRST = {Fate.BUSY: BUSY, Fate.ERROR: BAD_GATEWAY, Fate.RESET: RESET}


class Maker:
    """Judges submissions, and ends the jobs that were taken."""

    def __init__(self, api: ScriptedAPI, orders: Orders) -> None:
        self._api = api
        self._orders = orders
        self._seen: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._remote_ids: dict[bytes, str] = {}
        api.judge = self._judge

    def remote_id(self, picture: bytes) -> str | None:
        """Tell which remote job a picture is of."""
        return self._remote_ids.get(picture)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _judge(self, call: Call) -> Answer | None:
        order = self._orders.of(call)
        if order.fate is Fate.REFUSED:
            return NO_FACE
        answer = None
        if order.mark not in self._seen:
            self._seen.add(order.mark)
            answer = _AT_FIRST.get(order.fate)
        if answer is not BUSY:
            task = asyncio.create_task(self._make(order, call))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return answer

    async def _make(self, order: Order, call: Call) -> None:
        await asyncio.sleep(order.making_seconds)  # how long the API takes
        if not call.is_first or call.remote_id is None or order.fate is Fate.NEVER:
            return
        if order.fate is Fate.FAILS:
            await self._api.say(call.remote_id, "FAILED", error="it did not work")
        elif order.fate is Fate.EMPTY:
            await self._api.say(call.remote_id, "COMPLETED", output={"images": []})
        elif order.fate is Fate.GARBAGE:
            await self._api.finish(call.remote_id, b"this is no picture")
        else:
            await self._api.finish(call.remote_id, self._picture(call.remote_id))

    def _picture(self, remote_id: str) -> bytes:
        number = int(remote_id.removeprefix("job-"))
        picture = png(width=16 + number % 64, height=16 + number // 64)
        self._remote_ids[picture] = remote_id
        return picture
