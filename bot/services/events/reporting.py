"""What an organiser is told of an event that is over: its figures, its best hour, its chart."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.services.events.charting import Chart, Charting
from bot.services.events.timelines import Step, peak_hour, timeline
from db.event_models import Event, EventFigures
from db.event_pictures import EventPictureRepository

TOP_FILTERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReport:
    """An event in figures, ready to be written on a card."""

    event: Event
    figures: EventFigures
    peak: Step | None  # the hour, by the event's clock, with the most pictures
    chart: Chart | None  # None: there were no pictures, or it could not be drawn

    @property
    def top_filters(self) -> tuple[tuple[str, int], ...]:
        """Name the filters that were used most, with their pictures."""
        return self.figures.by_filter[:TOP_FILTERS]


class Reporting:
    """Makes closing reports; one may be asked for again at any time."""

    def __init__(self, *, pictures: EventPictureRepository, charting: Charting) -> None:
        self._pictures = pictures
        self._charting = charting

    async def report(self, event: Event) -> EventReport:
        """Count an event's pictures and draw them over time."""
        figures = await self._pictures.figures(event.id)
        zone = ZoneInfo(event.timezone)
        line = timeline(
            figures.by_time,
            starts_at=event.opened_at or event.starts_at,
            ends_at=min(event.ends_at, event.closed_at or event.ends_at),
            zone=zone,
        )
        return EventReport(
            event=event,
            figures=figures,
            peak=peak_hour(figures.by_time, zone),
            chart=await self._charting.draw(line, timezone=event.timezone),
        )
