from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.permissions import PERMISSIONS, Use, invite_link, needed


def test_bits_and_flags_are_those_of_discord() -> None:
    for permission in PERMISSIONS:
        assert discord.Permissions.VALID_FLAGS[permission.flag] == 1 << permission.bit


@pytest.mark.parametrize(
    ("use", "flags"),
    [
        (Use.POST, {"view_channel", "send_messages", "attach_files"}),
        (Use.POST_IN_THREAD, {"view_channel", "send_messages_in_threads", "attach_files"}),
        (Use.FIND, {"read_message_history"}),
        (
            Use.OPEN_THREAD,
            {
                "view_channel",
                "send_messages_in_threads",
                "attach_files",
                "create_public_threads",
            },
        ),
        (Use.LIST_EVENT, {"create_events"}),
    ],
)
def test_each_use_takes_its_own(use: Use, flags: set[str]) -> None:
    assert {permission.flag for permission in needed(use)} == flags


def test_each_permission_is_used_and_explained_in_one_line() -> None:
    for permission in PERMISSIONS:
        assert permission.uses
        assert 0 < len(permission.why) < 90
        assert "\n" not in permission.why


def test_the_link_is_the_one_that_discord_py_would_make() -> None:
    wanted = discord.Permissions(**{permission.flag: True for permission in PERMISSIONS})
    theirs = discord.utils.oauth_url(
        7, permissions=wanted, scopes=("bot", "applications.commands"), guild=discord.Object(42)
    )

    ours = invite_link(7, guild_id=42)

    assert parse_qs(urlsplit(ours).query) == parse_qs(urlsplit(theirs).query)
    assert urlsplit(ours)[:3] == urlsplit(theirs)[:3]


def test_without_a_server_the_link_leaves_the_choice() -> None:
    assert "guild_id" not in invite_link(7)


def test_the_document_names_them_with_the_same_words() -> None:
    document = (Path(__file__).parents[3] / "docs/discord.md").read_text()
    _, _, table = document.partition("| permission | why |\n|---|---|\n")
    rows = table.partition("\n\n")[0].splitlines()

    assert rows == [f"| {permission.name} | {permission.why} |" for permission in PERMISSIONS]
