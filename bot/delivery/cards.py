"""Editing the message that shows a job, by whichever key still opens it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import discord

from bot.delivery.reasons import PlaceRefused, reasons
from bot.services.delivery import DeliveryPostponed
from db.models import Job


class Cards:
    """The cards of all jobs. Methods raise PlaceRefused or DeliveryPostponed."""

    def __init__(self, *, client: discord.Client, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock

    async def edit(self, job: Job, *, view: discord.ui.LayoutView) -> None:
        """Edit a card without a picture, by its token or else with the bot's own."""
        try:
            await self.edit_by_token(job, view=view)
        except PlaceRefused:
            await self.edit_as_bot(job, view=view)

    async def edit_by_token(
        self, job: Job, *, view: discord.ui.LayoutView, file: discord.File | None = None
    ) -> discord.Message:
        """Edit a card through its interaction's token; it lives for 15 minutes."""
        webhook = self._webhook(job)
        async with reasons():
            return await webhook.edit_message(
                job.card_message_id or 0, view=view, attachments=[file] if file else []
            )

    async def edit_as_bot(
        self, job: Job, *, view: discord.ui.LayoutView, file: discord.File | None = None
    ) -> discord.Message:
        """Edit a card with the bot's own token; a private card cannot be reached that way."""
        card = self._message(job)
        async with reasons():
            return await card.edit(view=view, attachments=[file] if file else [])

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

    async def _fetch_by_token(self, job: Job) -> discord.Message:
        webhook = self._webhook(job)
        async with reasons():
            return await webhook.fetch_message(job.card_message_id or 0)

    async def _fetch_as_bot(self, job: Job) -> discord.Message:
        card = self._message(job)
        async with reasons():
            return await card.fetch()

    async def _remove_by_token(self, job: Job) -> None:
        webhook = self._webhook(job)
        async with reasons():
            await webhook.delete_message(job.card_message_id or 0)

    async def _remove_as_bot(self, job: Job) -> None:
        card = self._message(job)
        async with reasons():
            await card.delete()

    def _webhook(self, job: Job) -> discord.Webhook:
        expired = job.token_expires_at is None or job.token_expires_at <= self._clock()
        if job.interaction_token is None or job.card_message_id is None or expired:
            raise PlaceRefused("no live interaction token")
        application = self._client.application_id
        if application is None:
            raise PlaceRefused("not logged in")
        return discord.Webhook.partial(application, job.interaction_token, client=self._client)

    def _message(self, job: Job) -> discord.PartialMessage:
        if job.private or job.card_message_id is None or job.card_channel_id is None:
            raise PlaceRefused("no card that the bot may edit")
        channel = self._client.get_partial_messageable(job.card_channel_id)
        return channel.get_partial_message(job.card_message_id)
