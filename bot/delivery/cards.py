"""Editing the message that shows a job, by whichever key still opens it.

A key that Discord refuses for good is forgotten in the job's row, so that no card is asked for
again and again that is not there: Discord locks out who sends too many requests it must refuse.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import discord

from bot.delivery.reasons import PlaceGone, PlaceRefused, reasons
from bot.services.delivery import DeliveryPostponed
from db.jobs import JobRepository
from db.models import Job, OpenOrder

_log = logging.getLogger(__name__)


class Cards:
    """The cards of all jobs. Methods raise PlaceRefused or DeliveryPostponed."""

    def __init__(
        self, *, client: discord.Client, jobs: JobRepository, clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._jobs = jobs
        self._clock = clock

    async def edit(self, job: Job, *, view: discord.ui.LayoutView) -> None:
        """Edit a card without a picture, by its token or else with the bot's own."""
        try:
            await self.edit_by_token(job, view=view)
        except PlaceRefused:
            await self.edit_as_bot(job, view=view)

    async def edit_by_token(
        self, job: Job, *, view: discord.ui.LayoutView, files: Sequence[discord.File] = ()
    ) -> discord.Message:
        """Edit a card through its interaction's token; it lives for 15 minutes."""
        webhook = self._webhook(job)
        async with self._by_token(job, last_use=bool(files)):
            return await webhook.edit_message(
                job.card_message_id or 0, view=view, attachments=files
            )

    async def edit_as_bot(
        self, job: Job, *, view: discord.ui.LayoutView, files: Sequence[discord.File] = ()
    ) -> discord.Message:
        """Edit a card with the bot's own token; a private card cannot be reached that way."""
        card = self._message(job)
        async with self._as_bot(job, any_refusal=not files):
            return await card.edit(view=view, attachments=files)

    async def edit_open(self, order: OpenOrder, *, view: discord.ui.LayoutView) -> None:
        """Edit the card of an order that is no job, through its interaction's token."""
        webhook = self._opened_by(order.token, expires_at=order.expires_at)
        async with reasons():
            await webhook.edit_message(order.card_message_id, view=view)

    async def fetch(self, job: Job) -> discord.Message | None:
        """Return a card as Discord has it, or None when it cannot be had."""
        for fetch in (self._fetch_by_token, self._fetch_as_bot):
            try:
                return await fetch(job)
            except PlaceRefused:
                continue
        return None

    async def remove(self, job: Job) -> None:
        """Delete a card that is not needed any more; it does not matter if that fails."""
        for remove in (self._remove_by_token, self._remove_as_bot):
            try:
                await remove(job)
            except (PlaceRefused, DeliveryPostponed):
                continue
            return

    async def whisper(self, job: Job, *, view: discord.ui.LayoutView) -> None:
        """Say something to the job's member alone, beside the card, while its token lives."""
        webhook = self._webhook(job)
        with contextlib.suppress(PlaceRefused, DeliveryPostponed):  # said another time
            async with reasons():
                await webhook.send(view=view, ephemeral=True, wait=True)

    @asynccontextmanager
    async def _by_token(self, job: Job, *, last_use: bool = False) -> AsyncGenerator[None]:
        """Forget a token that opens nothing.

        A private card has no other key, and now and then Discord knows nothing of one for a
        moment: there the token is given up with its last use only, that for the picture.
        """
        try:
            async with reasons():
                yield
        except PlaceGone as gone:
            if last_use or not job.private:
                _log.info("Job %d: its token opens the card no more: %s", job.id, gone)
                await self._jobs.forget_token(job.id, job.interaction_token or "")
            raise

    @asynccontextmanager
    async def _as_bot(self, job: Job, *, any_refusal: bool = False) -> AsyncGenerator[None]:
        """Forget a card that is gone, or of which Discord refuses even the plainest edit."""
        try:
            async with reasons():
                yield
        except PlaceRefused as refused:
            if any_refusal or isinstance(refused, PlaceGone):
                _log.info("Job %d: the bot cannot edit its card any more: %s", job.id, refused)
                await self._jobs.forget_card(job.id, job.card_message_id or 0)
            raise

    async def _fetch_by_token(self, job: Job) -> discord.Message:
        webhook = self._webhook(job)
        async with self._by_token(job):
            return await webhook.fetch_message(job.card_message_id or 0)

    async def _fetch_as_bot(self, job: Job) -> discord.Message:
        card = self._message(job)
        async with self._as_bot(job):
            return await card.fetch()

    async def _remove_by_token(self, job: Job) -> None:
        webhook = self._webhook(job)
        async with self._by_token(job):
            await webhook.delete_message(job.card_message_id or 0)

    async def _remove_as_bot(self, job: Job) -> None:
        card = self._message(job)
        async with self._as_bot(job):
            await card.delete()

    def _webhook(self, job: Job) -> discord.Webhook:
        if job.card_message_id is None:
            raise PlaceRefused("no card")
        return self._opened_by(job.interaction_token, expires_at=job.token_expires_at)

    def _opened_by(self, token: str | None, *, expires_at: datetime | None) -> discord.Webhook:
        if token is None or expires_at is None or expires_at <= self._clock():
            raise PlaceRefused("no live interaction token")
        application = self._client.application_id
        if application is None:
            raise PlaceRefused("not logged in")
        webhook = discord.Webhook.partial(application, token, client=self._client)
        webhook.type = discord.WebhookType.application  # or discord.py lets it not whisper
        return webhook

    def _message(self, job: Job) -> discord.PartialMessage:
        if job.private or job.card_message_id is None or job.card_channel_id is None:
            raise PlaceRefused("no card that the bot may edit")
        channel = self._client.get_partial_messageable(job.card_channel_id)
        return channel.get_partial_message(job.card_message_id)
