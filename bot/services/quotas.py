"""Quotas as members see them and organisers make them; `db.quota_rules` says what counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.quota_errors import NotTogether, TooManyToAsk, WhomUnclear
from bot.services.quota_export import written
from db.event_models import ServerChoices
from db.models import Scope, Stacking, Window
from db.quota_desk import Organiser, QuotaDesk
from db.quota_models import Grant, QuotaOverview, ServerQuotas, Taken, Whom
from db.quota_views import QuotaViews
from db.rules import Requester
from db.servers import ServerRepository

CHANGES_SHOWN = 6
MOST_ASKED = 500  # members whose roles are asked for, one request each
_CHANGES_EXPORTED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of a server with their roles; the server is 0 in direct messages."""

    user_id: int
    guild_id: int
    role_ids: frozenset[int] = frozenset()

    @property
    def as_requester(self) -> Requester:
        return Requester(user_id=self.user_id, guild_id=self.guild_id, role_ids=self.role_ids)

    @property
    def as_organiser(self) -> Organiser:
        return Organiser(user_id=self.user_id, guild_id=self.guild_id)


class Quotas:
    """All that `/quota` can do."""

    def __init__(
        self,
        *,
        desk: QuotaDesk,
        views: QuotaViews,
        servers: ServerRepository,
        clock: Callable[[], datetime],
    ) -> None:
        self._desk = desk
        self._views = views
        self._servers = servers
        self._clock = clock

    async def choices(self, guild_id: int) -> ServerChoices:
        return await self._servers.get(guild_id)

    async def overview(self, person: Person) -> QuotaOverview:
        """Tell a member what counts for them here."""
        return await self._views.of_member(person.as_requester)

    async def rules(self, guild_id: int) -> ServerQuotas:
        """Tell organisers what counts on their server, with the latest changes."""
        return await self._views.of_server(guild_id, changes=CHANGES_SHOWN)

    async def export(self, guild_id: int) -> bytes:
        """Write all of that, and every change, as a CSV file."""
        found = await self._views.of_server(guild_id, changes=_CHANGES_EXPORTED)
        return written(found, at=self._clock())

    async def set_limit(
        self, by: Person, whom: Whom, *, window: Window, amount: int | None
    ) -> int | None:
        """Make, change or take away a rule; returns what it was."""
        return await self._desk.set_limit(by.as_organiser, whom, window=window, amount=amount)

    async def set_together(self, by: Person, *, window: Window, amount: int | None) -> int | None:
        """Say how many pictures everybody may make together; returns what it was.

        Raises NotTogether.
        """
        if window is Window.EVENT:
            raise NotTogether
        return await self._desk.set_together(by.as_organiser, window=window, amount=amount)

    async def set_pot(self, by: Person, *, window: Window, amount: int | None) -> int | None:
        """Say how many credits the server may use; returns what it was."""
        return await self._desk.set_pot(by.as_organiser, window=window, amount=amount)

    async def set_stacking(self, by: Person, stacking: Stacking) -> Stacking:
        """Say whether rules of several roles add up; returns what it was."""
        return await self._desk.set_stacking(by.as_organiser, stacking)

    async def set_cooldown(self, by: Person, seconds: int) -> int:
        """Say how long members wait between two orders; returns what it was."""
        return await self._desk.set_cooldown(by.as_organiser, seconds)

    async def set_weight(self, by: Person, whom: Whom, weight: float) -> None:
        """Give a member or role more turns of the queue than others, or fewer."""
        ordinary = weight == 1
        await self._desk.set_weight(by.as_organiser, whom, None if ordinary else weight)

    async def set_exempt(self, by: Person, whom: Whom, *, exempt: bool) -> None:
        """Have no rule for single members count for a member or role, or have them count."""
        await self._desk.set_exempt(by.as_organiser, whom, exempt=exempt)

    async def grant(self, by: Person, whom: Whom, *, amount: int, days: int) -> Grant:
        """Give pictures on top of the rules, for so many days."""
        expires_at = self._clock() + timedelta(days=days)
        return await self._desk.grant(by.as_organiser, whom, amount=amount, expires_at=expires_at)

    async def take(self, by: Person, whom: Whom, *, amount: int, member: Person | None) -> Taken:
        """Take pictures back; `member` is the one it is about, with their roles."""
        return await self._desk.take(
            by.as_organiser,
            whom,
            amount=amount,
            requester=None if member is None else member.as_requester,
        )

    async def counted(self, guild_id: int) -> frozenset[int]:
        """List who would have to be asked about a role to reset it; raises TooManyToAsk."""
        found = await self._desk.counted(guild_id)
        if len(found) > MOST_ASKED:
            raise TooManyToAsk(len(found))
        return found

    async def reset(self, by: Person, whom: Whom, *, members: frozenset[int] | None = None) -> int:
        """Have windows begin anew, of a role those of its `members`; returns what is forgotten."""
        return await self._desk.reset(by.as_organiser, whom, members=members)


def whom_of(guild_id: int, *, member_id: int | None, role_id: int | None) -> Whom:
    """Say whom a command is about; raises WhomUnclear.

    The role that everybody has is called like its server, and means everybody.
    """
    if member_id is not None and role_id is not None:
        raise WhomUnclear
    if member_id is not None:
        return Whom(scope=Scope.MEMBER, scope_id=member_id)
    if role_id is not None and role_id != guild_id:
        return Whom(scope=Scope.ROLE, scope_id=role_id)
    return Whom(scope=Scope.SERVER, scope_id=guild_id)
