"""What storage refuses or cannot do; data, no prose for members."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from db.models import JobState, Scope, Usage


class StorageError(Exception):
    """Base of all errors of this package."""


class JobNotFound(StorageError):
    """There is no job of this number."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"job {job_id} does not exist")
        self.job_id = job_id


class TransitionRefused(StorageError):
    """The job is not in a state from which this can happen, or the submit token is another's."""

    def __init__(self, job_id: int, state: JobState, wanted: JobState) -> None:
        super().__init__(f"job {job_id} is {state} and cannot become {wanted}")
        self.job_id = job_id
        self.state = state
        self.wanted = wanted


class JobUnderWay(StorageError):
    """Something is still to happen to the job by itself, so this cannot be done to it yet."""

    def __init__(self, job_id: int, state: JobState) -> None:
        super().__init__(f"job {job_id} is {state}")
        self.job_id = job_id
        self.state = state


class NotKept(StorageError):
    """The job cannot go on: its photo, picture or prompt is deleted."""

    def __init__(self, job_id: int, what: str) -> None:
        super().__init__(f"the {what} of job {job_id} is deleted")
        self.job_id = job_id
        self.what = what


class QuotaExceeded(StorageError):
    """A limit is used up; nothing was reserved."""

    def __init__(self, usage: Usage) -> None:
        super().__init__(f"{usage.limit} is used up")
        self.usage = usage


class CooldownRunning(StorageError):
    """The member ordered in this server a moment ago; nothing was reserved."""

    def __init__(self, ready_at: datetime, cooldown: timedelta) -> None:
        super().__init__(f"a cooldown of {cooldown} runs until {ready_at}")
        self.ready_at = ready_at
        self.cooldown = cooldown


class QueueFull(StorageError):
    """A member, a server or everybody together has as many jobs waiting as may wait."""

    def __init__(self, scope: Scope, limit: int) -> None:
        super().__init__(f"{limit} jobs wait already ({scope})")
        self.scope = scope
        self.limit = limit


class StorageFault(enum.Enum):
    """Why the database cannot be used."""

    LOCKED = "locked"
    READ_ONLY = "read_only"
    DISK_FULL = "disk_full"
    DAMAGED = "damaged"
    IN_USE = "in_use"  # another process has this database open
    NEWER_SCHEMA = "newer_schema"
    COPY = "copy"  # made by `db.backup`, put back, and not yet made safe
    FOREIGN_LOG = "foreign_log"  # a copy beside the write-ahead log of another database
    MISSING = "missing"  # no file is there yet
    UNREACHABLE = "unreachable"


class StorageUnavailable(StorageError):
    """The database cannot be used just now; nothing was changed."""

    def __init__(self, fault: StorageFault, detail: str = "") -> None:
        super().__init__(f"{fault.value}: {detail}" if detail else fault.value)
        self.fault = fault


class RemoteIdTaken(StorageError):
    """The back end gave a job the id of another one; nothing was changed."""

    def __init__(self, job_id: int, remote_id: str) -> None:
        super().__init__(f"job {job_id} cannot have id {remote_id}: another job has it")
        self.job_id = job_id
        self.remote_id = remote_id
