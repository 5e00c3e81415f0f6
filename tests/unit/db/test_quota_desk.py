"""Organisers' rules: what counts for whom, that races exceed none of them, and who changed what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checks import check, check_ledgers
from db.database import Database
from db.errors import CooldownRunning, QuotaExceeded
from db.event_limits import write_event_limits
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.members import MemberRepository
from db.models import FailureReason, JobState, Ledger, ReservationState, Scope, Stacking, Window
from db.quota_desk import Organiser, QuotaDesk
from db.quota_models import ChangeKind, QuotaOverview, Whom
from db.quota_schema import grants
from db.quota_views import QuotaViews
from db.retention import RetentionRepository
from db.rules import Requester
from tests.support.events import insert_event
from tests.support.quotas import make_limit
from tests.unit.db.tools import (
    GUILD,
    MEMBER,
    START,
    ManualClock,
    claimed,
    daily_quota,
    job_in,
    new_job,
)

BOOSTER, VIP, STRANGER = 31, 32, 33
ROLES = frozenset({BOOSTER, VIP})
ORGANISER = Organiser(user_id=600, guild_id=GUILD)
EVERYBODY = Whom(scope=Scope.SERVER, scope_id=GUILD)
ME = Whom(scope=Scope.MEMBER, scope_id=MEMBER)
TOMORROW = datetime(2026, 11, 22, tzinfo=UTC)


def role(role_id: int) -> Whom:
    return Whom(scope=Scope.ROLE, scope_id=role_id)


class Server:
    """One server: its organiser's desk, and members who order as often as they may."""

    def __init__(self, database: Database, clock: ManualClock, beside: Database) -> None:
        self.database = database
        self.clock = clock
        self.desk = QuotaDesk(database, clock=clock)
        self.views = QuotaViews(database, clock=clock)
        self._doors = [JobRepository(each, clock=clock) for each in (database, beside)]
        self._orders = 0

    async def set(self, whom: Whom, amount: int | None, window: Window = Window.DAY) -> None:
        await self.desk.set_limit(ORGANISER, whom, window=window, amount=amount)

    async def order(self, user_id: int = MEMBER, **changes: object) -> int:
        self._orders += 1
        values = {"role_ids": ROLES, **changes}
        new = new_job(self._orders, user_id=user_id, **values)
        return (await self._doors[self._orders % 2].accept(new)).job.id

    async def orders(self, count: int = 20, **changes: Any) -> int:
        """Order many times at once through two connections; how many were accepted."""
        results = await asyncio.gather(
            *(self.order(**changes) for _ in range(count)), return_exceptions=True
        )
        refused = [result for result in results if isinstance(result, QuotaExceeded)]
        accepted = [result for result in results if isinstance(result, int)]
        assert len(refused) + len(accepted) == count
        return len(accepted)

    async def overview(self, **changes: object) -> QuotaOverview:
        values: dict[str, object] = {"user_id": MEMBER, "guild_id": GUILD, "role_ids": ROLES}
        return await self.views.of_member(Requester(**{**values, **changes}))  # type: ignore[arg-type]

    async def kinds(self) -> list[ChangeKind]:
        found = await self.views.of_server(GUILD, changes=50)
        return [change.kind for change in found.changes]


@pytest.fixture
async def server(database: Database, url: str, clock: ManualClock) -> AsyncGenerator[Server]:
    patience = timedelta(seconds=30)
    async with Database.open(url, exclusive=False, busy_timeout=patience) as beside:
        yield Server(database, clock, beside)


