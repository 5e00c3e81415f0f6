"""A job of the studio: what was ordered, and how far it is."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field

from faceswap.models import APIVersion, Gender, Quality, Ratio, RemoteStatus


class JobState(enum.StrEnum):
    """Where a job stands; an expired one is only remembered for its idempotency key."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapSpec:
    """A picture to make from a photo, which waits in a file of its own."""

    filter_id: int
    gender: Gender
    ratio: Ratio
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class SketchSpec:
    """A picture to make from words; the seed is kept so that a second try draws the same."""

    prompt: str = field(repr=False)
    seed: int


Spec = SwapSpec | SketchSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job that is about to be written down."""

    id: str
    version: APIVersion
    spec: Spec
    created_at: float
    key: str | None = None  # the client's Idempotency-Key
    digest: str = ""  # of the request it came with


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioJob:
    """A job as it is stored; `spec` is forgotten with its expiry."""

    id: str
    version: APIVersion
    state: JobState
    spec: Spec | None
    starts: int = 0  # how often a worker took it
    crashes: int = 0  # how often that worker died of it
    error: str | None = None
    understood: str | None = None
    digest: str = ""
    finished_at: float | None = None


_STATUS_AT = {APIVersion.V1: APIVersion.V2}
_FIRST_STATUS = {
    APIVersion.V1: RemoteStatus.QUEUED,
    APIVersion.V2: RemoteStatus.QUEUED,
    APIVersion.V5: RemoteStatus.IN_QUEUE,
    APIVersion.V6: RemoteStatus.IN_QUEUE,
}


def status_version(submitted_at: APIVersion) -> APIVersion:
    """Say at which version a job's status is asked; v1 has no status call of its own."""
    return _STATUS_AT.get(submitted_at, submitted_at)


def first_status(version: APIVersion) -> RemoteStatus:
    """Say how a version calls a waiting job."""
    return _FIRST_STATUS[version]


def remote_status(job: StudioJob) -> RemoteStatus:
    """Say a job's state in the words of the version it was submitted to."""
    if job.state is JobState.QUEUED:
        return first_status(job.version)
    return RemoteStatus(job.state.value.upper())


def dump_spec(spec: Spec) -> str:
    """Write a spec as JSON."""
    if isinstance(spec, SketchSpec):
        return json.dumps({"prompt": spec.prompt, "seed": spec.seed})
    return json.dumps(
        {
            "filter_id": spec.filter_id,
            "gender": spec.gender.value,
            "ratio": spec.ratio.value,
            "quality": spec.quality.value,
        }
    )


def load_spec(text: str) -> Spec:
    """Read what `dump_spec` wrote."""
    data = json.loads(text)
    if "prompt" in data:
        return SketchSpec(prompt=data["prompt"], seed=data["seed"])
    return SwapSpec(
        filter_id=data["filter_id"],
        gender=Gender(data["gender"]),
        ratio=Ratio(data["ratio"]),
        quality=Quality(data["quality"]),
    )
