"""What the bot must be allowed to do on a server, and why; knows nothing of discord.py.

The commands look up here what they need before any work, and the invite link asks for the same.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

SCOPES = ("bot", "applications.commands")


class Use(enum.Enum):
    """When a permission is needed; without those for posting a command is refused.

    Those of events may be left out: there is no thread then, or no listing, and all else works.
    """

    POST = "to post in a channel"
    POST_IN_THREAD = "to post in a thread"
    FIND = "to find what was posted"
    OPEN_THREAD = "to open a thread for an event's pictures"
    LIST_EVENT = "to list an event among the server's own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """One of Discord's permissions: its bit, its name as people read it, what it is for."""

    flag: str  # as discord.py calls it
    bit: int  # counted from 0
    name: str
    why: str
    uses: frozenset[Use]


_POSTING = frozenset({Use.POST, Use.POST_IN_THREAD, Use.OPEN_THREAD})

PERMISSIONS = (
    Permission(
        flag="view_channel",
        bit=10,
        name="View Channel",
        why="reach the channel in which somebody asked for a picture",
        uses=_POSTING,
    ),
    Permission(
        flag="send_messages",
        bit=11,
        name="Send Messages",
        why="post a slow picture as a new message, which tells its member",
        uses=frozenset({Use.POST}),
    ),
    Permission(
        flag="send_messages_in_threads",
        bit=38,
        name="Send Messages in Threads",
        why="the same in threads and forum posts",
        uses=frozenset({Use.POST_IN_THREAD, Use.OPEN_THREAD}),
    ),
    Permission(
        flag="attach_files",
        bit=15,
        name="Attach Files",
        why="attach the picture",
        uses=_POSTING,
    ),
    Permission(
        flag="read_message_history",
        bit=16,
        name="Read Message History",
        why="find a picture posted before a restart, and not post it twice",
        uses=frozenset({Use.FIND}),
    ),
    Permission(
        flag="create_public_threads",
        bit=35,
        name="Create Public Threads",
        why="open a thread for the pictures of a community event",
        uses=frozenset({Use.OPEN_THREAD}),
    ),
    Permission(
        flag="create_events",
        bit=44,
        name="Create Events",
        why="list a community event among the server's own, and change that listing",
        uses=frozenset({Use.LIST_EVENT}),
    ),
)


def needed(use: Use) -> tuple[Permission, ...]:
    """Return the permissions that a use takes."""
    return tuple(permission for permission in PERMISSIONS if use in permission.uses)


def invite_link(application_id: int, *, guild_id: int | None = None) -> str:
    """Return the link that invites the bot with these permissions and no others."""
    bits = sum(1 << permission.bit for permission in PERMISSIONS)
    link = (
        f"https://discord.com/oauth2/authorize?client_id={application_id}"
        f"&scope={'+'.join(SCOPES)}&permissions={bits}"
    )
    return link if guild_id is None else f"{link}&guild_id={guild_id}"