@pytest.mark.parametrize(
    ("rules", "stacking", "granted"),
    [
        ([(role(BOOSTER), 6)], Stacking.BEST, 6),
        ([(role(BOOSTER), 6), (role(VIP), 9)], Stacking.BEST, 9),
        ([(role(BOOSTER), 6), (role(VIP), 9)], Stacking.ADD, 15),
        ([(EVERYBODY, 5), (role(BOOSTER), 3)], Stacking.BEST, 5),
        ([(EVERYBODY, 5), (role(BOOSTER), 3)], Stacking.ADD, 8),
        ([(EVERYBODY, 5), (role(STRANGER), 9)], Stacking.ADD, 5),
        ([(EVERYBODY, 5), (role(BOOSTER), 9), (ME, 1)], Stacking.ADD, 1),
        ([(EVERYBODY, 1), (ME, 7)], Stacking.BEST, 7),
        ([(role(STRANGER), 9)], Stacking.BEST, 2),  # the operator's for everybody
    ],
)
async def test_orders_at_once_never_exceed_what_a_members_roles_make_together(
    server: Server,
    limits: LimitRepository,
    *,
    rules: list[tuple[Whom, int]],
    stacking: Stacking,
    granted: int,
) -> None:
    await limits.set(daily_quota(2))
    for whom, amount in rules:
        await server.set(whom, amount)
    await server.desk.set_stacking(ORGANISER, stacking)
    assert await server.orders() == granted
    assert await check_ledgers(server.database) == []


async def test_a_rule_is_named_by_what_it_was_made_of(server: Server) -> None:
    await server.set(EVERYBODY, 5)
    await server.set(role(BOOSTER), 3)
    await server.desk.set_stacking(ORGANISER, Stacking.ADD)
    await server.orders()
    with pytest.raises(QuotaExceeded) as caught:
        await server.order()
    usage = caught.value.usage
    assert (usage.limit.amount, usage.used, usage.resets_at) == (8, 8, TOMORROW)
    assert {(each.scope, each.scope_id, each.amount) for each in usage.sources} == {
        (Scope.MEMBER, 0, 5),
        (Scope.ROLE, BOOSTER, 3),
    }


async def test_a_role_that_is_lost_does_not_renew_what_was_used(server: Server) -> None:
    await server.set(EVERYBODY, 2)
    await server.set(role(BOOSTER), 5)
    assert await server.orders(4) == 4
    with pytest.raises(QuotaExceeded):
        await server.order(role_ids=frozenset())
    assert await server.orders() == 1


async def test_rules_of_different_windows_count_beside_each_other(
    server: Server, clock: ManualClock
) -> None:
    await server.set(EVERYBODY, 2, Window.HOUR)
    await server.set(EVERYBODY, 3)
    assert await server.orders() == 2
    clock.advance(timedelta(hours=1))
    assert await server.orders() == 1
    await server.set(EVERYBODY, None)
    assert await server.orders() == 1
    clock.advance(timedelta(days=1))
    assert await server.orders() == 2


async def test_everybody_together_and_the_pot_hold_for_exempt_members_too(server: Server) -> None:
    await server.set(EVERYBODY, 1)
    await server.desk.set_exempt(ORGANISER, role(BOOSTER), exempt=True)
    await server.desk.set_together(ORGANISER, window=Window.DAY, amount=7)
    assert await server.orders() == 7
    await server.desk.set_together(ORGANISER, window=Window.DAY, amount=None)
    await server.desk.set_pot(ORGANISER, window=Window.MONTH, amount=9)
    assert await server.orders() == 4  # at 2 credits each
    assert (await server.overview()).exempt
    assert await server.orders(role_ids=frozenset(), user_id=1) == 0
    assert await check_ledgers(server.database) == []


async def test_no_organiser_lets_a_server_use_more_than_the_operator_does(
    server: Server, limits: LimitRepository
) -> None:
    await limits.set(make_limit(Scope.SERVER, 9, ledger=Ledger.POT))  # of each server
    await server.desk.set_pot(ORGANISER, window=Window.DAY, amount=1000)
    assert await server.orders() == 4  # at 2 credits each
    assert await server.orders(guild_id=GUILD + 1) == 4
    with pytest.raises(QuotaExceeded) as caught:
        await server.order()
    assert caught.value.usage.limit.guild_id == 0
    assert [usage.remaining for usage in (await server.overview()).pot] == [1, 992]
    assert await check_ledgers(server.database) == []


