"""What an 8 MB photo costs, stage by stage, and how long the event loop then stands still.

`python -m bench.large_photos`. The stages are our own functions, each with a photo of 8 MB or a
picture of 2.5 MB; the whole is the bot's processor time for a job between Discord and the API.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import discord

from bench.alone import run_alone
from bench.programs import WATCHED
from bench.report import Figure
from bench.rig import FLOOR, SMALL_PICTURE, Rig, rig
from bench.samples import photo, picture
from bot.services.normalising import normalise
from bot.services.photos import PhotoStore
from bot.services.pictures import PictureStore
from faceswap.encoding import StreamedBody
from faceswap.pictures import PictureFolder
from tests.support.discord import Upload

ROUNDS = 5
JOBS, JOBS_SHORT = 24, 6
AT_ONCE = 6
IDLE_SECONDS = 4.0
ALLOWED_STALL_MS = 50
MAX_PIXELS = 50_000_000


async def measure(*, short: bool) -> list[Figure]:
    """Measure and judge; `short`: fewer jobs."""
    jobs = JOBS_SHORT if short else JOBS
    large = photo(width=4800, height=3600, noise=40)
    finished = picture()
    stages = await _stages(large, finished)
    idle = await _stalls_milliseconds(None, finished, 0)
    busy = await _stalls_milliseconds(large, finished, jobs)
    async with rig(FLOOR) as running:
        floor = await _cpu_milliseconds(running, large, finished, jobs)
    return [
        *(Figure(name=f"  stage: {name}", value=value, unit="ms cpu") for name, value in stages),
        Figure(
            name="processor time for a job with an 8 MB photo",
            value=busy[1],
            unit="ms cpu",
            note=f"photo {len(large) / 1e6:.1f} MB, picture {len(finished) / 1e6:.1f} MB; "
            f"the floor, which decodes neither: {floor:.0f} ms",
        ),
        Figure(
            name="longest stall of the event loop",
            value=busy[0],
            unit="ms",
            bound=idle[0] + ALLOWED_STALL_MS,
            note=f"{jobs} jobs, {AT_ONCE} at a time; the idle control's {idle[0]:.0f} ms",
        ),
    ]


async def _stages(large: bytes, finished: bytes) -> list[tuple[str, float]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = PhotoStore(folder / "photos", max_bytes=2**27, max_pixels=MAX_PIXELS)
        pictures = PictureStore(folder / "pictures")
        small = normalise(large, max_pixels=MAX_PIXELS)
        images = [base64.b64encode(finished).decode()]
        answer = json.dumps({"status": "COMPLETED", "output": {"images": images}}).encode()

        async def keep() -> None:
            arrived = pictures.arrivals / "one.png"
            arrived.write_bytes(finished)
            await pictures.keep(arrived, job_id=1)

        async def receive() -> None:
            kept = PictureFolder(pictures.arrivals, max_picture_bytes=2**25)
            with kept.spool() as spool:
                spool.write(answer)
                kept.read_spool("id", spool)
            kept.discard()

        async def encode() -> None:
            async for _ in StreamedBody({"gender": 1}, photo=small).pieces():
                pass

        async def attach() -> None:
            data = (await pictures.within("1.png", 2**25)).data
            discord.File(io.BytesIO(data), "picture.png").close()

        async def add() -> None:
            await photos.add(large)

        steps: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("photo: decode, turn, strip, shrink, keep", add),
            ("photo: encode for the API", encode),
            ("picture: receive and decode from base64", receive),
            ("picture: verify and keep", keep),
            ("picture: read for Discord", attach),
        ]
        return [(name, await _median_milliseconds(step)) for name, step in steps]


async def _median_milliseconds(step: Callable[[], Awaitable[None]]) -> float:
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        await step()
        taken.append((time.process_time() - started) * 1000)
    return statistics.median(taken)


async def _stalls_milliseconds(
    large: bytes | None, finished: bytes, jobs: int
) -> tuple[float, float]:
    """Tell the longest stall, and processor time for a job; without a photo the bot is idle."""
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "stalls.json"
        cpu = 0.0
        async with rig((*WATCHED, str(report), "run"), picture=SMALL_PICTURE) as running:
            report.with_suffix(".go").touch()
            if large is None:
                await asyncio.sleep(IDLE_SECONDS)
            else:
                cpu = await _cpu_milliseconds(running, large, finished, jobs)
            report.with_suffix(".go").unlink()
            await asyncio.sleep(0.1)
        return json.loads(report.read_text())["worst"] * 1000, cpu


async def _cpu_milliseconds(running: Rig, large: bytes, finished: bytes, jobs: int) -> float:
    await running.api.rules(picture=finished, seconds=(0.2, 0.6))
    started = running.bot.cpu_seconds
    upload = Upload("me.jpg", large, "image/jpeg")
    await running.orders(jobs, at_once=AT_ONCE, photo=upload)
    return (running.bot.cpu_seconds - started) / jobs * 1000


if __name__ == "__main__":
    run_alone(measure, what=__doc__)
