"""Values of organisers' quotas, as `db.models` are those of jobs."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from db.event_models import Event, ServerChoices
from db.models import Limit, ReservationState, Scope, Usage, Window


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many pictures were taken back, and of what."""

    of_grants: int
    of_rules: int

    @property
    def in_all(self) -> int:
        return self.of_grants + self.of_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGrant:
    """A grant that has not expired, and how much of it one member has used."""

    grant: Grant
    used: int

    @property
    def remaining(self) -> int:
        return max(0, self.grant.amount - self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A picture in a member's history: whether it counts, may yet, or was given back."""

    job_id: int
    at: datetime
    state: ReservationState
    granted: bool  # made from a grant
    in_event: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaOverview:
    """All that a member may know of their quota in one place."""

    usages: tuple[Usage, ...]  # of the rules that count here, the member's own first
    pot: tuple[Usage, ...]  # of the server, in credits
    grants: tuple[OpenGrant, ...]
    exempt: bool
    weight: float
    cooldown_seconds: int
    ready_at: datetime | None  # when the cooldown is over; None: none is running
    events: tuple[tuple[Event, tuple[Usage, ...]], ...]  # that are open here
    pictures: tuple[Counted, ...]  # newest first
    changes: tuple[QuotaChange, ...]  # that concern the member, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberUse:
    """How many pictures of a member count in a window that has not ended."""

    user_id: int
    window: Window
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerQuotas:
    """All that organisers may know of their server's quotas."""

    choices: ServerChoices
    limits: tuple[Limit, ...]  # the server's own
    defaults: tuple[Limit, ...]  # the operator's, for members and servers
    pot: tuple[Usage, ...]
    together: tuple[Usage, ...]
    perks: tuple[Perk, ...]
    grants: tuple[Grant, ...]  # that have not expired
    changes: tuple[QuotaChange, ...]  # newest first
    use: tuple[MemberUse, ...]
