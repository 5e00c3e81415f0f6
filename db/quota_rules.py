"""Which rules count for one member, here and now.

For each window one rule counts for a member: that for the member alone; or else what their roles
and the rule for everybody on the server make together; or else the operator's. In a community event
its own rules take the place of all of these, of the cooldown and of what a server may make
together; its pot, if something was set aside for it, that of the server's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.event_schema import servers
from db.models import JobState, Ledger, Limit, Scope, Stacking, Window
from db.quota_models import Perk
from db.quota_schema import perks
from db.rules import Requester, Rule, bucket_of, in_lock_order, whole_service
from db.schema import jobs, limits

ORDINARY_WEIGHT = 1.0
_PERK_FIELDS = tuple(field.name for field in fields(Perk))

# Built once, as in `db.transitions`.
_USER = sa.bindparam("of_user", type_=sa.BigInteger)
_GUILD = sa.bindparam("of_guild", type_=sa.BigInteger)
_EVENT = sa.bindparam("of_event", type_=sa.BigInteger)
_ROLES = sa.bindparam("of_roles", type_=sa.BigInteger, expanding=True)
_LIMITS = sa.select(limits).where(
    limits.c.ledger.in_((Ledger.QUOTA, Ledger.POT)),
    limits.c.guild_id.in_((0, _GUILD)),
    limits.c.event_id.in_((0, _EVENT)),
    sa.or_(
        whole_service(),
        sa.and_(limits.c.scope == Scope.MEMBER, limits.c.scope_id.in_((0, _USER))),
        sa.and_(limits.c.scope == Scope.ROLE, limits.c.scope_id.in_(_ROLES)),
        sa.and_(limits.c.scope == Scope.SERVER, limits.c.scope_id.in_((0, _GUILD)), _GUILD != 0),
        sa.and_(
            limits.c.scope == Scope.COMMUNITY_EVENT,
            limits.c.scope_id.in_((0, _EVENT)),
            _EVENT != 0,
        ),
    ),
)
_CHOICES = (
    sa.select(servers.c.stacking, servers.c.cooldown_seconds, perks)
    .outerjoin(
        perks,
        (perks.c.guild_id == servers.c.guild_id)
        & sa.or_(
            sa.and_(perks.c.scope == Scope.MEMBER, perks.c.scope_id == _USER),
            sa.and_(perks.c.scope == Scope.ROLE, perks.c.scope_id.in_(_ROLES)),
        ),
    )
    .where(servers.c.guild_id == _GUILD)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What counts for a member: rules in lock order, their weight, and how soon they may order."""

    own: tuple[Rule, ...]  # in pictures; where one is used up, a grant takes their place
    shared: tuple[Rule, ...]  # in pictures, together with others
    pot: tuple[Rule, ...]  # in credits, likewise
    weight: float = ORDINARY_WEIGHT
    cooldown: timedelta = timedelta()
    exempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choices:
    """What a server chose, and what this member has there."""

    stacking: Stacking = Stacking.BEST
    cooldown: timedelta = timedelta()
    weight: float = ORDINARY_WEIGHT
    exempt: bool = False


async def terms_of(connection: AsyncConnection, requester: Requester, *, now: datetime) -> Terms:
    """Look up what counts for this member: one statement for all limits, one for the server."""
    found = await _limits_for(connection, requester)
    choices = await _choices_for(connection, requester)
    quota = [limit for limit in found if limit.ledger is Ledger.QUOTA]
    own = _Own(requester, stacking=choices.stacking, now=now).rules(quota)
    exempt = choices.exempt and not requester.event_id
    return Terms(
        own=() if exempt else tuple(in_lock_order(own)),
        shared=tuple(
            in_lock_order([*_shared(quota, requester, now), *_shut(quota, requester, now)])
        ),
        pot=tuple(in_lock_order(_pot(found, requester, now))),
        weight=choices.weight,
        cooldown=timedelta() if exempt or requester.event_id else choices.cooldown,
        exempt=exempt,
    )


async def ready_at(
    connection: AsyncConnection, terms: Terms, requester: Requester
) -> datetime | None:
    """Tell until when the cooldown runs from the member's last order here; None: there is none.

    What failed is not counted. What was ordered in an event follows the event's rules.
    """
    if not terms.cooldown:
        return None
    last: datetime | None = await connection.scalar(
        sa.select(jobs.c.created_at)
        .where(
            jobs.c.user_id == requester.user_id,
            jobs.c.guild_id == requester.guild_id,
            jobs.c.event_id.is_(None),
            jobs.c.state.not_in((JobState.FAILED, JobState.UNCONFIRMED)),
        )
        .order_by(jobs.c.id.desc())
        .limit(1)
    )
    return None if last is None else last + terms.cooldown


async def pot_rules(connection: AsyncConnection, guild_id: int, *, now: datetime) -> list[Rule]:
    """Find the limits of a server's pot: its own, and what the operator lets each server have."""
    requester = Requester(user_id=0, guild_id=guild_id)
    return in_lock_order(_pot(await _limits_for(connection, requester), requester, now))


async def _limits_for(connection: AsyncConnection, requester: Requester) -> list[Limit]:
    rows = await connection.execute(_LIMITS, _values_of(requester))
    return [Limit(**row) for row in rows.mappings()]


async def _choices_for(connection: AsyncConnection, requester: Requester) -> _Choices:
    if not requester.guild_id:
        return _Choices()
    rows = await connection.execute(_CHOICES, _values_of(requester))
    found = rows.mappings().all()
    if not found:
        return _Choices()
    first = found[0]
    held = [
        Perk(**{name: row[name] for name in _PERK_FIELDS})
        for row in found
        if row["scope"] is not None
    ]
    return _Choices(
        stacking=first["stacking"],
        cooldown=timedelta(seconds=first["cooldown_seconds"]),
        weight=_weight(held),
        exempt=any(perk.exempt for perk in held),
    )


