"""The steps a job can be asked to take, as values: from where, to where, under which token."""

from __future__ import annotations

from datetime import datetime

from db.models import FailureReason, JobState
from db.transitions import Change, Keep

_WORKER, _MEMBER, _START = "worker", "member", "start"

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
        values={
            "not_before": until,
            "submit_token": None,
            "backend": None,
            "api_version": None,
            "idempotent": False,
        },
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


def resolved(reason: FailureReason, *, actor: str) -> Change:
    """End: the operator has looked whether it was charged."""
    return _failed(_UNCONFIRMED, reason, actor=actor)


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
