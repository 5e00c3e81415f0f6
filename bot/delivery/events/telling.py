"""What guests of events and organisers are told privately: on the card, or by direct message."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path

import discord

from bot import picture_messages
from bot.delivery.cards import Cards
from bot.delivery.reasons import PlaceRefused, reasons
from bot.services.delivery import DeliveryPostponed
from bot.services.events.places import place_of
from bot.services.events.showing import Trouble
from bot.services.sizes import Sized
from bot.tree import notice
from cogs.ui.events.pictures import ended_picture_card, marker, shown_card
from db.errors import JobNotFound
from db.event_models import Event, EventPicture
from db.jobs import JobRepository
from db.models import Job
from db.servers import ServerRepository

LATEST_READ = 100  # direct messages

_log = logging.getLogger(__name__)


class Teller:
    """Tells people what concerns them alone."""

    def __init__(
        self,
        *,
        client: discord.Client,
        cards: Cards,
        jobs: JobRepository,
        servers: ServerRepository,
    ) -> None:
        self._client = client
        self._cards = cards
        self._jobs = jobs
        self._servers = servers

    def file_of(self, picture: EventPicture, sized: Sized) -> discord.File:
        """Return a picture as a file for a message."""
        content = sized.content if isinstance(sized.content, Path) else BytesIO(sized.content)
        return discord.File(content, f"picture-{picture.id}{sized.suffix}")

    async def tell_shown(self, event: Event, picture: EventPicture) -> None:
        """Say on the guest's card where the picture is, while the card can be had."""
        job = await self._job_of(picture)
        if job is None:
            return
        try:
            await self._cards.edit_by_token(job, view=shown_card(event, picture, job))
        except PlaceRefused as refused:
            _log.debug("Picture %d: its guest's card is gone: %s", picture.id, refused)

    async def tell(self, event: Event, picture: EventPicture, *, maybe_told: bool) -> None:
        """Tell a guest that a picture is not shown: on the card, or else by direct message.

        Raises DeliveryPostponed.
        """
        job = await self._job_of(picture)
        try:
            if job is not None:
                await self._cards.edit_by_token(job, view=ended_picture_card(event, picture, job))
                return
        except PlaceRefused as refused:
            _log.debug("Picture %d: its guest's card is gone: %s", picture.id, refused)
        try:
            await self._write_to(event, picture, maybe_told=maybe_told)
        except PlaceRefused as refused:
            _log.info("Picture %d: its guest cannot be told: %s", picture.id, refused)

    async def report(self, event: Event, trouble: Trouble) -> None:
        """Tell organisers what keeps pictures back: in the log channel, or the one who made it."""
        channel_id = place_of(trouble, event)
        view = notice(picture_messages.trouble(event, trouble, f"<#{channel_id}>"))
        choices = await self._servers.get(event.guild_id)
        try:
            if choices.log_channel_id is not None:
                async with reasons():
                    channel = self._client.get_partial_messageable(choices.log_channel_id)
                    await channel.send(view=view)
                return
        except (PlaceRefused, DeliveryPostponed) as refused:
            _log.warning("The log channel of event %d takes nothing: %s", event.id, refused)
        try:
            async with reasons():
                organiser = await self._client.create_dm(discord.Object(event.organiser_id))
                await organiser.send(view=view)
        except (PlaceRefused, DeliveryPostponed) as refused:
            _log.warning("The organiser of event %d cannot be told: %s", event.id, refused)

    async def _write_to(self, event: Event, picture: EventPicture, *, maybe_told: bool) -> None:
        async with reasons():
            channel = await self._client.create_dm(discord.Object(picture.user_id))
            if maybe_told and await _says(channel, marker(picture)):
                return
            await channel.send(
                view=ended_picture_card(event, picture),
                nonce=f"picture-{picture.id}-{picture.state}"[:25],
            )

    async def _job_of(self, picture: EventPicture) -> Job | None:
        try:
            return await self._jobs.get(picture.job_id)
        except JobNotFound:  # pictures outlive the rows of jobs
            return None


async def _says(channel: discord.DMChannel, line: str) -> bool:
    """Tell whether a message of ours has this line."""
    async for message in channel.history(limit=LATEST_READ):
        for item in discord.ui.LayoutView.from_message(message).walk_children():
            if isinstance(item, discord.ui.TextDisplay) and line in item.content.splitlines():
                return True
    return False
