"""What is told of a community event that is over: its figures and their chart. Pure."""

from __future__ import annotations

from datetime import timedelta

import discord

from bot.moments import timestamp
from bot.naming import escaped
from bot.services.events.reporting import EventReport
from cogs.ui.events.page import GREEN, Picture, named, page, shown
from cogs.ui.events.panel import TIE_RULE
from db.event_models import EventFigures

_HOUR = timedelta(hours=1)


def report_card(report: EventReport, *, chart: Picture | None = None) -> discord.ui.LayoutView:
    """Thank the guests and show the event in figures."""
    figures = report.figures
    alt_text = report.chart.alt if report.chart is not None else ""
    return page(
        f"## 🏁 {named(report.event)} is over\nThank you for coming.",
        "\n".join([_counts(figures), *_filters(report), *_peak(report), *_costs(figures)]),
        shown(chart, alt_text),
        _votes(figures),
        colour=GREEN,
    )


def _counts(figures: EventFigures) -> str:
    line = (
        f"**{_count(figures.guests, 'guest')}** · **{_count(figures.approved, 'picture')}** shown"
    )
    if figures.made != figures.approved:
        line += f" of {figures.made} made"
    if figures.waiting:
        wait = "waits" if figures.waiting == 1 else "wait"
        line += f"\n{_count(figures.waiting, 'picture')} still {wait} for a moderator"
    return line


def _filters(report: EventReport) -> list[str]:
    top = [f"{escaped(name, longest=60)} ({count})" for name, count in report.top_filters]
    return [f"**Most used filters:** {', '.join(top)}"] if top else []


def _peak(report: EventReport) -> list[str]:
    if report.peak is None:
        return []
    begins_at = report.peak.begins_at
    ends_at = begins_at + _HOUR
    return [
        (
            f"**Busiest hour:** {timestamp(begins_at, 'f')} to {timestamp(ends_at, 't')}, with "
            f"{_count(report.peak.pictures, 'picture')}"
        )
    ]


def _costs(figures: EventFigures) -> list[str]:
    lines = [f"**Credits used:** {figures.credits}"]
    if figures.failed:
        lines.append(f"{_count(figures.failed, 'picture')} failed and did not count")
    return lines


def _votes(figures: EventFigures) -> str:
    if not figures.votes:
        return "Nobody voted, so there is no winner."
    given = "was given" if figures.votes == 1 else "were given"
    return f"{_count(figures.votes, 'vote')} {given}.\n-# {TIE_RULE}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
