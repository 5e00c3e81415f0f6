"""The ladder of places a picture may go to, and how a member is told of a job without one.

Public job: the card through its interaction's token, the card with the bot's own, a new message in
the channel, a direct message. Private job: the card, a direct message. What no place takes waits
under /jobs. **A private picture is never posted in a channel.** That of a community event goes to
its event instead.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import discord

from bot import messages
from bot.delivery.cards import Cards
from bot.delivery.events.receiving import Reception
from bot.delivery.painter import Painter
from bot.delivery.reasons import PlaceRefused, reasons
from bot.delivery.searching import find_in, posted_in
from bot.delivery.uploads import files_of, request_limit, send_fitting, upload_limit
from bot.services.delivery import NO_NEWS, News, Posted, Stage
from bot.services.photos import PhotoStore
from bot.services.pictures import PictureStore
from bot.services.sizes import Sized
from bot.tree import notice
from cogs.ui.buttons import shows_picture
from cogs.ui.cards import ended_card, picture_card
from cogs.ui.lists import waiting_page
from db.errors import StorageError
from db.jobs import JobRepository
from db.models import Job, JobKind, JobState, OpenOrder

_log = logging.getLogger(__name__)

Rung = Callable[[Job, Path], Awaitable[Posted]]
Send = Callable[[discord.ui.LayoutView, list[discord.File]], Awaitable[discord.Message]]


class DiscordDelivery:
    """The Delivery of `bot.services`, through one Discord client."""

    def __init__(
        self,
        *,
        client: discord.Client,
        cards: Cards,
        painter: Painter,
        jobs: JobRepository,
        photos: PhotoStore,
        pictures: PictureStore,
        reception: Reception,
        quick: timedelta,
        max_upload_bytes: int,
        keeps_originals: bool,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._cards = cards
        self._painter = painter
        self._jobs = jobs
        self._photos = photos
        self._pictures = pictures
        self._reception = reception
        self._quick = quick
        self._max_upload_bytes = max_upload_bytes
        self._keeps_originals = keeps_originals
        self._clock = clock
        self._shut_out: set[int] = set()  # jobs that every place has just refused

    def progress(self, job: Job, stage: Stage, news: News = NO_NEWS) -> None:
        self._painter.show(job.id, stage, news)

    async def deliver(self, job: Job, picture: Path, *, maybe_posted: bool) -> Posted | None:
        await self._painter.finish(job.id)
        self._shut_out.discard(job.id)
        job = await self._jobs.get(job.id)  # a button press may have brought a newer token
        if job.event_id is not None:
            received = await self._reception.deliver(job, picture)
            if received is not None:
                return received
        if maybe_posted and (found := await self._find_posted(job)) is not None:
            if found.message_id != job.card_message_id:  # which still says that it is being made
                await self._cards.remove(job)
            return found
        for rung in self._rungs(job):
            try:
                return await rung(job, picture)
            except PlaceRefused as refused:
                _log.info("Job %d: its picture was refused: %s", job.id, refused)
        self._shut_out.add(job.id)
        return None

    async def take_back(self, job: Job, posted: Posted | None) -> None:
        if job.event_id is not None:
            await self._reception.take_back(job)
        found = posted or await self._find_posted(job)
        if found is None or found.message_id == job.card_message_id:
            return
        channel = self._client.get_partial_messageable(found.channel_id)
        try:
            async with reasons():
                await channel.get_partial_message(found.message_id).delete()
        except PlaceRefused as refused:
            _log.info("Job %d: its picture is gone already: %s", job.id, refused)

    async def tell(self, job: Job) -> None:
        await self._painter.finish(job.id)
        state, job = job.state, await self._jobs.get(job.id)
        shut_out = job.id in self._shut_out
        if job.state is not state:  # such as a picture that its member has fetched meanwhile
            self._shut_out.discard(job.id)
            return
        has_photo = job.kind is JobKind.PROMPT or self._photos.has(job.photo)
        view = ended_card(job, again=has_photo and job.state is not JobState.UNDELIVERABLE)
        try:
            await self._cards.edit(job, view=view)
        except PlaceRefused:
            if not shut_out:
                await self._tell_directly(job, view)
        self._shut_out.discard(job.id)

    async def tell_cut_off(self, order: OpenOrder) -> None:
        try:
            await self._cards.edit_open(order, view=notice(messages.CUT_OFF))
        except PlaceRefused as refused:
            _log.info("The card of an order cut off cannot be edited: %s", refused)

    async def remind(self, job: Job) -> None:
        if job.interaction_token is None:
            return
        with contextlib.suppress(PlaceRefused, StorageError):  # they are reminded another time
            waiting = await self._jobs.list_waiting_for_member(job.user_id)
            if waiting and job.state is not JobState.UNDELIVERABLE:
                await self._cards.whisper(job, view=waiting_page(waiting))

    async def _tell_directly(self, job: Job, view: discord.ui.LayoutView) -> None:
        try:
            channel = await self._direct_messages(job)
            async with reasons():
                await channel.send(view=view, nonce=f"{job.id}-{job.state}")
        except PlaceRefused as refused:
            _log.info("Job %d: its member cannot be told, only /jobs shows it: %s", job.id, refused)

    def _rungs(self, job: Job) -> tuple[Rung, ...]:
        if job.private:
            return (self._edit_by_token, self._send_directly)
        if self._clock() - job.created_at <= self._quick:
            return (
                self._edit_by_token,
                self._edit_as_bot,
                self._send_to_channel,
                self._send_directly,
            )
        # An edit notifies nobody: who waited for long is mentioned in a new message.
        return (
            self._send_to_channel,
            self._edit_by_token,
            self._edit_as_bot,
            self._send_directly,
        )

    async def _edit_by_token(self, job: Job, picture: Path) -> Posted:
        return await self._send_sized(
            job, picture, lambda view, files: self._cards.edit_by_token(job, view=view, files=files)
        )

    async def _edit_as_bot(self, job: Job, picture: Path) -> Posted:
        return await self._send_sized(
            job, picture, lambda view, files: self._cards.edit_as_bot(job, view=view, files=files)
        )

    async def _send_to_channel(self, job: Job, picture: Path) -> Posted:
        posted = await self._send(
            self._client.get_partial_messageable(job.channel_id), job, picture
        )
        await self._cards.remove(job)
        return posted

    async def _send_directly(self, job: Job, picture: Path) -> Posted:
        return await self._send(await self._direct_messages(job), job, picture, direct=True)

    async def _send(
        self,
        channel: discord.abc.Messageable,
        job: Job,
        picture: Path,
        *,
        direct: bool = False,
    ) -> Posted:
        mention = discord.AllowedMentions(users=[discord.Object(job.user_id)])

        async def send(view: discord.ui.LayoutView, files: list[discord.File]) -> discord.Message:
            async with reasons():
                return await channel.send(
                    view=view, files=files, allowed_mentions=mention, nonce=job.id
                )

        return await self._send_sized(job, picture, send, direct=direct)

    async def _send_sized(
        self, job: Job, picture: Path, send: Send, *, direct: bool = False
    ) -> Posted:
        """Send what a job made as large as this place takes it, smaller if Discord says so."""
        guild = None
        if job.guild_id and not direct:
            guild = self._client.get_guild(job.guild_id)

        async def send_as(pictures: Sequence[Sized]) -> discord.Message:
            files = files_of(job, pictures)
            kept = self._keeps_originals and not all(sized.whole for sized in pictures)
            return await send(picture_card(job, *files, original=kept), files)

        message, whole = await send_fitting(
            lambda each: self._pictures.all_within(
                picture.name, each=each, together=request_limit(each)
            ),
            send_as,
            limit=upload_limit(guild, ordinary=self._max_upload_bytes),
        )
        return Posted(channel_id=message.channel.id, message_id=message.id, whole=whole)

    async def _direct_messages(self, job: Job) -> discord.DMChannel:
        async with reasons():
            return await self._client.create_dm(discord.Object(job.user_id))

    async def _find_posted(self, job: Job) -> Posted | None:
        """Look where a picture may have been posted before the bot was killed."""
        card = await self._cards.fetch(job)
        if card is not None and shows_picture(card, job.id):
            return posted_in(card, job)
        if not job.private:
            channel = self._client.get_partial_messageable(job.channel_id)
            if (found := await find_in(channel, job)) is not None:
                return found
        try:
            return await find_in(await self._direct_messages(job), job)
        except PlaceRefused:
            return None
