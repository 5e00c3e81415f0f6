"""Pictures of events on Discord: before the moderators, in the gallery, and gone from there.

**Before it is approved, a picture goes to the moderators' channel and nowhere else.** The row is
what tells whether it is; each method does one step and says whether Discord took it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

import discord

from bot.delivery.events.finding import PostedPictures, find_post
from bot.delivery.events.removing import (
    delete_message,
    delete_post,
    delete_winner,
    is_no_more,
    was_deleted,
)
from bot.delivery.events.telling import Teller
from bot.delivery.reasons import PlaceRefused, reasons
from bot.delivery.uploads import send_fitting, upload_limit
from bot.services.delivery import DeliveryPostponed, Posted
from bot.services.events.places import gallery_of
from bot.services.events.showing import Trouble
from bot.services.events.store import EventStore
from bot.services.sizes import Sized
from cogs.ui.events.picture_buttons import PictureVerb
from cogs.ui.events.pictures import (
    decided_card,
    gallery_card,
    post_name,
    recounted_card,
    review_card,
)
from db.event_models import Event, EventNotice, EventPicture
from db.members import NOBODY

Make = Callable[[Event, EventPicture, discord.File], discord.ui.LayoutView]
Send = Callable[[discord.ui.LayoutView, discord.File], Awaitable[Posted]]

_log = logging.getLogger(__name__)


class DiscordExhibitor:
    """The Exhibitor of `bot.services.events`, through one Discord client."""

    def __init__(
        self,
        *,
        client: discord.Client,
        teller: Teller,
        store: EventStore,
        max_upload_bytes: int,
    ) -> None:
        self._client = client
        self._teller = teller
        self._store = store
        self._max_upload_bytes = max_upload_bytes
        self._posted = PostedPictures(client)

    async def review(
        self, event: Event, picture: EventPicture, *, maybe_posted: bool
    ) -> Posted | None:
        channel_id = event.review_channel_id or 0
        return await self._post(
            event,
            picture,
            verb=PictureVerb.APPROVE,
            channel_id=channel_id,
            maybe_posted=maybe_posted,
            make=review_card,
        )

    async def show(
        self, event: Event, picture: EventPicture, *, maybe_posted: bool
    ) -> Posted | None:
        channel_id = gallery_of(event) or 0
        channel = self._client.get_channel(channel_id)
        if isinstance(channel, discord.ForumChannel):
            return await self._show_as_post(channel, event, picture, maybe_posted=maybe_posted)
        return await self._post(
            event,
            picture,
            verb=PictureVerb.VOTE,
            channel_id=channel_id,
            maybe_posted=maybe_posted,
            make=gallery_card,
        )

    async def repaint(self, event: Event, picture: EventPicture) -> bool:
        if picture.user_id == NOBODY:  # erased: not even a line is kept
            await self.withdraw(picture.review_channel_id or 0, picture.review_message_id or 0)
            return False
        message = self._message(picture.review_channel_id, picture.review_message_id)
        try:
            async with reasons():
                await message.edit(view=decided_card(event, picture), attachments=[])
        except PlaceRefused as refused:
            _log.info("Picture %d: its decision cannot be shown: %s", picture.id, refused)
            return False
        return True

    async def withdraw(self, channel_id: int, message_id: int) -> None:
        try:
            async with reasons():
                await self._message(channel_id, message_id).delete()
        except PlaceRefused as refused:
            _log.info("A message for moderators cannot be deleted: %s", refused)

    async def recount(self, event: Event, picture: EventPicture) -> bool:
        message = self._message(picture.gallery_channel_id, picture.gallery_message_id)
        try:
            async with reasons():
                address = _address(await message.fetch())
                await message.edit(view=recounted_card(event, picture, address))
        except PlaceRefused as refused:
            is_post = picture.gallery_channel_id == picture.gallery_message_id
            if was_deleted(refused, is_post=is_post):
                return False
            _log.info("Picture %d: its votes cannot be shown: %s", picture.id, refused)
        return True

    async def missing(self, pictures: Sequence[EventPicture]) -> tuple[EventPicture, ...]:
        return tuple([each for each in pictures if not await self._posted.shows(each)])

    async def take_down(self, picture: EventPicture, *, winner: EventNotice | None = None) -> bool:
        try:
            if picture.gallery_channel_id == picture.gallery_message_id:
                await delete_post(self._client, picture.gallery_channel_id or 0)
            else:
                message = self._message(picture.gallery_channel_id, picture.gallery_message_id)
                await delete_message(self._client, message)
        except PlaceRefused as refused:
            if not is_no_more(refused):
                _log.warning("Picture %d cannot be taken down: %s", picture.id, refused)
                return False
        return await delete_winner(self._client, picture, winner)

    async def tell_shown(self, event: Event, picture: EventPicture) -> None:
        await self._teller.tell_shown(event, picture)

    async def tell(self, event: Event, picture: EventPicture, *, maybe_posted: bool) -> None:
        await self._teller.tell(event, picture, maybe_told=maybe_posted)

    async def report(self, event: Event, trouble: Trouble) -> None:
        await self._teller.report(event, trouble)

    async def _post(
        self,
        event: Event,
        picture: EventPicture,
        *,
        verb: PictureVerb,
        channel_id: int,
        maybe_posted: bool,
        make: Make,
    ) -> Posted | None:
        channel = self._client.get_partial_messageable(channel_id)

        async def send(view: discord.ui.LayoutView, file: discord.File) -> Posted:
            async with reasons():
                message = await channel.send(
                    view=view,
                    file=file,
                    allowed_mentions=_mention(picture, only=verb is PictureVerb.VOTE),
                    nonce=f"picture-{picture.id}-{verb}"[:25],
                )
            return Posted(channel_id=channel_id, message_id=message.id)

        try:
            if maybe_posted:
                found = await self._posted.find(
                    channel_id, picture.id, verb, since=picture.created_at
                )
                if found is not None:
                    return found
            return await self._send_sized(event, picture, make, send)
        except PlaceRefused as refused:
            _log.warning("Picture %d was refused by its channel: %s", picture.id, refused)
            return None
        except DeliveryPostponed:
            self._posted.forget(channel_id)
            raise

    async def _show_as_post(
        self,
        channel: discord.ForumChannel,
        event: Event,
        picture: EventPicture,
        *,
        maybe_posted: bool,
    ) -> Posted | None:
        name = post_name(picture)

        async def send(view: discord.ui.LayoutView, file: discord.File) -> Posted:
            tags = channel.available_tags[:1] if channel.flags.require_tag else []
            async with reasons():
                made = await channel.create_thread(
                    name=name,
                    view=view,
                    file=file,
                    applied_tags=tags,
                    allowed_mentions=_mention(picture, only=True),
                )
            return Posted(channel_id=made.thread.id, message_id=made.message.id)

        try:
            found = await find_post(channel, name) if maybe_posted else None
            if found is not None:
                return Posted(channel_id=found.id, message_id=found.id)
            return await self._send_sized(event, picture, gallery_card, send)
        except PlaceRefused as refused:
            _log.warning("Picture %d was refused by its gallery: %s", picture.id, refused)
            return None

    async def _send_sized(
        self, event: Event, picture: EventPicture, make: Make, send: Send
    ) -> Posted:
        """Post a picture as large as the place takes it."""

        async def send_as(sized: Sequence[Sized]) -> Posted:
            file = self._teller.file_of(picture, sized[0])
            return await send(make(event, picture, file), file)

        async def within(limit: int) -> Sequence[Sized]:
            return [await self._store.within(event.id, picture.file, limit)]

        guild = self._client.get_guild(event.guild_id)
        posted, _ = await send_fitting(
            within, send_as, limit=upload_limit(guild, ordinary=self._max_upload_bytes)
        )
        return posted

    def _message(self, channel_id: int | None, message_id: int | None) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(channel_id or 0)
        return channel.get_partial_message(message_id or 0)


def _mention(picture: EventPicture, *, only: bool) -> discord.AllowedMentions:
    """Let a guest hear of their picture in the gallery; moderators need no mention of them."""
    users = [discord.Object(picture.user_id)] if only else []
    return discord.AllowedMentions(users=users, roles=False, everyone=False)


def _address(message: discord.Message) -> str:
    """Return how a message's own picture is referred to when it is edited."""
    for item in discord.ui.LayoutView.from_message(message).walk_children():
        if isinstance(item, discord.ui.MediaGallery):
            url = item.items[0].media.url
            return f"attachment://{url.partition('?')[0].rpartition('/')[2]}"
    raise PlaceRefused("no picture in the message")
