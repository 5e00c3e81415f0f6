"""Judges what was shown where: review, gallery and wall."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.party.evidence import Evidence
from tests.party.wall import WallWatch

VANISHES = timedelta(seconds=3)  # two are promised, and one more for a busy machine


def approval(evidence: Evidence) -> Iterator[str]:
    """Nothing is shown without a press of Approve before; a no is a no."""
    for picture_id, messages in evidence.gallery.items():
        approved_at = evidence.approved_at(picture_id)
        if approved_at is None:
            yield f"picture {picture_id} is in the gallery, and nobody approved it"
        elif messages[0].created_at < approved_at:
            yield f"picture {picture_id} was in the gallery before it was approved"
        if evidence.took_effect("reject", picture_id) and not evidence.took_effect(
            "approve", picture_id
        ):
            yield f"picture {picture_id} was rejected, and posted"
    for picture_id, messages in evidence.review.items():
        if len(messages) > 1:
            yield f"picture {picture_id} was shown to the moderators {len(messages)} times"
        if any(m.channel is not evidence.scene.venue.review for m in messages):
            yield f"picture {picture_id} was put up for review in another channel"


def wall(evidence: Evidence) -> Iterator[str]:
    """What the browser showed: only what was approved, and nothing after it was taken down."""
    watched = evidence.scene.wall
    assert watched is not None
    yield from (f"the wall's page complained: {each}" for each in watched.complaints)
    for picture_id, first in _first_seen(watched).items():
        approved_at = evidence.approved_at(picture_id)
        if approved_at is None or first < approved_at:
            yield f"the wall showed picture {picture_id} without approval"
        if evidence.pictures[picture_id]["state"] == "rejected":
            yield f"the wall showed picture {picture_id}, which is rejected"
    for picture_id, taken_down in evidence.scene.removals.items():
        yield from _vanished(evidence, watched, picture_id, taken_down)
    shown = {p for p, row in evidence.pictures.items() if row["state"] == "approved"}
    if shown and not watched.sightings:
        yield "the wall showed nothing at all"
    untold = sorted(shown - set(watched.stream.told))
    if untold:
        yield f"the wall was never told of pictures {untold[:8]}"


def _first_seen(watched: WallWatch) -> dict[int, datetime]:
    """When a picture was first named to the page, given to it, or shown by it."""
    shown = {picture_id: each.first for picture_id, each in watched.sightings.items()}
    seen: dict[int, datetime] = {}
    for source in (watched.stream.told, watched.fetched, shown):
        for picture_id, at in source.items():
            seen[picture_id] = min(at, seen.get(picture_id, at))
    return seen


def _vanished(
    evidence: Evidence, watched: WallWatch, picture_id: int, taken_down: datetime
) -> Iterator[str]:
    sighting = watched.sightings.get(picture_id)
    last = sighting.last if sighting else taken_down
    if last > taken_down + VANISHES and not _bot_was_away(evidence, taken_down):
        late = (last - taken_down).total_seconds()
        yield f"the wall showed picture {picture_id} {late:.1f} s after it was taken down"
    is_told = picture_id in watched.stream.dropped or taken_down > watched.looked_until - VANISHES
    if picture_id in watched.stream.told and not is_told:
        yield f"the wall was never told that picture {picture_id} is gone"


def _bot_was_away(evidence: Evidence, at: datetime) -> bool:
    around = timedelta(seconds=6)
    return any(kill.since - around <= at <= kill.until + around for kill in evidence.scene.kills)


def gallery(evidence: Evidence) -> Iterator[str]:
    """Each approved picture is posted exactly once, with words for who cannot see it."""
    for picture_id, row in evidence.pictures.items():
        messages = evidence.gallery.get(picture_id, [])
        live = [message for message in messages if not message.deleted]
        if row["state"] == "approved" and len(messages) != 1:
            yield f"picture {picture_id} was posted {len(messages)} times"
        if row["state"] == "approved" and live and not live[0].alt_texts():
            yield f"picture {picture_id} has no alternative text"
        if row["state"] != "approved" and live:
            yield f"picture {picture_id} is {row['state']}, and still in the gallery"
        if row["state"] != "approved" and len(messages) > 1:
            yield f"picture {picture_id} was posted {len(messages)} times"
    for picture_id in evidence.scene.removals:
        if evidence.pictures[picture_id]["state"] != "removed":
            yield f"picture {picture_id} was taken down, and is not"
