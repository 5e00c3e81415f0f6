"""How soon a picture that is finished at the API is posted: `python -m bench.posting`.

A PNG of 2.5 MB, one job after the other; we decode it to see that it is whole, the floor does not.
"""

from __future__ import annotations

import statistics

from bench.alone import run_alone
from bench.report import Figure
from bench.rig import FLOOR, OURS, Rig, rig
from bench.samples import picture

ROUNDS, ROUNDS_SHORT = 25, 8
ALLOWED_MS = 150
CALLS = 2
MAKING_SECONDS = (0.3, 0.3)


async def measure(*, short: bool) -> list[Figure]:
    """Measure and judge; `short`: fewer jobs."""
    rounds = ROUNDS_SHORT if short else ROUNDS
    large = picture()
    floor, _ = await _milliseconds_and_calls(FLOOR, large, rounds)
    ours, calls = await _milliseconds_and_calls(OURS, large, rounds)
    return [
        Figure(
            name="picture finished at the API → posted, median",
            value=ours,
            unit="ms",
            bound=floor + ALLOWED_MS,
            note=f"PNG of {len(large) / 1e6:.1f} MB; the floor's {floor:.0f} ms",
        ),
        Figure(
            name="status calls for a job, where they block until its end",
            value=calls,
            unit="calls",
            bound=CALLS,
            note=f"{rounds} jobs",
        ),
    ]


async def _milliseconds_and_calls(
    command: tuple[str, ...], large: bytes, rounds: int
) -> tuple[float, float]:
    async with rig(command) as running:
        await running.api.rules(picture=large, seconds=MAKING_SECONDS)
        before = (await running.api.counts())["status_calls"]
        median = statistics.median([await _milliseconds(running) for _ in range(rounds)])
        calls = (await running.api.counts())["status_calls"] - before
    return median, calls / rounds


async def _milliseconds(running: Rig) -> float:
    (order,) = await running.orders(1, at_once=1)
    finished: dict[str, float] = (await running.api.counts())["finished_at"]
    return (order.posted.result() - max(finished.values())) * 1000


if __name__ == "__main__":
    run_alone(measure, what=__doc__)
