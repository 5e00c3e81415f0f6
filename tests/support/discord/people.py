"""Who and where: users, guilds, roles, members and channels. Plain data, no wire format."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from tests.support.discord.permissions import (
    EVERYTHING,
    MEMBER_DEFAULT,
    Overwrite,
    Permission,
    resolve,
)

MIB = 1024 * 1024
TIER_BYTES = {2: 50 * MIB, 3: 100 * MIB}  # what a boosted server allows for a file


class ChannelKind(enum.IntEnum):
    """The kinds of channels this project meets, by Discord's numbers."""

    TEXT = 0
    DM = 1
    VOICE = 2
    ANNOUNCEMENT = 5
    THREAD = 11
    FORUM = 15


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """An account; `installed` says whether they added the app to their own account."""

    id: int
    name: str
    bot: bool = False
    locale: str = "en-US"
    installed: bool = False
    dms_open: bool = True

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


@dataclass(slots=True, kw_only=True, eq=False)
class Role:
    id: int
    name: str
    permissions: Permission
    position: int = 1
    mentionable: bool = False
    bot_id: int | None = None

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    user: User
    roles: list[Role]
    joined_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Guild:
    """A server; `has_bot` is False where only a user-installed app is used."""

    id: int
    name: str
    owner: User
    everyone: Role
    has_bot: bool = True
    locale: str = "en-US"
    premium_tier: int = 0
    roles: list[Role] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    threads: list[Channel] = field(default_factory=list)

    def base_permissions(self, user: User) -> Permission:
        if user is self.owner:
            return EVERYTHING
        member = self.members.get(user.id)
        if member is None:
            return Permission(0)
        granted = self.everyone.permissions
        for role in member.roles:
            granted |= role.permissions
        return granted


@dataclass(slots=True, kw_only=True, eq=False)
class Channel:
    """A channel of a guild, a thread in one, or the direct messages between bot and user."""

    id: int
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    kind: ChannelKind = ChannelKind.TEXT
    parent: Channel | None = None  # of a thread: where it was opened; a forum's posts are threads
    archived: bool = False
    locked: bool = False
    overwrites: dict[int, Overwrite] = field(default_factory=dict)

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    def permissions(self, user: User) -> Permission:
        """What the user may do here, as Discord computes it; a thread is as its channel."""
        if self.parent is not None:
            return self.parent.permissions(user)
        if self.guild is None:
            return MEMBER_DEFAULT
        return resolve(
            self.guild.base_permissions(user),
            self.overwrites.get(self.guild.everyone.id),
            self.overwrites.get(user.id),
        )

    @property
    def to_post(self) -> Permission:
        """The permission that it takes to write here."""
        in_thread = self.kind is ChannelKind.THREAD
        return Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES

    def set_permissions(self, target_id: int, permissions: Permission) -> None:
        self.overwrites[target_id] = Overwrite.exactly(permissions)

    def audience(self) -> list[User]:
        """Everyone who can read the channel, bots left out."""
        if self.guild is None:
            return [self.recipient] if self.recipient else []
        members = (member.user for member in self.guild.members.values())
        return [
            user
            for user in members
            if not user.bot and Permission.VIEW_CHANNEL in self.permissions(user)
        ]
