"""/faceswap: a photo and a filter become a picture."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import PhotoRejected
from bot.pending import PendingOrders
from bot.services.booth import SwapOrder
from bot.services.bundle import Services
from bot.who import WHO
from cogs.callers import check_may_post, open_card
from cogs.ui.consent import consent_card
from faceswap.models import Filter, Gender, PhotoProblem, Quality, Ratio

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

CHOICE_LENGTH = 100  # characters Discord shows of a choice

PEOPLE = [app_commands.Choice(name=name, value=gender.value) for name, gender in WHO.items()]
RATIOS = [
    app_commands.Choice(name="Portrait (1200 × 1800)", value=Ratio.PORTRAIT.value),
    app_commands.Choice(name="Landscape (1800 × 1200)", value=Ratio.LANDSCAPE.value),
    app_commands.Choice(name="Square (1280 × 1280)", value=Ratio.SQUARE.value),
]
QUALITIES = [
    app_commands.Choice(name="Best", value=Quality.BEST.value),
    app_commands.Choice(name="Fast", value=Quality.FAST.value),
]


class FaceSwap(commands.Cog):
    """Takes orders for pictures from photos."""

    def __init__(self, services: Services, pending: PendingOrders) -> None:
        self._services = services
        self._pending = pending

    @app_commands.command()
    @app_commands.describe(
        photo="A sharp photo with the face seen from the front (JPEG, PNG, WebP or HEIC)",
        filter="Type to search, then pick one from the list",
        who="Who is in the photo?",
        ratio="Shape of the picture; portrait if you leave it out",
        quality="Best if you leave it out",
        private="Only you see the picture",
        spoiler="Hide the picture until it is clicked",
    )
    @app_commands.choices(who=PEOPLE)
    @app_commands.choices(ratio=RATIOS, quality=QUALITIES)
    async def faceswap(
        self,
        interaction: discord.Interaction[FaceSwapBot],
        photo: discord.Attachment,
        filter: str,  # noqa: A002 - the name members see
        who: int,
        ratio: str = Ratio.PORTRAIT.value,
        quality: str = Quality.BEST.value,
        private: bool = False,
        spoiler: bool = False,
    ) -> None:
        """Turn a photo into a picture"""
        order = SwapOrder(
            chosen=self._services.catalogue.find(filter),
            gender=Gender(who),
            ratio=Ratio(ratio),
            quality=Quality(quality),
            private=private,
            spoiler=spoiler,
        )
        check_may_post(interaction, private=private)
        self._check_size(photo)
        if await self._services.privacy.has_consented(interaction.user.id):
            await self._order(interaction, photo, order)
        else:
            await self._ask_consent(interaction, photo, order)

    @faceswap.autocomplete("filter")
    async def _suggest(
        self, _: discord.Interaction[FaceSwapBot], current: str
    ) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=each.name[:CHOICE_LENGTH], value=_value(each))
            for each in self._services.catalogue.suggest(current)
        ]

    async def _order(
        self,
        interaction: discord.Interaction[FaceSwapBot],
        photo: discord.Attachment,
        order: SwapOrder,
        *,
        agreed: bool = False,
    ) -> None:
        caller = await open_card(interaction, private=order.private)
        if agreed:
            await self._services.privacy.give_consent(caller.user_id)
        await self._services.booth.check(caller, order)
        await self._services.booth.order_swap(caller, order, await _read(photo))

    async def _ask_consent(
        self,
        interaction: discord.Interaction[FaceSwapBot],
        photo: discord.Attachment,
        order: SwapOrder,
    ) -> None:
        async def go_on(later: discord.Interaction[FaceSwapBot]) -> None:
            try:
                await self._order(later, photo, order, agreed=True)
            finally:  # the question is answered, whatever comes of the order
                with contextlib.suppress(discord.HTTPException):
                    await interaction.delete_original_response()

        self._pending.put(interaction.user.id, go_on)
        await interaction.response.send_message(view=consent_card(self._services), ephemeral=True)

    def _check_size(self, photo: discord.Attachment) -> None:
        limit = self._services.booth.max_photo_bytes
        if photo.size > limit:
            raise PhotoRejected(PhotoProblem.TOO_LARGE, max_bytes=limit)
        if photo.size == 0:
            raise PhotoRejected(PhotoProblem.NOT_AN_IMAGE)


async def _read(photo: discord.Attachment) -> bytes:
    try:
        return await photo.read()
    except discord.NotFound:  # Discord keeps what was attached to a command for a while only
        raise PhotoRejected(PhotoProblem.NOT_AN_IMAGE) from None


def _value(each: Filter) -> str:
    return str(each.id)


async def setup(bot: FaceSwapBot) -> None:
    """Add the command."""
    await bot.add_cog(FaceSwap(bot.services, bot.pending))
