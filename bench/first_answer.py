"""How soon a command is answered while 1,000 jobs are under way: `python -m bench.first_answer`.

Under way means that the API has them and pictures come back all the time, while members go on
ordering.
"""

from __future__ import annotations

import asyncio

from bench.alone import run_alone
from bench.report import Figure, percentile
from bench.rig import FLOOR, OURS, SMALL_PICTURE, rig

JOBS, JOBS_SHORT = 1000, 200
COMMANDS, COMMANDS_SHORT = 200, 100
SECONDS_BETWEEN = 0.1
TIMES_FLOOR, ALLOWED_MS, NEVER_MS = 3, 50, 250


async def measure(*, short: bool) -> list[Figure]:
    """Measure and judge; `short`: fewer jobs."""
    jobs = JOBS_SHORT if short else JOBS
    commands = COMMANDS_SHORT if short else COMMANDS
    floor = await _milliseconds(FLOOR, jobs, commands)
    ours = await _milliseconds(OURS, jobs, commands)
    floor_p99, p99 = percentile(floor, 0.99), percentile(ours, 0.99)
    note = f"{jobs} jobs under way, {commands} commands; the floor's p99 {floor_p99:.0f} ms"
    return [
        Figure(
            name="first answer to a command, p99",
            value=p99,
            unit="ms",
            bound=max(TIMES_FLOOR * floor_p99, ALLOWED_MS),
            note=note,
        ),
        Figure(
            name="first answer to a command, worst",
            value=max(ours),
            unit="ms",
            bound=NEVER_MS,
            note=f"the floor's worst {max(floor):.0f} ms",
        ),
    ]


async def _milliseconds(command: tuple[str, ...], jobs: int, commands: int) -> list[float]:
    async with rig(command) as running:
        await running.api.rules(picture=SMALL_PICTURE, seconds=None)
        waiting = await running.accepted(jobs)
        await running.api.rules(picture=SMALL_PICTURE, seconds=(1.0, 5.0))
        measured = []
        for _ in range(commands):
            measured.append(await running.order())
            await asyncio.sleep(SECONDS_BETWEEN)
        answers = await running.patiently(
            asyncio.gather(*(order.first_answer() for order in measured))
        )
        await running.posted(measured)
        await running.api.finish()
        await running.posted(waiting)
    return [seconds * 1000 for seconds in answers]


if __name__ == "__main__":
    run_alone(measure, what=__doc__)
