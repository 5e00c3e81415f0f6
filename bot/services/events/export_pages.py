"""The pages of an export: a table for spreadsheets, and a gallery that opens by a double click."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from importlib import resources
from string import Template
from zoneinfo import ZoneInfo

from bot.services import spreadsheets
from bot.services.events.export_list import Entry
from db.event_models import Event, PictureState

_COLUMNS = (
    "number", "file", "filter", "caption", "votes", "guest", "made_at", "state", "width", "height",
)  # fmt: skip
_FAVOURITES = 3
_STATES = {PictureState.APPROVED: "shown", PictureState.WAITING: "waiting for approval"}


def table(entries: Sequence[Entry], *, timezone: str) -> bytes:
    """Write `index.csv`, in the event's own time."""
    zone = ZoneInfo(timezone)
    return spreadsheets.table(
        _COLUMNS,
        (
            (
                entry.number,
                entry.file,
                entry.filter_name,
                entry.caption,
                entry.votes,
                entry.guest,
                entry.made_at.astimezone(zone).isoformat(timespec="seconds"),
                _STATES.get(entry.state, entry.state.value),
                entry.width,
                entry.height,
            )
            for entry in entries
        ),
    )


def page(
    event: Event,
    entries: Sequence[Entry],
    *,
    figures: Sequence[tuple[str, str]],
    chart: str | None = None,
    part: str = "",
) -> bytes:
    """Write `index.html`, which asks for nothing but the pictures beside it.

    `chart` describes the one that lies beside it, too; None: there is none.
    """
    folder = resources.files("bot").joinpath("assets", "export")
    style = folder.joinpath("export.css").read_text("utf-8")
    script = folder.joinpath("export.js").read_text("utf-8")
    template = Template(folder.joinpath("export.html").read_text("utf-8"))
    zone = ZoneInfo(event.timezone)
    begins, ends = (moment.astimezone(zone) for moment in (event.starts_at, event.ends_at))
    fields = {
        "title": html.escape(event.name),
        "when": html.escape(_span(begins.strftime("%d %B %Y"), ends.strftime("%d %B %Y"))),
        "part": html.escape(part),
        "figures": "".join(_figure(*each) for each in figures),
        "chart": "" if chart is None else _chart(chart),
        "favourites": _favourites(entries),
        "pictures": "\n".join(_picture(entry) for entry in entries),
        "style": style,
        "script": script,
        "script_hash": _hash(script),
        "style_hash": _hash(style),
    }
    return template.substitute(fields).encode()


def described(entry: Entry) -> str:
    """Say in words what a picture is, for people who cannot see it."""
    words = f"Guest's picture with the filter {entry.filter_name}"
    return f"{words}: {entry.caption}" if entry.caption else words


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _figure(name: str, value: str) -> str:
    return f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd></div>"


def _chart(alt: str) -> str:
    described = html.escape(alt)
    return f'<img class="chart" src="chart.png" alt="{described}" width="1200" height="630">'


def _favourites(entries: Sequence[Entry]) -> str:
    loved = sorted(
        (entry for entry in entries if entry.votes and entry.state is PictureState.APPROVED),
        key=lambda entry: (-entry.votes, entry.made_at),
    )[:_FAVOURITES]
    if not loved:
        return ""
    cards = "\n".join(_picture(entry) for entry in loved)
    return f'<h2>Favourites</h2>\n<ul class="favourites">\n{cards}\n</ul>\n<h2>All pictures</h2>'


def _picture(entry: Entry) -> str:
    alt, file = html.escape(described(entry)), html.escape(entry.file)
    votes = f'<span class="votes">♥ {entry.votes}</span>' if entry.votes else ""
    caption = f"<q>{html.escape(entry.caption)}</q>" if entry.caption else ""
    waits = entry.state is PictureState.WAITING
    note = '<span class="waits">waiting for approval</span>' if waits else ""
    return (
        f'<li><a href="{file}"><img src="{file}" alt="{alt}" width="{entry.width}" '
        f'height="{entry.height}" loading="lazy" decoding="async"></a>'
        f"<p>{caption}<small>{html.escape(entry.filter_name)}</small>{note}{votes}</p></li>"
    )
