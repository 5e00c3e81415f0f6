"""Who and where: users, guilds, roles, members and channels. Plain data, no wire format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.support.discord.permissions import (
    EVERYTHING,
    MEMBER_DEFAULT,
    Overwrite,
    Permission,
    resolve,
)


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
    roles: list[Role] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)

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
    """A text channel of a guild, or the direct messages between the bot and one user."""

    id: int
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    def permissions(self, user: User) -> Permission:
        """What the user may do here, as Discord computes it."""
        if self.guild is None:
            return MEMBER_DEFAULT
        return resolve(
            self.guild.base_permissions(user),
            self.overwrites.get(self.guild.everyone.id),
            self.overwrites.get(user.id),
        )

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
