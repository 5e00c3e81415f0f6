"""`faceswap-bot invite`: whose link it is, and what it asks for, in words."""

from __future__ import annotations

import base64
import binascii

from bot.exits import CommandFailed
from bot.permissions import PERMISSIONS, invite_link
from bot.settings import Settings

_APPLICATIONS = "https://discord.com/developers/applications"


def explain_invite(settings: Settings, *, application_id: int | None) -> str:
    """Return the link and a line on each permission; raises CommandFailed without an id."""
    link = invite_link(
        application_id or _application_of(settings), guild_id=settings.discord_guild_id
    )
    width = max(len(permission.name) for permission in PERMISSIONS)
    lines = [f"  {permission.name:{width}}  {permission.why}" for permission in PERMISSIONS]
    return "\n".join((link, "", "It asks for these permissions, and no others:", *lines))


def _application_of(settings: Settings) -> int:
    """Read the id that stands in the first part of a token; the token itself is never said."""
    if settings.discord_token is None:
        raise CommandFailed(
            "whose link? Set DISCORD_TOKEN, or name the application: faceswap-bot invite ID "
            f"(the Application ID on its General Information page, {_APPLICATIONS})"
        )
    first = settings.discord_token.partition(".")[0]
    try:
        text = base64.b64decode(first + "=" * (-len(first) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        text = b""
    if not (text.isdigit() and 0 < int(text) < 2**63):
        raise CommandFailed(
            "DISCORD_TOKEN does not begin with an application's id, as Discord's tokens do: copy "
            "it anew from the application's Bot page, or name the application: "
            "faceswap-bot invite ID"
        )
    return int(text)
