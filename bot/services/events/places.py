"""Where pictures of an event are looked at, and where they are shown. Pure."""

from __future__ import annotations

from bot.services.events.showing import Trouble
from db.event_models import Event, Place


def gallery_of(event: Event) -> int | None:
    """Return the channel that shows an event's pictures; None: it is not made yet."""
    if event.gallery_channel_id is not None:
        return event.gallery_channel_id
    return event.channel_id if event.place is Place.CHANNEL else None


def place_of(trouble: Trouble, event: Event) -> int | None:
    """Return the channel that this kind of trouble is about."""
    match trouble:
        case Trouble.REVIEW:
            return event.review_channel_id
        case Trouble.GALLERY:
            return gallery_of(event)
        case Trouble.NOTICES:
            return event.channel_id
