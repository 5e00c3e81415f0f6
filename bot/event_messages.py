"""Every sentence that refuses something about a community event; pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.event_errors import (
    BlockedFromEvent,
    EnoughEvents,
    EventStandsElsewhere,
    EventUnknown,
    ExportProblem,
    ExportRefused,
    FixedByNow,
    NotOpenNow,
    PlanProblem,
    PlanRejected,
    TimeProblem,
    TimeRejected,
)
from bot.moments import timestamp
from bot.naming import escaped
from db.event_models import EventState

_STANDS: dict[EventState, str] = {
    EventState.DRAFT: "This event is not created yet. Press *Create event* on its preview first.",
    EventState.SCHEDULED: "This event has not begun. You can edit or cancel it.",
    EventState.OPEN: "This event is open already.",
    EventState.PAUSED: "This event is paused.",
    EventState.CLOSING: "This event has ended; the last pictures are being made.",
    EventState.CLOSED: "This event is over.",
    EventState.CANCELLED: "This event was cancelled.",
}

_NOT_OPEN: dict[EventState, str] = {
    EventState.DRAFT: "This event has not begun yet.",
    EventState.SCHEDULED: "This event has not begun yet.",
    EventState.OPEN: "This event is just being opened. Please press again.",
    EventState.PAUSED: (
        "The event is paused just now. Its panel says when it goes on; please come back then."
    ),
    EventState.CLOSING: "The event has ended. Thank you for coming.",
    EventState.CLOSED: "The event is over. Thank you for coming.",
    EventState.CANCELLED: "The event was cancelled.",
}

_FIXED: dict[str, str] = {
    "channel_id": (
        "The channel cannot be changed any more: the event is announced there. Cancel the event "
        "and create it anew in the other channel."
    ),
    "place": (
        "Where the gallery is cannot be changed any more: the event is announced. Cancel the event "
        "and create it anew."
    ),
    "starts_at": "The event has begun, so its start cannot be changed. You can change its end.",
}

_EXPORTS: dict[ExportProblem, str] = {
    ExportProblem.NO_PICTURES: (
        "There are no pictures of this event to export. Those that wait for approval are left out "
        "unless you ask for them; after the event pictures are kept for a while only."
    ),
    ExportProblem.UNDER_WAY: (
        "An export of this event is being made already. Please wait until it is there."
    ),
    ExportProblem.DISK_FULL: (
        "I have no room to put so many pictures together. Whoever runs this bot can make some, "
        "or take the pictures from the machine itself."
    ),
    ExportProblem.TOO_LARGE: (
        "Discord takes no files of this size from me here. Whoever runs this bot can give you a "
        "link instead (the setting WALL_URL), or the pictures from the machine itself."
    ),
    ExportProblem.NO_SUCH_PART: "There is no such part: I would send {limit} in all.",
}

_PLANS: dict[PlanProblem, str] = {
    PlanProblem.NAME_MISSING: "Please give the event a name.",
    PlanProblem.NAME_TOO_LONG: "The name is too long: at most {limit} characters, please.",
    PlanProblem.ABOUT_TOO_LONG: "The rules are too long: at most {limit} characters, please.",
    PlanProblem.PRIZE_TOO_LONG: (
        "The text about the prize is too long: at most {limit} characters, please."
    ),
    PlanProblem.CAPTION_TOO_LONG: (
        "The caption of the frame is too long: at most {limit} characters, please."
    ),
    PlanProblem.ENDS_BEFORE_START: (
        "The event would end before it begins. Please give an end after the start, or how long it "
        "lasts, such as `2h`."
    ),
    PlanProblem.TOO_SHORT: "An event lasts at least {limit} minutes. Please give a later end.",
    PlanProblem.TOO_LONG: "An event lasts at most {limit} days. Please give an earlier end.",
    PlanProblem.STARTS_IN_THE_PAST: (
        "The start is in the past. Please give a later one, or `now` to open at once."
    ),
    PlanProblem.ENDS_IN_THE_PAST: "The end is in the past. Please give a later one.",
    PlanProblem.TOO_FAR_AHEAD: (
        "That is a long time from now: an event begins within {limit} days. Please give an earlier "
        "start."
    ),
    PlanProblem.GUEST_LIMIT: "Please give each guest 1 to {limit} pictures.",
    PlanProblem.POT: (
        "The pot can hold 1 to {limit} pictures. Please give such a number, or leave it out for "
        "any number of pictures."
    ),
    PlanProblem.TOO_MANY_FILTERS: (
        "An event can offer at most {limit} filters to choose from. Please pick fewer, or none for "
        "all of them."
    ),
    PlanProblem.FILTER_UNKNOWN: (
        "One of the filters is no longer available. Please pick from the list again."
    ),
    PlanProblem.RATIO: "Please choose Portrait, Landscape or Square for the pictures.",
    PlanProblem.WHO: "Please choose Man, Woman, Boy, Girl or Group, or leave it to the guests.",
    PlanProblem.TIMEZONE: (
        "I do not know this time zone. Start typing a city, such as Berlin, and pick one from the "
        "list."
    ),
    PlanProblem.REVIEW_IN_GALLERY: (
        "Pictures wait for approval where guests do not see them: please choose another channel "
        "for the moderators than the one of the event."
    ),
}

EXAMPLES = "`2026-12-24 18:00`, `24 Dec 6pm`, `tomorrow 18:00` or `in 2 hours`"
_LONGEST_TIME = 40  # characters of what was written that are shown again

_TIMES: dict[TimeProblem, str] = {
    TimeProblem.UNCLEAR: "I do not understand the time “{text}”. Please write it like {examples}.",
    TimeProblem.TWO_WAYS: (
        "“{text}” can be read in two ways, with the day or the month first. Please write it like "
        "{examples}."
    ),
    TimeProblem.NO_CLOCK: (
        "“{text}” has no time of day. Please write one, like `18:00` or `6pm`, beside the day."
    ),
    TimeProblem.NO_SUCH_CLOCK: "There is no such time of day as in “{text}”. Please write another.",
    TimeProblem.NO_SUCH_DATE: "There is no such day as in “{text}”. Please write another.",
}


def _time_rejected(error: TimeRejected) -> str:
    text = escaped(error.text, longest=_LONGEST_TIME)
    if error.before is not None and error.after is not None:
        return (
            f"“{text}” does not exist: in {error.zone} clocks are put forward then, from "
            f"{error.before:%H:%M} on {error.before:%Y-%m-%d} straight to {error.after:%H:%M}. "
            "Please write one of these two, or another time."
        )
    return _TIMES[error.problem].format(text=text, examples=EXAMPLES)


def _not_open(error: NotOpenNow) -> str:
    if error.opens_at is None:
        return _NOT_OPEN[error.state]
    return (
        f"This event has not begun yet: it opens {timestamp(error.opens_at, 'R')} "
        f"({timestamp(error.opens_at, 'f')}). Please come back then."
    )


DESCRIPTIONS: dict[type[Exception], Callable[[Any], str]] = {
    BlockedFromEvent: lambda _: (
        "You cannot take part in this event: its moderators have decided so. If you think that is "
        "a mistake, please ask them."
    ),
    EnoughEvents: lambda error: (
        f"This server has {error.limit} events under way already, which is as many as it may have. "
        "End or cancel one of them first."
    ),
    EventStandsElsewhere: lambda error: _STANDS[error.state],
    EventUnknown: lambda _: (
        "I know no such event here any more. `/event list` shows those that there are."
    ),
    ExportRefused: lambda error: _EXPORTS[error.problem].format(limit=error.limit),
    FixedByNow: lambda error: _FIXED[error.name],
    NotOpenNow: _not_open,
    TimeRejected: _time_rejected,
    PlanRejected: lambda error: _PLANS[error.problem].format(limit=error.limit),
}
