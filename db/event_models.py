"""Values of community events, as `db.models` are those of jobs.

Times are aware UTC datetimes; an event's `timezone` only says how its organiser writes them.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from db.models import Stacking


class EventState(enum.StrEnum):
    """Where a community event stands."""

    DRAFT = "draft"  # its organiser is still asked about it; nobody else sees it
    SCHEDULED = "scheduled"
    OPEN = "open"
    PAUSED = "paused"  # by an organiser: orders are refused, the clock runs on
    CLOSING = "closing"  # no more orders; what was ordered in time is being made
    CLOSED = "closed"  # votes are counted, the report is posted
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Nothing will be ordered any more."""
        return self in {EventState.CLOSING, EventState.CLOSED, EventState.CANCELLED}


class Place(enum.StrEnum):
    """Where an event's gallery is."""

    CHANNEL = "channel"
    THREAD = "thread"  # made for it, below its channel
    MEDIA = "media"  # a media or forum channel: each picture is a post of its own


class NoticeKind(enum.StrEnum):
    """What is said of an event once, whatever happens to the bot meanwhile."""

    ANNOUNCED = "announced"
    OPENED = "opened"
    TIME_WARNING = "time_warning"  # 80 % of its time are over
    POT_WARNING = "pot_warning"  # 80 % of its pot are used
    POT_EMPTY = "pot_empty"
    CLOSED = "closed"  # with the report
    WINNER = "winner"
    CANCELLED = "cancelled"


class PictureState(enum.StrEnum):
    """Where a picture of an event stands; only an approved one is shown anywhere."""

    WAITING = "waiting"  # for a moderator
    APPROVED = "approved"
    REJECTED = "rejected"
    REMOVED = "removed"  # shown once, and taken down


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPlan:
    """All that an organiser chooses for an event; what `/event edit` may change."""

    name: str
    about: str = ""  # rules, in the organiser's words
    prize: str = ""
    timezone: str = "UTC"  # IANA name
    starts_at: datetime
    ends_at: datetime
    channel_id: int  # where it is announced and its panel stands
    place: Place = Place.CHANNEL
    review_channel_id: int | None = None  # moderators' channel; None: shown without approval
    filters: tuple[str, ...] = ()  # ids; none: all
    gender: int | None = None  # what the form proposes
    ratio: str = "portrait"  # of all its pictures; a word of `faceswap.models.Ratio`
    guest_limit: int = 5  # pictures of each guest
    pot: int | None = None  # pictures in all; None: any number
    caption: str = ""  # of the frame
    frame: str | None = None  # file name below the event's folder
    logo: str | None = None
    ping_role_id: int | None = None
    wants_listing: bool = True  # as a scheduled event of Discord, where the bot may


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(EventPlan):
    """One row of `events`."""

    id: int
    guild_id: int
    organiser_id: int
    state: EventState
    gallery_channel_id: int | None  # None: not made yet
    panel_message_id: int | None
    scheduled_event_id: int | None  # Discord's number of its listing
    set_aside: int  # credits taken from the server's pot for this one's
    wall_key: str | None = field(repr=False)  # unguessable part of the wall's link; None: no wall
    join_code: str | None
    created_at: datetime
    updated_at: datetime
    opened_at: datetime | None  # not before ends_at: the bot was away over all of it
    closing_at: datetime | None  # since when what was ordered in time is waited for
    closed_at: datetime | None
    files_delete_at: datetime | None  # when its pictures leave the disk; None: not over yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an event is: what decides about its next step."""

    event: Event
    said: frozenset[NoticeKind]
    unfinished: int  # jobs
    pot_used: int  # pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNotice:
    """One row of `event_notices`: what is to be posted once, and where it was."""

    event_id: int
    kind: NoticeKind
    due_at: datetime
    posted_at: datetime | None
    channel_id: int | None
    message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEventPicture:
    """A picture as it is handed over to its event: framed, and on disk."""

    event_id: int
    job_id: int
    user_id: int
    filter_name: str
    file: str  # name below the event's folder
    width: int
    height: int
    caption: str = ""  # in the guest's words


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPicture(NewEventPicture):
    """One row of `event_pictures`, with its votes."""

    id: int
    state: PictureState
    votes: int
    votes_shown: int  # that the gallery's message says
    review_channel_id: int | None
    review_message_id: int | None
    review_says: PictureState | None  # what the moderators' message shows
    gallery_channel_id: int | None
    gallery_message_id: int | None
    decided_by: int | None  # None: nobody needed to
    decided_at: datetime | None
    reason: str | None
    told: PictureState | None  # what its guest was told last
    created_at: datetime
    shown_at: datetime | None  # since when it may be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestCounts:
    """An event in figures."""

    guests: int
    pictures: int  # approved
    waiting: int
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerChoices:
    """One row of `servers`: what its organisers have chosen, or written last."""

    guild_id: int
    timezone: str | None = None
    log_channel_id: int | None = None
    organiser_role_id: int | None = None
    moderator_role_id: int | None = None
    stacking: Stacking = Stacking.BEST
    cooldown_seconds: int = 0  # between two orders of a member; 0: none


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFigures:
    """What is told of an event that is over."""

    guests: int
    made: int  # pictures in all, whatever became of them
    approved: int
    waiting: int
    rejected: int
    removed: int
    votes: int
    by_filter: tuple[tuple[str, int], ...]  # names and pictures, most first
    by_time: tuple[tuple[datetime, int], ...]  # beginnings of five minutes (UTC) and pictures
    failed: int  # jobs that gave no picture; they cost their guest nothing
    cancelled: int  # jobs
    credits: int  # spent on them
