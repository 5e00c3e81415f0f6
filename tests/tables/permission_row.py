"""The form of a row about permissions: what is tried, who may, and what the others read."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.discord import User
    from tests.tables.permission_scene import Server


class Who(enum.Enum):
    """What somebody is on a server; each in a column of its own."""

    MEMBER = "member"
    GUEST = "guest, of the picture in question"
    MODERATOR = "moderator: Manage Messages"
    MODERATORS_ROLE = "moderator: the server's role"
    ORGANISER = "organiser: Manage Events"
    ORGANISERS_ROLE = "organiser: the server's role"
    MANAGER = "Manage Server"
    OPERATOR = "operator"


EVERYBODY = frozenset(Who)
MANAGERS = frozenset({Who.MANAGER})
QUOTAS = MANAGERS | {Who.ORGANISERS_ROLE}
ORGANISERS = QUOTAS | {Who.ORGANISER}
MODERATORS = ORGANISERS | {Who.MODERATOR, Who.MODERATORS_ROLE}

NOT_ORGANISER = (
    "Only organisers can do this: it takes the permission *Manage Events* or *Manage Server*"
)
NOT_QUOTAS = "Only organisers can do this: it takes the permission *Manage Server*"
NOT_MODERATOR = (
    "Only moderators of this event can do this: it takes the permission *Manage Messages* where "
    "pictures are approved, or the server's role for moderators."
)
NOT_MANAGER = "Only who has the permission *Manage Server* can change this."
NOT_THEIRS = "Only the guest who made this picture and the moderators can take it down."
OWN = "This picture is yours, so you cannot vote for it."

Try = Callable[["Server", "User"], Awaitable[str]]
"""Somebody tries something; returns what they read, or the title of the form they get."""

Prepare = Callable[["Server", "User"], Awaitable[None]]
"""What is there before somebody tries; who tries may do everything yet."""


async def nothing(_server: Server, _user: User) -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRow:
    """One thing that can be tried."""

    does: str
    name: str  # "event pause" of a command, "picture:approve" of a button, "form event:step-in"
    may: frozenset[Who]
    tries: Try
    prepares: Prepare = nothing
    refused: str = ""  # a part of what who may not reads
    works: str = ""  # a part of what who may reads
    event: bool = True  # it needs one
    spends: bool = False  # who may leaves the event in another state
