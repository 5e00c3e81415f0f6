from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import openapi


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="keep what the browser shows at each step of the tests of the demo's page",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it aloud when what discord.py sent could not be checked against Discord's document."""
    openapi.warn_if_absent(terminalreporter.write_line)
