"""`faceswap-bot completion`: the script with which a shell completes our command line."""

from __future__ import annotations

import argparse
from pathlib import Path

import shtab

from bot.arguments import build


def completion_script(shell: str) -> str:
    """Return the script for a shell that shtab knows."""
    parser = build()
    _complete_files(parser)
    script: str = shtab.complete(parser, shell=shell)
    return script


def _complete_files(parser: argparse.ArgumentParser) -> None:
    """Offer files wherever an argument is a path; shtab asks each action for it."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to list them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for command in action.choices.values():
                _complete_files(command)
        elif action.type is Path:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
