"""The Discord client: extensions, dynamic items, command sync, and events that fail."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from typing import Any

import discord
import yarl
from discord.ext import commands

from bot.pending import PendingOrders
from bot.services.bundle import Services
from bot.tree import Tree
from db.command_syncs import CommandSyncRepository

EXTENSIONS = (
    "cogs.faceswap",
    "cogs.imagine",
    "cogs.filters",
    "cogs.jobs",
    "cogs.quota",
    "cogs.help",
    "cogs.privacy",
    "cogs.consent",
    "cogs.job_buttons",
    "cogs.event",
    "cogs.event_buttons",
    "cogs.guests",
    "cogs.event_pictures",
)

ANSWER_SECONDS = 10.0  # for commands under way when the bot is stopped; a photo is fetched in less

_ANSWERING = (
    "CommandTree-invoker",
    "discord-ui-dynamic-item-",
    "discord-ui-modal-dispatch-",
    "discord-ui-view-dispatch-",
)

_log = logging.getLogger(__name__)


def point_at(*, api_url: str | None, gateway_url: str | None) -> None:
    """Have discord.py talk to another REST origin or gateway: a proxy, or a stand-in."""
    if api_url is not None:
        discord.http.Route.BASE = f"{api_url.rstrip('/')}/api/v10"
    if gateway_url is not None:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


class FaceSwapBot(commands.Bot):
    """discord.py's bot with our services; it owns no worker and no database."""

    services: Services

    def __init__(self, *, guild_id: int | None, command_syncs: CommandSyncRepository) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,  # slash commands only; none is registered
            help_command=None,
            # messages: of a gallery that are deleted by hand; their words stay unread
            intents=discord.Intents(guilds=True, guild_messages=True),
            tree_cls=Tree,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=False),
            allowed_contexts=discord.app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=False
            ),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
        )
        self.pending = PendingOrders()
        self.logged_in = asyncio.Event()
        self.connected = False  # to the gateway, at this moment
        self._guild = discord.Object(guild_id) if guild_id else None
        self._command_syncs = command_syncs

    async def setup_hook(self) -> None:
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        await self._sync_commands()
        self.logged_in.set()

    async def finish_answers(self) -> None:
        """Wait until the commands, buttons and forms under way are answered, but not for long.

        discord.py keeps no list of them; it names their tasks.
        """
        underway = [t for t in asyncio.all_tasks() if t.get_name().startswith(_ANSWERING)]
        if underway:
            _log.info("Waiting for %d commands that are being answered.", len(underway))
            await asyncio.wait(underway, timeout=ANSWER_SECONDS)

    async def on_connect(self) -> None:
        self.connected = True

    async def on_resumed(self) -> None:
        self.connected = True

    async def on_disconnect(self) -> None:
        self.connected = False

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        _log.exception("The event %s failed.", event_method)

    async def _sync_commands(self) -> None:
        """Send the commands to Discord only when they changed: it allows 200 creations a day."""
        if self._guild is not None:
            self.tree.copy_global_to(guild=self._guild)
        described = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()
        application_id, guild_id = self.application_id or 0, self._guild.id if self._guild else 0
        if await self._command_syncs.digest(application_id, guild_id=guild_id) == digest:
            return
        await self.tree.sync(guild=self._guild)
        await self._command_syncs.record(application_id, digest=digest, guild_id=guild_id)
        _log.info("The slash commands were sent to Discord.")
