"""The steps a job can be asked to take, as values: from where, to where, under which token."""

from __future__ import annotations

from datetime import datetime

from db.models import FailureReason, JobState
from db.transitions import Change, Keep

_WORKER, _MEMBER, _ORGANISER, _OPERATOR = "worker", "member", "organiser", "operator"
_START, _RESTORE = "start", "restore"
_SENT_WHERE = ("submit_token", "backend", "api_version")

_QUEUED = frozenset({JobState.QUEUED})
_SUBMITTING = frozenset({JobState.SUBMITTING})
_UNCONFIRMED = frozenset({JobState.UNCONFIRMED})
_SUBMITTED = frozenset({JobState.SUBMITTED})
_COMPLETED = frozenset({JobState.COMPLETED})
_WAITING = frozenset({JobState.QUEUED, JobState.SUBMITTED})
_CANCELLABLE = _WAITING | _COMPLETED
_POSTABLE = frozenset({JobState.COMPLETED, JobState.UNDELIVERABLE})


def postponed(token: str, *, until: datetime) -> Change:
    """Go back into the queue: the request certainly did not reach the API."""
    return Change(
        origins=_SUBMITTING,
        to=JobState.QUEUED,
        actor=_WORKER,
        token=token,
        values={"not_before": until, **dict.fromkeys(_SENT_WHERE), "idempotent": False},
    )


def refused(token: str, reason: FailureReason) -> Change:
    """End: the API said no, and charged nothing."""
    return _failed(_SUBMITTING, reason, actor=_WORKER, token=token)


def submitted(token: str, *, remote_id: str, at: datetime, deadline_at: datetime) -> Change:
    """Go on: the API gave an id, perhaps after the job was given up as unconfirmed."""
    return Change(
        origins=_SUBMITTING | _UNCONFIRMED,
        to=JobState.SUBMITTED,
        actor=_WORKER,
        token=token,
        values={"remote_id": remote_id, "submitted_at": at, "deadline_at": deadline_at},
    )


def unconfirmed(token: str) -> Change:
    """Stop: it was sent, and nobody knows whether it arrived."""
    return Change(origins=_SUBMITTING, to=JobState.UNCONFIRMED, actor=_WORKER, token=token)


def interrupted() -> Change:
    """Stop: the bot ended while it was being sent."""
    return Change(origins=_SUBMITTING, to=JobState.UNCONFIRMED, actor=_START)


def perhaps_sent(backend: str, *, attempt: int) -> Change:
    """Stop: since the copy was made that says it is queued, it may have been sent."""
    return Change(
        origins=_QUEUED,
        to=JobState.UNCONFIRMED,
        actor=_RESTORE,
        values={"backend": backend, "attempts": attempt, "not_before": None},
    )


def overtaken() -> Change:
    """End: it may have been made since the copy was made that says it is queued."""
    return _failed(_QUEUED, FailureReason.RESTORED, actor=_RESTORE)


def resolved(reason: FailureReason, *, actor: str) -> Change:
    """End: the operator has looked whether it was charged."""
    return _failed(_UNCONFIRMED, reason, actor=actor)


def offered_again() -> Change:
    """Go back: the operator wants the picture posted again, which had found no place."""
    return Change(
        origins=frozenset({JobState.UNDELIVERABLE}),
        to=JobState.COMPLETED,
        actor=_OPERATOR,
        detail="to be posted again",
    )


def requeued(*, at: datetime) -> Change:
    """Go back into the queue: the operator wants a failed job sent once more, as a new try.

    Its wait starts anew, or it would be too old at once; its place in the queue is its old one.
    """
    nothing = ("failure", "not_before", "told", "submitted_at", "deadline_at", "cancel_wished_at")
    return Change(
        origins=frozenset({JobState.FAILED}),
        to=JobState.QUEUED,
        actor=_OPERATOR,
        detail="to be sent once more",
        values={
            **dict.fromkeys((*nothing, "remote_id", *_SENT_WHERE)),
            "idempotent": False,
            "created_at": at,
        },
    )


def completed(picture: str, *, note: str | None) -> Change:
    """Go on: the picture is verified and on disk, and perhaps the studio says what it shows."""
    return Change(
        origins=_SUBMITTED,
        to=JobState.COMPLETED,
        actor=_WORKER,
        values={"picture": picture, "note": note},
    )


def failed(reason: FailureReason) -> Change:
    """End: it was never sent, or the API could not finish it."""
    return _failed(_WAITING, reason, actor=_WORKER)


def cancelled() -> Change:
    """End: its member wished so; nothing of it is posted."""
    return Change(origins=_CANCELLABLE, to=JobState.CANCELLED, actor=_MEMBER)


def called_off() -> Change:
    """End: its event is cancelled, and it was not sent yet."""
    return Change(
        origins=frozenset({JobState.QUEUED}),
        to=JobState.CANCELLED,
        actor=_ORGANISER,
        detail="its event was cancelled",
    )


def cancelled_unsent(token: str | None) -> Change:
    """End: its member wished so while it was being sent, and the API did not take it."""
    return Change(origins=_SUBMITTING, to=JobState.CANCELLED, actor=_MEMBER, token=token)


def delivered(*, channel_id: int, message_id: int, keep_original: bool) -> Change:
    """End: the picture is posted, so the member has seen it, if perhaps in a smaller form."""
    return Change(
        origins=_POSTABLE,
        to=JobState.DELIVERED,
        actor=_WORKER,
        picture=Keep.FOR_DOWNLOAD if keep_original else None,
        values={
            "result_channel_id": channel_id,
            "message_id": message_id,
            "told": JobState.DELIVERED,
        },
    )


def undeliverable() -> Change:
    """Stop: every place refused the picture, which waits for its member to ask."""
    return Change(origins=_COMPLETED, to=JobState.UNDELIVERABLE, actor=_WORKER)


def lost() -> Change:
    """End: the picture is gone from the disk before its member had it."""
    reason = FailureReason.PICTURE_LOST
    return Change(
        origins=_POSTABLE,
        to=JobState.FAILED,
        actor=_WORKER,
        detail=reason,
        values={"failure": reason, "picture": None, "picture_delete_at": None},
    )


def _failed(
    origins: frozenset[JobState], reason: FailureReason, *, actor: str, token: str | None = None
) -> Change:
    return Change(
        origins=origins,
        to=JobState.FAILED,
        actor=actor,
        detail=reason,
        token=token,
        values={"failure": reason},
    )
