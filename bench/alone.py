"""The command line of one measurement by itself: `python -m bench.NAME [--short]`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from bench.report import Figure, show


class Measure(Protocol):
    """What every module that measures offers."""

    async def __call__(self, *, short: bool) -> Sequence[Figure]: ...


def run_alone(measure: Measure, *, what: str | None) -> None:
    """Measure and print; `what` is the module's own description."""
    parser = _parser(what)
    parser.add_argument("--short", action="store_true", help="fewer rounds")
    show(asyncio.run(measure(short=parser.parse_args().short)))


def path_given(*, what: str | None, name: str, default: Path) -> Path:
    """Read the one path that a measurement may be given."""
    parser = _parser(what)
    parser.add_argument(name, type=Path, nargs="?", default=default, help="(default: %(default)s)")
    path: Path = getattr(parser.parse_args(), name)
    return path


def _parser(what: str | None) -> argparse.ArgumentParser:
    module = Path(sys.argv[0]).stem
    return argparse.ArgumentParser(prog=f"python -m bench.{module}", description=what)
