"""The page of /event settings. Pure."""

from __future__ import annotations

import discord

from bot.naming import escaped
from cogs.ui.events.page import page
from db.event_models import ServerChoices


def settings_page(choices: ServerChoices, *, changed: bool) -> discord.ui.LayoutView:
    """Show what a server has chosen for its events."""
    organisers = _role(choices.organiser_role_id, "none")
    moderators = _role(choices.moderator_role_id, "none")
    log = f"<#{choices.log_channel_id}>" if choices.log_channel_id else "none"
    zone = escaped(choices.timezone) if choices.timezone else "UTC, until somebody names another"
    return page(
        f"### {'Changed: e' if changed else 'E'}vents on this server\n"
        f"**Organisers:** who may *Manage Events* or *Manage Server*; their role: {organisers}\n"
        f"**Moderators:** who may *Manage Messages* where pictures are approved; their role: "
        f"{moderators}\n"
        f"**Log:** {log}\n"
        f"**Time zone:** {zone}",
        "-# Change one with `/event settings`; `clear` takes one away.",
    )


def _role(role_id: int | None, nothing: str) -> str:
    return f"<@&{role_id}>" if role_id else nothing
