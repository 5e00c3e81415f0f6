"""Rules about the repository as a whole that no other tool checks."""

from __future__ import annotations

import ast
import importlib
import subprocess
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any

import pytest
from discord import app_commands

from bot.client import EXTENSIONS, FaceSwapBot
from bot.services.bundle import Services
from db.command_syncs import CommandSyncRepository
from tests.support import openapi
from tests.support.workshop import Workshop

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "cogs", "db", "faceswap", "studio")
MOST_LINES = 400
needs_git = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no git checkout")
MODULES = sorted(
    path.relative_to(ROOT).as_posix() for each in PACKAGES for path in (ROOT / each).rglob("*.py")
)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_owns_and_is_not_too_long(module: str) -> None:
    source = (ROOT / module).read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), f"{module} has no docstring"
    assert len(source.splitlines()) <= MOST_LINES


def test_the_bot_loads_every_extension_there_is() -> None:
    modules = [f"cogs.{path.stem}" for path in (ROOT / "cogs").glob("[!_]*.py")]
    with_setup = {name for name in modules if hasattr(importlib.import_module(name), "setup")}
    assert with_setup == set(EXTENSIONS)
    assert len(set(EXTENSIONS)) == len(EXTENSIONS)


@needs_git
@pytest.mark.parametrize(
    "path", ["data/bot.db", ".env", "data/photos/x.jpg", ".venv/bin/python", "build/x", "dist/x"]
)
def test_what_is_secret_or_made_here_is_not_committed(path: str) -> None:
    done = subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False)
    assert done.returncode == 0


@needs_git
def test_what_everybody_needs_is_committed() -> None:
    for path in (".env.example", "requirements/run.txt", "README.md", "LICENSE"):
        done = subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False)
        assert done.returncode == 1
        assert (ROOT / path).is_file()


# --- the commands, as Discord is told of them


@pytest.fixture
async def bot(workshop: Workshop) -> AsyncGenerator[FaceSwapBot]:
    """The bot with all its commands, not connected to anything."""
    bot = FaceSwapBot(guild_id=None, command_syncs=CommandSyncRepository(workshop.database))
    bot.services = Services(
        booth=workshop.booth,
        intake=workshop.intake,
        catalogue=workshop.catalogue,
        previews=workshop.previews,
        gate=workshop.gate,
        privacy=workshop.privacy,
        quotas=workshop.quotas,
        events=workshop.events,
        photo_keep_minutes=15,
        undelivered_keep_days=7,
        original_keep_hours=24,
        job_keep_days=90,
        event_keep_days=30,
        max_upload_bytes=10 * 2**20,
        api_name="studio",
    )
    for extension in EXTENSIONS:
        await bot.load_extension(extension)
    yield bot
    await bot.close()


def described(bot: FaceSwapBot) -> list[dict[str, Any]]:
    return [command.to_dict(bot.tree) for command in bot.tree.get_commands()]


def nodes(found: list[dict[str, Any]], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Commands, those below them, and their options, each with its path."""
    for each in found:
        name = f"{path} {each['name']}"
        yield name, each
        yield from nodes(each.get("options", []), name)


async def test_every_command_and_option_is_described(bot: FaceSwapBot) -> None:
    commands = described(bot)
    assert commands
    for name, each in nodes(commands):
        assert 1 <= len(each["description"]) <= 100, name
        assert each["description"] != "…", name


async def test_required_options_come_first(bot: FaceSwapBot) -> None:
    for name, each in nodes(described(bot)):
        required = [bool(option.get("required")) for option in each.get("options", [])]
        assert required == sorted(required, reverse=True), name


async def test_discord_would_take_the_commands(bot: FaceSwapBot) -> None:
    assert openapi.check_request("PUT", "/applications/1/commands", described(bot)) == []


async def test_every_command_has_a_body(bot: FaceSwapBot) -> None:
    commands = list(bot.tree.walk_commands())
    for command in commands:
        assert isinstance(command, app_commands.Command) or command.commands
    assert len({command.qualified_name for command in commands}) == len(commands)


async def test_the_readme_lists_every_command(bot: FaceSwapBot) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [command.qualified_name for command in bot.tree.walk_commands()]
    assert [name for name in names if f"`/{name}" not in readme] == []
