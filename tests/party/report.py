"""Holds the closing report and the winner's card against what happened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tests.party.evidence import Evidence
from tests.support.discord import Message

AROUND = timedelta(seconds=5)  # between what is counted and what is posted
_NUMBER = r"(\d[\d,]*)"
_FIGURES = {
    "guest": rf"{_NUMBER} guests?\b",
    "picture": rf"{_NUMBER} pictures?\b",
    "vote": rf"{_NUMBER} votes?\b",
    "credit": rf"{_NUMBER} credits?\b|Credits used:\W*{_NUMBER}",
}


def report(evidence: Evidence) -> Iterator[str]:
    """Compare the report's figures with those of the run."""
    message = _notice(evidence, "closed")
    if message is None:
        yield "there is no report"
        return
    said = _figures(message)
    guests = {row["user_id"] for row in evidence.pictures.values()}
    if said["guest"] != len(guests):
        yield f"the report counts {said['guest']} guests, and there were {len(guests)}"
    least, most = _shown_then(evidence, message.created_at)
    if not least <= said["picture"] <= most:
        yield f"the report counts {said['picture']} pictures, and there were {least} to {most}"
    least, most = _votes_then(evidence, message.created_at)
    if not least <= said["vote"] <= most:
        yield f"the report counts {said['vote']} votes, and there were {least} to {most}"
    spent = _spent(evidence)
    if said["credit"] != spent:
        yield f"the report counts {said['credit']} credits, and {spent} were spent"
    if not message.alt_texts() or not message.files:
        yield "the report has no chart, or nobody who cannot see it can know what is on it"


def winner(evidence: Evidence) -> Iterator[str]:
    """See that the winner has the most votes, and of equals was shown first."""
    message = _notice(evidence, "winner")
    if message is None:
        return
    closed_at = _moment(evidence.event["closed_at"])
    standing = [
        (-len(evidence.votes.get(picture_id, ())), row["shown_at"], row["user_id"])
        for picture_id, row in evidence.pictures.items()
        if row["state"] == "approved"
        or evidence.scene.removals.get(picture_id, closed_at) > closed_at
    ]
    ranked = sorted(each for each in standing if each[1] is not None)
    if not ranked:
        yield "there is a winner, and no picture"
        return
    votes, _, user_id = ranked[0]
    if f"<@{user_id}>" not in message.text() or str(-votes) not in message.text():
        yield f"the winner should be {user_id} with {-votes} votes: {message.text()[:200]!r}"


def _notice(evidence: Evidence, kind: str) -> Message | None:
    for notice in evidence.notices:
        if notice["kind"] == kind:
            return evidence.scene.discord.find_message(notice["message_id"])
    return None


def _figures(message: Message) -> dict[str, int]:
    """The first number that is said of each; 0 of what is not spoken of."""
    text = message.text()
    found = {what: re.search(pattern, text) for what, pattern in _FIGURES.items()}
    return {
        what: int(next(filter(None, match.groups())).replace(",", "")) if match else 0
        for what, match in found.items()
    }


def _shown_then(evidence: Evidence, at: datetime) -> tuple[int, int]:
    """How many pictures were shown when the report was posted: at least, and at most."""
    least = most = 0
    for picture_id, row in evidence.pictures.items():
        approved_at = evidence.approved_at(picture_id)
        removed_at = evidence.scene.removals.get(picture_id)
        if approved_at is None or row["state"] not in {"approved", "removed"}:
            continue
        stands = row["state"] == "approved" or (removed_at is not None and removed_at > at)
        least += stands and evidence.settled_at(picture_id) < at - AROUND
        recently = removed_at is not None and removed_at > at - AROUND
        most += (stands or recently) and approved_at < at + AROUND
    return least, most


def _votes_then(evidence: Evidence, at: datetime) -> tuple[int, int]:
    """How many votes there were when the report was posted: not those of what was taken down."""
    least = most = 0
    for picture_id, row in evidence.pictures.items():
        votes = len(evidence.votes.get(picture_id, ()))
        removed_at = evidence.scene.removals.get(picture_id)
        if row["state"] == "approved":
            least, most = least + votes, most + votes
        elif removed_at is not None and removed_at > at - AROUND:
            most += votes
    return least, most


def _spent(evidence: Evidence) -> int:
    """The credits that the API took, by its own books; those of lost jobs stay held."""
    paid = evidence.scene.kitchen.paid()
    cost = {job["interaction_id"]: job["cost"] for job in evidence.jobs.values()}
    return sum(
        cost.get(attempt.sent.id, 0)
        for guest in evidence.scene.guests
        for attempt in guest.attempts
        if paid[attempt.mark] and attempt.sent.id not in evidence.unconfirmed
    )


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
