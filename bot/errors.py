"""What a member did or can act on: errors that carry data, no prose.

`bot.messages` turns each into the sentences a member reads. Those of community events stand in
`bot.event_errors`, `organising_errors`, `picture_errors` and `artwork_errors`, those of quotas in
`bot.quota_errors`.

    UserError
    ├ PhotoRejected(problem)         ├ CannotPostHere(missing)         ├ JobUnknown(job_id)
    ├ PhotoGone                      ├ AlreadyDelivered                ├ NotYours
    ├ FilterUnknown(text, similar)   ├ PromptRefused(reason)           ├ TooLateToCancel(state)
    ├ FilterNeedsOnePerson(name)     ├ PromptUnusable(limit)           ├ StillSending(count)
    ├ FilterGone                     ├ NoWall                          ├ PictureLost
    ├ TooManyWaiting(scope, limit)   ├ BudgetUsedUp(window, resets_at) ├ OriginalGone
    └ BoothClosed(reason, since)     └ OriginalTooLarge(size, limit, kept_until)
"""

from __future__ import annotations

import enum
from datetime import datetime

from db.models import JobState, Scope, Window
from faceswap.models import PhotoProblem


class UserError(Exception):
    """Base of all errors that end in a kind, specific answer to the person who acted."""


class PhotoRejected(UserError):
    """The attached file cannot be used; nothing was queued."""

    def __init__(
        self,
        problem: PhotoProblem,
        *,
        max_bytes: int | None = None,
        max_pixels: int | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.max_bytes = max_bytes  # one of the two for TOO_LARGE
        self.max_pixels = max_pixels


class PhotoGone(UserError):
    """The photo was deleted after its short time; a new one is needed."""

    def __init__(self, *, in_event: bool = False) -> None:
        super().__init__(in_event)
        self.in_event = in_event  # where it is sent again


class FilterUnknown(UserError):
    """No filter of this name or number; `similar` are names that come close."""

    def __init__(self, text: str, *, similar: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.similar = similar


class FilterGone(UserError):
    """The filter of a button is no longer in the catalogue."""


class FilterNeedsOnePerson(UserError):
    """This filter cannot be used with a group."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class BudgetUsedUp(UserError):
    """What the operator lets the bot spend in this window is spent, or promised to others."""

    def __init__(self, window: Window, *, resets_at: datetime | None) -> None:
        super().__init__(window)
        self.window = window
        self.resets_at = resets_at


class TooManyWaiting(UserError):
    """The member, their server or everybody together has as many jobs queued as may be."""

    def __init__(self, scope: Scope, limit: int) -> None:
        super().__init__(scope, limit)
        self.scope = scope
        self.limit = limit


class CannotPostHere(UserError):
    """The bot lacks permissions in this channel; `missing` names them as Discord does."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(missing)
        self.missing = missing


class RefusalReason(enum.Enum):
    """Why a prompt is not drawn."""

    SEXUAL = "sexual"
    MINORS = "minors"


class PromptRefused(UserError):
    """The prompt asks for something that this bot never makes."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason)
        self.reason = reason


class PromptUnusable(UserError):
    """The prompt is empty, or longer than `limit` characters."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class JobUnknown(UserError):
    """There is no such job any more."""

    def __init__(self, job_id: int) -> None:
        super().__init__(job_id)
        self.job_id = job_id


class NotYours(UserError):
    """The button belongs to another member's job."""


class TooLateToCancel(UserError):
    """The job cannot be cancelled in its present state."""

    def __init__(self, state: JobState) -> None:
        super().__init__(state)
        self.state = state


class AlreadyDelivered(UserError):
    """The picture has been posted; there is nothing to fetch."""


class PictureLost(UserError):
    """The picture is gone from the disk before its member had it; the quota was given back."""


class OriginalGone(UserError):
    """The original's time is over, or the picture was posted as it is."""


class OriginalTooLarge(UserError):
    """Discord takes no file of this size where the original was asked for; both in bytes."""

    def __init__(self, *, size: int, limit: int, kept_until: datetime | None) -> None:
        super().__init__(size, limit)
        self.size = size
        self.limit = limit
        self.kept_until = kept_until


class StillSending(UserError):
    """Data cannot be erased yet: `count` jobs are being sent at this moment."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class NoWall(UserError):
    """The bot serves no web page here: neither walls nor downloads have an address."""


class ClosedReason(enum.Enum):
    """Why no new job can be taken."""

    API_DOWN = "api_down"  # for now: try again
    API_AWAY = "api_away"  # for so long that an order would only wait
    API_REFUSES_US = "api_refuses_us"  # key or credits: the operator's to mend
    STORAGE = "storage"
    DISK_FULL = "disk_full"


class BoothClosed(UserError):
    """Nothing can be taken just now, through no fault of the member's."""

    def __init__(self, reason: ClosedReason, *, since: datetime | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.since = since
