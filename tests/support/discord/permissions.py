"""Permission bits, and the algorithm that resolves them for one user in one channel."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Permission(enum.IntFlag):
    """The bits this project meets; the rest of Discord's are left out."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CONNECT = 1 << 20
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    CREATE_EVENTS = 1 << 44
    PIN_MESSAGES = 1 << 51


EVERYTHING = Permission((1 << 52) - 1)  # the bits left out above, too
MEMBER_DEFAULT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
)
BOT_DEFAULT = MEMBER_DEFAULT


@dataclass(frozen=True, slots=True)
class Overwrite:
    """A channel's exception for one role or member; what is allowed outweighs what is denied."""

    allow: Permission
    deny: Permission

    @classmethod
    def exactly(cls, permissions: Permission) -> Overwrite:
        return cls(permissions, EVERYTHING ^ permissions)

    def joined(self, other: Overwrite) -> Overwrite:
        return Overwrite(self.allow | other.allow, self.deny | other.deny)


NO_EXCEPTION = Overwrite(Permission(0), Permission(0))


def resolve(base: Permission, *overwrites: Overwrite | None) -> Permission:
    """Apply the channel's exceptions in Discord's order: @everyone, roles, the member."""
    if Permission.ADMINISTRATOR in base:
        return EVERYTHING
    for overwrite in overwrites:
        if overwrite is not None:
            base = (base & (EVERYTHING ^ overwrite.deny)) | overwrite.allow
    return base if Permission.VIEW_CHANNEL in base else Permission(0)