async def test_the_operators_word_that_nobody_may_stands_above_all(
    server: Server, limits: LimitRepository
) -> None:
    await limits.set(daily_quota(0))
    await server.set(EVERYBODY, 5)
    await server.desk.set_exempt(ORGANISER, role(BOOSTER), exempt=True)
    await server.desk.grant(ORGANISER, ME, amount=3, expires_at=TOMORROW)
    assert await server.orders() == 0


# --- grants


async def test_grants_are_used_after_the_rules_each_once_and_until_they_expire(
    server: Server, clock: ManualClock
) -> None:
    await server.set(EVERYBODY, 2)
    later = START + timedelta(days=3)
    await server.desk.grant(ORGANISER, ME, amount=3, expires_at=later)
    await server.desk.grant(ORGANISER, role(BOOSTER), amount=2, expires_at=TOMORROW)
    await server.desk.grant(ORGANISER, role(STRANGER), amount=9, expires_at=later)
    assert await server.orders(3) == 3
    overview = await server.overview()
    assert [(each.grant.amount, each.used) for each in overview.grants] == [(2, 1), (3, 0)]
    assert await server.orders() == 4
    assert await server.orders(user_id=1) == 4  # of the role's grant each one has their own
    clock.now = later - timedelta(microseconds=1)
    assert await server.orders() == 2  # the rule's, of a new day
    assert await check_ledgers(server.database) == []


async def test_an_expired_grant_gives_nothing(server: Server, clock: ManualClock) -> None:
    await server.set(EVERYBODY, 0)
    await server.desk.grant(ORGANISER, EVERYBODY, amount=3, expires_at=TOMORROW)
    assert await server.orders(1) == 1
    clock.now = TOMORROW
    assert await server.orders() == 0
    assert (await server.overview()).grants == ()


async def test_an_expired_grant_is_deleted_with_the_last_of_its_jobs(
    server: Server, database: Database, jobs: JobRepository, clock: ManualClock
) -> None:
    await server.set(EVERYBODY, 0)
    await server.desk.grant(ORGANISER, EVERYBODY, amount=3, expires_at=TOMORROW)
    await server.order()
    retention = RetentionRepository(database)
    clock.now = TOMORROW + timedelta(days=1)
    await retention.delete_counts(ended_before=TOMORROW)
    assert await _count(database, grants) == 1  # a job is written to it
    await jobs.cancel(1)
    await jobs.record_told(1, JobState.CANCELLED)
    assert await retention.delete_jobs(finished_before=clock.now + timedelta(days=1)) == 0
    await jobs.forget_photo(1)
    assert await retention.delete_jobs(finished_before=clock.now + timedelta(days=1)) == 1
    await retention.delete_counts(ended_before=START)
    assert await _count(database, grants) == 1
    await retention.delete_counts(ended_before=TOMORROW)
    assert await _count(database, grants) == 0
    assert await check(database) == []


async def _count(database: Database, table: sa.Table) -> int:
    async def unit(connection: AsyncConnection) -> int:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)

    return await database.read(unit)


async def test_a_failed_picture_gives_its_grant_back(server: Server, jobs: JobRepository) -> None:
    await server.set(EVERYBODY, 0)
    await server.desk.grant(ORGANISER, ME, amount=1, expires_at=TOMORROW)
    await server.order()
    job, token = await claimed(jobs)
    assert await server.orders(2) == 0
    await jobs.refuse(job.id, token, FailureReason.NO_FACE)
    assert await server.orders() == 1


async def test_who_has_no_rule_uses_up_no_grant(server: Server) -> None:
    await server.desk.grant(ORGANISER, ME, amount=1, expires_at=TOMORROW)
    assert await server.orders() == 20
    assert (await server.overview()).grants[0].used == 0


# --- taking back, beginning anew


