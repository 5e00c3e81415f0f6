"""Discord: is it reached, does it know the token, is the bot in the server that was named."""

from __future__ import annotations

import json

import aiohttp

from bot.checks.finding import Finding, fail, ok, warn
from bot.settings import Settings

_DISCORD = "https://discord.com"
_TIMEOUT = aiohttp.ClientTimeout(total=15)
_USER_AGENT = "DiscordBot (faceswap-bot doctor, 1)"
_OK = 200
_UNAUTHORIZED = 401
_NOT_THERE = (403, 404)
_SLOW_DOWN = 429


async def check_discord(settings: Settings) -> list[Finding]:
    """Ask Discord who the token belongs to, and for the server where one is set."""
    if settings.discord_token is None:
        return [
            fail(
                "DISCORD_TOKEN is missing",
                "copy it from https://discord.com/developers/applications "
                "(your application, then Bot, then Reset Token)",
            )
        ]
    origin = settings.discord_api_url or _DISCORD
    headers = {
        "Authorization": f"Bot {settings.discord_token}",
        "User-Agent": _USER_AGENT,
    }
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=_TIMEOUT) as session:
            return await _ask(session, origin, guild_id=settings.discord_guild_id)
    except (aiohttp.ClientError, TimeoutError) as error:
        reason = str(error) or "no answer in time"
        return [
            fail(
                f"Discord cannot be reached at {origin}: {reason}",
                "check this machine's network and DISCORD_API_URL",
            )
        ]


async def _ask(
    session: aiohttp.ClientSession, origin: str, *, guild_id: int | None
) -> list[Finding]:
    async with session.get(f"{origin}/api/v10/users/@me") as response:
        if response.status != _OK:
            return [_refused(response.status, origin)]
        name, user_id = _identity(await response.text(errors="replace"))
        if name is None:
            return [fail(f"{origin} does not answer as Discord does", "check DISCORD_API_URL")]
    findings = [ok(f"Discord knows the bot as {name} ({user_id})")]
    if guild_id is not None:
        async with session.get(f"{origin}/api/v10/guilds/{guild_id}") as response:
            findings.append(_membership(response.status, guild_id))
    return findings


def _identity(text: str) -> tuple[str | None, str | None]:
    try:
        body = json.loads(text)
    except ValueError:
        return None, None
    match body:
        case {"username": str(name), "id": str(user_id)}:
            return name, user_id
        case _:
            return None, None


def _refused(status: int, origin: str) -> Finding:
    if status == _UNAUTHORIZED:
        return fail(
            "Discord refuses DISCORD_TOKEN",
            "reset the token in the developer portal and copy it again",
        )
    if status == _SLOW_DOWN:
        return warn("Discord answers that it is asked too often", "wait a while and try again")
    return fail(
        f"{origin} answers HTTP {status}", "check DISCORD_API_URL, or wait if Discord has trouble"
    )


def _membership(status: int, guild_id: int) -> Finding:
    if status == _OK:
        return ok(f"the bot is in server {guild_id}")
    if status in _NOT_THERE:
        return fail(
            f"the bot is not in server {guild_id}",
            "invite it there, or change DISCORD_GUILD_ID",
        )
    return warn(f"Discord answers HTTP {status} for server {guild_id}", "try again later")
