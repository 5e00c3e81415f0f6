"""A bot for a process of its own: unmodified discord.py, told only where Discord is."""

from __future__ import annotations

import os

import discord
import yarl
from discord.ext import commands


class Count(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Count", custom_id="count")
    async def count(
        self, interaction: discord.Interaction, _button: discord.ui.Button[Count]
    ) -> None:
        await interaction.response.edit_message(content=f"counted by {os.getpid()}")


class CountingBot(commands.Bot):
    async def setup_hook(self) -> None:
        self.add_view(Count())

        @self.tree.command(description="Start to count")
        async def start(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("0", view=Count())

        await self.tree.sync()


if __name__ == "__main__":
    discord.http.Route.BASE = os.environ["DISCORD_API_URL"] + "/api/v10"
    gateway = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = gateway
    bot = CountingBot("!", intents=discord.Intents.default(), help_command=None)
    bot.run(os.environ["DISCORD_TOKEN"], log_handler=None)
