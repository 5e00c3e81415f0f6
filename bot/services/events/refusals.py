"""What storage refuses about community events, as errors for the person who acted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.errors import UserError
from bot.event_errors import (
    BlockedFromEvent,
    EnoughEvents,
    EventStandsElsewhere,
    EventUnknown,
    FixedByNow,
    NotOpenNow,
)
from bot.picture_errors import EventPotEmpty, GuestLimitReached
from db.errors import (
    EventFieldFixed,
    EventNotFound,
    EventNotOpen,
    EventStepRefused,
    GuestBlocked,
    StorageError,
    TooManyEvents,
)
from db.models import Ledger, Limit, Scope

_MEANINGS: dict[type[StorageError], Callable[[Any], UserError]] = {
    EventFieldFixed: lambda error: FixedByNow(error.name),
    EventNotFound: lambda _: EventUnknown(),
    EventNotOpen: lambda error: NotOpenNow(error.state, opens_at=error.opens_at),
    EventStepRefused: lambda error: EventStandsElsewhere(error.state),
    GuestBlocked: lambda _: BlockedFromEvent(),
    TooManyEvents: lambda error: EnoughEvents(error.limit),
}


def refusal_of(error: StorageError) -> UserError | None:
    """Say what an error of storage means to a person; None: it is not about an event."""
    meant = _MEANINGS.get(type(error))
    return None if meant is None else meant(error)


def used_up_in_event(limit: Limit) -> UserError:
    """Say which limit of an event is used up: that of each guest, or its pot."""
    if limit.scope in {Scope.MEMBER, Scope.ROLE}:
        return GuestLimitReached(limit.amount)
    return EventPotEmpty(limit.amount if limit.ledger is Ledger.QUOTA else None)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what storage refuses about an event into its UserError; other errors pass."""
    try:
        yield
    except StorageError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from None
