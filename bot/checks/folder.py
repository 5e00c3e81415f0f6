"""DATA_DIR: can it be written, is there room, and does a bot live in it."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from bot import health
from bot.checks.finding import Finding, fail, ok, warn
from bot.services.gate import Pause

_MEBIBYTE = 1024 * 1024
_LITTLE = 1024 * _MEBIBYTE
_REMEDIES = {
    Pause.KEY_REFUSED: "correct FACESWAP_API_KEY and start the bot again",
    Pause.OUT_OF_CREDITS: "buy credits; the bot finds out by itself",
}


def check_folder(folder: Path, *, least_free: int) -> list[Finding]:
    """Check the folder, or the one it will be made in."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        return [fail(f"DATA_DIR {folder}: {place} is not a folder", "write another path")]
    if not os.access(place, os.W_OK | os.X_OK):
        return [
            fail(f"DATA_DIR {folder}: {place} cannot be written", "give this user the right to")
        ]
    return [_check_room(folder, free=shutil.disk_usage(place).free, least_free=least_free)]


def check_heartbeat(path: Path, *, now: datetime | None = None) -> Finding:
    """Say whether a bot runs on this folder; either is fine."""
    beat = health.read(path)
    if beat is None:
        return ok("no bot is running on this DATA_DIR")
    problem = health.find_problem(beat, now=now or datetime.now(UTC))
    if problem is None:
        return ok(f"a bot is running (process {beat.pid})")
    return warn(problem, "fine if you stopped it; otherwise look at its log")


def check_gates(path: Path, *, now: datetime | None = None) -> list[Finding]:
    """Say to which back ends the running bot sends nothing, and why; it says so itself."""
    beat = health.read(path)
    if beat is None or health.find_problem(beat, now=now or datetime.now(UTC)) is not None:
        return []
    return [
        warn(
            f"the bot sends no jobs to {each.backend}: {each.pause.value} "
            f"(since {each.since:%Y-%m-%d %H:%M} UTC)",
            _REMEDIES.get(each.pause, "it is tried again by itself; look at that service"),
        )
        for each in beat.closed
    ]


def _check_room(folder: Path, *, free: int, least_free: int) -> Finding:
    room = f"DATA_DIR {folder}: {free // _MEBIBYTE} MB free"
    if free < least_free:
        return fail(room, "make room; below MIN_FREE_MB orders are refused")
    if free < _LITTLE:
        return warn(room, "make room soon")
    return ok(room)
