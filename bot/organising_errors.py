"""What somebody who organises an event did or can act on: data, no prose.

`bot.organising_messages` turns each into sentences. All are `bot.errors.UserError`.

    UserError
    ├ NotAllowed(action, role)       ├ BotMayNot(need, channel, missing)  └ ChannelNeeded
    └ OnlyOnServers                  └ RoleCannotBeCalled(role, problem)
"""

from __future__ import annotations

import enum

from bot.errors import UserError
from bot.services.access import Action


class NotAllowed(UserError):
    """Somebody lacks the right to this; `organiser_role_id` is the role that would give it."""

    def __init__(self, action: Action, *, organiser_role_id: int | None = None) -> None:
        super().__init__(action)
        self.action = action
        self.organiser_role_id = organiser_role_id


class OnlyOnServers(UserError):
    """What was asked for exists on servers only, not in direct messages."""


class ChannelNeeded(UserError):
    """An event cannot be announced where it was asked for."""


class Need(enum.Enum):
    """What the bot wants to do in a channel for an event."""

    PANEL = "panel"
    GALLERY = "gallery"
    THREAD = "thread"
    MEDIA = "media"
    REVIEW = "review"
    LOG = "log"


class BotMayNot(UserError):
    """The bot lacks permissions that the event needs; `missing` names them as Discord does."""

    def __init__(self, need: Need, *, channel_id: int, missing: tuple[str, ...]) -> None:
        super().__init__(need, missing)
        self.need = need
        self.channel_id = channel_id
        self.missing = missing


class CallProblem(enum.Enum):
    """Why a role cannot be called."""

    EVERYONE = "everyone"
    NOT_BY_ORGANISER = "not_by_organiser"
    NOT_BY_BOT = "not_by_bot"


class RoleCannotBeCalled(UserError):
    """The role cannot be mentioned, by the bot or by who asks for it."""

    def __init__(self, role_id: int, problem: CallProblem) -> None:
        super().__init__(role_id, problem)
        self.role_id = role_id
        self.problem = problem