async def test_taking_takes_grants_first_and_never_more_than_there_is(server: Server) -> None:
    await server.set(EVERYBODY, 5)
    await server.desk.grant(ORGANISER, ME, amount=2, expires_at=TOMORROW)
    await server.order()
    me = Requester(user_id=MEMBER, guild_id=GUILD, role_ids=ROLES)
    taken = await server.desk.take(ORGANISER, ME, amount=3, requester=me)
    assert (taken.of_grants, taken.of_rules) == (2, 1)
    assert (await server.overview()).usages[0].used == 2
    taken = await server.desk.take(ORGANISER, ME, amount=99, requester=me)
    assert (taken.of_grants, taken.of_rules) == (0, 3)
    assert await server.orders() == 0
    assert await check(server.database) == []


async def test_taking_leaves_what_counts_on_other_servers_alone(
    server: Server, limits: LimitRepository
) -> None:
    await limits.set(daily_quota(5))
    me = Requester(user_id=MEMBER, guild_id=GUILD)
    taken = await server.desk.take(ORGANISER, ME, amount=3, requester=me)
    assert taken.in_all == 0
    assert await server.orders(guild_id=GUILD + 1) == 5


async def test_a_reset_begins_anew_but_for_what_is_being_made(
    server: Server, jobs: JobRepository
) -> None:
    await server.set(EVERYBODY, 3)
    await server.set(EVERYBODY, 9, Window.TOTAL)
    for number in (1001, 1002):
        await job_in(jobs, JobState.DELIVERED, interaction_id=number)
    await server.order()
    me = Requester(user_id=MEMBER, guild_id=GUILD)
    assert await server.orders() == 0
    assert await server.desk.reset(ORGANISER, ME) == 2
    assert [usage.used for usage in (await server.overview()).usages] == [1, 1]
    assert (await server.desk.take(ORGANISER, ME, amount=2, requester=me)).in_all == 2
    assert await server.orders() == 0
    assert await server.desk.reset(ORGANISER, EVERYBODY) == 2
    assert await server.orders() == 2
    await server.order(user_id=1)
    assert await check(server.database) == []


async def test_a_reset_gives_back_of_the_operators_quota_only_what_was_made_here(
    server: Server, jobs: JobRepository, limits: LimitRepository
) -> None:
    await limits.set(daily_quota(5))
    await job_in(jobs, JobState.DELIVERED, interaction_id=1001)
    for _ in range(3):
        await server.order(guild_id=GUILD + 1)
    assert await server.desk.counted(GUILD) == {MEMBER}
    assert await server.desk.counted(GUILD + 2) == frozenset()
    assert await server.desk.reset(ORGANISER, role(VIP), members=[]) == 0
    assert await server.desk.reset(ORGANISER, role(VIP), members=[MEMBER]) == 1
    assert (await server.overview()).usages[0].used == 3
    assert await check(server.database) == []


# --- cooldown, weight


async def test_a_cooldown_lets_one_of_many_in_and_says_when_the_next_may_come(
    server: Server, jobs: JobRepository, clock: ManualClock
) -> None:
    await server.desk.set_cooldown(ORGANISER, 90)
    results = await asyncio.gather(*(server.order() for _ in range(9)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, CooldownRunning)]
    assert len(refused) == 8
    assert refused[0].ready_at == START + timedelta(seconds=90)
    assert (await server.overview()).ready_at == START + timedelta(seconds=90)
    await server.order(user_id=1)
    await server.order(guild_id=GUILD + 1)
    event = await insert_event(server.database)
    await server.order(event_id=event.id)
    clock.advance(timedelta(seconds=89))
    with pytest.raises(CooldownRunning):
        await jobs.require_room(Requester(user_id=MEMBER, guild_id=GUILD), cost=2)
    clock.advance(timedelta(seconds=1))
    await server.order()
    await server.desk.set_exempt(ORGANISER, role(BOOSTER), exempt=True)
    assert await server.orders(3) == 3


async def test_a_failed_order_starts_no_cooldown(server: Server, jobs: JobRepository) -> None:
    await server.desk.set_cooldown(ORGANISER, 90)
    await server.order()
    job, token = await claimed(jobs)
    await jobs.refuse(job.id, token, FailureReason.NO_FACE)
    await server.order()


