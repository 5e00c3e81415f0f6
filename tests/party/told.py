"""Whether a guest was served, or told why not, by what they can read in the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.party.scene import Attempt, Guest
from tests.support.discord import Message

if TYPE_CHECKING:
    from tests.party.evidence import Evidence

Row = dict[str, Any]

ENDS = frozenset({"delivered", "undeliverable", "failed", "cancelled", "unconfirmed"})
AN_INSTANT = timedelta(seconds=3)  # by then a card is written down, on a busy machine, too
WENT_WRONG = "went wrong on my side"


def how_told(
    evidence: Evidence, guest: Guest, attempt: Attempt, job: Row | None, picture: Row | None
) -> str | None:
    """Say what was not told; None if all was."""
    words = "\n".join(message.text() for message in _readable(evidence, guest, attempt))
    if WENT_WRONG in words:
        return f"reads {words!r}"
    if job is None:
        excused = _was_unanswered(attempt) or _was_not_written_down(evidence, attempt)
        return None if words.strip() or excused else "reads nothing, has no job"
    return _of_job(evidence, guest, job, picture, words=words)


def _of_job(
    evidence: Evidence, guest: Guest, job: Row, picture: Row | None, *, words: str
) -> str | None:
    if job["state"] not in ENDS:
        return f"job {job['id']} is {job['state']}"
    if job["state"] == "delivered" and picture is None:
        return f"job {job['id']} is delivered, and no picture of the event"
    if picture is not None and picture["state"] == "approved":
        return None if _is_shown(evidence, picture, guest) else "has a picture that nobody shows"
    return None if words.strip() else f"job {job['id']} is {job['state']} without a word"


def _was_unanswered(attempt: Attempt) -> bool:
    """Discord itself says that the application did not respond."""
    return attempt.sent.response_type is None


def _was_not_written_down(evidence: Evidence, attempt: Attempt) -> bool:
    """Tell whether the bot was killed in the instant in which it answered, by what its file says.

    That is the one case in which nobody can tell the guest.
    """
    return any(
        kill.since - AN_INSTANT <= (attempt.sent.answered_at or kill.since) <= kill.until
        and attempt.sent.id not in kill.open_orders
        for kill in evidence.scene.kills
    )


def _is_shown(evidence: Evidence, picture: Row, guest: Guest) -> bool:
    messages = evidence.gallery.get(picture["id"], [])
    return any(not message.deleted and guest.user in message.pings for message in messages)


def _readable(evidence: Evidence, guest: Guest, attempt: Attempt) -> Iterator[Message]:
    """What the guest can read of an attempt: its answers, and direct messages since."""
    for message in attempt.sent.messages:
        if not message.deleted and not message.thinking:
            yield message
    discord = evidence.scene.discord
    for message in discord.messages(discord.dm_channel(guest.user)):
        if message.created_at >= attempt.at:
            yield message
