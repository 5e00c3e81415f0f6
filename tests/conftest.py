from __future__ import annotations

import pytest

from tests.support import openapi


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it aloud when what discord.py sent could not be checked against Discord's document."""
    openapi.warn_if_absent(terminalreporter.write_line)
