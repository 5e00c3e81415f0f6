"""Jobs in a second, and what one costs and leaves behind: `python -m bench.throughput [jobs]`.

Photos and pictures of 64 KB; Discord, the API and the bot share this machine. With 20,000 jobs it
takes a quarter of an hour: what a job leaves in memory then shows clearly.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence

from bench.report import Figure, show
from bench.rig import FLOOR, OURS, Rig, rig

JOBS, JOBS_SHORT, JOBS_OF_FLOOR = 2000, 300, 300
AT_ONCE = 40
SAMPLES = 20
WARM_UP = 0.3  # of all jobs: until then caches and pools grow to their size
WANTED_PER_SECOND, LEFT_BEHIND_KB = 30, 1
ENOUGH_FOR_A_SLOPE = 2000


async def measure(*, short: bool) -> list[Figure]:
    """Measure and judge; `short`: fewer jobs."""
    return await _measure(JOBS_SHORT if short else JOBS)


async def _measure(jobs: int) -> list[Figure]:
    async with rig(FLOOR) as running:
        floor_rate, floor_cpu, _ = await _run(running, JOBS_OF_FLOOR)
    async with rig(OURS) as running:
        rate, cpu, memory = await _run(running, jobs)
    figures = [
        Figure(
            name="whole pipeline, 64 KB photos and pictures",
            value=rate,
            unit="jobs/s",
            bound=WANTED_PER_SECOND,
            at_least=True,
            note=f"{jobs} jobs, {AT_ONCE} at a time; the floor's {floor_rate:.0f}/s",
        ),
        Figure(
            name="processor time of the bot for a job",
            value=cpu,
            unit="ms",
            note=f"{cpu / floor_cpu:.1f} times the floor's {floor_cpu:.1f} ms",
        ),
    ]
    if jobs >= ENOUGH_FOR_A_SLOPE:
        figures.append(
            Figure(
                name="memory that a job leaves behind",
                value=_slope_kilobytes(memory),
                unit="KB/job",
                bound=LEFT_BEHIND_KB,
                note=f"{jobs} jobs in a row, the first {WARM_UP:.0%} not counted",
            )
        )
    return figures


async def _run(running: Rig, jobs: int) -> tuple[float, float, list[tuple[int, float]]]:
    """Have jobs made; returns jobs in a second, milliseconds of processor time, and memory."""
    await running.orders(AT_ONCE, at_once=AT_ONCE)
    started, cpu = time.monotonic(), running.bot.cpu_seconds
    memory = []
    part = max(1, jobs // SAMPLES)
    for done in range(0, jobs, part):
        await running.orders(part, at_once=AT_ONCE)
        memory.append((done + part, running.bot.megabytes))
    count = part * len(memory)
    seconds = time.monotonic() - started
    return count / seconds, (running.bot.cpu_seconds - cpu) / count * 1000, memory


def _slope_kilobytes(memory: Sequence[tuple[int, float]]) -> float:
    counted = memory[int(len(memory) * WARM_UP) :]
    jobs, megabytes = zip(*counted, strict=True)
    return statistics.linear_regression(jobs, megabytes).slope * 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.throughput", description=__doc__)
    parser.add_argument("jobs", type=int, nargs="?", default=JOBS, help="(default: %(default)s)")
    show(asyncio.run(_measure(parser.parse_args().jobs)))
