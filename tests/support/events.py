"""Community events as rows of the database, for tests of what is ordered, said and shown there."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.database import Database
from db.event_lists import to_event
from db.event_models import Event, EventPlan, EventState, PictureState
from db.event_schema import event_pictures, event_votes, events

ORGANISER, GUILD, PANEL_CHANNEL = 500, 800, 900
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

_PLAN = EventPlan(
    name="Winter party",
    starts_at=NOON + timedelta(hours=1),
    ends_at=NOON + timedelta(hours=6),
    channel_id=PANEL_CHANNEL,
)


def make_plan(**changes: object) -> EventPlan:
    """Return a plan from one o'clock to six, but for these fields."""
    return dataclasses.replace(_PLAN, **changes)  # type: ignore[arg-type]


async def insert_event(database: Database, **changes: object) -> Event:
    """Put an event into the database as it is, open since an hour unless the fields say else."""
    values = {
        **dataclasses.asdict(make_plan(starts_at=NOON - timedelta(hours=1))),
        "guild_id": GUILD,
        "organiser_id": ORGANISER,
        "state": EventState.OPEN,
        "set_aside": 0,
        "created_at": NOON - timedelta(hours=2),
        "updated_at": NOON - timedelta(hours=2),
        "opened_at": NOON - timedelta(hours=1),
        **changes,
    }

    async def unit(connection: AsyncConnection) -> Event:
        made = await connection.execute(sa.insert(events).values(values).returning(events))
        return to_event(made.mappings().one())

    return await database.write(unit)


async def insert_picture(
    database: Database, event_id: int, *, votes: int = 0, **changes: object
) -> int:
    """Put an approved picture into an event, with this many votes; returns its number."""
    values = {
        "event_id": event_id,
        "job_id": 1,
        "user_id": 700,
        "filter_name": "Cyberpunk Neon",
        "file": "1.jpg",
        "width": 1200,
        "height": 1800,
        "caption": "",
        "state": PictureState.APPROVED,
        "created_at": NOON,
        "shown_at": NOON,
        **changes,
    }

    async def unit(connection: AsyncConnection) -> int:
        made = await connection.execute(
            sa.insert(event_pictures).values(values).returning(event_pictures.c.id)
        )
        picture_id = int(made.scalar_one())
        for voter in range(votes):
            await connection.execute(
                sa.insert(event_votes).values(picture_id=picture_id, user_id=voter + 1, at=NOON)
            )
        return picture_id

    return await database.write(unit)
