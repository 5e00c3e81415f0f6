"""What a server's quotas refuse: errors that carry data; `bot.quota_messages` has the words.

UserError
└ OnCooldown(cooldown, ready_at)
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import UserError


class OnCooldown(UserError):
    """The member ordered here a moment ago; the server wants a pause between two orders."""

    def __init__(self, cooldown: timedelta, *, ready_at: datetime) -> None:
        super().__init__(cooldown)
        self.cooldown = cooldown
        self.ready_at = ready_at
