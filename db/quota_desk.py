"""What organisers change of their server's quotas; each change is written down with who made it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.clock import Clock, utc_now
from db.database import Database
from db.event_schema import servers
from db.limits import LIMIT_KEY
from db.models import Ledger, Limit, Scope, Stacking, Window
from db.quota_models import ChangeKind, Grant, Perk, Taken, Whom
from db.quota_schema import grants, perks, quota_changes
from db.quota_taking import counted, reset, take
from db.rules import Requester
from db.schema import limits
from db.sqlite import insert_missing, insert_or_replace

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organiser:
    """Who changes something, and for which server."""

    user_id: int
    guild_id: int


class QuotaDesk:
    """Where organisers make their rules; each method is one transaction."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def set_limit(
        self, by: Organiser, whom: Whom, *, window: Window, amount: int | None
    ) -> int | None:
        """Make a rule for a member, or each one of a role or server; None: take it away.

        Returns the amount before; None: there was no rule.
        """
        everybody = whom.scope is Scope.SERVER
        limit = Limit(
            ledger=Ledger.QUOTA,
            scope=Scope.MEMBER if everybody else whom.scope,
            scope_id=0 if everybody else whom.scope_id,
            guild_id=by.guild_id,
            window=window,
            amount=amount or 0,
        )
        return await self._set(by, ChangeKind.LIMIT, whom, limit, amount=amount)

    async def set_together(
        self, by: Organiser, *, window: Window, amount: int | None
    ) -> int | None:
        """Say how many pictures everybody on the server may make together; as above."""
        limit = _of_server(by, Ledger.QUOTA, window=window, amount=amount)
        return await self._set(by, ChangeKind.TOGETHER, _server(by), limit, amount=amount)

    async def set_pot(self, by: Organiser, *, window: Window, amount: int | None) -> int | None:
        """Say how many credits the server may use; as above."""
        limit = _of_server(by, Ledger.POT, window=window, amount=amount)
        return await self._set(by, ChangeKind.POT, _server(by), limit, amount=amount)

    async def set_stacking(self, by: Organiser, stacking: Stacking) -> Stacking:
        """Say what counts of several roles' rules; returns what counted before."""

        async def unit(connection: AsyncConnection) -> Stacking:
            before = await _choice(connection, by, servers.c.stacking, stacking)
            await _record(
                connection,
                self._change(by, ChangeKind.STACKING, _server(by), before=before, after=stacking),
            )
            return Stacking(before)

        return await self._database.write(unit)

    async def set_cooldown(self, by: Organiser, seconds: int) -> int:
        """Say how long a member waits between two orders; returns what it was."""

        async def unit(connection: AsyncConnection) -> int:
            before = await _choice(connection, by, servers.c.cooldown_seconds, seconds)
            change = self._change(
                by, ChangeKind.COOLDOWN, _server(by), before=str(before), after=str(seconds)
            )
            await _record(connection, change)
            return int(before)

        return await self._database.write(unit)

    async def set_weight(self, by: Organiser, whom: Whom, weight: float | None) -> float | None:
        """Give a member or a role another weight in the queue; None: the ordinary one."""

        async def unit(connection: AsyncConnection) -> float | None:
            before = (await _perk(connection, by, whom, {"weight": weight})).weight
            change = self._change(
                by, ChangeKind.WEIGHT, whom, before=_text(before), after=_text(weight)
            )
            await _record(connection, change)
            return before

        return await self._database.write(unit)

    async def set_exempt(self, by: Organiser, whom: Whom, *, exempt: bool) -> bool:
        """Have the rules for single members count for a member or role, or not."""

        async def unit(connection: AsyncConnection) -> bool:
            before = (await _perk(connection, by, whom, {"exempt": exempt})).exempt
            change = self._change(
                by, ChangeKind.EXEMPT, whom, before=_yes(before), after=_yes(exempt)
            )
            await _record(connection, change)
            return before

        return await self._database.write(unit)

    async def grant(self, by: Organiser, whom: Whom, *, amount: int, expires_at: datetime) -> Grant:
        """Give a member, or each one of a role or server, pictures on top of the rules."""

        async def unit(connection: AsyncConnection) -> Grant:
            values = {
                "guild_id": by.guild_id,
                **asdict(whom),
                "amount": amount,
                "expires_at": expires_at,
                "granted_by": by.user_id,
                "granted_at": self._clock(),
            }
            made = await connection.execute(sa.insert(grants).values(values).returning(grants))
            after = f"{amount}, until {expires_at:%Y-%m-%d %H:%M} UTC"
            await _record(connection, self._change(by, ChangeKind.GRANT, whom, after=after))
            return Grant(**made.mappings().one())

        return await self._database.write(unit)

    async def take(
        self, by: Organiser, whom: Whom, *, amount: int, requester: Requester | None = None
    ) -> Taken:
        """Take pictures back: of open grants first, then of what a member's rules leave.

        `requester` is the member with their roles; a role or a server has grants only.
        """

        async def unit(connection: AsyncConnection) -> Taken:
            taken = await take(
                connection,
                whom,
                guild_id=by.guild_id,
                amount=amount,
                requester=requester,
                now=self._clock(),
            )
            change = self._change(
                by,
                ChangeKind.TAKEN,
                whom,
                after=f"{taken.in_all} ({taken.of_grants} granted, {taken.of_rules} of the rules)",
            )
            await _record(connection, change)
            return taken

        return await self._database.write(unit)

    async def counted(self, guild_id: int) -> frozenset[int]:
        """List the members of whom something counts on a server just now."""
        return await self._database.read(lambda c: counted(c, guild_id=guild_id, now=self._clock()))

    async def reset(
        self, by: Organiser, whom: Whom, *, members: Collection[int] | None = None
    ) -> int:
        """Have the windows of a member, or everybody, begin anew; returns the pictures forgotten.

        `members` are those who have a role. What is being made stays counted; grants and events are
        left as they are.
        """
        if whom.scope is Scope.MEMBER:
            members = (whom.scope_id,)

        async def unit(connection: AsyncConnection) -> int:
            forgotten = await reset(connection, members, guild_id=by.guild_id, now=self._clock())
            change = self._change(by, ChangeKind.RESET, whom, before=str(forgotten), after="0")
            await _record(connection, change)
            return forgotten

        return await self._database.write(unit)

    async def _set(
        self, by: Organiser, kind: ChangeKind, whom: Whom, limit: Limit, *, amount: int | None
    ) -> int | None:
        async def unit(connection: AsyncConnection) -> int | None:
            is_it = [limits.c[name] == getattr(limit, name) for name in LIMIT_KEY]
            before = await connection.scalar(sa.select(limits.c.amount).where(*is_it))
            if amount is None:
                await connection.execute(sa.delete(limits).where(*is_it))
            else:
                await connection.execute(insert_or_replace(limits, asdict(limit), key=LIMIT_KEY))
            change = self._change(
                by, kind, whom, window=limit.window, before=_text(before), after=_text(amount)
            )
            await _record(connection, change)
            return None if before is None else int(before)

        return await self._database.write(unit)

    def _change(
        self,
        by: Organiser,
        kind: ChangeKind,
        whom: Whom,
        *,
        window: Window | None = None,
        before: str | None = None,
        after: str | None = None,
    ) -> dict[str, object]:
        return {
            "guild_id": by.guild_id,
            "at": self._clock(),
            "actor_id": by.user_id,
            "kind": kind,
            **asdict(whom),
            "window": window,
            "before": before,
            "after": after,
        }


