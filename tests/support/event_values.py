"""Community events and their pictures as values, for tests of what is said and shown of them."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

from db.event_models import Event, EventPicture, EventState, GuestCounts, PictureState, Place

STARTS = datetime(2026, 12, 24, 17, tzinfo=UTC)
ENDS = datetime(2026, 12, 24, 21, tzinfo=UTC)

NOBODY = GuestCounts(guests=0, pictures=0, waiting=0, votes=0)
MANY = GuestCounts(guests=40, pictures=77, waiting=3, votes=210)

_EVENT: dict[str, Any] = {
    "name": "Winter party",
    "about": "Be kind.\nOne picture of yourself.",
    "prize": "A mug",
    "timezone": "Europe/Berlin",
    "starts_at": STARTS,
    "ends_at": ENDS,
    "channel_id": 31,
    "place": Place.THREAD,
    "review_channel_id": 32,
    "filters": ("12", "13"),
    "pot": 500,
    "id": 7,
    "guild_id": 21,
    "organiser_id": 11,
    "state": EventState.OPEN,
    "gallery_channel_id": 33,
    "panel_message_id": 41,
    "created_at": STARTS,
    "updated_at": STARTS,
    "set_aside": 0,
}
_PICTURE: dict[str, Any] = {
    "id": 5,
    "event_id": 7,
    "job_id": 9,
    "user_id": 12,
    "filter_name": "Cyberpunk Neon",
    "file": "5.jpg",
    "width": 1200,
    "height": 1800,
    "state": PictureState.APPROVED,
    "votes": 3,
    "gallery_channel_id": 33,
    "gallery_message_id": 42,
    "created_at": STARTS,
    "shown_at": STARTS,
}


def make_event(**fields: object) -> Event:
    """Return an open event, but for these fields."""
    return Event(**_whole(Event, {**_EVENT, **fields}))


def make_event_picture(**fields: object) -> EventPicture:
    """Return an approved picture, but for these fields."""
    return EventPicture(**_whole(EventPicture, {**_PICTURE, **fields}))


def _whole(kind: type[Any], given: dict[str, Any]) -> dict[str, Any]:
    """Fill in nothing for each field that is not given and has no value of its own."""
    fields = dataclasses.fields(kind)
    nothing = {each.name: None for each in fields if each.default is dataclasses.MISSING}
    return {**nothing, **given}
