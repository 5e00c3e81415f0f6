"""Judges what was counted: limits, votes and payments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.party.evidence import Evidence
from tests.party.scene import Scene


def limits(evidence: Evidence) -> Iterator[str]:
    """No guest and not the pot over its limit, by what the kitchen served and by the accounts."""
    scene, plan = evidence.scene, evidence.scene.plan
    served = _served(evidence)
    counted: Counter[int] = Counter(
        job["user_id"] for job in evidence.jobs.values() if _counts(job)
    )
    for guest in scene.guests:
        if served[guest.number] > plan.guest_limit:
            yield f"{guest.user.name} was served {served[guest.number]} pictures"
        if counted[guest.user.id] > plan.guest_limit:
            yield f"{guest.user.name} has {counted[guest.user.id]} pictures that count"
    if counted.total() > plan.pot_of_all:
        yield f"{counted.total()} pictures of a pot of {plan.pot_of_all}"
    late = [
        job["id"]
        for job in evidence.jobs.values()
        if job["created_at"] >= evidence.event["ends_at"]
    ]
    if late:
        yield f"jobs {late} were accepted after the end"


def _served(evidence: Evidence) -> Counter[int]:
    """Count the pictures that were made for each guest, but those that nobody ever got."""
    served: Counter[int] = Counter()
    for guest in evidence.scene.guests:
        for attempt in guest.attempts:
            if attempt.sent.id not in evidence.unconfirmed:
                served[guest.number] += evidence.scene.kitchen.served[attempt.mark]
    return served


def _counts(job: dict[str, Any]) -> bool:
    return job["state"] not in {"failed", "cancelled", "unconfirmed"}


def votes(evidence: Evidence) -> Iterator[str]:
    """Votes are those of distinct voters whose last press counted, none for oneself."""
    scene = evidence.scene
    unsure = {picture_id for picture_id, _ in scene.unsure}
    for picture_id, row in evidence.pictures.items():
        voters = evidence.votes.get(picture_id, set())
        if row["user_id"] in voters:
            yield f"picture {picture_id} has a vote of its own guest"
        expected = scene.votes.get(picture_id, set())
        if row["state"] == "approved" and picture_id not in unsure and voters != expected:
            yield f"picture {picture_id} has {len(voters)} votes and not {len(expected)}"
    for picture_id, user_id, text in scene.refused_votes:
        is_own = evidence.pictures[picture_id]["user_id"] == user_id
        if is_own and "yours" not in text and "taken down" not in text:
            yield f"a vote for oneself was answered: {text!r}"


def payments(evidence: Evidence) -> Iterator[str]:
    """At most one paid call for each job, and none for what was refused."""
    scene = evidence.scene
    job_of = {job["interaction_id"] for job in evidence.jobs.values()}
    attempts = {a.mark: a for guest in scene.guests for a in guest.attempts}
    for mark, count in scene.kitchen.paid().items():
        if count > 1:
            yield f"photo {mark} was paid for {count} times"
        if attempts[mark].sent.id not in job_of:
            yield f"photo {mark} was paid for, and is no job"


async def ledgers(scene: Scene) -> list[str]:
    """Ask the program itself whether its accounts add up."""
    code, output = await scene.bot.command("db", "check")
    return [] if code == 0 else [f"db check: {output}"]
