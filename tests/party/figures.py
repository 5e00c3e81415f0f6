"""What the report of a party counts."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from tests.support.discord import Interaction

if TYPE_CHECKING:
    from tests.party.evidence import Evidence

Figures = dict[str, int | str]
MIB = 2**20


def figures(evidence: Evidence, *, seconds: float) -> Figures:
    """Count what the report says."""
    scene = evidence.scene
    states = Counter(job["state"] for job in evidence.jobs.values())
    pictures = Counter(row["state"] for row in evidence.pictures.values())
    presses = [press for guest in scene.guests for press in guest.presses]
    forms = [a.sent for guest in scene.guests for a in guest.attempts]
    found: Figures = {
        "seed": scene.plan.seed,
        "guests": len(scene.guests),
        "… who came with a form": len({a for a in scene.guests if a.attempts}),
        "seconds": round(seconds),
        "… of the event": round(scene.plan.seconds),
        "kills": len(scene.kills),
        "… that met their moment": sum(kill.was_reached for kill in scene.kills),
        "seconds away, the longest": _longest(evidence),
        "presses of Step in": len(presses),
        "… until the form, p50 and p99": _percentiles(list(map(_latency, presses))),
        "forms sent in": len(forms),
        "… until the card, p50 and p99": _percentiles(list(map(_latency, forms))),
        "jobs": len(evidence.jobs),
        "… delivered": states["delivered"],
        "… failed, cancelled or unconfirmed": sum(
            states[name] for name in ("failed", "cancelled", "unconfirmed")
        ),
        "pot": scene.plan.pot_of_all,
        "paid calls": scene.kitchen.paid().total(),
        "pictures approved": pictures["approved"],
        "pictures rejected": pictures["rejected"],
        "pictures taken down": pictures["removed"],
        "pictures a second, while it was open": f"{_rate(evidence):.2f}",
        "votes that stand": sum(map(len, evidence.votes.values())),
        "votes taken back": scene.counts["votes taken back"],
        "votes for oneself, refused": scene.counts["votes for oneself"],
        "interactions while it was away": scene.counts["interactions without an answer"],
        "wall: pictures shown": len(scene.wall.sightings) if scene.wall else 0,
        "wall: from approval to the page, p50 and p99": _percentiles(_told_delays(evidence)),
        "wall: … until it has its turn, p50 and p99": _percentiles(_wall_delays(evidence)),
        "wall: from removal to gone, p50 and p99": _percentiles(_gone_delays(evidence)),
        "wall: page's memory": _span(scene.wall.heap if scene.wall else []),
        "bot's memory": _span(scene.memory),
        "requests to Discord": len(scene.discord.requests),
        "… that it limited": sum(r.status == 429 for r in scene.discord.requests),
        "export": f"{len(scene.export) / MIB:.1f} MiB",
    }
    return found


def _latency(interaction: Interaction) -> float | None:
    answered: datetime | None = interaction.answered_at
    return (answered - interaction.created_at).total_seconds() if answered else None


def _percentiles(values: list[float | None]) -> str:
    known = sorted(value for value in values if value is not None)
    if not known:
        return "–"
    middle, most = known[len(known) // 2], known[min(len(known) - 1, len(known) * 99 // 100)]
    return f"{middle:.2f} s, {most:.2f} s"


def _wall_delays(evidence: Evidence) -> list[float | None]:
    wall = evidence.scene.wall
    if wall is None:
        return []
    delays: list[float | None] = []
    for picture_id, sighting in wall.sightings.items():
        approved_at = evidence.approved_at(picture_id)
        if approved_at is not None:
            delays.append((sighting.first - approved_at).total_seconds())
    return delays


def _told_delays(evidence: Evidence) -> list[float | None]:
    wall = evidence.scene.wall
    told = wall.stream.told if wall else {}
    return [
        (at - approved_at).total_seconds()
        for picture_id, at in told.items()
        if (approved_at := evidence.approved_at(picture_id)) is not None
    ]


def _gone_delays(evidence: Evidence) -> list[float | None]:
    wall = evidence.scene.wall
    dropped = wall.stream.dropped if wall else {}
    return [
        (dropped[picture_id] - at).total_seconds()
        for picture_id, at in evidence.scene.removals.items()
        if picture_id in dropped
    ]


def _rate(evidence: Evidence) -> float:
    return len(evidence.pictures) / evidence.scene.plan.seconds


def _longest(evidence: Evidence) -> str:
    away = [(kill.until - kill.since).total_seconds() for kill in evidence.scene.kills]
    return f"{max(away, default=0.0):.1f}"


def _span(samples: list[int]) -> str:
    known = [sample for sample in samples if sample]
    if not known:
        return "–"
    return f"{known[0] / MIB:.0f} MiB at first, {max(known) / MIB:.0f} MiB at most"
