"""What cogs and buttons of community events are given."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.events.curation import Curation
from bot.services.events.downloads import Downloads
from bot.services.events.dressing import Dressing
from bot.services.events.exporting import Exporting
from bot.services.events.guests import Guests
from bot.services.events.planning import Planning
from bot.services.events.reporting import Reporting
from bot.services.events.walls import Walls
from db.servers import ServerRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class EventServices:
    """Everything that organisers and guests can have done."""

    planning: Planning
    guests: Guests
    curation: Curation
    servers: ServerRepository
    dressing: Dressing
    reporting: Reporting
    exporting: Exporting
    walls: Walls
    downloads: Downloads
