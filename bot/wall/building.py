"""Builds the wall's server from the services that it shows."""

from __future__ import annotations

from bot.services.events.downloads import Downloads
from bot.services.events.exhibition import Exhibition
from bot.services.events.feed import EventFeed
from bot.services.events.renditions import Renditions
from bot.services.events.walls import Walls
from bot.wall.assets import Assets
from bot.wall.pages import Pages
from bot.wall.routes import Parts, Routes
from bot.wall.streams import Streams
from db.clock import Clock, utc_now


def build_wall(
    *,
    base_url: str,
    exhibition: Exhibition,
    walls: Walls,
    downloads: Downloads,
    feed: EventFeed,
    clock: Clock = utc_now,
) -> Routes:
    """Build what the server answers with; `base_url` is how browsers reach it."""
    assets = Assets()
    return Routes(
        Parts(
            exhibition=exhibition,
            walls=walls,
            renditions=Renditions(),
            downloads=downloads,
            streams=Streams(exhibition=exhibition, feed=feed, clock=clock),
            assets=assets,
            pages=Pages(assets, base_url=base_url),
        )
    )
