"""What a server's quotas refuse: errors that carry data; `bot.quota_messages` has the words.

UserError
├ QuotaUsedUp(usage)             ├ WhomUnclear            ├ TooManyToAsk(count)
├ OnCooldown(cooldown, ready_at) ├ NothingChosen          └ ExportTooLarge(limit)
└ NotTogether
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import UserError
from db.models import Usage


class QuotaUsedUp(UserError):
    """A rule has no picture left, or a pot no credit; the usage says which and why."""

    def __init__(self, usage: Usage) -> None:
        super().__init__(usage.limit)
        self.usage = usage


class OnCooldown(UserError):
    """The member ordered here a moment ago; the server wants a pause between two orders."""

    def __init__(self, cooldown: timedelta, *, ready_at: datetime) -> None:
        super().__init__(cooldown)
        self.cooldown = cooldown
        self.ready_at = ready_at


class WhomUnclear(UserError):
    """A rule is for a member, a role or everybody, not for two of them at once."""


class NotTogether(UserError):
    """What everybody may make together has no windows of events: those have pots of their own."""


class NothingChosen(UserError):
    """The command was sent without saying what is to change."""


class TooManyToAsk(UserError):
    """Of so many members something counts that Discord would take long to say who has a role."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class ExportTooLarge(UserError):
    """Discord takes no file of this size; the limit is in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit
