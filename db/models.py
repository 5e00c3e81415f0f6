"""Values that come out of and go into the database: frozen rows and the words their columns use.

Times are aware UTC datetimes. Discord ids are plain integers. A credit is what the API charges;
the quota counts pictures.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime


class JobKind(enum.StrEnum):
    """Made from a photo and a filter, or from words alone."""

    FILTER = "filter"
    PROMPT = "prompt"


class JobState(enum.StrEnum):
    """Where a job stands. The transitions between them are those of `db.jobs` and no others."""

    QUEUED = "queued"  # accepted; nothing was sent
    SUBMITTING = "submitting"  # intent is durable; the call may be under way
    SUBMITTED = "submitted"  # the API gave an id; anybody may ask for the status
    UNCONFIRMED = "unconfirmed"  # sent, but nobody knows whether it arrived: never repeated
    COMPLETED = "completed"  # the picture is verified and on disk, not yet posted
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"  # every place refused it; kept for /jobs
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Nothing will happen to the job by itself any more."""
        return self in _FINAL


_FINAL = frozenset(
    {
        JobState.DELIVERED,
        JobState.UNDELIVERABLE,
        JobState.FAILED,
        JobState.CANCELLED,
        JobState.UNCONFIRMED,
    }
)


class FailureReason(enum.StrEnum):
    """Why a job failed; `bot.messages` turns each into words."""

    # before anything was charged
    TOO_OLD = "too_old"
    RESTORED = "restored"  # a copy of the database was put back that does not know its end
    PHOTO_UNREADABLE = "photo_unreadable"  # our copy of the photo is gone or broken
    FILTER_GONE = "filter_gone"
    INVALID_PHOTO = "invalid_photo"
    NO_FACE = "no_face"
    FACE_TOO_SMALL = "face_too_small"
    TOO_MANY_FACES = "too_many_faces"
    PHOTO_TOO_LARGE = "photo_too_large"
    FILTER_BLOCKED = "filter_blocked"
    FILTER_UNAVAILABLE = "filter_unavailable"
    GROUP_NEEDS_CATALOGUE_FILTER = "group_needs_catalogue_filter"
    REFUSED = "refused"  # the API did not understand us
    # after it was charged
    REMOTE_FAILED = "remote_failed"
    REMOTE_CANCELLED = "remote_cancelled"
    REMOTE_TIMED_OUT = "remote_timed_out"
    REMOTE_LOST = "remote_lost"  # the API no longer knows the job
    NO_PICTURE = "no_picture"  # COMPLETED without a picture one can use
    DEADLINE = "deadline"
    PICTURE_LOST = "picture_lost"  # gone from our disk before anybody had it
    # an unconfirmed job, resolved by the operator
    RESOLVED_CHARGED = "resolved_charged"
    RESOLVED_NOT_CHARGED = "resolved_not_charged"


class Ledger(enum.StrEnum):
    """The three accounts a job is written to."""

    QUOTA = "quota"  # the member's, in pictures
    POT = "pot"  # the server's, in credits; held and settled together with the quota
    CREDITS = "credits"  # the operator's, in money


class Scope(enum.StrEnum):
    """Whom a limit counts."""

    MEMBER = "member"
    ROLE = "role"
    SERVER = "server"
    COMMUNITY_EVENT = "community_event"
    OPERATOR = "operator"


class Window(enum.StrEnum):
    """How long a limit counts before it starts again; UTC."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    EVENT = "event"  # as long as the community event lasts
    TOTAL = "total"


class Stacking(enum.StrEnum):
    """What counts for a member of whose roles several have a rule; the server's choice."""

    BEST = "best"
    ADD = "add"