def _values_of(requester: Requester) -> dict[str, object]:
    return {
        "of_user": requester.user_id,
        "of_guild": requester.guild_id,
        "of_event": requester.event_id,
        "of_roles": list(requester.role_ids),
    }


def _weight(held: Sequence[Perk]) -> float:
    """Choose the member's own weight, or else the highest of their roles'."""
    for scope in (Scope.MEMBER, Scope.ROLE):
        weights = [perk.weight for perk in held if perk.scope is scope and perk.weight is not None]
        if weights:
            return max(weights)
    return ORDINARY_WEIGHT


class _Own:
    """Makes the rules that count one member alone."""

    def __init__(self, requester: Requester, *, stacking: Stacking, now: datetime) -> None:
        self._requester = requester
        self._stacking = stacking
        self._now = now

    def rules(self, quota: Iterable[Limit]) -> list[Rule]:
        by_window: dict[Window, list[Limit]] = {}
        for limit in quota:
            if limit.scope in {Scope.MEMBER, Scope.ROLE} and self._counts(limit):
                by_window.setdefault(limit.window, []).append(limit)
        return [
            rule for found in by_window.values() if (rule := self._effective(found)) is not None
        ]

    def _counts(self, limit: Limit) -> bool:
        """Tell whether a rule belongs to the event that is asked about, or to the everyday."""
        if not self._requester.event_id:
            return not limit.event_id and limit.window is not Window.EVENT
        return bool(limit.event_id) or limit.window is Window.EVENT

    def _effective(self, found: Sequence[Limit]) -> Rule | None:
        """Choose among the rules of one window; None: the operator has shut the booth."""
        here = _of_event_rather(limit for limit in found if limit.guild_id)
        special = [limit for limit in here if self._is_for_member_alone(limit)]
        if special:
            return self._rule(special)
        if here and self._stacking is Stacking.ADD:
            return self._rule(here)
        if here:
            return self._rule([max(here, key=lambda limit: limit.amount)])
        operators = _special_rather(found)
        return self._rule([operators]) if operators.amount else None

    def _is_for_member_alone(self, limit: Limit) -> bool:
        return limit.scope is Scope.MEMBER and limit.scope_id == self._requester.user_id

    def _rule(self, sources: Sequence[Limit]) -> Rule:
        """Count the member in one bucket, whichever rules say how much: roles come and go."""
        first = sources[0]
        together = replace(
            first,
            scope=Scope.MEMBER,
            scope_id=self._requester.user_id,
            event_id=self._requester.event_id,
            amount=sum(limit.amount for limit in sources),
        )
        bucket = bucket_of(together, scope_id=self._requester.user_id, now=self._now)
        limit = first if len(sources) == 1 else together
        return Rule(bucket=bucket, limit=limit, sources=tuple(sources))


def _of_event_rather(found: Iterable[Limit]) -> list[Limit]:
    """Of two rules for the same, one for every event and one for this, keep the latter."""
    chosen = {
        (limit.scope, limit.scope_id): limit
        for limit in sorted(found, key=lambda limit: limit.event_id)
    }
    return sorted(chosen.values(), key=lambda limit: (limit.scope, limit.scope_id))


def _special_rather(found: Iterable[Limit]) -> Limit:
    """Of a rule for each one and a rule for this one, choose the latter."""
    return max(found, key=lambda limit: (limit.scope_id, limit.event_id))


def _shut(quota: Iterable[Limit], requester: Requester, now: datetime) -> list[Rule]:
    """Find where the operator lets the member make nothing at all: no organiser changes that."""
    operators: dict[Window, list[Limit]] = {}
    for limit in quota:
        if limit.scope is Scope.MEMBER and not limit.guild_id and not limit.event_id:
            operators.setdefault(limit.window, []).append(limit)
    return [
        Rule(bucket=bucket_of(limit, scope_id=requester.user_id, now=now), limit=limit)
        for limit in map(_special_rather, operators.values())
        if limit.amount == 0
    ]


def _shared(quota: Iterable[Limit], requester: Requester, now: datetime) -> list[Rule]:
    scopes = {Scope.COMMUNITY_EVENT, Scope.OPERATOR}
    if not requester.event_id:
        scopes.add(Scope.SERVER)
    return _one_for_each([limit for limit in quota if limit.scope in scopes], requester, now)


def _pot(found: Iterable[Limit], requester: Requester, now: datetime) -> list[Rule]:
    pots = [limit for limit in found if limit.ledger is Ledger.POT]
    set_aside = [limit for limit in pots if limit.scope is Scope.COMMUNITY_EVENT]
    return _one_for_each(set_aside or pots, requester, now)


def _one_for_each(found: Iterable[Limit], requester: Requester, now: datetime) -> list[Rule]:
    """Make rules that are counted for all together: of each scope, place and window one."""
    chosen: dict[tuple[Scope, int, Window], list[Limit]] = {}
    for limit in found:
        chosen.setdefault((limit.scope, limit.guild_id, limit.window), []).append(limit)
    scope_ids = {
        Scope.SERVER: requester.guild_id,
        Scope.COMMUNITY_EVENT: requester.event_id,
    }
    return [
        Rule(bucket=bucket_of(limit, scope_id=scope_ids.get(limit.scope, 0), now=now), limit=limit)
        for limit in map(_special_rather, chosen.values())
    ]
