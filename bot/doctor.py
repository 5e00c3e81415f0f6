"""Looks at everything the bot depends on, changes nothing, and says what to do."""

from __future__ import annotations

from collections.abc import Mapping

from bot.checks.configuration import check_names, check_settings, unreadable
from bot.checks.database import check_database
from bot.checks.finding import Finding
from bot.checks.folder import check_folder, check_gates, check_heartbeat
from bot.checks.pictures import check_pictures
from bot.checks.token import check_discord
from bot.settings import Settings, SettingsError


async def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Check the settings, then what they lead to, from the nearest to the farthest."""
    findings = check_names(environ)
    try:
        settings = Settings.from_env(environ)
    except SettingsError as error:
        return [*findings, *unreadable(error.problems)]
    return [
        *findings,
        *check_settings(settings),
        *check_folder(settings.data_dir, least_free=settings.min_free_bytes),
        check_heartbeat(settings.heartbeat_path),
        *check_gates(settings.heartbeat_path),
        *await check_database(settings),
        *await check_pictures(settings),
        *await check_discord(settings),
    ]