async def test_the_own_weight_goes_before_the_highest_of_the_roles(
    server: Server, jobs: JobRepository
) -> None:
    await server.desk.set_weight(ORGANISER, role(BOOSTER), 2.0)
    await server.desk.set_weight(ORGANISER, role(VIP), 3.0)
    await server.desk.set_weight(ORGANISER, role(STRANGER), 4.0)
    assert (await jobs.get(await server.order())).weight == 3.0
    assert await server.desk.set_weight(ORGANISER, ME, 0.5) is None
    assert (await jobs.get(await server.order())).weight == 0.5
    assert (await jobs.get(await server.order(guild_id=GUILD + 1))).weight == 1.0
    assert await server.desk.set_weight(ORGANISER, ME, None) == 0.5
    assert (await jobs.get(await server.order())).weight == 3.0


# --- in an event


async def test_in_an_event_a_role_may_have_more_than_other_guests(server: Server) -> None:
    event = await insert_event(server.database, guest_limit=2)
    await server.database.write(lambda c: write_event_limits(c, event))
    await server.set(EVERYBODY, 1)
    await server.set(role(BOOSTER), 4, Window.EVENT)
    assert await server.orders(event_id=event.id) == 4
    assert await server.orders(event_id=event.id, user_id=1, role_ids=frozenset()) == 2
    await server.set(Whom(scope=Scope.MEMBER, scope_id=1), 3, Window.EVENT)
    assert await server.orders(event_id=event.id, user_id=1) == 1
    ((shown, usages),) = (await server.overview()).events
    assert (shown.id, [(usage.limit.amount, usage.used) for usage in usages]) == (
        event.id,
        [(4, 4)],
    )
    assert await check(server.database) == []


# --- what is written down and shown


async def test_every_change_is_written_down_with_who_made_it_and_what_it_was(
    server: Server,
) -> None:
    await server.set(EVERYBODY, 5)
    await server.set(EVERYBODY, 7)
    await server.set(EVERYBODY, None)
    await server.desk.set_pot(ORGANISER, window=Window.DAY, amount=100)
    await server.desk.set_cooldown(ORGANISER, 30)
    await server.desk.set_stacking(ORGANISER, Stacking.ADD)
    await server.desk.set_weight(ORGANISER, role(BOOSTER), 2.0)
    await server.desk.set_exempt(ORGANISER, role(BOOSTER), exempt=True)
    await server.desk.grant(ORGANISER, ME, amount=3, expires_at=TOMORROW)
    await server.desk.take(ORGANISER, ME, amount=1)
    await server.desk.reset(ORGANISER, EVERYBODY)
    found = await server.views.of_server(GUILD, changes=50)
    assert {(change.actor_id, change.at) for change in found.changes} == {(600, START)}
    assert [
        (change.kind, change.scope, change.before, change.after) for change in found.changes
    ] == [
        (ChangeKind.RESET, Scope.SERVER, "0", "0"),
        (ChangeKind.TAKEN, Scope.MEMBER, None, "1 (1 granted, 0 of the rules)"),
        (ChangeKind.GRANT, Scope.MEMBER, None, "3, until 2026-11-22 00:00 UTC"),
        (ChangeKind.EXEMPT, Scope.ROLE, "no", "yes"),
        (ChangeKind.WEIGHT, Scope.ROLE, None, "2"),
        (ChangeKind.STACKING, Scope.SERVER, "best", "add"),
        (ChangeKind.COOLDOWN, Scope.SERVER, "0", "30"),
        (ChangeKind.POT, Scope.SERVER, None, "100"),
        (ChangeKind.LIMIT, Scope.SERVER, "7", None),
        (ChangeKind.LIMIT, Scope.SERVER, "5", "7"),
        (ChangeKind.LIMIT, Scope.SERVER, None, "5"),
    ]
    assert (await server.views.of_server(GUILD + 1, changes=50)).changes == ()


