"""What storage refuses or cannot do; data, no prose for members."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from db.event_models import EventState, PictureState
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


class EventNotFound(StorageError):
    """There is no community event of this number."""

    def __init__(self, event_id: int) -> None:
        super().__init__(f"event {event_id} does not exist")
        self.event_id = event_id


class EventStepRefused(StorageError):
    """The event is not in a state from which this can happen."""

    def __init__(self, event_id: int, state: EventState, wanted: EventState) -> None:
        super().__init__(f"event {event_id} is {state} and cannot become {wanted}")
        self.event_id = event_id
        self.state = state
        self.wanted = wanted


class EventFieldFixed(StorageError):
    """This cannot be changed any more: the event has begun, or its panel is posted."""

    def __init__(self, event_id: int, name: str) -> None:
        super().__init__(f"the {name} of event {event_id} is fixed")
        self.event_id = event_id
        self.name = name


class TooManyEvents(StorageError):
    """The server has as many events under way as it may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} events are under way already")
        self.limit = limit


class EventNotOpen(StorageError):
    """Nothing can be ordered in the event just now; nothing was reserved."""

    def __init__(self, event_id: int, state: EventState, *, opens_at: datetime | None) -> None:
        super().__init__(f"event {event_id} is {state}")
        self.event_id = event_id
        self.state = state
        self.opens_at = opens_at  # None: it has been open


class GuestBlocked(StorageError):
    """A moderator lets this member take no part in the event."""

    def __init__(self, event_id: int) -> None:
        super().__init__(f"a guest of event {event_id} is blocked")
        self.event_id = event_id


class PictureNotFound(StorageError):
    """There is no picture of this number in any community event."""

    def __init__(self, picture_id: int) -> None:
        super().__init__(f"picture {picture_id} does not exist")
        self.picture_id = picture_id


class PictureDecided(StorageError):
    """A picture of a community event is not waiting for a moderator any more."""

    def __init__(self, picture_id: int, state: PictureState, decided_by: int | None) -> None:
        super().__init__(f"picture {picture_id} is {state}")
        self.picture_id = picture_id
        self.state = state
        self.decided_by = decided_by


class EventCancelled(StorageError):
    """Nothing of a cancelled community event is shown any more."""

    def __init__(self, event_id: int) -> None:
        super().__init__(f"event {event_id} is cancelled")
        self.event_id = event_id


class VoteRefusal(enum.Enum):
    """Why a member cannot vote for a picture."""

    OWN = "own"
    NOT_SHOWN = "not_shown"
    OVER = "over"  # the event is, and its votes are counted
    BLOCKED = "blocked"


class VoteRefused(StorageError):
    """This member cannot vote for this picture; nothing was changed."""

    def __init__(self, picture_id: int, reason: VoteRefusal) -> None:
        super().__init__(f"a vote for picture {picture_id} is refused: {reason.value}")
        self.picture_id = picture_id
        self.reason = reason
