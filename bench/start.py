"""From the start of the program to the first command it answers: `python -m bench.start`.

Discord and the API answer at once; the database exists, and Discord knows the commands.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench.alone import run_alone
from bench.programs import FLOOR, OURS, agree_for_all, api_process, program
from bench.report import Figure
from bench.rig import SMALL_PHOTO, SMALL_PICTURE
from bench.standin import LoadStandIn

STARTS, STARTS_SHORT = 5, 3
ALLOWED_SECONDS = 1.5
PATIENCE_SECONDS = 60.0


async def measure(*, short: bool) -> list[Figure]:
    """Measure and judge; `short`: fewer jobs."""
    starts = STARTS_SHORT if short else STARTS
    floor, ours = await _seconds(FLOOR, starts), await _seconds(OURS, starts)
    return [
        Figure(
            name="start → first command answered, median",
            value=ours,
            unit="s",
            bound=ALLOWED_SECONDS,
            note=f"of {starts} starts; the floor's {floor:.2f} s",
        )
    ]


async def _seconds(command: tuple[str, ...], starts: int) -> float:
    taken = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with LoadStandIn() as discord, api_process(folder) as api:
            await agree_for_all(discord, folder)
            await api.rules(picture=SMALL_PICTURE, seconds=(0.0, 0.0))
            for _ in range(starts + 1):
                started = time.monotonic()
                async with (
                    program(command, discord, api, folder),
                    asyncio.timeout(PATIENCE_SECONDS),
                ):
                    await discord.online()
                    order = await discord.order(SMALL_PHOTO)
                    taken.append(await order.answered - started)
                    await order.posted
                await discord.offline()
    return statistics.median(taken[1:])  # the first one sends the commands to Discord


if __name__ == "__main__":
    run_alone(measure, what=__doc__)
