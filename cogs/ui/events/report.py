"""The closing report of an event: its figures and its chart, on one card. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import discord

from bot.messages import timestamp
from bot.naming import escaped
from cogs.ui.events.page import GREY, Picture, page, shown
from db.event_models import EventFigures

if TYPE_CHECKING:
    from bot.services.events.reporting import EventReport

_HOUR = timedelta(hours=1)


def report_card(report: EventReport, *, chart: Picture | None) -> discord.ui.LayoutView:
    """Tell an event's channel how it was; `chart` is the report's, as it is sent."""
    figures = report.figures
    alt = report.chart.alt if report.chart is not None else ""
    return page(
        f"### 🏁 {escaped(report.event.name)} is over\nThank you for coming!",
        "\n".join(_lines(report)),
        shown(chart, alt),
        _behind(figures),
        colour=GREY,
    )


def _lines(report: EventReport) -> list[str]:
    figures = report.figures
    if not figures.made:
        return ["Nobody stepped in this time."]
    who, what = _count(figures.guests, "guest"), _count(figures.approved, "picture")
    lines = [f"👥 **{who}** · 🖼️ **{what}** · ♥ **{_count(figures.votes, 'vote')}**"]
    if report.peak is not None:
        begins = report.peak.begins_at
        lines.append(
            f"Busiest hour: {timestamp(begins, 't')} to {timestamp(begins + _HOUR, 't')}, with "
            f"{_count(report.peak.pictures, 'picture')}"
        )
    if report.top_filters:
        tops = " · ".join(f"{escaped(name)} {count}" for name, count in report.top_filters)
        lines.append(f"Filters: {tops}")
    return lines


def _behind(figures: EventFigures) -> str:
    """Say in small letters what was not shown, and what it cost."""
    parts = [
        f"{figures.waiting} still waiting for approval" if figures.waiting else "",
        f"{figures.rejected + figures.removed} not shown"
        if figures.rejected + figures.removed
        else "",
        f"{figures.failed} failed, not counted" if figures.failed else "",
        f"{figures.cancelled} cancelled" if figures.cancelled else "",
        _count(figures.credits, "credit") + " used" if figures.credits else "",
    ]
    said = " · ".join(part for part in parts if part)
    return f"-# {said}" if said else ""


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number:,} {what}s"
