"""Who may do what: the rows of `tests.tables.permissions`, tried by somebody of each kind.

All run against one bot: each row in a server of its own, and each kind of person by somebody new.
"""

from __future__ import annotations

import asyncio
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest

from bot.client import EXTENSIONS
from tests.acceptance.conftest import House, open_house
from tests.support.discord.commands import leaves
from tests.support.ports import free_port
from tests.tables.permission_row import PermissionRow, Who
from tests.tables.permission_scene import Server
from tests.tables.permissions import ROWS

AT_ONCE = 6
PATIENCE = 20.0  # seconds; how fast a command is answered is not what is tried here
SORRY = ("went wrong on my side", "Discord did not work", "Only organisers", "Only moderators")


async def test_every_row(tmp_path: Path, subtests: pytest.Subtests) -> None:
    port = str(free_port())
    async with open_house(tmp_path, WALL_PORT=port, LOG_LEVEL="INFO") as house:
        house.discord.rate_limits = False
        house.discord.checks_schema = False  # how messages are made is tried elsewhere
        house.discord.limits.response_seconds = PATIENCE
        turns = asyncio.Semaphore(AT_ONCE)
        found = await asyncio.gather(*(_play(house, row, turns) for row in ROWS))
        for row, problems in zip(ROWS, found, strict=True):
            with subtests.test(row.does):
                assert problems == []
        _check_complete(house)


async def _play(house: House, row: PermissionRow, turns: asyncio.Semaphore) -> list[str]:
    """Have somebody of each kind try it; returns what came out otherwise than the row says."""
    async with turns:
        server = Server(house)
        try:
            await server.open()
            if row.event:
                await server.open_event()
            return [problem for who in Who if (problem := await _try(server, row, who))]
        except (AssertionError, TimeoutError) as error:
            return [f"{server.trying.name}: {type(error).__name__} {error}"[:600]]


async def _try(server: Server, row: PermissionRow, who: Who) -> str | None:
    server.trying = who
    user = server.newcomer(who)
    if who is Who.GUEST and row.event:
        await server.step_in(user)
    server.become(user, Who.MANAGER)
    await row.prepares(server, user)
    server.become(user, who)
    before = server.state()
    text = await row.tries(server, user)
    if who not in row.may:
        if row.refused not in text:
            return f"{who.name} should be refused, and reads {text!r}"
        return None if server.state() == before else f"{who.name} is refused, and it was done"
    if row.works not in text or any(words in text for words in SORRY):
        return f"{who.name} may, and reads {text!r}"
    if row.spends:
        await server.open_event()
    return None


def _check_complete(house: House) -> None:
    """Hold the rows against what is there: every command, button and form of events and quotas."""
    assert {row.name for row in ROWS} == {*_commands(house), *_buttons()} | FORMS


# The forms are answered by listeners, which discord.py keeps no list of.
FORMS = {"form event:draft", "form event:step-in", "form picture:why"}


def _commands(house: House) -> Iterator[str]:
    for command in house.discord.commands:
        if command["name"] in {"event", "quota"}:
            yield from (name for name, _ in leaves(command))


def _buttons() -> Iterator[str]:
    """Every custom id that discord.py routes to us, without its number; jobs' buttons aside."""
    for name in EXTENSIONS:
        importlib.import_module(name)
    for item in discord.ui.DynamicItem.__subclasses__():
        template = item.__discord_ui_compiled_template__.pattern
        first, _, verbs = re.sub(r"\(\?P<\w+_id>[^)]*\)", "#", template).partition(":#:")
        alternatives = re.fullmatch(r"\(\?P<\w+>(.*)\)", verbs)
        for verb in (alternatives[1] if alternatives else verbs).split("|"):
            if first in {"event", "picture", "organise"}:
                yield f"{first}:{verb}"
