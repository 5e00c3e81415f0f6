"""Who and where: users, guilds, roles, members and channels. Plain data, no wire format."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from tests.support.discord.permissions import (
    EVERYTHING,
    MEMBER_DEFAULT,
    NO_EXCEPTION,
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
    ANNOUNCEMENT_THREAD = 10
    THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15
    MEDIA = 16

    @property
    def is_thread(self) -> bool:
        return self in _THREADS

    @property
    def holds_posts(self) -> bool:
        """Whether nothing can be written there but threads, each with a first message."""
        return self in {ChannelKind.FORUM, ChannelKind.MEDIA}


_THREADS = {ChannelKind.ANNOUNCEMENT_THREAD, ChannelKind.THREAD, ChannelKind.PRIVATE_THREAD}


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
    for_boosters: bool = False  # Discord's own role for who boosts the server

    @property
    def mention(self) -> str:
        return f"<@&{self.id}>"


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    user: User
    roles: list[Role]
    joined_at: datetime
    boosts_since: datetime | None = None


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

    def has_role(self, role_id: int) -> bool:
        return role_id == self.everyone.id or any(role.id == role_id for role in self.roles)

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
    owner: User | None = None  # of a thread: who opened it
    invited: set[int] = field(default_factory=set)  # of a thread: who is in it
    opened_at: datetime | None = None
    messages_sent: int = 0
    archived: bool = False
    locked: bool = False
    topic: str | None = None
    archives_after: int = 1440  # minutes
    overwrites: dict[int, Overwrite] = field(default_factory=dict)

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    def permissions(self, user: User) -> Permission:
        """What the user may do here, as Discord computes it; a thread is as its channel."""
        if self.parent is not None:
            there = self.parent.permissions(user)
            return there if self._lets_in(user, there) else Permission(0)
        if self.guild is None:
            return MEMBER_DEFAULT
        return resolve(
            self.guild.base_permissions(user),
            self.overwrites.get(self.guild.everyone.id),
            self._of_roles(user),
            self.overwrites.get(user.id),
        )

    def _lets_in(self, user: User, there: Permission) -> bool:
        is_private = self.kind is ChannelKind.PRIVATE_THREAD
        return not is_private or user.id in self.invited or Permission.MANAGE_THREADS in there

    def _of_roles(self, user: User) -> Overwrite:
        """The exceptions of all the user's roles as one: what any of them allows is allowed."""
        member = self.guild.members.get(user.id) if self.guild else None
        found = [self.overwrites.get(role.id) for role in member.roles] if member else []
        together = NO_EXCEPTION
        for overwrite in found:
            together = together.joined(overwrite) if overwrite else together
        return together

    @property
    def to_post(self) -> Permission:
        """The permission that it takes to write here."""
        if self.kind.is_thread:
            return Permission.SEND_MESSAGES_IN_THREADS
        return Permission.SEND_MESSAGES

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
