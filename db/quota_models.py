"""Values of organisers' quotas, as `db.models` are those of jobs."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from db.models import Scope, Window


class ChangeKind(enum.StrEnum):
    """What an organiser changed of a server's quotas."""

    LIMIT = "limit"
    TOGETHER = "together"  # a limit for the whole server, in pictures
    POT = "pot"  # … in credits
    GRANT = "grant"
    TAKEN = "taken"
    RESET = "reset"
    STACKING = "stacking"
    COOLDOWN = "cooldown"
    WEIGHT = "weight"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """Whom a rule, a grant or a change is about; SERVER: everybody on it."""

    scope: Scope
    scope_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One row of `grants`: pictures on top of the rules, each made once, until it expires."""

    id: int
    guild_id: int
    scope: Scope  # of a role or a server: so much for each of its members
    scope_id: int
    amount: int
    expires_at: datetime
    granted_by: int
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Perk:
    """One row of `perks`: what a role or a member has besides amounts."""

    guild_id: int
    scope: Scope
    scope_id: int
    weight: float | None  # in the fair queue; None: the ordinary one
    exempt: bool  # from the rules for single members


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaChange:
    """One row of `quota_changes`: who changed what, from what to what."""

    id: int
    guild_id: int
    at: datetime
    actor_id: int  # 0: erased
    kind: ChangeKind
    scope: Scope
    scope_id: int
    window: Window | None
    before: str | None
    after: str | None
