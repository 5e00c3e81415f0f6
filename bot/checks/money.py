"""The operator's money: what is held and spent, and how much of each cap that is."""

from __future__ import annotations

from bot.checks.finding import Finding, ok, warn
from bot.services.budget import WARN_AT
from db.database import Database
from db.limits import LimitRepository
from db.models import Usage


async def check_money(database: Database) -> list[Finding]:
    """Report the credits, and each cap as it stands since the last start."""
    limits = LimitRepository(database)
    money = await limits.credits()
    return [
        ok(f"credits: {money.spent} spent and {money.held} held in all"),
        *(_judge(usage) for usage in await limits.caps()),
    ]


def _judge(usage: Usage) -> Finding:
    limit = usage.limit
    what = f"credits: {usage.used} of {limit.amount} used this {limit.window}"
    if usage.used < WARN_AT * limit.amount:
        return ok(what)
    until = f"wait until {usage.resets_at:%Y-%m-%d %H:%M} UTC" if usage.resets_at else "wait"
    remedy = f"raise CREDITS_PER_{limit.window.upper()} and start again, or {until}"
    if usage.used > limit.amount:  # never by a job: each is held to the cap when it is claimed
        what += ", more than the cap: it was lowered"
    return warn(what, remedy)
