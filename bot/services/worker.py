"""The worker: carries every job from the queue to its end, and goes on after a restart.

It is a sibling of the bot, not a part of it: `run` beside it in production, `run_once` in tests.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Collection

from bot.services.backends import Backends
from bot.services.budget import Budget
from bot.services.delivery import Delivery, Stage
from bot.services.following import Follower
from bot.services.gate import Gates
from bot.services.handing_over import Courier
from bot.services.housekeeping import Housekeeper
from bot.services.intake import Intake
from bot.services.outlook import Outlook
from bot.services.pace import Pace
from bot.services.probing import Prober
from bot.services.submission import Submitter
from db.errors import QuotaExceeded, StorageUnavailable
from db.jobs import JobRepository
from db.models import Job, JobState
from faceswap.models import APIVersion

IDLE_SECONDS = 5.0  # the queue is looked at this often even when nobody rings
TIDY_SECONDS = 15.0
SWEEP_EVERY = 240  # rounds of tidying: about once an hour
POSITIONS_SECONDS = 3.0
POSITIONS_SHOWN = 25  # cards further back are not edited at every step
RETRY_SECONDS = 5.0  # after an error nobody foresaw; grows with each in a row
LONGEST_RETRY_SECONDS = 120.0
MOST_TRIES = 8  # to post a picture; then it waits under /jobs
TELLING_SECONDS = 10.0
MADE_READ = 2000  # of the latest jobs that tell how long pictures take
GRACE_SECONDS = 25.0  # for submissions and posts under way when the worker is stopped

_log = logging.getLogger(__name__)


class Worker:
    """Takes jobs from the queue, a few submissions at a time, and carries each to its end."""

    def __init__(
        self,
        *,
        jobs: JobRepository,
        backends: Backends,
        submitter: Submitter,
        follower: Follower,
        courier: Courier,
        housekeeper: Housekeeper,
        intake: Intake,
        delivery: Delivery,
        budget: Budget,
        gates: Gates,
        prober: Prober,
        pace: Pace,
        outlook: Outlook,
        submit_at_once: int,
    ) -> None:
        self._jobs = jobs
        self._backends = backends
        self._submitter = submitter
        self._follower = follower
        self._courier = courier
        self._housekeeper = housekeeper
        self._intake = intake
        self._delivery = delivery
        self._budget = budget
        self._gate = gates.of(backends.current.name)
        self._prober = prober
        self._pace = pace
        self._outlook = outlook
        self._submit_at_once = submit_at_once
        self._bell = asyncio.Event()
        self._queue_moved = asyncio.Event()
        self._stopping = False
        self._taking: asyncio.Task[bool] | None = None
        self._carried: dict[int, asyncio.Task[None]] = {}
        self._submitting: set[int] = set()
        self._following: dict[int, asyncio.Task[None]] = {}
        self._delivering: set[int] = set()
        self._dropped: set[int] = set()

    # --- from outside ---

    def ring(self) -> None:
        """Say that a job was queued."""
        self._bell.set()
        self._queue_moved.set()

    def drop(self, job: Job) -> None:
        """Stop working on a job that its member cancelled, and bring its card up to date."""
        _log_cancelled(job)
        if job.id in self._delivering:
            self._courier.hurry(job.id)  # who posts it takes it back, and tells
        else:
            if job.id in self._following:
                self._following[job.id].cancel()
            elif job.id in self._carried:
                self._dropped.add(job.id)  # between two steps
            self._carry(job, fresh=False)
        self._queue_moved.set()

    async def have_told(self, job_ids: Collection[int]) -> None:
        """Wait until the cards of dropped jobs say so, for as long as a member would wait."""
        telling = [self._carried[job_id] for job_id in job_ids if job_id in self._carried]
        if telling:
            await asyncio.wait(telling, timeout=TELLING_SECONDS)

    def stop(self) -> None:
        """Have `run` end: nothing new is taken, steps under way are finished or resumable."""
        self._stopping = True
        self._bell.set()

    async def run(self) -> None:
        """Work until `stop`; what is unfinished then goes on after the next start.

        Cancelled, it ends in the same good order.
        """
        await self._housekeeper.delete_left_files()
        self._pace.read(await self._jobs.list_latest_made(limit=MADE_READ))
        await self._go_on_with_unfinished()
        keepers = [
            asyncio.create_task(self._intake.tell_left(), name="orders cut off"),
            asyncio.create_task(self._tidy(), name="tidy"),
            asyncio.create_task(self._show_positions(), name="positions"),
            asyncio.create_task(self._prober.run(passed=self.ring), name="probes"),
        ]
        try:
            await self._take_jobs()
        finally:
            self._stopping = True
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            await self._drain()

    async def run_once(self) -> None:
        """Carry every job as far as it goes, without waiting for new ones."""
        await self._go_on_with_unfinished()
        await self._housekeeper.end_stale_jobs()
        await self._tell_untold()
        while await self._take():
            continue
        while self._carried:
            await asyncio.wait(self._carried.values())
        await self._housekeeper.delete_due_files()

    # --- taking ---

    async def _take_jobs(self) -> None:
        while not self._stopping:
            self._bell.clear()
            # Shielded: a job that is claimed and not carried looks as if it had been sent.
            self._taking = asyncio.create_task(self._take_if_possible(), name="take")
            if not await asyncio.shield(self._taking):
                await self._rest()

    async def _take_if_possible(self) -> bool:
        at_once = self._gate.at_once
        if at_once is None:
            at_once = self._submit_at_once
        if self._gate.seconds_closed or len(self._submitting) >= at_once:
            return False
        try:
            return await self._take()
        except StorageUnavailable as error:
            _log.error("No job can be taken: %s", error)
            return False

    async def _take(self) -> bool:
        """Claim the next job and carry it; False: nothing can be sent now."""
        backend = self._backends.current
        try:
            job = await self._jobs.claim(
                backend=backend.name,
                swap_version=backend.swap_version,
                prompt_version=APIVersion.V2,
                idempotent=backend.idempotent,
                accepted_after=self._housekeeper.oldest_welcome,
            )
        except QuotaExceeded as refused:
            if not self._budget.stops_jobs:
                self._queue_moved.set()  # every card is to say why nothing moves
            await self._budget.stopped(refused.usage)
            return False
        if job is not None:
            self._carry(job, fresh=True)
            self._queue_moved.set()
        await self._budget.allowed(job)
        return job is not None

    async def _rest(self) -> None:
        pause = min(IDLE_SECONDS, self._gate.seconds_closed or IDLE_SECONDS)
        try:
            async with asyncio.timeout(pause):
                await self._bell.wait()
        except TimeoutError:
            return

    async def _go_on_with_unfinished(self) -> None:
        """Pick up what an earlier process left; nothing of it is paid for a second time."""
        recovered = await self._jobs.recover()
        for job in recovered.unconfirmed:
            _log.warning("Job %d may have been sent before the restart: unconfirmed.", job.id)
        left = [
            *recovered.resend,
            *await self._jobs.list_submitted(),
            *await self._jobs.list_completed(),
            *await self._jobs.list_untold(),
        ]
        for job in {job.id: job for job in left}.values():
            if job.id not in self._carried:
                self._carry(job, fresh=False)

    # --- carrying ---

    def _carry(self, job: Job, *, fresh: bool) -> None:
        """Start carrying a job. `fresh`: it was claimed just now, so it was never sent before."""
        if job.state is JobState.SUBMITTING:
            self._submitting.add(job.id)
        task = asyncio.create_task(self._carry_to_its_end(job, fresh=fresh), name=f"job-{job.id}")
        self._carried[job.id] = task
        task.add_done_callback(lambda done: self._put_down(job.id, done))

    def _put_down(self, job_id: int, task: asyncio.Task[None]) -> None:
        self._dropped.discard(job_id)
        if self._carried.get(job_id) is task:
            del self._carried[job_id]

    async def _carry_to_its_end(self, job: Job, *, fresh: bool) -> None:
        pause, failures = RETRY_SECONDS, 0
        while True:
            try:
                if failures >= MOST_TRIES and job.state is JobState.COMPLETED:
                    job = await self._jobs.record_undeliverable(job.id)
                await self._advance(job, fresh=fresh)
            except Exception as error:  # noqa: BLE001 - one job must not stop the others
                _log.exception("Job %d: a step failed; it is tried again.", job.id)
                if not isinstance(error, StorageUnavailable):  # then the picture may be posted
                    failures += 1
            else:
                return
            fresh = False
            await asyncio.sleep(pause)
            pause = min(LONGEST_RETRY_SECONDS, pause * 2)
            job = await self._read_again(job)

    async def _advance(self, job: Job, *, fresh: bool) -> None:
        """Take a job from where it is to where nothing is left to do."""
        if job.state is JobState.SUBMITTING:
            job = await self._submit(job, first=fresh)
        if job.state is JobState.SUBMITTED:
            job = await self._follow(job)
        if job.state is JobState.COMPLETED:
            job = await self._deliver(job, maybe_posted=not fresh)
        if job.state.is_final and job.told is not job.state:
            await self._courier.tell(job)
        # What was promised "at once" is kept at once; the rest is looked for every few seconds.
        await self._housekeeper.delete_due_files_of(job)

    async def _submit(self, job: Job, *, first: bool) -> Job:
        self._delivery.progress(job, Stage.SENDING)
        try:
            job = await self._submitter.submit(job, first=first)
        finally:
            self._submitting.discard(job.id)
            self._bell.set()
        if job.state is JobState.QUEUED:
            self._delivery.progress(job, Stage.PAUSED)
        if job.state is JobState.CANCELLED:
            _log_cancelled(job)
        return job

    async def _follow(self, job: Job) -> Job:
        if self._stopping or job.id in self._dropped:
            return job
        task = asyncio.current_task()
        assert task is not None, "a job is carried by a task"  # noqa: S101
        self._following[job.id] = task
        try:
            return await self._follower.follow(job)
        finally:
            del self._following[job.id]
            self._bell.set()  # its place is free for another job of the same member

    async def _deliver(self, job: Job, *, maybe_posted: bool) -> Job:
        self._delivering.add(job.id)
        try:
            return await self._courier.deliver(job, maybe_posted=maybe_posted)
        finally:
            self._delivering.discard(job.id)

    async def _read_again(self, job: Job) -> Job:
        try:
            return await self._jobs.get(job.id)
        except StorageUnavailable:
            return job

    # --- beside ---

    async def _tidy(self) -> None:
        for round_number in itertools.count():
            try:
                await self._housekeeper.end_stale_jobs()
                await self._tell_untold()
                await self._housekeeper.delete_due_files()
                if round_number % SWEEP_EVERY == 0:
                    await self._housekeeper.sweep()
            except Exception:  # noqa: BLE001 - tried again in a moment
                _log.exception("Tidying up failed; it is tried again.")
            await asyncio.sleep(TIDY_SECONDS)

    async def _tell_untold(self) -> None:
        """Bring the news of jobs that ended while nobody carried them."""
        before = set(self._carried)  # who ends while the list is read has told it
        for job in await self._jobs.list_untold():
            if job.id not in before and job.id not in self._carried:
                self._carry(job, fresh=False)

    async def _show_positions(self) -> None:
        while True:
            await self._queue_moved.wait()
            self._queue_moved.clear()
            try:
                queued = await self._jobs.list_queued(limit=POSITIONS_SHOWN)
            except Exception:  # noqa: BLE001 - shown at the next move of the queue
                _log.exception("Places in the queue cannot be shown.")
                queued = ()
            for position, job in enumerate(queued, start=1):
                self._delivery.progress(job, *self._outlook.in_queue(job, position))
            await asyncio.sleep(POSITIONS_SECONDS)

    async def _drain(self) -> None:
        """Let short steps finish; following can stop at any moment and goes on after a restart."""
        if self._taking is not None:
            await asyncio.gather(self._taking, return_exceptions=True)
        followers = list(self._following.values())
        for task in followers:
            task.cancel()
        carriers = {*self._carried.values(), *followers}
        if carriers:
            await asyncio.wait(carriers, timeout=GRACE_SECONDS)
        late = {*self._carried.values(), *followers}
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _log_cancelled(job: Job) -> None:
    """Tell the operator what a cancelled job cost."""
    spent = "nothing was spent" if job.remote_id is None else f"its {job.cost} credits are spent"
    _log.info("Job %d was cancelled by its member: %s.", job.id, spent)
