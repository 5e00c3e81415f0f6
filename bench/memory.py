"""Memory of the bot with 1,000 jobs under way: `python -m bench.memory`.

Their photos are of 4 MB. All are at the API, which then finishes all at the same moment.
"""

from __future__ import annotations

import asyncio

from bench.alone import run_alone
from bench.report import Figure
from bench.rig import FLOOR, OURS, SMALL_PHOTO, rig
from bench.samples import padded, picture
from tests.support.discord import Upload

JOBS, JOBS_SHORT, JOBS_OF_FLOOR = 1000, 150, 100
PHOTO_BYTES = 4_000_000
WARM_UP = 40
WAITING_KB, IN_ALL_MB = 64, 250


async def measure(*, short: bool) -> list[Figure]:
    """Measure and judge; `short`: fewer jobs."""
    jobs = JOBS_SHORT if short else JOBS
    idle, waiting, peak = await _megabytes(OURS, jobs)
    floor_idle, floor_waiting, floor_peak = await _megabytes(FLOOR, JOBS_OF_FLOOR)
    floor_kb = (floor_waiting - floor_idle) / JOBS_OF_FLOOR * 1024
    return [
        Figure(
            name="memory for each job that waits for the API",
            value=(waiting - idle) / jobs * 1024,
            unit="KB/job",
            bound=WAITING_KB,
            note=f"{jobs} jobs, photos of 4 MB; the floor's {floor_kb:.0f} KB",
        ),
        Figure(
            name="memory in all while they wait",
            value=waiting,
            unit="MB",
            bound=IN_ALL_MB,
            note=f"{idle:.0f} MB without jobs",
        ),
        Figure(
            name="the most it took, with all finishing at once",
            value=peak,
            unit="MB",
            bound=IN_ALL_MB,
            note=f"pictures of 1 MB; the floor's {floor_peak:.0f} MB with {JOBS_OF_FLOOR} jobs",
        ),
    ]


async def _megabytes(command: tuple[str, ...], jobs: int) -> tuple[float, float, float]:
    """Tell what the bot takes idle, with jobs that wait, and at most."""
    photo = Upload("me.jpg", padded(SMALL_PHOTO.data, to_bytes=PHOTO_BYTES), "image/jpeg")
    finished = picture(width=700, height=1050)
    async with rig(command) as running:
        await running.orders(WARM_UP, at_once=WARM_UP)
        idle = running.bot.megabytes
        await running.api.rules(picture=finished, seconds=None)
        orders = await running.accepted(jobs, photo=photo)
        await asyncio.sleep(1.0)
        waiting = running.bot.megabytes
        await running.api.finish()
        await running.posted(orders)
        return idle, waiting, running.bot.peak_megabytes


if __name__ == "__main__":
    run_alone(measure, what=__doc__)
