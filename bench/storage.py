"""Processor time that a job costs in storage, from order to delivery: `python -m bench.storage`."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from datetime import timedelta

from bench.alone import run_alone
from bench.report import Figure
from db.clock import utc_now
from db.consents import ConsentRepository
from db.database import Database
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.migrate import migrate
from db.models import JobKind, Ledger, Limit, NewJob, Scope, Window
from db.rules import Requester

JOBS, JOBS_SHORT = 500, 150
AT_ONCE = 8
MEMBERS = 50
EXPECTED_MS = 7  # what the design reckoned for a job's transactions


async def measure(*, short: bool) -> list[Figure]:
    """Measure and judge; `short`: fewer jobs."""
    jobs = JOBS_SHORT if short else JOBS
    with tempfile.TemporaryDirectory() as folder:
        async with Database.open(f"sqlite:///{folder}/bot.db") as database:
            await migrate(database)
            milliseconds = await _milliseconds(_Life(database), jobs)
    return [
        Figure(
            name="processor time in storage for a job",
            value=milliseconds,
            unit="ms",
            bound=EXPECTED_MS,
            note=f"{jobs} jobs, {AT_ONCE} at a time; every read and write of a job's life",
        )
    ]


async def _milliseconds(life: _Life, jobs: int) -> float:
    numbers = itertools.count(1)

    async def worker() -> None:
        while next(numbers) <= jobs:
            await life.whole()

    await life.whole()
    started = time.process_time()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return (time.process_time() - started) / jobs * 1000


class _Life:
    """All that is asked of storage from an order to its delivery."""

    def __init__(self, database: Database) -> None:
        self._jobs = JobRepository(database, clock=utc_now)
        self._limits = LimitRepository(database, clock=utc_now)
        self._consents = ConsentRepository(database, clock=utc_now)
        self._interactions = itertools.count(1)

    async def whole(self) -> None:
        interaction_id = next(self._interactions)
        user_id = interaction_id % MEMBERS + 1
        await self._limits.set(_plenty()) if interaction_id == 1 else None
        await self._consents.current(user_id)
        await self._jobs.require_room(Requester(user_id=user_id, guild_id=1), cost=2)
        accepted = await self._jobs.accept(_order(interaction_id, user_id))
        await self._jobs.position(accepted.job.id)
        await self._finish()

    async def _finish(self) -> None:
        job = await self._jobs.claim(
            backend="https://api.example",
            swap_version="v6",
            prompt_version="v2",
            idempotent=False,
        )
        assert job is not None, "there is one for each acceptance"  # noqa: S101
        await self._jobs.get(job.id)  # to paint its card
        deadline = utc_now() + timedelta(minutes=20)
        await self._jobs.record_submitted(job.id, job.submit_token or "", f"r{job.id}", deadline)
        await self._jobs.complete(job.id, f"{job.id}.png")
        await self._jobs.get(job.id)  # to post it
        await self._jobs.record_delivered(job.id, 1, 2)
        await self._jobs.forget_picture(job.id)


def _order(interaction_id: int, user_id: int) -> NewJob:
    return NewJob(
        interaction_id=interaction_id,
        user_id=user_id,
        guild_id=1,
        channel_id=1,
        kind=JobKind.FILTER,
        cost=2,
        filter_id="12",
        photo="photo.jpg",
        interaction_token="token",  # noqa: S106
        token_expires_at=utc_now() + timedelta(minutes=15),
    )


def _plenty() -> Limit:
    return Limit(
        ledger=Ledger.QUOTA,
        scope=Scope.MEMBER,
        scope_id=0,
        guild_id=0,
        window=Window.DAY,
        amount=10**9,
    )


if __name__ == "__main__":
    run_alone(measure, what=__doc__)
