"""Carries the pictures of community events to where they belong, and away from where not.

What is to be done is read from the rows: nothing is lost with the process. Until a picture is
approved it is before the moderators only; whatever fails, it stays where it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.services.delivery import DeliveryPostponed, Posted
from bot.services.events.deletions import Deletions
from bot.services.events.feed import EventFeed
from bot.services.events.lane import Lane, LeaveAlone
from bot.services.events.places import gallery_of, place_of
from bot.services.events.showing import Exhibitor, Trouble
from bot.services.events.store import EventStore
from db.errors import PictureDecided, StorageError
from db.event_models import Event, EventPicture, NoticeKind
from db.event_pictures import EventPictureRepository
from db.events import EventRepository
from db.notices import NoticeRepository

TRIED_AGAIN = timedelta(seconds=30)  # where a channel takes nothing
GALLERY_COMES = timedelta(seconds=2)  # its thread is being made
VOTES_SECONDS = 3.0  # between two edits of what stands below pictures
TIDY_SECONDS = 3600.0  # also how old a file without a row must be

_log = logging.getLogger(__name__)


class Curator:
    """Runs beside the worker; `ring` it when something was decided or handed over."""

    def __init__(
        self,
        *,
        events: EventRepository,
        pictures: EventPictureRepository,
        notices: NoticeRepository,
        store: EventStore,
        feed: EventFeed,
        deletions: Deletions,
        exhibitor: Exhibitor,
        clock: Callable[[], datetime],
    ) -> None:
        self._events = events
        self._pictures = pictures
        self._notices = notices
        self._store = store
        self._feed = feed
        self._deletions = deletions
        self._exhibitor = exhibitor
        self._left_up_to = 0  # pictures of that number and below may have been posted before
        self._tried: set[tuple[str, int]] = set()  # posts without an answer
        self._well: set[str] = set()  # places that took the last picture
        self._decisions = Lane(
            "decisions", list_due=pictures.list_to_repaint, carry=self._repaint, clock=clock
        )
        self._lanes = (
            self._decisions,
            Lane(
                "review",
                list_due=pictures.list_to_review,
                carry=self._review,
                place_of=lambda event_id: self._place(Trouble.REVIEW, event_id),
                clock=clock,
            ),
            Lane("taking down", list_due=pictures.list_to_take_down, carry=self._down, clock=clock),
            Lane(
                "gallery",
                list_due=pictures.list_to_show,
                carry=self._show,
                place_of=lambda event_id: self._place(Trouble.GALLERY, event_id),
                clock=clock,
            ),
            Lane("news", list_due=pictures.list_untold, carry=self._tell, clock=clock),
            Lane(
                "votes",
                list_due=pictures.list_to_recount,
                carry=self._recount,
                clock=clock,
                rest_seconds=VOTES_SECONDS,
            ),
        )

    def ring(self, *, is_seen: bool = False) -> None:
        """Say that something may be due.

        `is_seen`: the moderators' message says already what was decided there.
        """
        for lane in self._lanes:
            if lane is not self._decisions or not is_seen:
                lane.ring()

    async def find_left(self) -> None:
        """Note what an earlier process may have posted: to be called before anything comes in."""
        self._left_up_to = await self._pictures.last_number()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for lane in self._lanes:
                tasks.create_task(lane.run())
            tasks.create_task(self._tidy())
            tasks.create_task(self._look_for_gaps())

    # --- one picture, one step

    async def _review(self, picture: EventPicture) -> LeaveAlone | None:
        event = await self._events.get(picture.event_id)
        posted = await self._post(Trouble.REVIEW, self._exhibitor.review, event, picture)
        if isinstance(posted, LeaveAlone | None):
            return posted
        old = (picture.review_channel_id, picture.review_message_id)
        await self._pictures.record_review(picture.id, posted.channel_id, posted.message_id)
        if self._deletions.has(posted.message_id):
            await self._denied(picture)
        if old[0] is not None and old[1] is not None:  # the moderators have another channel now
            await self._exhibitor.withdraw(old[0], old[1])
        return None

    async def _repaint(self, picture: EventPicture) -> None:
        event = await self._events.get(picture.event_id)
        if await self._exhibitor.repaint(event, picture):
            await self._pictures.record_repainted(picture.id, picture.state)
        else:
            await self._pictures.forget_review(picture.id)

    async def _show(self, picture: EventPicture) -> LeaveAlone | None:
        event = await self._events.get(picture.event_id)
        if gallery_of(event) is None:
            return LeaveAlone(lasts=GALLERY_COMES)
        posted = await self._post(Trouble.GALLERY, self._exhibitor.show, event, picture)
        if isinstance(posted, LeaveAlone | None):
            return posted
        await self._pictures.record_shown(
            picture.id, posted.channel_id, posted.message_id, votes=picture.votes
        )
        if self._deletions.has(posted.message_id):
            await self._gone(picture)
            return None
        if picture.decided_by is not None:  # without approval their card shows the picture already
            with contextlib.suppress(DeliveryPostponed):  # the gallery has mentioned them
                await self._exhibitor.tell_shown(event, await self._pictures.get(picture.id))
        return None

    async def _down(self, picture: EventPicture) -> LeaveAlone | None:
        winner = await self._events.find_notice(picture.event_id, NoticeKind.WINNER)
        if not await self._exhibitor.take_down(picture, winner=winner):
            return LeaveAlone(lasts=TRIED_AGAIN)
        await self._pictures.record_taken_down(picture.id)
        return None

    async def _recount(self, picture: EventPicture) -> None:
        event = await self._events.get(picture.event_id)
        if await self._exhibitor.recount(event, picture):
            await self._pictures.record_votes_shown(picture.id, picture.votes)
        else:
            await self._gone(picture)

    async def _tell(self, picture: EventPicture) -> None:
        event = await self._events.get(picture.event_id)
        key = ("news", picture.id)
        maybe_told = picture.id <= self._left_up_to or key in self._tried
        self._tried.add(key)
        await self._exhibitor.tell(event, picture, maybe_posted=maybe_told)
        self._tried.discard(key)
        await self._pictures.record_told(picture.id, picture.state)

    async def _post(
        self,
        trouble: Trouble,
        post: Callable[..., Awaitable[Posted | None]],
        event: Event,
        picture: EventPicture,
    ) -> Posted | LeaveAlone | None:
        """Post a picture; how long its event is to be left alone if its place takes nothing.

        None: the file is gone, and so is the picture.
        """
        key = (trouble.value, picture.id)
        maybe_posted = picture.id <= self._left_up_to or key in self._tried
        self._tried.add(key)
        try:
            posted = await post(event, picture, maybe_posted=maybe_posted)
        except FileNotFoundError:
            await self._lost(picture)
            return None
        self._tried.discard(key)
        mark = f"event:{event.id}:{trouble}"
        if posted is None:
            self._well.discard(mark)
            if await self._notices.say_once(mark):
                await self._exhibitor.report(event, trouble)
            return LeaveAlone(lasts=TRIED_AGAIN, place=place_of(trouble, event))
        if mark not in self._well:  # should it come again, it is said again
            await self._notices.forget(mark)
            self._well.add(mark)
        return posted

    async def _place(self, trouble: Trouble, event_id: int) -> int | None:
        return place_of(trouble, await self._events.get(event_id))

    async def _lost(self, picture: EventPicture) -> None:
        """Give a picture up whose file is gone, unless it was decided at this moment."""
        now = await self._pictures.get(picture.id)
        if now.state is picture.state:
            _log.error("Picture %d: its file is gone from the disk.", picture.id)
            await self._gone(picture)

    async def _denied(self, picture: EventPicture) -> None:
        """Follow somebody who deleted what was to be decided, as soon as it was posted."""
        await self._pictures.forget_review(picture.id)
        with contextlib.suppress(PictureDecided):
            await self._pictures.reject(picture.id, None)
            await self._store.delete(picture.event_id, picture.file)

    async def _gone(self, picture: EventPicture) -> None:
        await self._pictures.remove(picture.id, None)
        await self._store.delete(picture.event_id, picture.file)
        self._feed.changed(picture.event_id)
        self.ring()

    async def _look_for_gaps(self) -> None:
        """Follow who deleted messages of a gallery while nobody was here to hear of it."""
        try:
            for event in await self._events.list_under_way():
                approved = await self._pictures.list_approved(event.id)
                shown = [each for each in approved if each.gallery_message_id is not None]
                for picture in await self._exhibitor.missing(shown[::-1]):  # the oldest first
                    await self._gone(picture)
        except (DeliveryPostponed, StorageError, OSError) as error:
            _log.warning("Galleries could not be looked through for gaps: %s", error)

    # --- files

    async def _tidy(self) -> None:
        while True:
            try:
                wanted = await self._pictures.referenced_files()
                count = await self._store.delete_all_but(wanted, untouched_for=TIDY_SECONDS)
                if count:
                    _log.info("Deleted %d pictures of events that nobody may see.", count)
            except (OSError, StorageError) as error:
                _log.error("Pictures of events cannot be tidied: %s", error)
            await asyncio.sleep(TIDY_SECONDS)
