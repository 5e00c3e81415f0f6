"""The photo booth's counter: takes orders, cancels them, repeats them, and lists what one has."""

from __future__ import annotations

import contextlib
import logging
from contextlib import AbstractAsyncContextManager

from bot.errors import (
    AlreadyDelivered,
    BoothClosed,
    BudgetUsedUp,
    ClosedReason,
    FilterNeedsOnePerson,
    JobUnknown,
    NotYours,
    OriginalGone,
    OriginalTooLarge,
    PhotoGone,
    PictureLost,
    TooLateToCancel,
    TooManyWaiting,
    UserError,
)
from bot.quota_errors import OnCooldown, QuotaUsedUp
from bot.services.budget import Budget
from bot.services.delivery import Delivery, Stage
from bot.services.disk import Disk
from bot.services.events.refusals import refusal_of, used_up_in_event
from bot.services.gate import Gate, Pause
from bot.services.orders import (
    Caller,
    PromptOrder,
    SwapOrder,
    fields_of,
    fits_groups,
    kind_of,
    requester_of,
)
from bot.services.outlook import Outlook
from bot.services.photos import PhotoStore
from bot.services.pictures import PictureStore
from bot.services.pot_watch import PotWatch
from bot.services.prompts import check_prompt
from bot.services.sizes import Sized
from bot.services.worker import Worker
from db.errors import (
    CooldownRunning,
    JobNotFound,
    QueueFull,
    QuotaExceeded,
    StorageError,
    StorageUnavailable,
    TransitionRefused,
)
from db.jobs import JobRepository
from db.models import Job, JobKind, JobState, Ledger, NewJob, Window
from db.rules import Requester
from faceswap.models import Gender

JOBS_LISTED = 10

_log = logging.getLogger(__name__)


