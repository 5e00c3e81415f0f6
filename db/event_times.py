"""When something is due of a community event: pure, so that any moment can be tried."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from db.event_models import Event, EventState, NoticeKind, Progress

WARN_AFTER = 0.8  # of the time, and of the pot
CLOSING_TAKES = timedelta(minutes=10)  # at most: then it closes with pictures unfinished
NEWS_IS_OLD = timedelta(minutes=1)

_RUNNING = (EventState.OPEN, EventState.PAUSED)


class Due(enum.Enum):
    """A step that an event takes by itself."""

    OPEN = enum.auto()
    WARN_OF_TIME = enum.auto()
    WARN_OF_POT = enum.auto()
    TELL_POT_EMPTY = enum.auto()
    STOP_ORDERS = enum.auto()
    CLOSE = enum.auto()


def warn_at(event: Event) -> datetime:
    """Say when most of the time will be over."""
    return event.starts_at + (event.ends_at - event.starts_at) * WARN_AFTER


def was_missed(event: Event) -> bool:
    """Tell whether the bot was away from the beginning to the end."""
    return event.opened_at is not None and event.opened_at >= event.ends_at


def next_step(progress: Progress, now: datetime) -> Due | None:
    """Say what is to be done first at this moment; None: nothing."""
    event = progress.event
    if event.state is EventState.SCHEDULED:
        return Due.OPEN if now >= event.starts_at else None
    if event.state is EventState.CLOSING:
        return Due.CLOSE if not progress.unfinished or now >= _closes_at(event) else None
    if event.state in _RUNNING and now >= event.ends_at:
        return Due.STOP_ORDERS
    if event.state is EventState.OPEN:
        return _warning(progress, now)
    return None


def next_moment(progress: Progress) -> datetime | None:
    """Say when the clock alone makes something due next; None: never."""
    event = progress.event
    match event.state:
        case EventState.SCHEDULED:
            return event.starts_at
        case EventState.OPEN if _is_warned_of_time(progress):
            return warn_at(event)
        case EventState.OPEN | EventState.PAUSED:
            return event.ends_at
        case EventState.CLOSING:
            return _closes_at(event)
        case _:
            return None


def is_news(event: Event, *, announced_at: datetime) -> bool:
    """Tell whether the opening is to be said: an event announced as it begins is open already."""
    return not was_missed(event) and event.starts_at - announced_at > NEWS_IS_OLD


def _warning(progress: Progress, now: datetime) -> Due | None:
    if _is_warned_of_time(progress) and now >= warn_at(progress.event):
        return Due.WARN_OF_TIME
    pot = progress.event.pot
    if pot is None or NoticeKind.POT_EMPTY in progress.said:
        return None
    if progress.pot_used >= pot:
        return Due.TELL_POT_EMPTY
    is_said = NoticeKind.POT_WARNING in progress.said
    return None if is_said or progress.pot_used < pot * WARN_AFTER else Due.WARN_OF_POT


def _is_warned_of_time(progress: Progress) -> bool:
    """Tell whether a warning is still to come; who opens late has said when it ends."""
    opened_at = progress.event.opened_at
    is_said = NoticeKind.TIME_WARNING in progress.said
    return not is_said and opened_at is not None and opened_at < warn_at(progress.event)


def _closes_at(event: Event) -> datetime:
    return (event.closing_at or event.ends_at) + CLOSING_TAKES
