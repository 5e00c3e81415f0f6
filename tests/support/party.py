"""An event with pictures on its wall, in a real database and a real folder, served on the loopback
interface; what moderators and members do to it is done by writing to the database.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.events.downloads import Downloads
from bot.services.events.exhibition import Exhibition
from bot.services.events.feed import EventFeed
from bot.services.events.walls import WallLink, Walls
from bot.wall.building import build_wall
from bot.wall.server import serving
from db.database import Database
from db.event_models import EventState, PictureState, Place
from db.event_pictures import EventPictureRepository
from db.event_schema import event_pictures, event_votes, events
from db.events import EventRepository
from db.migrate import migrate
from tests.support.ports import free_port

SHEET = Path(__file__).parents[2] / "docs/pictures/filters.webp"
FILTERS = (
    "Comic Pop Art",
    "Cyberpunk Neon",
    "Renaissance Oil",
    "Space Explorer",
    "Vintage Portrait",
)
CAPTIONS = (
    "",
    "Best night ever",
    "We came for the cake and stayed for the photo booth",
    "Grüße aus der Küche",
    "My other car is a rocket",
    "",
    "Don't tell my boss",
    "First!",
)
_GAP, _ROW, _WIDTHS = 12, 340, (227, 510, 340)  # of the sheet


@cache
def samples() -> tuple[bytes, ...]:
    """Cut the sheet of filters into its fifteen pictures, of three ratios."""
    with Image.open(SHEET) as opened:
        sheet = opened.convert("RGB")
    cut = []
    for row in range(len(FILTERS)):
        left, top = _GAP, _GAP + row * (_ROW + _GAP)
        for width in _WIDTHS:
            out = io.BytesIO()
            sheet.crop((left, top, left + width, top + _ROW)).save(out, "JPEG", quality=88)
            cut.append(out.getvalue())
            left += width + _GAP
    return tuple(cut)


@dataclass(slots=True, kw_only=True)
class Party:
    """An event, and what happens at it."""

    database: Database
    feed: EventFeed
    folder: Path  # of all events
    event_id: int = 0
    pictures: tuple[bytes, ...] = field(default_factory=samples)
    made: int = 0

    async def begin(self, **values: Any) -> None:
        """Make an event that is open."""
        now = datetime.now(UTC)
        row = {
            "guild_id": 4001,
            "organiser_id": 1,
            "state": EventState.OPEN,
            "name": "Midsummer Night",
            "about": "",
            "prize": "",
            "timezone": "UTC",
            "starts_at": now - timedelta(hours=1),
            "ends_at": now + timedelta(hours=2, minutes=24, seconds=30),
            "channel_id": 4002,
            "panel_message_id": 4003,
            "place": Place.CHANNEL,
            "filters": [],
            "ratio": "2:3",
            "guest_limit": 5,
            "set_aside": 0,
            "caption": "",
            "wants_listing": False,
            "created_at": now,
            "updated_at": now,
            **values,
        }
        self.event_id = await self._write(sa.insert(events).values(row).returning(events.c.id))
        (self.folder / str(self.event_id)).mkdir(parents=True)

    async def becomes(self, **values: Any) -> None:
        """Change the event."""
        changed = sa.update(events).where(events.c.id == self.event_id).values(values)
        await self._write(changed.returning(events.c.id))

    async def hang(self, count: int, *, state: PictureState = PictureState.APPROVED) -> list[int]:
        """Hang pictures, each newer than those before; returns their numbers, oldest first."""
        rows = [self._picture(state) for _ in range(count)]

        async def unit(connection: AsyncConnection) -> list[int]:
            inserted = sa.insert(event_pictures).returning(event_pictures.c.id)
            return [(await connection.scalar(inserted, row)) or 0 for row in rows]

        numbers = await self.database.write(unit)
        self.feed.changed(self.event_id)
        return numbers

    async def turn(self, picture_id: int, state: PictureState) -> None:
        """Approve, reject or remove a picture."""
        matches = event_pictures.c.id == picture_id
        values = {"state": state, "shown_at": datetime.now(UTC)}
        changed = sa.update(event_pictures).where(matches).values(values)
        await self._write(changed.returning(event_pictures.c.id))

    async def like(self, picture_id: int, *, by: int) -> None:
        """Have so many members like a picture."""
        now = datetime.now(UTC)
        rows = [{"picture_id": picture_id, "user_id": 100 + n, "at": now} for n in range(by)]
        votes = sa.insert(event_votes).returning(event_votes.c.picture_id)
        await self._write(votes.values(rows))

    def _picture(self, state: PictureState) -> dict[str, Any]:
        number = self.made
        self.made += 1
        sample = self.pictures[number * 11 % len(self.pictures)]
        name = f"{number}.jpg"
        (self.folder / str(self.event_id) / name).write_bytes(sample)
        with Image.open(io.BytesIO(sample)) as image:
            width, height = image.size
        now = datetime.now(UTC)
        return {
            "event_id": self.event_id,
            "job_id": self.event_id * 100_000 + number,
            "user_id": 500 + number % 40,
            "filter_name": FILTERS[number * 11 % len(self.pictures) // 3 % len(FILTERS)],
            "file": name,
            "width": width,
            "height": height,
            "caption": CAPTIONS[number % len(CAPTIONS)],
            "state": state,
            "created_at": now,
            "shown_at": now,
        }

    async def _write(self, statement: sa.UpdateBase) -> int:
        async def unit(connection: AsyncConnection) -> int:
            return (await connection.scalar(statement)) or 0

        number = await self.database.write(unit)
        self.feed.changed(self.event_id)
        return number


@dataclass(slots=True, kw_only=True)
class OpenWall:
    """A party with its wall on."""

    party: Party
    walls: Walls
    exhibition: Exhibition
    downloads: Downloads
    link: WallLink
    base: str

    @property
    def url(self) -> str:
        return self.link.url


@asynccontextmanager
async def open_wall(
    folder: Path, *, migrated: Path | None = None, port: int = 0, **event: Any
) -> AsyncGenerator[OpenWall]:
    """Serve the wall of a new event."""
    path = folder / "bot.db"
    if migrated is not None:
        shutil.copy(migrated, path)
    async with Database.open(f"sqlite:///{path}") as database:
        await migrate(database)
        party = Party(database=database, feed=EventFeed(), folder=folder / "events")
        await party.begin(**event)
        base = f"http://127.0.0.1:{port or free_port()}"
        rows = EventRepository(database)
        walls = Walls(rows, feed=party.feed, base_url=base)
        downloads = Downloads(folder / "downloads", base_url=base)
        exhibition = Exhibition(
            events=rows, pictures=EventPictureRepository(database), folder=party.folder
        )
        routes = build_wall(
            base_url=base,
            exhibition=exhibition,
            walls=walls,
            downloads=downloads,
            feed=party.feed,
        )
        link = await walls.open(party.event_id)
        async with serving(routes, host="127.0.0.1", port=int(base.rpartition(":")[2])):
            yield OpenWall(
                party=party,
                walls=walls,
                exhibition=exhibition,
                downloads=downloads,
                link=link,
                base=base,
            )
