"""The pictures of community events in storage: each method is one transaction.

Who decides what stands in `db.event_deciding`, who may vote in `db.event_votes`.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db import event_deciding as deciding
from db import event_figures, event_votes
from db import event_picture_lists as lists
from db.clock import Clock, utc_now
from db.database import Database
from db.event_models import EventFigures, EventPicture, NewEventPicture, PictureState
from db.event_picture_lists import NONE, Events
from db.event_schema import event_pictures

_IS_SHOWN = event_pictures.c.state == PictureState.APPROVED


class EventPictureRepository:
    """All that happens to the pictures of events."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    # --- what becomes of a picture

    async def hand_over(self, new: NewEventPicture, state: PictureState) -> EventPicture:
        """Add a finished picture to its event; the same job a second time changes nothing.

        `state` is WAITING, or APPROVED where nobody needs to look; the picture of a guest who was
        blocked meanwhile is rejected all the same.
        """
        return await self._database.write(
            lambda c: deciding.hand_over(c, new, state, now=self._clock())
        )

    async def approve(self, picture_id: int, by: int) -> EventPicture:
        """Show what waits; raises PictureNotFound, PictureDecided, EventCancelled."""
        return await self._database.write(
            lambda c: deciding.approve(c, picture_id, by=by, now=self._clock())
        )

    async def reject(self, picture_id: int, by: int | None, reason: str = "") -> EventPicture:
        """Let what waits be seen by nobody; raises PictureNotFound, PictureDecided."""
        return await self._database.write(
            lambda c: deciding.reject(c, picture_id, by=by, reason=reason, now=self._clock())
        )

    async def remove(self, picture_id: int, by: int | None) -> EventPicture:
        """Take down what is shown, take back what waits; raises PictureNotFound.

        What is neither is returned as it is. `by` None: nobody knows who deleted its message.
        """
        return await self._database.write(
            lambda c: deciding.remove(c, picture_id, by=by, now=self._clock())
        )

    async def block(
        self, event_id: int, user_id: int, by: int, reason: str = ""
    ) -> tuple[EventPicture, ...]:
        """Shut a guest out; returns their pictures that this has rejected or taken down."""
        return await self._database.write(
            lambda c: deciding.block(c, event_id, user_id, by=by, reason=reason, now=self._clock())
        )

    async def unblock(self, event_id: int, user_id: int) -> bool:
        """Let a guest in again; False if they were not blocked."""
        return await self._database.write(lambda c: deciding.unblock(c, event_id, user_id))

    async def vote(self, picture_id: int, user_id: int) -> bool:
        """Vote, or take the vote back; tells whether there is one now.

        Raises PictureNotFound, VoteRefused.
        """
        return await self._database.write(
            lambda c: event_votes.vote(c, picture_id, user_id, now=self._clock())
        )

    async def erase(self, user_id: int) -> tuple[EventPicture, ...]:
        """Forget a member's pictures and votes; returns the pictures as they were."""
        return await self._database.write(lambda c: deciding.erase(c, user_id, now=self._clock()))

    # --- what was done on Discord

    async def record_review(self, picture_id: int, channel_id: int, message_id: int) -> None:
        """Note which message shows a waiting picture to the moderators."""
        await self._note(
            picture_id,
            review_channel_id=channel_id,
            review_message_id=message_id,
            review_says=PictureState.WAITING,
        )

    async def record_repainted(self, picture_id: int, state: PictureState) -> None:
        """Note that the moderators' message says how it was decided."""
        await self._note(picture_id, review_says=state)

    async def forget_review(self, picture_id: int) -> None:
        """Note that no message shows a picture to the moderators."""
        await self._note(
            picture_id, review_channel_id=None, review_message_id=None, review_says=None
        )

    async def record_shown(
        self, picture_id: int, channel_id: int, message_id: int, *, votes: int = 0
    ) -> None:
        """Note which message of a gallery shows a picture; its guest was mentioned there."""
        await self._note(
            picture_id,
            gallery_channel_id=channel_id,
            gallery_message_id=message_id,
            votes_shown=votes,
            told=sa.case((_IS_SHOWN, PictureState.APPROVED), else_=event_pictures.c.told),
        )

    async def record_votes_shown(self, picture_id: int, votes: int) -> None:
        """Note how many votes the gallery's message says there are."""
        await self._note(picture_id, votes_shown=votes)

    async def record_taken_down(self, picture_id: int) -> None:
        """Note that no message of a gallery shows a picture."""
        await self._note(picture_id, gallery_channel_id=None, gallery_message_id=None)

    async def record_told(self, picture_id: int, state: PictureState) -> None:
        """Note what its guest was told of a picture last."""
        await self._note(picture_id, told=state)

    # --- questions

    async def get(self, picture_id: int) -> EventPicture:
        """Return a picture; raises PictureNotFound."""
        return await self._database.read(lambda c: lists.get(c, picture_id))

    async def find_of_job(self, job_id: int) -> EventPicture | None:
        return await self._database.read(lambda c: lists.find_of_job(c, job_id))

    async def find_shown_as(self, message_id: int) -> EventPicture | None:
        """Return the picture that this message of a gallery, or of moderators, shows."""
        return await self._database.read(lambda c: lists.find_shown_as(c, message_id))

    async def list_of_member(self, user_id: int) -> tuple[EventPicture, ...]:
        return await self._database.read(lambda c: lists.of_member(c, user_id))

    async def list_approved(
        self, event_id: int, *, limit: int | None = None
    ) -> tuple[EventPicture, ...]:
        """List what may be seen of an event, the latest first, and no more than so many."""
        return await self._database.read(lambda c: lists.approved(c, event_id, limit=limit))

    async def list_waiting(self, event_id: int) -> tuple[EventPicture, ...]:
        """List what waits for a moderator, the oldest first."""
        return await self._database.read(lambda c: lists.waiting(c, event_id))

    async def leaderboard(self, event_id: int, limit: int) -> tuple[EventPicture, ...]:
        """List the pictures with votes: most first, and of equals the one that was shown first."""
        return await self._database.read(lambda c: lists.best(c, event_id, limit=limit))

    async def winner(self, event_id: int) -> EventPicture | None:
        """Return the first of the leaderboard; None if nobody voted."""
        best = await self.leaderboard(event_id, 1)
        return best[0] if best else None

    async def list_to_review(self, skipping: Events = NONE) -> tuple[EventPicture, ...]:
        return await self._database.read(lambda c: lists.to_review(c, skipping=skipping))

    async def list_to_repaint(self, skipping: Events = NONE) -> tuple[EventPicture, ...]:
        return await self._database.read(lambda c: lists.to_repaint(c, skipping=skipping))

    async def list_to_show(self, skipping: Events = NONE) -> tuple[EventPicture, ...]:
        return await self._database.read(lambda c: lists.to_show(c, skipping=skipping))

    async def list_to_take_down(self, skipping: Events = NONE) -> tuple[EventPicture, ...]:
        return await self._database.read(lambda c: lists.to_take_down(c, skipping=skipping))

    async def list_to_recount(self, skipping: Events = NONE) -> tuple[EventPicture, ...]:
        return await self._database.read(
            lambda c: lists.to_recount(c, now=self._clock(), skipping=skipping)
        )

    async def last_number(self) -> int:
        """Return the highest number of a picture; 0 if there is none."""
        return await self._database.read(lists.last_number)

    async def list_untold(self, skipping: Events = NONE) -> tuple[EventPicture, ...]:
        return await self._database.read(lambda c: lists.untold(c, skipping=skipping))

    async def referenced_files(self) -> frozenset[tuple[int, str]]:
        """Name the files that are still needed, each with its event."""
        return await self._database.read(lists.files)

    async def figures(self, event_id: int) -> EventFigures:
        return await self._database.read(lambda c: event_figures.figures(c, event_id))

    async def _note(self, picture_id: int, **values: object) -> None:
        statement = (
            sa.update(event_pictures).where(event_pictures.c.id == picture_id).values(**values)
        )

        async def unit(connection: AsyncConnection) -> None:
            await connection.execute(statement)

        await self._database.write(unit)
