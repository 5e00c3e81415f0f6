from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import sys
from pathlib import Path

from db.checks import check
from db.database import Database
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.models import JobState, Ledger, Limit, Scope, Window

_ROOT = Path(__file__).parents[3]
_KILLS = 10

# Does all that a bot does to jobs, many at a time, and says which acceptances it was promised.
_HAMMER = """
import asyncio, itertools, random, sys
from datetime import timedelta
from db.clock import utc_now
from db.database import Database
from db.errors import QuotaExceeded, TransitionRefused
from db.jobs import JobRepository
from db.models import FailureReason
from tests.unit.db.tools import claim, new_job

async def member(jobs, first, user_id):
    for number in itertools.count(first):
        try:
            accepted = await jobs.accept(new_job(number, user_id=user_id))
            print(accepted.job.id, number, flush=True)
            if number % 5 == 0:
                await jobs.cancel(accepted.job.id)
        except (QuotaExceeded, TransitionRefused):
            pass

async def worker(jobs, chance):
    while True:
        job = await claim(jobs, idempotent=chance.random() < 0.3)
        if job is None:
            await asyncio.sleep(0)
            continue
        try:
            await carry(jobs, chance, job)
        except TransitionRefused:  # its member cancelled it
            pass

async def carry(jobs, chance, job):
    token = job.submit_token
    fate = chance.choice(["refuse", "postpone", "unconfirmed", *["submit"] * 4])
    if fate == "refuse":
        await jobs.refuse(job.id, token, FailureReason.NO_FACE)
    elif fate == "postpone":
        await jobs.postpone(job.id, token, until=utc_now())
    elif fate == "unconfirmed":
        await jobs.record_unconfirmed(job.id, token)
    else:
        deadline = utc_now() + timedelta(hours=1)
        await jobs.record_submitted(job.id, token, token, deadline)
        if chance.random() < 0.3:
            await jobs.fail(job.id, FailureReason.REMOTE_FAILED)
        else:
            await jobs.complete(job.id, f"{job.id}.png")
            await jobs.record_delivered(job.id, 1, 2)

async def main(url, seed):
    async with Database.open(url) as database, asyncio.TaskGroup() as tasks:
        jobs = JobRepository(database)
        await jobs.recover()
        for user_id in range(1, 5):
            first = seed * 10**9 + user_id * 10**6
            tasks.create_task(member(jobs, first, user_id))
        for number in range(3):
            tasks.create_task(worker(jobs, random.Random(seed + number)))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def _kill_one_at_work(url: str, seed: int, promises: int) -> dict[int, int]:
    """Start the hammer, kill it after it promised so many jobs; return all it promised."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _HAMMER, url, str(seed)),
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(promises)]
    process.send_signal(signal.SIGKILL)
    lines += (await process.stdout.read()).splitlines(keepends=True)
    assert await process.wait() == -signal.SIGKILL
    pairs = (line.split() for line in lines if line.endswith(b"\n"))
    return {int(job_id): int(interaction_id) for job_id, interaction_id in pairs}


async def test_kills_at_any_moment_lose_no_promise_and_no_money(
    url: str, tmp_path: Path, migrated: Path
) -> None:
    shutil.copy(migrated, tmp_path / "bot.db")
    chance = random.Random(20261121)
    promised: dict[int, int] = {}
    async with Database.open(url) as database:
        await LimitRepository(database).set(_weekly(Ledger.QUOTA, Scope.MEMBER, 1000))
        await LimitRepository(database).set(_weekly(Ledger.CREDITS, Scope.OPERATOR, 10_000))

    async with asyncio.timeout(180):
        for seed in range(1, _KILLS + 1):
            promised |= await _kill_one_at_work(url, seed, chance.randint(1, 15))
            async with Database.open(url) as database:
                assert await check(database) == []

    async with Database.open(url) as database:
        jobs = JobRepository(database)
        assert {job_id: (await jobs.get(job_id)).interaction_id for job_id in promised} == promised
        recovered = await jobs.recover()
        submitting = (await jobs.count_by_state())[JobState.SUBMITTING]
        assert submitting == len(recovered.resend)
        assert await check(database) == []


def _weekly(ledger: Ledger, scope: Scope, amount: int) -> Limit:
    return Limit(
        ledger=ledger, scope=scope, scope_id=0, guild_id=0, window=Window.WEEK, amount=amount
    )
