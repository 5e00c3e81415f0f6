"""Consent before the first photo, and erasing everything that is kept of a member."""

from __future__ import annotations

from bot.errors import StillSending
from bot.services.events.curation import Curation
from bot.services.photos import PhotoStore
from bot.services.pictures import PictureStore
from bot.services.worker import Worker
from db.consents import ConsentRepository
from db.errors import TransitionRefused
from db.jobs import JobRepository
from db.members import MemberRepository
from db.models import JobState

CONSENT_VERSION = 1  # raise it when the text members agree to changes its meaning


class Privacy:
    """What a member agreed to, and what they may take back."""

    def __init__(
        self,
        *,
        consents: ConsentRepository,
        members: MemberRepository,
        jobs: JobRepository,
        photos: PhotoStore,
        pictures: PictureStore,
        worker: Worker,
        curation: Curation,
    ) -> None:
        self._consents = consents
        self._members = members
        self._jobs = jobs
        self._photos = photos
        self._pictures = pictures
        self._worker = worker
        self._curation = curation
        self._consented: set[int] = set()  # a command is answered without asking storage again

    async def has_consented(self, user_id: int) -> bool:
        if user_id not in self._consented:
            consent = await self._consents.current(user_id)
            if consent is None or consent.version < CONSENT_VERSION:
                return False
            self._consented.add(user_id)
        return True

    async def give_consent(self, user_id: int) -> None:
        await self._consents.give(user_id, CONSENT_VERSION)
        self._consented.add(user_id)

    async def erase(self, user_id: int) -> int:
        """Cancel what can be cancelled and erase all that is kept; returns how many were cancelled.

        Raises StillSending while a job is at the one step that must not be interrupted.
        """
        cancelled = await self._cancel_open_jobs(user_id)
        erased = await self._members.erase(user_id)
        self._consented.discard(user_id)
        for photo in erased.photos:
            await self._photos.delete(photo)
        for picture in erased.pictures:
            await self._pictures.delete(picture)
        await self._curation.erase(user_id)
        return cancelled

    async def _cancel_open_jobs(self, user_id: int) -> int:
        cancelled: list[int] = []
        still_open = 0
        for job in await self._jobs.list_unfinished_for_member(user_id):
            try:
                gone = await self._jobs.cancel(job.id)
            except TransitionRefused:
                continue  # it ended at this moment
            if gone.state is JobState.SUBMITTING:
                still_open += 1
            else:
                self._worker.drop(gone)
                cancelled.append(job.id)
        if still_open:
            raise StillSending(still_open)
        await self._worker.have_told(cancelled)  # an erased job's card cannot be found any more
        return len(cancelled)
