"""What people decide about pictures of community events; knows no Discord.

Whoever calls has looked whether they may (`bot.services.access`); only a guest's own is looked at
here. Files of what nobody may see any more go at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from bot.event_errors import EventStandsElsewhere
from bot.picture_errors import DecidedAlready, PictureNotYours, PictureUnknown, VoteNotCounted
from bot.services.events.deletions import Deletions
from bot.services.events.feed import EventFeed
from bot.services.events.refusals import refusals
from bot.services.events.store import EventStore
from db.errors import EventCancelled, PictureDecided, PictureNotFound, VoteRefused
from db.event_models import Event, EventPicture, EventState, PictureState
from db.event_pictures import EventPictureRepository
from db.events import EventRepository
from db.members import NOBODY

LEADERS = 10


class Curation:
    """Decisions and votes; each raises UserError."""

    def __init__(
        self,
        *,
        events: EventRepository,
        pictures: EventPictureRepository,
        store: EventStore,
        feed: EventFeed,
        deletions: Deletions,
        ring: Callable[..., None],
    ) -> None:
        self._events = events
        self._pictures = pictures
        self._store = store
        self._feed = feed
        self._deletions = deletions
        self._ring = ring

    async def get(self, picture_id: int) -> tuple[Event, EventPicture]:
        """Return a picture and its event."""
        with _as_user_errors():
            picture = await self._pictures.get(picture_id)
        return await self._events.get(picture.event_id), picture

    async def approve(self, picture_id: int, *, by: int) -> EventPicture:
        """Show a picture in the gallery and on the wall."""
        with _as_user_errors():
            picture = await self._pictures.approve(picture_id, by)
        self._tell_of(picture.event_id, is_seen=True)
        return picture

    async def reject(self, picture_id: int, *, by: int, reason: str) -> EventPicture:
        """Show a picture to nobody; its guest is told the reason."""
        with _as_user_errors():
            picture = await self._pictures.reject(picture_id, by, reason)
        await self._forget_files([picture], is_seen=True)
        return picture

    async def decision_shown(self, picture: EventPicture) -> None:
        """Note that the moderators' message says what was decided."""
        await self._pictures.record_repainted(picture.id, picture.state)

    async def block(self, picture_id: int, *, by: int) -> tuple[EventPicture, ...]:
        """Shut the guest of a picture out of its event; returns what that took away."""
        _, picture = await self.get(picture_id)
        if picture.user_id == NOBODY:
            raise PictureUnknown
        gone = await self._pictures.block(picture.event_id, picture.user_id, by)
        await self._forget_files(gone)
        return gone

    async def unblock(self, event_id: int, user_id: int) -> bool:
        """Let a guest in again; False if they were not blocked."""
        return await self._pictures.unblock(event_id, user_id)

    async def remove(self, picture_id: int, *, by: int, may_moderate: bool) -> EventPicture:
        """Take a picture down, or back while it waits: one's own, or as a moderator."""
        _, picture = await self.get(picture_id)
        if picture.user_id != by and not may_moderate:
            raise PictureNotYours
        removed = await self._pictures.remove(picture_id, by)
        await self._forget_files([removed])
        return removed

    async def remove_of_job(self, job_id: int, *, by: int) -> None:
        """Take down what a job made, if there is anything: its guest wants nothing kept of it."""
        picture = await self._pictures.find_of_job(job_id)
        if picture is not None:
            await self._forget_files([await self._pictures.remove(picture.id, by)])

    async def message_deleted(self, message_id: int) -> None:
        """Follow somebody who deleted a message by hand: what it showed is not shown any more.

        Of a waiting picture that is a no: to show it to the moderators again would be worse.
        """
        # before it is looked up: it may be noted which picture it shows at this moment
        self._deletions.note(message_id)
        picture = await self._pictures.find_shown_as(message_id)
        if picture is None:
            return
        if picture.gallery_message_id == message_id:
            if picture.state is PictureState.APPROVED:  # the curator looks for its other places
                await self._forget_files([await self._pictures.remove(picture.id, None)])
            else:
                await self._pictures.record_taken_down(picture.id)
        else:
            await self._pictures.forget_review(picture.id)
            if picture.state is PictureState.WAITING:
                with suppress(PictureDecided):  # at this moment
                    await self._forget_files([await self._pictures.reject(picture.id, None)])

    async def vote(self, picture_id: int, *, by: int) -> bool:
        """Vote for a picture or take the vote back; tells whether there is one now."""
        with _as_user_errors():
            picture = await self._pictures.get(picture_id)
            is_vote = await self._pictures.vote(picture_id, by)
        self._tell_of(picture.event_id, is_seen=True)
        return is_vote

    async def standings(self, event_id: int) -> tuple[Event, tuple[EventPicture, ...], bool]:
        """Return an event, its best pictures, and whether the votes are counted.

        Raises EventUnknown.
        """
        with refusals():
            event = await self._events.get(event_id)
        best = await self._pictures.leaderboard(event_id, LEADERS)
        return event, best, event.state is EventState.CLOSED

    async def made_by(self, user_id: int) -> dict[int, EventPicture]:
        """Return what a guest's jobs made for events, by the number of the job."""
        pictures = await self._pictures.list_of_member(user_id)
        return {picture.job_id: picture for picture in pictures}

    async def erase(self, user_id: int) -> None:
        """Forget all pictures and votes of somebody who wants nothing kept."""
        await self._forget_files(await self._pictures.erase(user_id))

    async def _forget_files(
        self, pictures: Iterable[EventPicture], *, is_seen: bool = False
    ) -> None:
        for picture in pictures:
            # the wall first: it is quicker than any disk
            self._tell_of(picture.event_id, is_seen=is_seen)
            await self._store.delete(picture.event_id, picture.file)

    def _tell_of(self, event_id: int, *, is_seen: bool = False) -> None:
        self._feed.changed(event_id)
        self._ring(is_seen=is_seen)


@contextmanager
def _as_user_errors() -> Iterator[None]:
    try:
        yield
    except PictureNotFound:
        raise PictureUnknown from None
    except PictureDecided as refused:
        raise DecidedAlready(refused.state, by=refused.decided_by) from None
    except EventCancelled:
        raise EventStandsElsewhere(EventState.CANCELLED) from None
    except VoteRefused as refused:
        raise VoteNotCounted(refused.reason) from None
