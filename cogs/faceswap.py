"""/faceswap: a photo and a filter become a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.bundle import Services
from bot.services.orders import SwapOrder
from bot.who import WHO
from cogs.ordering import take_order
from cogs.ui.choices import RATIOS
from faceswap.models import Filter, Gender, Quality, Ratio

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

CHOICE_LENGTH = 100  # characters Discord shows of a choice

PEOPLE = [app_commands.Choice(name=name, value=gender.value) for name, gender in WHO.items()]
SHAPES = [app_commands.Choice(name=name, value=ratio.value) for name, ratio in RATIOS.items()]
QUALITIES = [
    app_commands.Choice(name="Best", value=Quality.BEST.value),
    app_commands.Choice(name="Fast", value=Quality.FAST.value),
]


class FaceSwap(commands.Cog):
    """Takes orders for pictures from photos."""

    def __init__(self, services: Services) -> None:
        self._services = services

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
    @app_commands.choices(ratio=SHAPES, quality=QUALITIES)
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
            chosen=await self._services.catalogue.find(filter),
            gender=Gender(who),
            ratio=Ratio(ratio),
            quality=Quality(quality),
            private=private,
            spoiler=spoiler,
        )
        await take_order(interaction, photo, order)

    @faceswap.autocomplete("filter")
    async def _suggest(
        self, _: discord.Interaction[FaceSwapBot], current: str
    ) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=each.name[:CHOICE_LENGTH], value=_value(each))
            for each in self._services.catalogue.suggest(current)
        ]


def _value(each: Filter) -> str:
    return str(each.id)


async def setup(bot: FaceSwapBot) -> None:
    """Add the command."""
    await bot.add_cog(FaceSwap(bot.services))
