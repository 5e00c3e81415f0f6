"""What the report of a crash run counts."""

from __future__ import annotations

from collections import Counter

from tests.crash.evidence import Evidence, is_handed_out
from tests.crash.judge import was_sent_blindly
from tests.crash.scene import Kind, Scene

Figures = dict[str, int | str]
Table = dict[str, str]


def figures(evidence: Evidence, *, seconds: float) -> Figures:
    """Count what the report says."""
    scene, jobs = evidence.scene, list(evidence.jobs.values())
    states = Counter(job["state"] for job in jobs)
    kinds = Counter(strike.kind for strike in scene.strikes)
    paid = [call for call in scene.api.submissions if call.was_paid]
    shown = [message for each in evidence.pictures.values() for message in each]
    known = {job["remote_id"] for job in jobs}
    return {
        "seed": scene.plan.seed,
        "back end": scene.plan.backend,
        "seconds": round(seconds),
        "kills": kinds[Kind.KILL] + kinds[Kind.FROZEN_KILL],
        "… of them frozen before": kinds[Kind.FROZEN_KILL],
        "freezes": kinds[Kind.FREEZE],
        "orderly stops": kinds[Kind.STOP],
        "starts": scene.launches,
        "jobs": len(jobs),
        "delivered": states["delivered"],
        "failed, quota back": states["failed"],
        "cancelled": states["cancelled"],
        "unconfirmed": states["unconfirmed"],
        "… of them paid": len([c for c in paid if c.remote_id not in known]),
        "waiting under /jobs": states["undeliverable"],
        "submissions": len(scene.api.submissions),
        "paid calls": len(paid),
        "repeated under the same key": sum(not c.is_first for c in scene.api.submissions),
        "pictures shown": len(shown),
        "… on cards": sum(m.interaction is not None and not is_handed_out(m) for m in shown),
        "… in channels": sum(m.interaction is None and m.channel.guild is not None for m in shown),
        "… in direct messages": sum(
            m.interaction is None and m.channel.recipient is not None for m in shown
        ),
        "… sent again, privately": sum(
            was_sent_blindly(evidence, [m for m in each if not is_handed_out(m)])
            for each in evidence.pictures.values()
        ),
        "… from /jobs": sum(map(is_handed_out, shown)),
        "commands while it was away": scene.in_vain,
        "orders cut off, and told so": len(evidence.cut_off()),
        "… before they were written down": len(evidence.unanswered()),
        "connections cut for silence": scene.discord.gateway.silent,
        "sessions resumed": scene.discord.gateway.resumes,
    }


def by_moment(scene: Scene) -> Table:
    """Count the strikes at each moment, and how many of them met it."""
    struck = Counter(strike.moment for strike in scene.strikes)
    reached = Counter(strike.moment for strike in scene.strikes if strike.was_reached)
    return {moment: f"{reached[moment]} of {count}" for moment, count in struck.items()}


def by_state(scene: Scene) -> Table:
    """Count the kills that met unfinished jobs in each state."""
    hit: Counter[str] = Counter()
    for strike in scene.strikes:
        if strike.kind.is_kill:
            hit.update(set(strike.found.states))
    return {state: str(count) for state, count in hit.items()}