async def test_a_members_history_tells_pictures_once_and_what_became_of_them(
    server: Server, jobs: JobRepository
) -> None:
    await server.set(EVERYBODY, 3)
    await server.set(EVERYBODY, 9, Window.TOTAL)
    await server.desk.grant(ORGANISER, ME, amount=1, expires_at=TOMORROW)
    made = await job_in(jobs, JobState.DELIVERED, interaction_id=1001)
    cancelled = await server.order()
    await jobs.cancel(cancelled)
    waiting = [await server.order() for _ in range(3)]
    overview = await server.overview()
    assert [(each.job_id, each.state, each.granted) for each in overview.pictures] == [
        (waiting[2], ReservationState.HELD, True),
        (waiting[1], ReservationState.HELD, False),
        (waiting[0], ReservationState.HELD, False),
        (cancelled, ReservationState.RETURNED, False),
        (made.id, ReservationState.SPENT, False),
    ]
    assert [change.kind for change in overview.changes] == [
        ChangeKind.GRANT,
        ChangeKind.LIMIT,
        ChangeKind.LIMIT,
    ]
    assert (await server.overview(user_id=1)).pictures == ()


async def test_a_hundred_rules_cost_one_query_and_no_statement_more(
    server: Server, url: str
) -> None:
    await server.set(EVERYBODY, 50)
    await server.order()  # makes the bucket
    few = await _statements(url, 2001, role_ids=ROLES)
    roles = frozenset(range(1000, 1100))
    for number in sorted(roles):
        await server.set(role(number), number)
        await server.desk.set_weight(ORGANISER, role(number), 2.0)
    many = await _statements(url, 2002, role_ids=roles)
    assert len(many) == len(few)
    looked_up = [statement for statement in many if "FROM limits" in statement]
    assert len(looked_up) == 2  # one for the member, one for the operator's caps


async def _statements(url: str, interaction_id: int, **changes: object) -> list[str]:
    """Accept a job on a connection of its own; what was asked of the database."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        async with Database.open(url, exclusive=False) as opened:
            jobs = JobRepository(opened, clock=lambda: START)
            await jobs.accept(new_job(interaction_id, **changes))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return seen


async def test_an_erased_member_is_in_no_grant_perk_or_change(
    server: Server, database: Database, clock: ManualClock
) -> None:
    await server.set(EVERYBODY, 0)
    await server.set(ME, 0)  # stays: erasing must not lift it
    await server.desk.set_weight(ORGANISER, ME, 2.0)
    await server.desk.grant(ORGANISER, ME, amount=3, expires_at=TOMORROW)
    await server.desk.grant(ORGANISER, EVERYBODY, amount=2, expires_at=TOMORROW)
    assert await server.orders(2) == 2
    for user_id in (MEMBER, ORGANISER.user_id):
        await _erase(server, user_id)
    assert await server.orders() == 2  # of the grant to everybody, what was left
    found = await server.views.of_server(GUILD, changes=50)
    assert [grant.scope for grant in found.grants] == [Scope.SERVER]
    assert {grant.granted_by for grant in found.grants} == {0}
    assert {change.actor_id for change in found.changes} == {0}
    assert MEMBER not in {change.scope_id for change in found.changes}
    assert found.perks == ()
    assert [each.scope_id for each in found.limits] == [0, MEMBER]
    clock.now = TOMORROW
    members = MemberRepository(database, clock=clock)
    await _erase(server, MEMBER)
    assert await members.forget_past_windows() == 0  # the expired grants' are nobody's by now
    assert await check(database) == []


async def _erase(server: Server, user_id: int) -> None:
    """End what is under way, and erase the member, as /privacy does."""
    jobs = JobRepository(server.database, clock=server.clock)
    for job in await jobs.list_unfinished_for_member(user_id):
        await jobs.cancel(job.id)
    await MemberRepository(server.database, clock=server.clock).erase(user_id)
