"""What the tests of community events share: an event, and its pictures."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from db.database import Database
from db.event_models import EventPicture, NewEventPicture, PictureState, Place
from db.event_pictures import EventPictureRepository
from db.event_schema import events
from tests.support.events import insert_event
from tests.unit.db.tools import CHANNEL, GUILD, START

MODERATOR, OTHER_MODERATOR = 600, 601
GUEST, OTHER_GUEST = 700, 701
REVIEW, GALLERY = 901, 902


async def add_event(database: Database, **changes: object) -> int:
    """Write down an event that is open and has moderators; returns its number."""
    values: dict[str, object] = {
        "guild_id": GUILD,
        "name": "Summer party",
        "starts_at": START,
        "ends_at": START + timedelta(hours=3),
        "channel_id": CHANNEL,
        "review_channel_id": REVIEW,
        "wants_listing": False,
        "created_at": START,
        "updated_at": START,
        "opened_at": None,
        "place": Place.CHANNEL,
        **changes,
    }
    return (await insert_event(database, **values)).id


async def change_event(database: Database, event_id: int, **values: object) -> None:
    statement = sa.update(events).where(events.c.id == event_id).values(**values)
    await database.write(lambda c: c.execute(statement))


def new_picture(event_id: int, job_id: int, **changes: object) -> NewEventPicture:
    values: dict[str, object] = {
        "event_id": event_id,
        "job_id": job_id,
        "user_id": GUEST,
        "filter_name": "Vintage Portrait",
        "file": f"{job_id}.png",
        "width": 1200,
        "height": 1800,
        "caption": "Us",
        **changes,
    }
    return NewEventPicture(**values)  # type: ignore[arg-type]


async def waiting(
    pictures: EventPictureRepository, event_id: int, job_id: int = 1, **changes: object
) -> EventPicture:
    new = new_picture(event_id, job_id, **changes)
    return await pictures.hand_over(new, PictureState.WAITING)


async def approved(
    pictures: EventPictureRepository, event_id: int, job_id: int = 1, **changes: object
) -> EventPicture:
    picture = await waiting(pictures, event_id, job_id, **changes)
    return await pictures.approve(picture.id, MODERATOR)
