"""The jobs in storage: each method is one transaction, and wrong states change nothing.

What a step does to quota, credits and files stands in `db.transitions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db import cancelling, job_lists, queue, steps
from db.bounds import Bounds, require_room
from db.budget import require_credits
from db.clock import Clock, utc_now
from db.columns import Timestamp
from db.database import Database
from db.errors import JobNotFound, RemoteIdTaken
from db.ledgers import settle
from db.models import (
    Acceptance,
    FailureReason,
    Job,
    JobState,
    Ledger,
    Made,
    NewJob,
    Recovered,
    ReferencedFiles,
    ReservationState,
)
from db.reserving import require_quota
from db.rules import Requester
from db.schema import jobs
from db.transitions import Change, Periods, change


class JobRepository:
    """All that happens to jobs.

    `periods` say how long files are kept, `bounds` how many jobs may wait and run at the same time.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock = utc_now,
        periods: Periods | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._periods = periods or Periods()
        self._bounds = bounds or Bounds()

    # --- into the queue and out of it

    async def accept(self, new: NewJob) -> Acceptance:
        """Queue a job and reserve its quota.

        QuotaExceeded, CooldownRunning and QueueFull name what refuses it.
        """

        async def unit(connection: AsyncConnection) -> Acceptance:
            return await queue.accept(connection, new, bounds=self._bounds, now=self._clock())

        return await self._database.write(unit)

    async def require_room(self, requester: Requester, *, cost: int) -> None:
        """Raise what `accept` would if a job of this member would find no room just now."""

        async def unit(connection: AsyncConnection) -> None:
            now, guild_id = self._clock(), requester.guild_id or None
            await require_room(
                connection, self._bounds, user_id=requester.user_id, guild_id=guild_id
            )
            await require_quota(connection, requester, cost=cost, now=now)
            await require_credits(connection, cost=cost, now=now)

        await self._database.read(unit)

    async def claim(
        self,
        *,
        backend: str,
        swap_version: str,
        prompt_version: str,
        idempotent: bool,
        accepted_after: datetime | None = None,
    ) -> Job | None:
        """Take the next job for submission; None: nothing to do.

        Jobs accepted before `accepted_after` are passed over: they are too old to be sent. Token,
        attempt and held credits are durable when this returns. QuotaExceeded if the operator's caps
        have room for none of those that may start; nothing is changed then.
        """
        destination = queue.Destination(
            backend=backend,
            swap_version=swap_version,
            prompt_version=prompt_version,
            idempotent=idempotent,
        )

        async def unit(connection: AsyncConnection) -> Job | None:
            return await queue.claim(
                connection,
                destination,
                accepted_after=accepted_after,
                bounds=self._bounds,
                now=self._clock(),
                periods=self._periods,
            )

        return await self._database.write(unit)

    async def position(self, job_id: int) -> int | None:
        """Tell the place in the queue, 1 being next; None if the job is not queued.

        Who runs as many as allowed is counted after those who do not.
        """
        return await self._database.read(lambda c: queue.position(c, job_id, bounds=self._bounds))

    # --- from one state to the next: TransitionRefused if it is in another, or the token differs

    async def postpone(self, job_id: int, token: str, *, until: datetime) -> Job:
        """Put a job that was certainly not sent back into the queue, not to be taken before."""
        return await self._answered(job_id, steps.postponed(token, until=until))

    async def refuse(self, job_id: int, token: str, reason: FailureReason) -> Job:
        """End a job that the API refused: nothing was charged."""
        return await self._answered(job_id, steps.refused(token, reason))

    async def record_submitted(
        self, job_id: int, token: str, remote_id: str, deadline_at: datetime
    ) -> Job:
        """Store the id the API gave, even if it comes after the job was unconfirmed."""
        step = steps.submitted(
            token, remote_id=remote_id, at=self._clock(), deadline_at=deadline_at
        )
        try:
            return await self._answered(job_id, step)
        except IntegrityError as error:
            raise RemoteIdTaken(job_id, remote_id) from error

    async def record_unconfirmed(self, job_id: int, token: str) -> Job:
        """Note that nobody knows whether the submission arrived: quota back, credits held."""
        return await self._change(job_id, steps.unconfirmed(token))

    async def resolve(self, job_id: int, *, charged: bool, actor: str) -> Job:
        """End an unconfirmed job as the operator's bill says."""
        if charged:
            reason, into = FailureReason.RESOLVED_CHARGED, ReservationState.SPENT
        else:
            reason, into = FailureReason.RESOLVED_NOT_CHARGED, ReservationState.RETURNED

        async def unit(connection: AsyncConnection) -> Job:
            job = await self._changed(connection, job_id, steps.resolved(reason, actor=actor))
            await settle(connection, Ledger.CREDITS, job_id=job_id, into=into)
            return job

        return await self._database.write(unit)

    async def complete(self, job_id: int, picture: str, *, note: str | None = None) -> Job:
        """Note that the picture is verified and on disk under this name.

        `note` is what the studio understood of a prompt: words for the member, never for the log.
        """
        return await self._change(job_id, steps.completed(picture, note=note))

    async def fail(self, job_id: int, reason: FailureReason) -> Job:
        """End a job that was never sent, or that the API could not finish."""
        return await self._change(job_id, steps.failed(reason))

    async def cancel(self, job_id: int) -> Job:
        """End a job at its member's wish; what was submitted stays paid for.

        A job that is being sent stays so, with the wish written down: the answer to its submission
        then ends it, whichever method stores that.
        """
        return await self._database.write(
            lambda c: cancelling.cancel(c, job_id, now=self._clock(), periods=self._periods)
        )

    async def record_delivered(
        self, job_id: int, channel_id: int, message_id: int, *, keep_original: bool = False
    ) -> Job:
        """Note where the picture was posted; the member has then been told.

        `keep_original`: it was posted in a smaller form, and the original can be asked for.
        """
        step = steps.delivered(
            channel_id=channel_id, message_id=message_id, keep_original=keep_original
        )
        return await self._change(job_id, step)

    async def record_undeliverable(self, job_id: int) -> Job:
        """Note that every place refused the picture; it waits for its member to ask."""
        return await self._change(job_id, steps.undeliverable())

    async def record_picture_lost(self, job_id: int) -> Job:
        """Note that the picture is gone before its member had it: the quota comes back."""
        return await self._change(job_id, steps.lost())

    async def recover(self) -> Recovered:
        """Settle at start what was being submitted when the bot ended."""

        async def unit(connection: AsyncConnection) -> Recovered:
            found = await job_lists.in_state(connection, JobState.SUBMITTING)
            unconfirmed = [
                await self._changed(connection, job.id, steps.interrupted())
                for job in found
                if not job.idempotent
            ]
            resend = tuple(job for job in found if job.idempotent)
            return Recovered(unconfirmed=tuple(unconfirmed), resend=resend)

        return await self._database.write(unit)

    # --- notes that change no state

    async def record_told(self, job_id: int, state: JobState) -> None:
        """Note which state the member was shown last; nothing if the job is in another by now."""
        statement = (
            sa.update(jobs)
            .where(jobs.c.id == job_id, jobs.c.state == state)
            .values(told=state, updated_at=self._clock())
        )
        await self._database.write(lambda c: c.execute(statement))

    async def set_card(self, job_id: int, channel_id: int, message_id: int) -> None:
        """Note where the job's card is."""
        await self._note(job_id, {"card_channel_id": channel_id, "card_message_id": message_id})

    async def renew_token(
        self, job_id: int, token: str, expires_at: datetime, *, card: tuple[int, int] | None = None
    ) -> None:
        """Store the interaction token that a button press gave.

        `card`: channel and message that it was pressed on: it lives, whatever was thought of it.
        """
        values: dict[str, object] = {"interaction_token": token, "token_expires_at": expires_at}
        if card is not None:
            values["card_channel_id"], values["card_message_id"] = card
        await self._note(job_id, values)

    async def forget_token(self, job_id: int, token: str) -> None:
        """Note that Discord takes this interaction token no more; a newer one stays."""
        values = {"interaction_token": None, "token_expires_at": None}
        await self._forget(job_id, jobs.c.interaction_token == token, values)

    async def forget_card(self, job_id: int, message_id: int) -> None:
        """Note that this card cannot be found any more; its number stays, and so does another."""
        await self._forget(job_id, jobs.c.card_message_id == message_id, {"card_channel_id": None})

    async def forget_photo(self, job_id: int) -> None:
        """Note that the photo's file is deleted."""
        await self._note(job_id, {"photo": None, "photo_delete_at": None})

    async def forget_picture(self, job_id: int) -> None:
        """Note that the picture's file is deleted."""
        await self._note(job_id, {"picture": None, "picture_delete_at": None})

    async def release_files(self, job_id: int) -> None:
        """Note that neither photo nor picture is needed any longer."""
        now = sa.literal(self._clock(), Timestamp)  # untyped, it would be stored as text
        values = {
            "photo_delete_at": sa.case((jobs.c.photo.is_not(None), now)),
            "picture_delete_at": sa.case((jobs.c.picture.is_not(None), now)),
        }
        await self._note(job_id, values)

    async def forget_expired_tokens(self) -> int:
        """Drop interaction tokens that Discord takes no more; tell how many there were."""
        values = {"interaction_token": None, "token_expires_at": None}

        async def unit(connection: AsyncConnection) -> int:
            dropped = await connection.execute(
                sa.update(jobs).where(jobs.c.token_expires_at <= self._clock()).values(**values)
            )
            return dropped.rowcount

        return await self._database.write(unit)

    # --- questions

    async def get(self, job_id: int) -> Job:
        return await self._database.read(lambda c: job_lists.get(c, job_id))

    async def list_for_member(self, user_id: int, *, limit: int) -> tuple[Job, ...]:
        return await self._database.read(lambda c: job_lists.of_member(c, user_id, limit=limit))

    async def list_kept_for_member(self, user_id: int) -> tuple[Job, ...]:
        """List a member's jobs with a picture to be had: not posted, or an original."""
        now = self._clock()
        return await self._database.read(lambda c: job_lists.kept_of_member(c, user_id, now=now))

    async def list_waiting_for_member(self, user_id: int) -> tuple[Job, ...]:
        """List those of them that could not be posted."""
        kept = await self.list_kept_for_member(user_id)
        return tuple(job for job in kept if job.state is JobState.UNDELIVERABLE)

    async def list_unfinished_for_member(self, user_id: int) -> tuple[Job, ...]:
        return await self._database.read(lambda c: job_lists.unfinished_of_member(c, user_id))

    async def list_submitted(self) -> tuple[Job, ...]:
        return await self._database.read(lambda c: job_lists.in_state(c, JobState.SUBMITTED))

    async def list_completed(self) -> tuple[Job, ...]:
        return await self._database.read(lambda c: job_lists.in_state(c, JobState.COMPLETED))

    async def list_unconfirmed(self) -> tuple[Job, ...]:
        return await self._database.read(lambda c: job_lists.in_state(c, JobState.UNCONFIRMED))

    async def list_untold(self) -> tuple[Job, ...]:
        return await self._database.read(job_lists.untold)

    async def may_be_posted(self, job_id: int) -> bool:
        """Tell whether the picture of a cancelled job may have been posted all the same."""
        return await self._database.read(lambda c: job_lists.may_be_posted(c, job_id))

    async def list_queued(self, *, limit: int) -> tuple[Job, ...]:
        return await self._database.read(
            lambda c: queue.upcoming(c, bounds=self._bounds, limit=limit)
        )

    async def list_stale_queued(self, before: datetime) -> tuple[Job, ...]:
        return await self._database.read(lambda c: job_lists.queued_since(c, before))

    async def list_files_due(self, now: datetime) -> tuple[Job, ...]:
        return await self._database.read(lambda c: job_lists.files_due(c, now))

    async def list_latest_made(self, *, limit: int) -> tuple[Made, ...]:
        return await self._database.read(lambda c: job_lists.latest_made(c, limit=limit))

    async def count_by_state(self) -> dict[JobState, int]:
        return await self._database.read(job_lists.count_by_state)

    async def referenced_files(self) -> ReferencedFiles:
        return await self._database.read(job_lists.referenced_files)

    async def backends_of_open_jobs(self) -> frozenset[str]:
        return await self._database.read(job_lists.backends_of_open_jobs)

    async def _change(self, job_id: int, step: Change) -> Job:
        return await self._database.write(lambda c: self._changed(c, job_id, step))

    async def _answered(self, job_id: int, step: Change) -> Job:
        return await self._database.write(
            lambda c: cancelling.answered(c, job_id, step, now=self._clock(), periods=self._periods)
        )

    async def _changed(self, connection: AsyncConnection, job_id: int, step: Change) -> Job:
        return await change(connection, job_id, step, now=self._clock(), periods=self._periods)

    async def _forget(
        self, job_id: int, still: sa.ColumnElement[bool], values: Mapping[str, object]
    ) -> None:
        statement = sa.update(jobs).where(jobs.c.id == job_id, still).values(**values)
        await self._database.write(lambda c: c.execute(statement))

    async def _note(self, job_id: int, values: Mapping[str, object]) -> None:
        async def unit(connection: AsyncConnection) -> None:
            noted = await connection.execute(
                sa.update(jobs)
                .where(jobs.c.id == job_id)
                .values(**values, updated_at=self._clock())
            )
            if noted.rowcount == 0:
                raise JobNotFound(job_id)

        await self._database.write(unit)
