"""Rules of quotas and how much of them is used, for tests of what is said and shown of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from db.limits import LimitRepository
from db.models import Ledger, Limit, Scope, Usage, Window
from db.quota_views import QuotaViews
from db.rules import Requester

RESETS_AT = datetime(2026, 11, 22, tzinfo=UTC)
_ENDLESS = {Window.EVENT, Window.TOTAL}


def make_limit(scope: Scope = Scope.MEMBER, amount: int = 20, **changes: object) -> Limit:
    """Return the rule that everybody has so many pictures a day, but for these fields."""
    values: dict[str, object] = {
        "ledger": Ledger.QUOTA,
        "scope": scope,
        "scope_id": 0,
        "guild_id": 0,
        "window": Window.DAY,
        "amount": amount,
        **changes,
    }
    return Limit(**values)  # type: ignore[arg-type]


def make_usage(limit: Limit, *sources: Limit, used: int = 3) -> Usage:
    """Return how much of a rule is used; its window ends at midnight, if ever."""
    resets_at = None if limit.window in _ENDLESS else RESETS_AT
    return Usage(limit=limit, used=used, resets_at=resets_at, sources=sources or (limit,))


async def usages_of(limits: LimitRepository, user_id: int, guild_id: int = 0) -> tuple[Usage, ...]:
    """Ask how much of each rule that counts for a member is used."""
    views = QuotaViews(limits._database, clock=limits._clock)
    return (await views.of_member(Requester(user_id=user_id, guild_id=guild_id))).usages


def every_usage() -> Iterator[Usage]:
    """Every kind of rule there is: whose, where, for which window, and how much."""
    for window in Window:
        for amount in (0, 1, 20):
            for scope in Scope:
                for ledger in (Ledger.QUOTA, Ledger.POT):
                    for where in ({}, {"guild_id": 8, "scope_id": 8}, {"event_id": 3}):
                        limit = make_limit(scope, amount, window=window, ledger=ledger, **where)
                        yield make_usage(limit, used=amount)
    roles = [make_limit(Scope.ROLE, 3, scope_id=each, guild_id=8) for each in (31, 32)]
    yield make_usage(make_limit(amount=6, guild_id=8), *roles, used=6)