class Booth:
    """Everything a member can do with jobs."""

    def __init__(
        self,
        *,
        jobs: JobRepository,
        pot_watch: PotWatch,
        photos: PhotoStore,
        pictures: PictureStore,
        gate: Gate,
        budget: Budget,
        disk: Disk,
        outlook: Outlook,
        worker: Worker,
        delivery: Delivery,
        swap_cost: int,
        prompt_cost: int,
    ) -> None:
        self._jobs = jobs
        self._pot_watch = pot_watch
        self._photos = photos
        self._pictures = pictures
        self._gate = gate
        self._budget = budget
        self._disk = disk
        self._outlook = outlook
        self._worker = worker
        self._delivery = delivery
        self._swap_cost = swap_cost
        self._prompt_cost = prompt_cost

    async def check(self, caller: Caller, order: SwapOrder | PromptOrder) -> None:
        """Refuse what can be refused before a photo is fetched; raises UserError."""
        await self._refuse_if_closed()
        if isinstance(order, PromptOrder):
            check_prompt(order.prompt)
        elif order.gender is Gender.GROUP and not fits_groups(order.chosen):
            raise FilterNeedsOnePerson(order.chosen.name)
        event_id = order.event_id if isinstance(order, SwapOrder) else None
        await self._require_room(requester_of(caller, event_id=event_id), kind_of(order))

    async def check_guest(self, caller: Caller, event_id: int) -> None:
        """Refuse a guest of an event, as far as can be told before the form; raises UserError."""
        await self._refuse_if_closed()
        await self._require_room(requester_of(caller, event_id=event_id), JobKind.FILTER)

    async def order_swap(self, caller: Caller, order: SwapOrder, photo: bytes) -> Job:
        """Queue a job for a photo; raises UserError, and then nothing is kept."""
        return await self._queue(
            NewJob(
                **fields_of(caller),
                kind=JobKind.FILTER,
                cost=self._swap_cost,
                filter_id=str(order.chosen.id),
                filter_name=order.chosen.name,
                gender=order.gender,
                ratio=order.ratio,
                quality=order.quality,
                private=order.private,
                spoiler=order.spoiler,
                event_id=order.event_id,
                caption=order.caption,
                photo=await self._photos.add(photo),
            )
        )

    async def order_prompt(self, caller: Caller, order: PromptOrder) -> Job:
        """Queue a job for words alone; raises UserError."""
        return await self._queue(
            NewJob(
                **fields_of(caller),
                kind=JobKind.PROMPT,
                cost=self._prompt_cost,
                prompt=check_prompt(order.prompt),
                private=order.private,
                spoiler=order.spoiler,
            )
        )

    async def order_again(self, caller: Caller, job: Job) -> Job:
        """Queue the same once more, as a job of its own; raises UserError.

        One of a community event is ordered there once more, while it is open. PhotoGone: the short
        time for which a photo outlives its job is over.
        """
        await self._refuse_if_closed()
        photo = None
        if job.kind is JobKind.FILTER:
            try:
                photo = await self._photos.copy(job.photo or "")
            except OSError:
                raise PhotoGone(in_event=job.event_id is not None) from None
        return await self._queue(
            NewJob(
                **fields_of(caller),
                kind=job.kind,
                cost=self._cost_of(job.kind),
                filter_id=job.filter_id,
                filter_name=job.filter_name,
                gender=job.gender,
                ratio=job.ratio,
                quality=job.quality,
                prompt=job.prompt,
                private=job.private,
                spoiler=job.spoiler,
                event_id=job.event_id,
                caption=job.caption,
                photo=photo,
            )
        )

    async def cancel(self, job: Job) -> Job:
        """Cancel a job; raises TooLateToCancel. The card is brought up to date by the worker.

        A job that is being sent at this moment is returned as it is: the API's answer ends it.
        """
        try:
            cancelled = await self._jobs.cancel(job.id)
        except TransitionRefused as refused:
            raise TooLateToCancel(refused.state) from None
        if cancelled.state is JobState.SUBMITTING:
            self._delivery.progress(cancelled, Stage.CANCELLING)
        else:
            self._worker.drop(cancelled)
        return cancelled

    async def cancel_waiting_in(self, event_id: int, user_id: int) -> None:
        """Cancel what a guest has queued in an event that they are shut out of; nothing counts."""
        for job in await self._jobs.list_unfinished_for_member(user_id):
            if job.event_id == event_id and job.state is JobState.QUEUED:
                with contextlib.suppress(TooLateToCancel):  # it ended at this moment
                    await self.cancel(job)

    async def own(self, job_id: int, user_id: int) -> Job:
        """Return a member's own job; raises JobUnknown, NotYours."""
        try:
            job = await self._jobs.get(job_id)
        except JobNotFound:
            raise JobUnknown(job_id) from None
        if job.user_id != user_id:
            raise NotYours
        return job

    async def undelivered_pictures(
        self, job: Job, *, each: int, together: int
    ) -> tuple[Sized, ...]:
        """Return what waits, small enough; raises AlreadyDelivered, PictureLost."""
        if job.state is not JobState.UNDELIVERABLE or job.picture is None:
            raise AlreadyDelivered
        try:
            return await self._pictures.all_within(job.picture, each=each, together=together)
        except FileNotFoundError:
            raise await self._lost(job) from None

    async def _lost(self, job: Job) -> UserError:
        """Give the quota back for a picture that is gone, unless another press has fetched it."""
        try:
            await self._jobs.record_picture_lost(job.id)
        except TransitionRefused:
            return AlreadyDelivered()
        _log.error("Job %d: its picture is gone from the disk before it was fetched.", job.id)
        return PictureLost()

    async def originals(self, job: Job, *, each: int, together: int) -> tuple[Sized, ...]:
        """Return a job's pictures as the API sent them; raises OriginalGone, OriginalTooLarge."""
        if job.state is not JobState.DELIVERED or job.picture is None:
            raise OriginalGone
        try:
            sizes = await self._pictures.sizes(job.picture)
            for size, limit in ((max(sizes), each), (sum(sizes), together)):
                if size > limit:
                    raise original_too_large(job, size=size, limit=limit)
            # They fit as they are, so none need keep to an equal share.
            return await self._pictures.all_within(
                job.picture, each=each, together=together * len(sizes)
            )
        except FileNotFoundError:
            raise OriginalGone from None

    async def latest(self, user_id: int) -> tuple[Job, ...]:
        """Return a member's jobs, newest first."""
        return await self._jobs.list_for_member(user_id, limit=JOBS_LISTED)

    async def overview(self, user_id: int) -> tuple[tuple[Job, ...], tuple[Job, ...]]:
        """Return a member's latest jobs, and all those with a picture to be had; newest first."""
        return await self.latest(user_id), await self._jobs.list_kept_for_member(user_id)

    async def waiting(self, user_id: int) -> tuple[Job, ...]:
        """Return a member's jobs whose picture could not be posted, newest first."""
        return await self._jobs.list_waiting_for_member(user_id)

    async def renew_token(self, job: Job, caller: Caller) -> None:
        """Remember a fresh way to edit the card: a button press on it."""
        card = (caller.channel_id, caller.card_message_id) if caller.card_message_id else None
        await self._jobs.renew_token(job.id, caller.token, caller.token_expires_at, card=card)

    async def record_delivered(
        self, job: Job, channel_id: int, message_id: int, *, keep_original: bool = False
    ) -> None:
        """Note that its owner fetched the picture; a second press changes nothing."""
        with contextlib.suppress(TransitionRefused):
            await self._jobs.record_delivered(
                job.id, channel_id, message_id, keep_original=keep_original
            )

    async def forget(self, job: Job) -> None:
        """Keep nothing of a job any longer: its member deleted the picture."""
        await self._jobs.release_files(job.id)

    def has_photo(self, job: Job) -> bool:
        """Tell whether the job can be ordered again without sending the photo."""
        return job.kind is JobKind.PROMPT or self._photos.has(job.photo)

    @property
    def max_photo_bytes(self) -> int:
        return self._photos.max_bytes

    def room(self, size: int) -> AbstractAsyncContextManager[None]:
        """Wait for room to have a photo of so many bytes in memory, until it is ordered from."""
        return self._photos.room(size)

    async def _refuse_if_closed(self) -> None:
        gate = self._gate
        if gate.refuses_orders:
            is_down = gate.pause is Pause.API_DOWN
            reason = ClosedReason.API_AWAY if is_down else ClosedReason.API_REFUSES_US
            raise BoothClosed(reason, since=gate.since)
        await self._disk.require()

    async def _require_room(self, requester: Requester, kind: JobKind) -> None:
        try:
            await self._jobs.require_room(requester, cost=self._cost_of(kind))
        except (QueueFull, QuotaExceeded, CooldownRunning) as refused:
            self._pot_watch.look_at(requester.guild_id or None)
            raise await self._refusal(refused) from None

    async def _refusal(self, refused: QueueFull | QuotaExceeded | CooldownRunning) -> UserError:
        if isinstance(refused, QueueFull):
            return TooManyWaiting(refused.scope, refused.limit)
        if isinstance(refused, CooldownRunning):
            return OnCooldown(refused.cooldown, ready_at=refused.ready_at)
        usage = refused.usage
        if usage.limit.ledger is Ledger.CREDITS:
            await self._budget.refused(usage)
            return BudgetUsedUp(usage.limit.window, resets_at=usage.resets_at)
        if usage.limit.window is Window.EVENT and usage.limit.ledger is Ledger.QUOTA:
            return used_up_in_event(usage.limit)
        return QuotaUsedUp(usage)

    def _cost_of(self, kind: JobKind) -> int:
        return self._swap_cost if kind is JobKind.FILTER else self._prompt_cost

    async def _queue(self, new: NewJob) -> Job:
        try:
            acceptance = await self._jobs.accept(new)
        except Exception as error:  # a cancelled call may have committed: then it needs its photo
            await self._discard_photo(new)
            if isinstance(error, (QueueFull, QuotaExceeded, CooldownRunning)):
                raise await self._refusal(error) from None
            if isinstance(error, StorageError) and (refusal := refusal_of(error)) is not None:
                raise refusal from None
            raise
        if not acceptance.created:
            await self._discard_photo(new)
        with contextlib.suppress(StorageUnavailable):  # the job is accepted whatever happens now
            await self._show_place(acceptance.job)
        self._worker.ring()
        self._pot_watch.look_at(acceptance.job.guild_id)
        return acceptance.job

    async def _discard_photo(self, new: NewJob) -> None:
        if new.photo is not None:
            await self._photos.delete(new.photo)

    async def _show_place(self, job: Job) -> None:
        position = await self._jobs.position(job.id)
        if position is not None:  # not taken from the queue already
            self._delivery.progress(job, *self._outlook.in_queue(job, position))


def original_too_large(job: Job, *, size: int, limit: int) -> OriginalTooLarge:
    """Say that an original cannot be sent where it was asked for."""
    return OriginalTooLarge(size=size, limit=limit, kept_until=job.picture_delete_at)
