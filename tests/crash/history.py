"""All that is known of one job of a crash run, in the order of time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from tests.crash.orders import mark_of
from tests.crash.scene import Scene

WORDS = 100


def history(scene: Scene, job: dict[str, Any], mark: str | None) -> str:
    """Tell a job's story: its log, the API's calls, Discord's requests, the strikes."""
    lines: list[tuple[datetime, str]] = []
    for step in scene.book.table("SELECT * FROM job_log WHERE job_id = ? ORDER BY id", job["id"]):
        at = datetime.fromtimestamp(step["at"] / 1_000_000, tz=UTC)
        words = (
            f"{step['from_state']} → {step['to_state']} by {step['actor']} {step['detail'] or ''}"
        )
        lines.append((at, f"log      {words}"))
    lines += _calls(scene, job, mark)
    lines += _requests(scene, job)
    first, last = min(at for at, _ in lines), max(at for at, _ in lines)
    for strike in scene.strikes:
        if first <= strike.until and strike.since <= last:
            lines.append((strike.since, f"STRIKE   {strike.kind.value}: {strike.moment}"))
            lines.append((strike.until, "well again"))
    row = {name: value for name, value in job.items() if value is not None}
    story = "\n".join(f"{at:%H:%M:%S.%f}  {words}" for at, words in sorted(lines))
    return f"job {job['id']}, {mark}\n{row}\n{story}"


def _calls(scene: Scene, job: dict[str, Any], mark: str | None) -> list[tuple[datetime, str]]:
    lines = [
        (call.at, f"api      {call.path} {call.remote_id} paid={call.was_paid}")
        for call in scene.api.submissions
        if mark_of(call) == mark
    ]
    asked = [call for call in scene.api.status_calls if call.remote_id == job["remote_id"]]
    return lines + [(call.at, f"api      {call.path}") for call in asked if call.remote_id]


def _requests(scene: Scene, job: dict[str, Any]) -> list[tuple[datetime, str]]:
    """Find what Discord was asked about the job: its card, its buttons, its messages."""
    known = {str(job[name]) for name in ("card_message_id", "message_id") if job[name]}
    lines = []
    for request in scene.discord.requests:
        body = json.dumps(request.json)
        if f"job:{job['id']}:" in body or known & set(request.path.split("/")):
            path = request.path if len(request.path) < WORDS else f"…{request.path[-40:]}"
            files = f" {sorted(request.files)}" if request.files else ""
            at = request.at.astimezone(UTC)
            lines.append((at, f"discord  {request.method} {path} → {request.status}{files}"))
    return lines
