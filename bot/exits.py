"""How a command ends: its exit code, and the plain line of an expected failure."""

from __future__ import annotations

import enum


class ExitCode(enum.IntEnum):
    """What the shell is told; documented in the help of the command line."""

    OK = 0
    FAILED = 1
    USAGE = 2  # wrong arguments or settings
    INTERRUPTED = 130


class CommandFailed(Exception):
    """A command cannot do its work; the text is all that the operator reads."""