async def _record(connection: AsyncConnection, change: dict[str, object]) -> None:
    await connection.execute(sa.insert(quota_changes).values(change))


async def _choice(connection: AsyncConnection, by: Organiser, column: sa.Column[T], value: T) -> T:
    """Change what a server chose; returns what it was."""
    await connection.execute(insert_missing(servers, {"guild_id": by.guild_id}))
    is_it = servers.c.guild_id == by.guild_id
    before = await connection.scalar(sa.select(column).where(is_it))
    await connection.execute(sa.update(servers).where(is_it).values({column: value}))
    return before  # type: ignore[return-value]


async def _perk(
    connection: AsyncConnection, by: Organiser, whom: Whom, changed: Mapping[str, object]
) -> Perk:
    """Change one of the perks of a member or role; returns what they had."""
    key = {"guild_id": by.guild_id, **asdict(whom)}
    # The row of the server is what perks are looked up through.
    await connection.execute(insert_missing(servers, {"guild_id": by.guild_id}))
    await connection.execute(insert_missing(perks, {**key, "weight": None, "exempt": False}))
    is_it = sa.and_(*(perks.c[name] == value for name, value in key.items()))
    before = await connection.execute(sa.select(perks).where(is_it))
    await connection.execute(sa.update(perks).where(is_it).values(**changed))
    has_none = perks.c.weight.is_(None) & ~perks.c.exempt
    await connection.execute(sa.delete(perks).where(is_it, has_none))
    return Perk(**before.mappings().one())


def _server(by: Organiser) -> Whom:
    return Whom(scope=Scope.SERVER, scope_id=by.guild_id)


def _of_server(by: Organiser, ledger: Ledger, *, window: Window, amount: int | None) -> Limit:
    return Limit(
        ledger=ledger,
        scope=Scope.SERVER,
        scope_id=by.guild_id,
        guild_id=by.guild_id,
        window=window,
        amount=amount or 0,
    )


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:.15g}"


def _yes(value: bool) -> str:  # noqa: FBT001 - one word for one value
    return "yes" if value else "no"
