"""Status calls that answer at once: how many, and how late: `python -m bench.following`.

The real follower asks an API that is imagined, on a clock that jumps from one event to the next, so
that hours pass in seconds. Durations are log-normal with sigma 0.3. The naive way asks every two
seconds. For jobs of 8 seconds both bounds together are out of reach: whoever knew the distribution
from the start would need 2.4 calls to be 1 second late, and half of the naive way's are 2.3.
"""

from __future__ import annotations

import asyncio
import math
import random
import selectors
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from bench.alone import run_alone
from bench.report import Figure
from bot.services.backends import Backend, Backends
from bot.services.following import Follower
from bot.services.gate import Gates
from bot.services.outlook import Outlook
from bot.services.pace import Pace
from db.models import Job, JobKind, JobState
from faceswap.models import APIVersion, RemoteJob, RemoteStatus

MEDIANS = (8, 15, 30, 60)
SIGMA = 0.3
JOBS, JOBS_SHORT = 400, 150
NAIVE_SECONDS = 2.0
ANSWER_SECONDS = 0.03
FEWER, LATE_PART, LATE_SECONDS = 0.5, 0.1, 1.0
API = "https://api.example"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class JumpingLoop(asyncio.SelectorEventLoop):
    """A loop whose clock does not run: where it would wait, it jumps."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self.now


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._loop.now += timeout or 0.0
        return super().select(0)


async def measure(*, short: bool) -> list[Figure]:
    """Measure and judge; `short`: fewer jobs."""
    jobs = JOBS_SHORT if short else JOBS
    runs = [await asyncio.to_thread(_run, median, jobs) for median in MEDIANS]
    return [figure for run in runs for figure in run.figures()]


@dataclass(slots=True, kw_only=True)
class _Run:
    """Jobs of one kind: how long they take, when each was seen to have ended, what was asked."""

    median: float
    durations: Sequence[float]
    ends: dict[str, float] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)

    def figures(self) -> list[Figure]:
        naive = [math.ceil(seconds / NAIVE_SECONDS) for seconds in self.durations]
        usual = statistics.mean(self.durations)
        asked = statistics.mean(self.asked.values())
        late = statistics.mean(
            calls * NAIVE_SECONDS - seconds
            for calls, seconds in zip(naive, self.durations, strict=True)
        )
        name = f"status calls that answer at once, jobs of {self.median:.0f} s"
        return [
            Figure(
                name=f"{name}: seen to have ended, mean",
                value=statistics.mean(self.delays),
                unit="s late",
                bound=max(LATE_SECONDS, LATE_PART * usual),
                note=f"{len(self.delays)} jobs; every {NAIVE_SECONDS:.0f} s: {late:.2f} s late",
            ),
            Figure(
                name=f"{name}: calls for a job",
                value=asked,
                unit="calls",
                bound=FEWER * statistics.mean(naive),
                note=f"every {NAIVE_SECONDS:.0f} s: {statistics.mean(naive):.1f} calls",
            ),
        ]


class _ImaginedAPI:
    """Answers at once, and notes who asked when."""

    def __init__(self, run: _Run, loop: JumpingLoop) -> None:
        self._run = run
        self._loop = loop

    async def get_status(
        self, remote_id: str, *, version: APIVersion, into: Path, within: float | None = None
    ) -> RemoteJob:
        del version, within
        self._run.asked[remote_id] += 1
        has_ended = self._loop.now >= self._run.ends[remote_id]
        await asyncio.sleep(ANSWER_SECONDS)
        if not has_ended:
            return RemoteJob(remote_id=remote_id, status=RemoteStatus.RUNNING, raw_status="RUNNING")
        self._run.delays.append(self._loop.now - self._run.ends[remote_id])
        return RemoteJob(
            remote_id=remote_id,
            status=RemoteStatus.COMPLETED,
            raw_status="COMPLETED",
            pictures=(into / "none.png",),
        )


def _run(median: float, jobs: int) -> _Run:
    chance = random.Random(median)
    durations = [chance.lognormvariate(math.log(median), SIGMA) for _ in range(jobs)]
    run = _Run(median=median, durations=durations)
    loop = JumpingLoop()
    with patch("time.monotonic", loop.time):  # nothing else runs meanwhile
        loop.run_until_complete(_follow_all(run, loop))
    loop.close()
    return run


async def _follow_all(run: _Run, loop: JumpingLoop) -> None:
    """Begin a job now and then, so that a handful are under way at any time."""
    follower = _follower(run, loop)
    tasks = []
    for number, seconds in enumerate(run.durations, start=1):
        job = _job(number, at=EPOCH + timedelta(seconds=loop.now))
        run.ends[job.remote_id or ""] = loop.now + seconds
        tasks.append(asyncio.create_task(follower.follow(job)))
        await asyncio.sleep(run.median / 4)
    await asyncio.gather(*tasks)


def _follower(run: _Run, loop: JumpingLoop) -> Follower:
    def clock() -> datetime:
        return EPOCH + timedelta(seconds=loop.now)

    async def keep(_: Path, *, job_id: int) -> str:
        return f"{job_id}.png"

    async def complete(job_id: int, *_: object, **__: object) -> Job:
        return _job(job_id, at=clock())

    client = cast("Any", _ImaginedAPI(run, loop))
    backend = Backend(name=API, client=client, swap_version=APIVersion.V6, idempotent=False)
    backends = Backends(backend)
    gates, pace = Gates(clock=clock), Pace(clock=clock)
    return Follower(
        jobs=cast("Any", SimpleNamespace(complete=complete)),
        backends=backends,
        pictures=cast("Any", SimpleNamespace(arrivals=Path(), keep=keep)),
        delivery=cast("Any", SimpleNamespace(progress=lambda *_, **__: None)),
        gates=gates,
        pace=pace,
        outlook=Outlook(
            backends=backends,
            gates=gates,
            pace=pace,
            budget=cast("Any", SimpleNamespace(stops_jobs=False)),
        ),
        clock=clock,
    )


def _job(number: int, *, at: datetime) -> Job:
    fields: dict[str, Any] = dict.fromkeys(Job.__dataclass_fields__)
    fields |= {
        "id": number,
        "kind": JobKind.FILTER,
        "state": JobState.SUBMITTED,
        "filter_id": "12",
        "quality": "v6.1",
        "backend": API,
        "api_version": APIVersion.V6,
        "remote_id": f"remote-{number}",
        "created_at": at,
        "submitted_at": at,
        "deadline_at": at + timedelta(minutes=20),
    }
    return Job(**fields)


if __name__ == "__main__":
    run_alone(measure, what=__doc__)
