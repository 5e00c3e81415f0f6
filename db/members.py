"""What storage knows of a member besides jobs, and how all of it is erased."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.clock import Clock, utc_now
from db.database import Database
from db.event_schema import event_blocks, event_pictures, events
from db.ledgers import is_past
from db.models import Erased, JobState, Ledger, Scope
from db.quota_schema import grants, perks, quota_changes
from db.schema import IS_HELD, buckets, consents, jobs, members, reservations
from db.sqlite import insert_missing

NOBODY = 0

_COUNTS = ("id", "used", "archived")  # what is not a bucket's key
_FINAL = [state for state in JobState if state.is_final]
_FORGOTTEN = {
    "user_id": NOBODY,
    "channel_id": 0,  # that of a direct message leads to the member
    "prompt": None,
    "note": None,  # which repeats words of the prompt
    "caption": None,
    "locale": None,
    "submit_token": None,  # so that no late answer wakes the job
    "photo": None,
    "photo_delete_at": None,
    "picture": None,
    "picture_delete_at": None,
    "interaction_token": None,
    "token_expires_at": None,
    "card_channel_id": None,
    "card_message_id": None,
    "message_id": None,
    "result_channel_id": None,
    "told": jobs.c.state,  # nobody is left to be told
}


class MemberRepository:
    """Members as persons: what is kept about them can be erased."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def erase(self, user_id: int) -> Erased:
        """Forget a member; finished jobs stay as numbers, so that both ledgers still add up.

        Jobs under way are only named: they are to be ended first, and the member erased again.
        What counts in a window that has not ended stays too, or erasing would renew the quota; and
        so does a rule that organisers made for this member, or erasing would lift it.
        """

        async def unit(connection: AsyncConnection) -> Erased:
            await connection.execute(sa.delete(consents).where(consents.c.user_id == user_id))
            await connection.execute(sa.delete(members).where(members.c.user_id == user_id))
            await _forget_favours(connection, user_id)
            await _forget_past_windows(connection, buckets.c.scope_id == user_id, now=self._clock())
            await _forget_deeds(connection, user_id)
            return await _forget_jobs(connection, user_id)

        return await self._database.write(unit)

    async def forget_past_windows(self) -> int:
        """Take members' ids out of all counts whose window has ended; tell how many there were."""

        async def unit(connection: AsyncConnection) -> int:
            everybody = buckets.c.scope_id != NOBODY
            return await _forget_past_windows(connection, everybody, now=self._clock())

        return await self._database.write(unit)


async def _forget_deeds(connection: AsyncConnection, user_id: int) -> None:
    """Let events go on without saying who organised them, or decided something there."""
    for column in (events.c.organiser_id, event_pictures.c.decided_by, event_blocks.c.blocked_by):
        await connection.execute(
            sa.update(column.table).where(column == user_id).values({column.name: NOBODY})
        )


async def _forget_favours(connection: AsyncConnection, user_id: int) -> None:
    """Forget what organisers gave the member, and whose changes were whose."""
    for table in (grants, perks):
        theirs = (table.c.scope == Scope.MEMBER) & (table.c.scope_id == user_id)
        await connection.execute(sa.delete(table).where(theirs))
    await connection.execute(
        sa.update(grants).where(grants.c.granted_by == user_id).values(granted_by=NOBODY)
    )
    await connection.execute(
        sa.update(quota_changes).where(quota_changes.c.actor_id == user_id).values(actor_id=NOBODY)
    )
    await connection.execute(
        sa.update(quota_changes)
        .where(quota_changes.c.scope == Scope.MEMBER, quota_changes.c.scope_id == user_id)
        .values(scope_id=NOBODY)
    )


async def _forget_jobs(connection: AsyncConnection, user_id: int) -> Erased:
    rows = await connection.execute(
        sa.select(jobs.c.id, jobs.c.state, jobs.c.photo, jobs.c.picture)
        .where(jobs.c.user_id == user_id)
        .order_by(jobs.c.id)
        .with_for_update()
    )
    found = rows.all()
    finished = [row for row in found if row.state.is_final]
    await connection.execute(
        sa.update(jobs)
        .where(jobs.c.user_id == user_id, jobs.c.state.in_(_FINAL))
        .values(**_FORGOTTEN)
    )
    return Erased(
        photos=frozenset(row.photo for row in finished if row.photo),
        pictures=frozenset(row.picture for row in finished if row.picture),
        open_job_ids=tuple(row.id for row in found if not row.state.is_final),
    )


async def _forget_past_windows(
    connection: AsyncConnection, whose: sa.ColumnElement[bool], *, now: datetime
) -> int:
    under_way = sa.select(reservations.c.bucket_id).where(IS_HELD)
    rows = await connection.execute(
        sa.select(buckets).where(
            buckets.c.ledger == Ledger.QUOTA,
            buckets.c.scope == Scope.MEMBER,
            whose,
            is_past(now),
            buckets.c.id.not_in(under_way),
        )
    )
    found = rows.mappings().all()
    for row in found:
        await _merge(connection, row)
    return len(found)


async def forget_counts_of(connection: AsyncConnection, event_id: int) -> None:
    """Take members' ids out of the counts of a community event."""
    rows = await connection.execute(
        sa.select(buckets).where(
            buckets.c.event_id == event_id,
            buckets.c.scope == Scope.MEMBER,
            buckets.c.scope_id != NOBODY,
        )
    )
    for row in rows.mappings().all():
        await _merge(connection, row)


async def _merge(connection: AsyncConnection, row: sa.RowMapping) -> None:
    """Add a member's bucket to nobody's bucket of the same window."""
    key = {name: row[name] for name in row if name not in _COUNTS} | {"scope_id": NOBODY}
    await connection.execute(insert_missing(buckets, {**key, "used": 0}))
    nobodys = await connection.scalar(
        sa.update(buckets)
        .where(*(buckets.c[name] == value for name, value in key.items()))
        .values(used=buckets.c.used + row["used"], archived=buckets.c.archived + row["archived"])
        .returning(buckets.c.id)
    )
    await connection.execute(
        sa.update(reservations)
        .where(reservations.c.bucket_id == row["id"])
        .values(bucket_id=nobodys)
    )
    await connection.execute(sa.delete(buckets).where(buckets.c.id == row["id"]))
