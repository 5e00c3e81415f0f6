"""Jobs as text and as JSON for the operator: no prompts, no photos, no tokens. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.naming import clean
from db.desk import Record
from db.models import Job, JobKind, JobState, LedgerEntry, LogEntry

_HEADER = ("JOB", "STATE", "ORDERED (UTC)", "MEMBER", "SERVER", "WHAT", "CREDITS", "NOTE")
_GAP = "  "


def jobs_as_table(found: Sequence[Job]) -> str:
    """One line a job under a header."""
    if not found:
        return "no such jobs"
    return _columns([_HEADER, *(_row(job) for job in found)])


def jobs_as_json(found: Sequence[Job]) -> str:
    """One array of objects."""
    return json.dumps([_facts(job) for job in found], indent=2)


def record_as_text(record: Record) -> str:
    """Write a job's facts, then its log, then its ledger entries."""
    facts = [(f"{name}:", str(value)) for name, value in _facts(record.job).items() if value]
    log = [_log_row(entry) for entry in record.log]
    entries = [_entry_row(entry) for entry in record.entries] or [("none",)]
    parts = (_columns(facts), "log:", _columns(log, indent=_GAP), "ledgers:")
    return "\n".join((*parts, _columns(entries, indent=_GAP)))


def record_as_json(record: Record) -> str:
    """One object, with the log and the ledger entries as arrays in it."""
    log = [
        {
            "at": _moment(each.at),
            "from": each.from_state,
            "to": each.to_state,
            "actor": each.actor,
            "detail": each.detail,
        }
        for each in record.log
    ]
    ledgers = [
        {
            "ledger": each.ledger,
            "scope": each.scope,
            "window": each.window,
            "window_start": _moment(each.window_start),
            "attempt": each.attempt,
            "amount": each.amount,
            "state": each.state,
        }
        for each in record.entries
    ]
    return json.dumps({**_facts(record.job), "log": log, "ledgers": ledgers}, indent=2)


def _facts(job: Job) -> dict[str, str | int | bool | None]:
    return {
        "job": job.id,
        "state": job.state,
        "failure": job.failure,
        "ordered": _moment(job.created_at),
        "changed": _moment(job.updated_at),
        "member": job.user_id or None,
        "server": job.guild_id,
        "channel": job.channel_id or None,
        "what": _what(job),
        "private": job.private,
        "credits": job.cost,
        "attempts": job.attempts,
        "back_end": job.backend,
        "api_version": job.api_version,
        "api_number": job.remote_id,
        "told": job.told,
        "photo": _file(job.photo, job.photo_delete_at),
        "picture": _file(job.picture, job.picture_delete_at),
    }


def _row(job: Job) -> tuple[str, ...]:
    return (
        str(job.id),
        job.state,
        f"{job.created_at:%Y-%m-%d %H:%M}",
        str(job.user_id) if job.user_id else "erased",
        str(job.guild_id) if job.guild_id else "direct",
        _what(job),
        str(job.cost),
        _note(job),
    )


def _what(job: Job) -> str:
    """Name the filter; what somebody described in words stays theirs."""
    if job.kind is JobKind.PROMPT:
        return "from words"
    return clean(job.filter_name) if job.filter_name else f"filter {job.filter_id}"


def _note(job: Job) -> str:
    if job.failure is not None:
        return job.failure
    if job.state is JobState.UNDELIVERABLE:
        return "picture kept" if job.picture else "picture deleted"
    return f"at {job.backend}" if job.backend and not job.state.is_final else ""


def _file(name: str | None, delete_at: datetime | None) -> str | None:
    if name is None:
        return None
    return "kept" if delete_at is None else f"kept until {_moment(delete_at)}"


def _log_row(entry: LogEntry) -> tuple[str, ...]:
    step = f"{entry.from_state} -> {entry.to_state}" if entry.from_state else str(entry.to_state)
    return (_moment(entry.at), step, f"by {entry.actor}", entry.detail or "")


def _entry_row(entry: LedgerEntry) -> tuple[str, ...]:
    start = f"{entry.window_start:%Y-%m-%d}" if entry.window_start.timestamp() else ""
    attempt = f"attempt {entry.attempt}" if entry.attempt else "order"
    window = f"{entry.scope} {entry.window} {start}".rstrip()
    return (entry.ledger, window, attempt, str(entry.amount), entry.state)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _columns(rows: Iterable[tuple[str, ...]], *, indent: str = "") -> str:
    lines = list(rows)
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return (
        "\n".join(
            indent + _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            for row in lines
        )
        .replace(" \n", "\n")
        .rstrip()
    )
