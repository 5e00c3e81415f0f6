from __future__ import annotations

import base64

import pytest

from bot.exits import CommandFailed
from bot.invite import explain_invite
from bot.permissions import PERMISSIONS, invite_link
from bot.settings import Settings

ID = 1234567890123456789


def token_of(number: object) -> str:
    first = base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")
    return f"{first}.aBcDeF.{'x' * 38}"


@pytest.mark.parametrize("number", [7, 12345678901234567, 123456789012345678, ID])
def test_the_token_says_whose_link_it_is(number: int) -> None:
    settings = Settings.from_env({"DISCORD_TOKEN": token_of(number)})

    link = explain_invite(settings, application_id=None).splitlines()[0]

    assert link == invite_link(number)


def test_a_named_application_wins_and_needs_no_token() -> None:
    for environ in ({}, {"DISCORD_TOKEN": token_of(7)}, {"DISCORD_TOKEN": "nonsense"}):
        text = explain_invite(Settings.from_env(environ), application_id=ID)

        assert text.startswith(f"{invite_link(ID)}\n")


def test_the_server_of_the_settings_is_chosen_already() -> None:
    settings = Settings.from_env({"DISCORD_GUILD_ID": "42"})

    assert explain_invite(settings, application_id=ID).startswith(invite_link(ID, guild_id=42))


def test_each_permission_has_its_line() -> None:
    lines = explain_invite(Settings.from_env({}), application_id=ID).splitlines()[3:]

    assert [line.strip().split("  ")[0] for line in lines] == [p.name for p in PERMISSIONS]
    assert all(len(line) <= 100 for line in lines)


def test_without_token_and_id_it_says_where_to_get_one() -> None:
    with pytest.raises(CommandFailed, match="Set DISCORD_TOKEN, or name the application"):
        explain_invite(Settings.from_env({}), application_id=None)


@pytest.mark.parametrize(
    "token",
    [
        "secret-word",
        "!!!.secret.word",
        "aGVsbG8.secret.word",  # hello
        ".secret.word",
        token_of(0),
        token_of(2**63),
        token_of("²"),
    ],
)
def test_what_is_no_token_is_refused_and_never_repeated(token: str) -> None:
    settings = Settings.from_env({"DISCORD_TOKEN": token})

    with pytest.raises(CommandFailed, match="does not begin with an application's id") as refused:
        explain_invite(settings, application_id=None)

    assert "secret" not in str(refused.value)
