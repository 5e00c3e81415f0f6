"""Faults of Discord: one row each, in sections."""

from __future__ import annotations

from tests.tables import (
    discord_orders,
    discord_outages,
    discord_private,
    discord_public,
    discord_whole,
    discord_words,
)
from tests.tables.discord_row import DiscordRow
from tests.tables.row import Section

SECTIONS: tuple[Section[DiscordRow], ...] = (
    Section("An order goes wrong", discord_orders.ROWS),
    Section("A place refuses a public picture", discord_public.ROWS),
    Section("Discord does not answer, or its answer is lost", discord_outages.ROWS),
    Section("A private picture", discord_private.ROWS),
    Section("The whole bot is concerned", discord_whole.ROWS),
    Section("There is no picture, and the member is to know", discord_words.ROWS),
)
ROWS: tuple[DiscordRow, ...] = tuple(row for section in SECTIONS for row in section.rows)
