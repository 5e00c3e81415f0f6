"""Writes the limits that settings name to the database, where every other rule stands."""

from __future__ import annotations

from bot.settings import Settings
from db.database import Database
from db.limits import LimitRepository
from db.models import Ledger, Limit, Scope, Window


async def write_limits(database: Database, settings: Settings) -> None:
    """Make the database hold what QUOTA_PER_DAY and the settings CREDITS_… say now."""
    limits = LimitRepository(database)
    for ledger, scope, window, amount in (
        (Ledger.QUOTA, Scope.MEMBER, Window.DAY, settings.quota_per_day),
        (Ledger.CREDITS, Scope.OPERATOR, Window.DAY, settings.credits_per_day),
        (Ledger.CREDITS, Scope.OPERATOR, Window.MONTH, settings.credits_per_month),
        (Ledger.POT, Scope.SERVER, Window.DAY, settings.server_credits_per_day),
        (Ledger.POT, Scope.SERVER, Window.MONTH, settings.server_credits_per_month),
    ):
        rule = Limit(
            ledger=ledger,
            scope=scope,
            scope_id=0,
            guild_id=0,
            window=window,
            amount=amount or 0,
        )
        if amount is None:
            await limits.remove(rule)
        else:
            await limits.set(rule)
