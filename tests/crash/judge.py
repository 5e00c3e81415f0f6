"""Judges one job of a crash run by its row, its accounts, its messages and its files."""

from __future__ import annotations

from collections.abc import Iterator

from tests.crash.evidence import Evidence, Job, is_handed_out
from tests.support.discord import Message

NOT_COUNTED = "does not count against your quota"
TOLD = {
    "failed": NOT_COUNTED,
    "unconfirmed": "cannot tell whether it arrived",
    "cancelled": "Cancelled.",
}


def judge(evidence: Evidence, job: Job) -> Iterator[str]:
    """Say what is wrong with a job."""
    if job["told"] != job["state"]:
        yield f"is {job['state']}, but its member was told {job['told']}"
    yield from _path(evidence.steps[job["id"]], job)
    yield from _accounts(evidence, job)
    if job["state"] == "delivered":
        yield from _delivery(evidence, job)
    elif job["state"] in TOLD:
        yield from _news(evidence, job)
    elif job["state"] != "undeliverable" or not _is_hermits(evidence, job):
        yield f"ended as {job['state']}"
    if job["state"] == "unconfirmed" and evidence.scene.plan.honours_keys:
        yield "is unconfirmed, though the API honours keys"
    if job["card_message_id"] is None:
        yield "never got a card"


def _path(steps: list[Job], job: Job) -> Iterator[str]:
    state = None
    for step in steps:
        if step["from_state"] != state:
            yield f"its log jumps from {state} to {step['from_state']}"
        state = step["to_state"]
    if state != job["state"]:
        yield f"its log ends with {state}"


def _accounts(evidence: Evidence, job: Job) -> Iterator[str]:
    """Compare both ledgers with what the outcome says."""
    found = evidence.reservations[job["id"]]
    quota = {each["state"] for each in found if each["ledger"] == "quota"}
    last = {
        each["state"]
        for each in found
        if each["ledger"] == "credits" and each["attempt"] == job["attempts"]
    }
    was_sent = job["remote_id"] is not None
    wanted_quota = {
        "delivered": "spent",
        "undeliverable": "spent",
        "cancelled": "spent" if was_sent else "returned",
    }.get(job["state"], "returned")
    wanted_credits = (
        "held" if job["state"] == "unconfirmed" else "spent" if was_sent else "returned"
    )
    if quota != {wanted_quota}:
        yield f"is {job['state']}, but its quota is {quota or 'nowhere'}"
    if job["attempts"] and last != {wanted_credits}:
        yield f"is {job['state']}, but its credits are {last or 'nowhere'}"


def _delivery(evidence: Evidence, job: Job) -> Iterator[str]:
    shown = evidence.pictures.get(job["remote_id"], [])
    fetched = [message for message in shown if is_handed_out(message)]
    posted = [message for message in shown if not is_handed_out(message)]
    if len(posted) + bool(fetched) != 1 and not was_sent_blindly(evidence, posted):
        yield f"its picture is in {len(posted)} messages, and was fetched {len(fetched)} times"
        return
    message = (posted or fetched)[-1]
    if job["message_id"] not in {each.id for each in (message, *fetched)}:
        yield "its row names another message than the one with its picture"
    if message.deleted and not _was_dismissed(evidence, job, message):
        yield "its picture was deleted"
    yield from _place(job, message)
    for card in evidence.cards[job["id"]]:
        is_beside = card not in shown and not card.deleted and not _is_list(card)
        if is_beside and not _was_out_of_reach(evidence, card, message):
            yield f"its card still says: {card.text()!r}"


def was_sent_blindly(evidence: Evidence, posted: list[Message]) -> bool:
    """Tell whether a picture is on a private card that could not be looked at after a kill.

    That is the one case in which a picture may be sent a second time: to its member alone.
    """
    if len(posted) != 2:
        return False
    card, direct = posted
    return direct.channel.recipient is not None and _was_out_of_reach(evidence, card, direct)


def _was_out_of_reach(evidence: Evidence, card: Message, message: Message) -> bool:
    """Tell whether nothing opened a private card any more when a message came instead."""
    if not card.ephemeral or card.interaction is None:
        return False
    lifetime = evidence.scene.discord.limits.token_lifetime
    return message.created_at >= card.interaction.created_at + lifetime


def _place(job: Job, message: Message) -> Iterator[str]:
    """See to it that a private picture is seen by its member alone, and that others are told."""
    direct = message.channel.recipient
    if direct is not None and direct.id != job["user_id"]:
        yield "its picture was sent to somebody else"
    if job["private"] and not message.ephemeral and direct is None:
        yield "its picture is private, and was posted in a channel"
    is_new = message.interaction is None
    if is_new and message.nonce != str(job["id"]):
        yield f"its message has the nonce {message.nonce}"
    if is_new and job["user_id"] not in {user.id for user in message.pings}:
        yield "its member was not mentioned"


def _news(evidence: Evidence, job: Job) -> Iterator[str]:
    shown = evidence.pictures.get(job["remote_id"], [])
    if not all(message.deleted for message in shown):  # posted at the moment it was cancelled
        yield f"is {job['state']}, but its picture was posted, and not taken back"
    cards = evidence.cards[job["id"]]
    said = [c.text() for c in cards if not c.deleted or _was_dismissed(evidence, job, c)]
    if not any(TOLD[job["state"]] in text for text in said) and not _is_hermits(evidence, job):
        yield f"is {job['state']}, but its member reads {said}"


def _was_dismissed(evidence: Evidence, job: Job, message: Message) -> bool:
    """Tell whether its member dismissed the card so late that the picture was on it."""
    dismiss = {member.user.id for member in evidence.scene.members if member.dismisses}
    return message.ephemeral and job["user_id"] in dismiss


def _is_list(message: Message) -> bool:
    return message.interaction is not None and message.interaction.name.startswith("/jobs")


def _is_hermits(evidence: Evidence, job: Job) -> bool:
    hermits = {member.user.id for member in evidence.scene.members if member.is_hermit}
    return job["user_id"] in hermits
