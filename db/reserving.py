"""What an accepted job holds for its member and server, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.errors import CooldownRunning, QuotaExceeded
from db.grants import open_grant
from db.ledgers import Holding, hold, usages_of
from db.quota_rules import Terms, ready_at, terms_of
from db.rules import Requester, Rule

_PICTURES_PER_JOB = 1


async def reserve(
    connection: AsyncConnection, requester: Requester, terms: Terms, *, cost: int, now: datetime
) -> list[Holding]:
    """Hold a picture under the rules for members, and its credits in the server's pot.

    CooldownRunning, QuotaExceeded: one of them has no room. The caller's transaction is then to be
    rolled back, which takes out what was added before.
    """
    await _require_patience(connection, requester, terms, now=now)
    return [
        *await _own(connection, requester, terms, now=now),
        *await hold(connection, terms.shared, amount=_PICTURES_PER_JOB, now=now),
        *await hold(connection, terms.pot, amount=cost, now=now),
    ]


async def require_quota(
    connection: AsyncConnection, requester: Requester, *, cost: int, now: datetime
) -> None:
    """Raise what `reserve` would, and hold nothing."""
    terms = await terms_of(connection, requester, now=now)
    await _require_patience(connection, requester, terms, now=now)
    try:
        await _require_left(connection, terms.own, amount=_PICTURES_PER_JOB, now=now)
    except QuotaExceeded:
        if await open_grant(connection, requester, now=now) is None:
            raise
    await _require_left(connection, terms.shared, amount=_PICTURES_PER_JOB, now=now)
    await _require_left(connection, terms.pot, amount=cost, now=now)


async def _require_patience(
    connection: AsyncConnection, requester: Requester, terms: Terms, *, now: datetime
) -> None:
    ready = await ready_at(connection, terms, requester)
    if ready is not None and ready > now:
        raise CooldownRunning(ready, terms.cooldown)


async def _require_left(
    connection: AsyncConnection, rules: Sequence[Rule], *, amount: int, now: datetime
) -> None:
    for usage in await usages_of(connection, rules, now=now):
        if amount and usage.used + amount > usage.limit.amount:
            raise QuotaExceeded(usage)


async def _own(
    connection: AsyncConnection, requester: Requester, terms: Terms, *, now: datetime
) -> Sequence[Holding]:
    """Hold the picture under the member's own rules, or from a grant where these are used up."""
    try:
        return await hold(connection, terms.own, amount=_PICTURES_PER_JOB, now=now)
    except QuotaExceeded:
        grant = await open_grant(connection, requester, now=now)
        if grant is None:
            raise
        return await hold(connection, [grant], amount=_PICTURES_PER_JOB, now=now)
