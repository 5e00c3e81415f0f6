"""Accepts jobs: one per Idempotency-Key, while there is room, and with a usable photo only."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakValueDictionary

from faceswap.models import APIVersion, PhotoProblem
from studio.engine.protocol import FilterBlocked, FilterUnknown, PhotoRefused
from studio.server.calls import EngineBroken, EngineCalls
from studio.server.catalogue import Catalogue, filter_blocked, filter_not_found
from studio.server.errors import Refusal, busy, invalid_image
from studio.server.models import NewJob, SketchSpec, Spec, SwapSpec
from studio.server.orders import SwapOrder, catalogue_id, parse_object, parse_prompt, parse_swap
from studio.server.photos import Fetcher, read_photo
from studio.server.pool import WorkersBusy
from studio.server.process import Loss, WorkerLost
from studio.server.records import Records
from studio.server.rendering import Rendering

_INSPECTIONS = 2  # tries, if a worker dies of a photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A request to make a picture, as it came; v2 makes pictures of words, the others of photos."""

    version: APIVersion
    body: bytes = field(repr=False)
    key: str | None = None  # its Idempotency-Key


class Intake:
    """Turns requests into jobs that are written down, and nothing else into anything."""

    def __init__(
        self,
        *,
        records: Records,
        rendering: Rendering,
        calls: EngineCalls,
        catalogue: Catalogue,
        fetcher: Fetcher,
        queue_limit: int,
    ) -> None:
        self._records = records
        self._rendering = rendering
        self._calls = calls
        self._catalogue = catalogue
        self._fetcher = fetcher
        self._queue_limit = queue_limit
        self._arriving = 0
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def submit(self, submission: Submission) -> str:
        """Accept a request and give its job's id; raises a Refusal. The job is durable then."""
        if submission.key is None:
            return await self._accept(submission, digest="")
        digest = await asyncio.to_thread(_digest, submission)
        async with self._locks.setdefault(submission.key, asyncio.Lock()):
            earlier = await self._records.find_by_key(submission.key)
            if earlier is None:
                return await self._accept(submission, digest=digest)
            if earlier.digest != digest:
                detail = "This Idempotency-Key was used before, with another request."
                raise Refusal(detail, status=422, code="IDEMPOTENCY_KEY_REUSED")
            return earlier.id

    async def _accept(self, submission: Submission, *, digest: str) -> str:
        data = await asyncio.to_thread(parse_object, submission.body)
        job_id = f"job-{uuid.uuid4().hex}"
        if submission.version is APIVersion.V2:
            spec: Spec = SketchSpec(prompt=parse_prompt(data), seed=secrets.randbits(31))
            async with self._room():
                await self._write_down(job_id, submission, spec=spec, digest=digest)
            return job_id
        order = parse_swap(data, version=submission.version)
        spec = self._swap_spec(order)
        async with self._room():
            photo = await read_photo(order.photo, fetcher=self._fetcher)
            try:
                path = await self._records.keep_photo(job_id, photo)
                await self._inspect(path, spec)
                await self._write_down(job_id, submission, spec=spec, digest=digest)
            except Exception:  # not when cancelled: its row may be on its way to the disk
                await self._records.drop_photo(job_id)
                raise
        return job_id

    def _swap_spec(self, order: SwapOrder) -> SwapSpec:
        filter_id = catalogue_id(order.filter_id)
        self._catalogue.check(filter_id, gender=order.gender)
        return SwapSpec(
            filter_id=filter_id, gender=order.gender, ratio=order.ratio, quality=order.quality
        )

    @asynccontextmanager
    async def _room(self) -> AsyncIterator[None]:
        """Hold a place in the queue for a job that is not written down yet."""
        self._arriving += 1
        try:
            waiting, running = await self._records.count_unfinished()
            if waiting + running + self._arriving > self._queue_limit:
                detail = f"The queue is full: {self._queue_limit} jobs are waiting already."
                raise busy(detail, retry_after=self._rendering.seconds_per_place)
            yield
        finally:
            self._arriving -= 1

    async def _inspect(self, photo: Path, spec: SwapSpec) -> None:
        """Have a worker look at the photo, so that one it cannot use never becomes a job."""
        for _ in range(_INSPECTIONS):
            try:
                await self._look_at(photo, spec)
            except WorkerLost as lost:
                loss = lost.loss
                if loss is Loss.TIME:  # somebody waits for the answer
                    break
            else:
                return
        problem = PhotoProblem.TOO_LARGE if loss is Loss.MEMORY else PhotoProblem.NOT_AN_IMAGE
        raise invalid_image("The photo could not be read.", problem)

    async def _look_at(self, photo: Path, spec: SwapSpec) -> None:
        """Turn what the engine thinks of a photo into a refusal."""
        try:
            await self._calls.inspect(photo, spec)
        except PhotoRefused as refused:
            raise invalid_image(refused.detail, refused.problem) from None
        except FilterUnknown:
            raise filter_not_found() from None
        except FilterBlocked:
            raise filter_blocked(spec.gender) from None
        except EngineBroken:
            raise invalid_image("The engine failed on this photo; try another one.") from None
        except WorkersBusy:
            detail = "The studio is too busy to look at the photo; nothing was accepted."
            raise busy(detail, retry_after=self._rendering.seconds_per_place) from None

    async def _write_down(
        self, job_id: str, submission: Submission, *, spec: Spec, digest: str
    ) -> None:
        job = NewJob(
            id=job_id,
            version=submission.version,
            spec=spec,
            created_at=time.time(),
            key=submission.key,
            digest=digest,
        )
        await self._records.add(job)
        self._rendering.enqueue(job_id)


def _digest(submission: Submission) -> str:
    text = submission.version.value.encode() + b"\0" + submission.body
    return hashlib.sha256(text).hexdigest()