class ReservationState(enum.StrEnum):
    """A reservation is settled once: held, then spent or returned."""

    HELD = "held"
    SPENT = "spent"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What a command asks for, checked and ready to be queued."""

    interaction_id: int  # makes accepting twice harmless
    user_id: int
    guild_id: int | None  # None: direct messages
    channel_id: int
    kind: JobKind
    cost: int  # credits the API will charge
    event_id: int | None = None  # community event
    filter_id: str | None = None
    filter_name: str | None = None
    gender: int | None = None
    ratio: str | None = None
    quality: str | None = None
    prompt: str | None = field(default=None, repr=False)
    caption: str | None = field(default=None, repr=False)  # for the event's wall, by its guest
    private: bool = False
    spoiler: bool = False
    photo: str | None = None  # file name below the photo folder
    card_channel_id: int | None = None  # the message that shows the job
    card_message_id: int | None = None
    interaction_token: str | None = field(default=None, repr=False)
    token_expires_at: datetime | None = None
    locale: str | None = None
    role_ids: frozenset[int] = frozenset()  # of the member, for the limits; not stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of `jobs`: all that is needed to finish the job after a restart."""

    id: int
    interaction_id: int
    user_id: int
    guild_id: int | None
    channel_id: int
    event_id: int | None
    kind: JobKind
    filter_id: str | None
    filter_name: str | None
    gender: int | None
    ratio: str | None
    quality: str | None
    prompt: str | None = field(repr=False)
    note: str | None = field(repr=False)  # what the studio understood of the prompt
    caption: str | None = field(repr=False)  # for the event's wall, by its guest
    private: bool
    spoiler: bool
    locale: str | None
    state: JobState
    failure: FailureReason | None
    cost: int
    priority: int
    fair_tag: float
    weight: float  # its member's in the fair queue, where and when it was ordered
    attempts: int  # how often a worker took it from the queue
    not_before: datetime | None  # queued, but not to be taken before this
    backend: str | None  # "studio" (beside the bot) or the API's URL it was sent to
    api_version: str | None
    idempotent: bool  # that back end honours our submit token, so a submission may be repeated
    submit_token: str | None = field(repr=False)
    remote_id: str | None
    submitted_at: datetime | None
    deadline_at: datetime | None
    photo: str | None  # file name; None: there was none, or it is deleted
    photo_delete_at: datetime | None  # None: still needed
    picture: str | None  # file name; None: not yet there, or deleted
    picture_delete_at: datetime | None
    interaction_token: str | None = field(repr=False)
    token_expires_at: datetime | None
    card_channel_id: int | None
    card_message_id: int | None
    message_id: int | None  # where the picture was posted; in card_channel_id or result_channel_id
    result_channel_id: int | None
    told: JobState | None  # the last state that the member was shown
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    cancel_wished_at: datetime | None  # while it was being sent; decided by the API's answer


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrder:
    """An order whose card is shown and that is no job yet: how to tell of it after a kill."""

    interaction_id: int
    card_message_id: int
    token: str = field(repr=False)
    expires_at: datetime  # of the token


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How long a back end took for a picture; whose it was does not matter."""

    backend: str
    api_version: str
    filter_id: str | None
    quality: str | None
    created_at: datetime
    submitted_at: datetime
    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A line of a job's log: how it came into a state."""

    at: datetime
    from_state: JobState | None  # None: it was accepted
    to_state: JobState
    actor: str
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """What a job holds, or held, in one bucket."""

    ledger: Ledger
    scope: Scope
    window: Window
    window_start: datetime
    attempt: int  # 0: when it was accepted; n: when it was claimed for the nth time
    amount: int
    state: ReservationState


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A rule: at most `amount` per window.

    scope_id 0: each one; guild_id 0: everywhere, set by the operator; event_id 0: not of one event.
    """

    ledger: Ledger
    scope: Scope
    scope_id: int
    guild_id: int
    window: Window
    amount: int
    event_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much of a limit is used in the present window.

    `resets_at` is None where the window has no end that is known. `sources` are the rules that make
    the limit, as they are stored: one, or those of several roles.
    """

    limit: Limit
    used: int
    resets_at: datetime | None
    sources: tuple[Limit, ...] = ()

    @property
    def remaining(self) -> int:
        return max(0, self.limit.amount - self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A member agreed to this version of the text."""

    user_id: int
    version: int
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A job, and whether this call made it or an earlier one with the same interaction did."""

    job: Job
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Jobs that were being submitted when the bot ended."""

    unconfirmed: tuple[Job, ...]  # may have been charged: members are to be told
    resend: tuple[Job, ...]  # still submitting: the same token may be sent again


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencedFiles:
    """Names of all files that some job still needs; any other file may be swept."""

    photos: frozenset[str]
    pictures: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """The operator's money: what is promised to jobs under way, and what is gone."""

    held: int
    spent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What is left to do after a member was erased: delete files, finish or cancel jobs."""

    photos: frozenset[str]
    pictures: frozenset[str]
    open_job_ids: tuple[int, ...]
