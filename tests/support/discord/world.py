"""The state of this Discord: who is there, what was said, what the CDN holds."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.support.discord.changes import Changes
from tests.support.discord.clock import Clock
from tests.support.discord.errors import DiscordError
from tests.support.discord.files import (
    LINK_LIFETIME,
    SPOILER_PREFIX,
    StoredFile,
    Upload,
    guess_type,
    picture_size,
    safe_name,
)
from tests.support.discord.people import MIB, TIER_BYTES, Channel, ChannelKind, Guild, User
from tests.support.discord.records import Interaction, Message


@dataclass(slots=True, kw_only=True)
class Limits:
    """Discord's limits; a test may move them."""

    file_bytes: int = 10 * MIB
    named_bytes: int | None = None  # what interactions say it were, if it is not that
    request_bytes: int = 25 * MIB
    response_seconds: float = 3.0
    token_lifetime: timedelta = timedelta(minutes=15)
    nonce_window: timedelta = timedelta(minutes=5)
    old_after: timedelta = timedelta(hours=1)
    old_edits: int = 5  # in a channel, of messages older than that; Discord does not say how many


Emit = Callable[[str, dict[str, Any], Guild | None], None]


@dataclass(slots=True, kw_only=True)
class World:
    """Everything there is; `emit` is set by the gateway to send events to the bot."""

    origin: str
    token: str
    bot: User
    clock: Clock
    changes: Changes
    limits: Limits = field(default_factory=Limits)
    users: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    by_channel: dict[int, list[Message]] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)  # by token
    files: dict[int, StoredFile] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    emit: Emit = lambda _event, _data, _guild: None

    @property
    def application_id(self) -> int:
        return self.bot.id

    def store(
        self,
        upload: Upload,
        *,
        folder: str,
        description: str | None = None,
        ephemeral: bool = False,
    ) -> StoredFile:
        """Put a file on the CDN."""
        file_id = self.clock.snowflake()
        name = safe_name(upload.filename)
        content_type = upload.content_type or guess_type(name)
        expires_at = self.clock.now() + LINK_LIFETIME
        signature = f"ex={int(expires_at.timestamp()):x}&hm={secrets.token_hex(16)}"
        file = StoredFile(
            id=file_id,
            filename=name,
            data=upload.data,
            content_type=content_type,
            size=picture_size(upload.data, content_type),
            url=f"{self.origin}/{folder}/{file_id}/{name}?{signature}",
            expires_at=expires_at,
            ephemeral=ephemeral,
            description=description,
            spoiler=name.startswith(SPOILER_PREFIX),
        )
        self.files[file_id] = file
        return file

    def keep(self, message: Message) -> None:
        """Add a new message to what was said."""
        self.messages[message.id] = message
        self.by_channel.setdefault(message.channel.id, []).append(message)
        message.channel.messages_sent += 1

    def channel(self, channel_id: int) -> Channel:
        try:
            return self.channels[channel_id]
        except KeyError:
            raise DiscordError(10003) from None

    def file_limit(self, guild: Guild | None) -> int:
        """How large a file may be there; boosts of a server raise it."""
        raised = TIER_BYTES.get(guild.premium_tier, 0) if guild else 0
        return max(self.limits.file_bytes, raised)

    def request_limit(self, file_limit: int) -> int:
        """How large a request may be, where a file may be that large."""
        is_raised = file_limit > self.limits.file_bytes
        return max(self.limits.request_bytes, file_limit + MIB if is_raised else 0)

    def shares_server(self, user: User) -> bool:
        """Whether the bot may write to the user at all, who may still have closed their door."""
        return user.installed or any(
            guild.has_bot and user.id in guild.members for guild in self.guilds.values()
        )

    def message(self, channel: Channel, message_id: int) -> Message:
        """A message that the bot's token can reach: neither deleted nor ephemeral."""
        message = self.messages.get(message_id)
        if message is None or message.deleted or message.ephemeral:
            raise DiscordError(10008)
        if message.channel is not channel:
            raise DiscordError(10008)
        return message

    def dm_channel(self, user: User) -> Channel:
        """The direct messages between the bot and the user, opened if need be."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(
            id=self.clock.snowflake(), name=user.name, recipient=user, kind=ChannelKind.DM
        )
        self.channels[channel.id] = channel
        return channel

    def live_messages(self, channel: Channel) -> list[Message]:
        """What stands in a channel, oldest first; ephemeral messages are in it too."""
        every = (m for m in self.by_channel.get(channel.id, []) if not m.deleted)
        return sorted(every, key=lambda message: message.id)
