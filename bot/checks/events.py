"""Community events: how many there are, and whether what is due of them has happened."""

from __future__ import annotations

from bot.checks.finding import Finding, fail, ok, warn
from db.database import Database
from db.event_checks import check_events, check_punctuality
from db.event_retention import EventRetentionRepository

_REMEDY = "keep a copy (faceswap-bot db backup) and report it as a bug"
_LATE = "start the bot; if it runs, its log says what Discord refuses"


async def check_events_of(database: Database) -> list[Finding]:
    """Look at the rows of events, and at the clock."""
    wrong = await check_events(database)
    late = await check_punctuality(database)
    states = await EventRetentionRepository(database).count_by_state()
    summary = ", ".join(f"{count} {state}" for state, count in states.items() if count)
    return [
        ok(f"events: {summary or 'none yet'}"),
        *(fail(f"events: {problem}", _REMEDY) for problem in wrong),
        *(warn(f"events: {problem}", _LATE) for problem in late),
    ]
