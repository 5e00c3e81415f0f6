"""What an open page is sent: an exhibit as JSON, whole or as the difference to the one before.

Pure. A message is an event of `text/event-stream`. Each beat says what time it is here, since the
clocks of projectors are wrong.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.services.events.exhibition import Exhibit, alt_text
from db.event_models import Event, EventPicture

Picture = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """An exhibit as a page knows it."""

    event: dict[str, Any]
    pictures: dict[int, Picture]


def render(exhibit: Exhibit) -> Rendered:
    """Take over what a page shows, and nothing else."""
    event, shown = exhibit.event, exhibit.pictures
    if exhibit.winner is not None and exhibit.winner.id not in {each.id for each in shown}:
        shown = (*shown, exhibit.winner)
    return Rendered(
        event={
            "name": event.name,
            "about": event.about,
            "prize": event.prize,
            "state": event.state.value,
            "starts": _milliseconds(event.starts_at),
            "ends": _milliseconds(event.ends_at),
            "count": exhibit.count,
            "winner": None if exhibit.winner is None else exhibit.winner.id,
            "panel": panel_url(event),
        },
        pictures={each.id: _picture(each) for each in shown},
    )


def whole(rendered: Rendered) -> bytes:
    """Write all of it, for a page that knows nothing."""
    pictures = list(rendered.pictures.values())
    return _message("all", {"event": rendered.event, "pictures": pictures})


def difference(before: Rendered, after: Rendered) -> bytes | None:
    """Write what has changed, for a page that knows what was before; None: nothing has."""
    put = [each for key, each in after.pictures.items() if before.pictures.get(key) != each]
    drop = [key for key in before.pictures if key not in after.pictures]
    change: dict[str, Any] = {"put": put, "drop": drop}
    if after.event != before.event:
        change["event"] = after.event
    elif not put and not drop:
        return None
    return _message("change", change)


def beat(*, now: datetime) -> bytes:
    """Write a sign of life."""
    return _message("beat", {"now": _milliseconds(now)})


def gone() -> bytes:
    """Write that this wall is closed for good."""
    return _message("gone", {})


def panel_url(event: Event) -> str | None:
    """Tell where on Discord one steps in; None while the panel is not posted."""
    if event.panel_message_id is None:
        return None
    place = f"{event.guild_id}/{event.channel_id}/{event.panel_message_id}"
    return f"https://discord.com/channels/{place}"


def _picture(picture: EventPicture) -> Picture:
    return {
        "id": picture.id,
        "at": _milliseconds(picture.shown_at or picture.created_at),
        "w": picture.width,
        "h": picture.height,
        "caption": picture.caption,
        "filter": picture.filter_name,
        "likes": picture.votes,
        "alt": alt_text(picture),
    }


def _message(kind: str, data: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
