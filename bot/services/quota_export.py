"""A server's quotas as one table: rules, perks, grants, what is used, and every change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.services.spreadsheets import table
from db.models import Ledger, Limit, Scope, Usage, Window
from db.quota_models import QuotaChange, ServerQuotas

COLUMNS = (
    "record", "who", "what", "window", "amount", "used", "until", "at", "by", "before", "after",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A line of the table; what does not apply stays empty."""

    record: str
    who: str = ""
    what: str = ""
    window: Window | None = None
    amount: float | None = None
    used: int | None = None
    until: datetime | None = None
    at: datetime | None = None
    by: str = ""
    before: str | None = None
    after: str | None = None

    @property
    def cells(self) -> tuple[object, ...]:
        return (
            self.record,
            self.who,
            self.what,
            self.window,
            self.amount,
            self.used,
            _time(self.until),
            _time(self.at),
            self.by,
            self.before,
            self.after,
        )


def written(found: ServerQuotas, *, at: datetime) -> bytes:
    """Write the table; people and roles are named as Discord shows them where it is pasted.

    So a spreadsheet takes their numbers, which are too long for it, as text.
    """
    first = _Row(record="export", who=f"server {found.choices.guild_id}", at=at)
    return table(COLUMNS, (row.cells for row in (first, *_rows(found))))


def _rows(found: ServerQuotas) -> Iterator[_Row]:
    yield _Row(record="choice", what="stacking of roles", after=found.choices.stacking)
    yield _Row(record="choice", what="cooldown seconds", amount=found.choices.cooldown_seconds)
    used = {(u.limit.ledger, u.limit.window): u for u in (*found.pot, *found.together)}
    for limit in (*found.limits, *found.defaults):
        yield _rule(limit, used)
    for perk in found.perks:
        who = _who(perk.scope, perk.scope_id)
        yield _Row(record="perk", who=who, what="weight", amount=perk.weight or 1)
        if perk.exempt:
            yield _Row(record="perk", who=who, what="exempt from rules for members")
    for grant in found.grants:
        yield _Row(
            record="grant",
            who=_who(grant.scope, grant.scope_id),
            what="pictures for each",
            amount=grant.amount,
            until=grant.expires_at,
            at=grant.granted_at,
            by=f"<@{grant.granted_by}>",
        )
    for use in found.use:
        who = _who(Scope.MEMBER, use.user_id)
        yield _Row(record="use", who=who, what="pictures", window=use.window, used=use.used)
    yield from map(_change, found.changes)


def _rule(limit: Limit, used: dict[tuple[Ledger, Window], Usage]) -> _Row:
    what = "credits together" if limit.ledger is Ledger.POT else "pictures for each"
    if limit.ledger is Ledger.QUOTA and limit.scope is Scope.SERVER:
        what = "pictures together"
    usage = used.get((limit.ledger, limit.window)) if limit.scope is Scope.SERVER else None
    return _Row(
        record="rule" if limit.guild_id else "rule of the operator",
        who=_who(limit.scope, limit.scope_id),
        what=what,
        window=limit.window,
        amount=limit.amount,
        used=None if usage is None or usage.limit != limit else usage.used,
        until=None if usage is None or usage.limit != limit else usage.resets_at,
    )


def _change(change: QuotaChange) -> _Row:
    return _Row(
        record="change",
        who=_who(change.scope, change.scope_id),
        what=change.kind,
        window=change.window,
        at=change.at,
        by=f"<@{change.actor_id}>" if change.actor_id else "somebody erased",
        before=change.before,
        after=change.after,
    )


def _who(scope: Scope, scope_id: int) -> str:
    match scope:
        case Scope.ROLE:
            return f"<@&{scope_id}>"
        case Scope.MEMBER if scope_id:
            return f"<@{scope_id}>"
        case _:
            return "everybody"


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
