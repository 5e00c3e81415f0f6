"""A wire-level stand-in of Discord for tests: `async with DiscordStandIn() as discord`."""

from __future__ import annotations

from tests.support.discord.faults import Cut, Failure, Held
from tests.support.discord.files import Upload
from tests.support.discord.options import NotPossible
from tests.support.discord.people import Channel, ChannelKind, Guild, Member, Role, User
from tests.support.discord.permissions import BOT_DEFAULT, EVERYTHING, MEMBER_DEFAULT, Permission
from tests.support.discord.records import (
    Interaction,
    InteractionKind,
    Message,
    MessageFlag,
    Notice,
    ResponseType,
)
from tests.support.discord.scheduled_events import ListingStatus, ScheduledEvent
from tests.support.discord.server import LoggedRequest
from tests.support.discord.standin import DiscordStandIn

__all__ = [
    "BOT_DEFAULT",
    "EVERYTHING",
    "MEMBER_DEFAULT",
    "Channel",
    "ChannelKind",
    "Cut",
    "DiscordStandIn",
    "Failure",
    "Guild",
    "Held",
    "Interaction",
    "InteractionKind",
    "ListingStatus",
    "LoggedRequest",
    "Member",
    "Message",
    "MessageFlag",
    "NotPossible",
    "Notice",
    "Permission",
    "ResponseType",
    "Role",
    "ScheduledEvent",
    "Upload",
    "User",
]
