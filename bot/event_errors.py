"""What an organiser or a guest of a community event did or can act on: data, no prose.

`bot.event_messages` turns each into sentences. All are `bot.errors.UserError`.

    UserError
    ├ EventUnknown                   ├ NotOpenNow(state, opens_at)   ├ PlanRejected(problem, limit)
    ├ EventStandsElsewhere(state)    ├ BlockedFromEvent              ├ FixedByNow(name)
    ├ TimeRejected(problem, text, zone, before, after)
    └ EnoughEvents(limit)            └ ExportRefused(problem, limit)
"""

from __future__ import annotations

import enum
from datetime import datetime

from bot.errors import UserError
from db.event_models import EventState


class EventUnknown(UserError):
    """There is no such event on this server, or none any more."""


class EventStandsElsewhere(UserError):
    """What was asked for cannot be done to an event in this state."""

    def __init__(self, state: EventState) -> None:
        super().__init__(state)
        self.state = state


class FixedByNow(UserError):
    """This part of the plan cannot be changed any more; `name` is that of its field."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class EnoughEvents(UserError):
    """The server has as many events under way as it may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class NotOpenNow(UserError):
    """The guest comes too early, too late, or while the event is paused."""

    def __init__(self, state: EventState, *, opens_at: datetime | None = None) -> None:
        super().__init__(state)
        self.state = state
        self.opens_at = opens_at


class BlockedFromEvent(UserError):
    """A moderator lets this guest take no part."""


class PlanProblem(enum.Enum):
    """What is wrong with a plan; `limit` is the number that the words need."""

    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    ABOUT_TOO_LONG = "about_too_long"
    PRIZE_TOO_LONG = "prize_too_long"
    CAPTION_TOO_LONG = "caption_too_long"
    ENDS_BEFORE_START = "ends_before_start"
    TOO_SHORT = "too_short"  # minutes
    TOO_LONG = "too_long"  # days
    STARTS_IN_THE_PAST = "starts_in_the_past"
    ENDS_IN_THE_PAST = "ends_in_the_past"
    TOO_FAR_AHEAD = "too_far_ahead"  # days
    GUEST_LIMIT = "guest_limit"
    POT = "pot"
    TOO_MANY_FILTERS = "too_many_filters"
    FILTER_UNKNOWN = "filter_unknown"
    RATIO = "ratio"
    WHO = "who"
    TIMEZONE = "timezone"
    REVIEW_IN_GALLERY = "review_in_gallery"


class PlanRejected(UserError):
    """The plan of an event cannot be carried out as it is; nothing was changed."""

    def __init__(self, problem: PlanProblem, *, limit: int | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.limit = limit


class TimeProblem(enum.Enum):
    """Why what was written is not the time of an event."""

    UNCLEAR = "unclear"
    TWO_WAYS = "two_ways"  # 4/5: in April or in May
    NO_CLOCK = "no_clock"  # a day without a time of day
    NO_SUCH_CLOCK = "no_such_clock"  # 25:00
    NO_SUCH_DATE = "no_such_date"  # 31 November
    SKIPPED = "skipped"  # clocks are put forward over it


class TimeRejected(UserError):
    """A time cannot be understood, or does not exist; `before` and `after` are beside it."""

    def __init__(
        self,
        problem: TimeProblem,
        text: str,
        *,
        zone: str,
        before: datetime | None = None,
        after: datetime | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.text = text
        self.zone = zone
        self.before = before
        self.after = after


class ExportProblem(enum.Enum):
    """Why an event's pictures cannot be handed out just now."""

    NO_PICTURES = "no_pictures"
    UNDER_WAY = "under_way"  # another export of this event is being made
    DISK_FULL = "disk_full"
    TOO_LARGE = "too_large"  # Discord takes not even one picture at a time
    NO_SUCH_PART = "no_such_part"  # the limit is how many there are


class ExportRefused(UserError):
    """There is no export of the event; nothing was changed."""

    def __init__(self, problem: ExportProblem, *, limit: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.limit = limit
