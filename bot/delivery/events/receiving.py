"""The last step of an event's job: its picture goes to the event, and its guest is told so."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import discord

from bot.delivery.cards import Cards
from bot.delivery.events.telling import Teller
from bot.delivery.reasons import PlaceRefused
from bot.delivery.uploads import send_fitting, upload_limit
from bot.services.delivery import Posted
from bot.services.events.arrivals import Arrivals
from bot.services.events.curation import Curation
from bot.services.events.store import EventStore
from bot.services.sizes import Sized
from cogs.ui.events.pictures import ended_picture_card, own_card, waiting_card
from db.event_models import Event, EventPicture, PictureState
from db.models import Job

_log = logging.getLogger(__name__)


class Reception:
    """Takes finished pictures of events in."""

    def __init__(
        self,
        *,
        client: discord.Client,
        cards: Cards,
        teller: Teller,
        arrivals: Arrivals,
        curation: Curation,
        store: EventStore,
        max_upload_bytes: int,
    ) -> None:
        self._client = client
        self._cards = cards
        self._teller = teller
        self._arrivals = arrivals
        self._curation = curation
        self._store = store
        self._max_upload_bytes = max_upload_bytes

    async def deliver(self, job: Job, picture: Path) -> Posted | None:
        """Hand a picture over; None: its event is cancelled, so it is the guest's alone.

        The event has it from then on, whether or not the guest's card can still be had. Raises
        FileNotFoundError, DeliveryPostponed.
        """
        taken_in = await self._arrivals.take_in(job, picture)
        if taken_in is None:
            return None
        try:
            await self._edit_card(job, *taken_in)
        except PlaceRefused as refused:
            _log.info("Job %d: its guest's card is gone: %s", job.id, refused)
        return Posted(channel_id=job.channel_id, message_id=job.card_message_id or 0)

    async def take_back(self, job: Job) -> None:
        """Have the event show nothing of a job that was cancelled while it was handed over."""
        await self._curation.remove_of_job(job.id, by=job.user_id)

    async def _edit_card(self, job: Job, event: Event, picture: EventPicture) -> None:
        if picture.state is PictureState.WAITING:
            await self._cards.edit_by_token(job, view=waiting_card(event, picture, job))
        elif picture.state is PictureState.APPROVED:
            await self._show(job, event, picture)
        else:
            await self._cards.edit_by_token(job, view=ended_picture_card(event, picture, job))

    async def _show(self, job: Job, event: Event, picture: EventPicture) -> None:
        async def send(sized: Sequence[Sized]) -> discord.Message:
            file = self._teller.file_of(picture, sized[0])
            view = own_card(event, picture, job, file)
            return await self._cards.edit_by_token(job, view=view, files=[file])

        async def within(limit: int) -> Sequence[Sized]:
            return [await self._store.within(event.id, picture.file, limit)]

        guild = self._client.get_guild(event.guild_id)
        limit = upload_limit(guild, ordinary=self._max_upload_bytes)
        await send_fitting(within, send, limit=limit)
