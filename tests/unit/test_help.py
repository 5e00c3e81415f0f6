"""What developers run by hand says with `--help` what it takes, and starts nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.bot_process import ROOT


@pytest.mark.parametrize(
    ("command", "takes"),
    [
        (["-m", "bench.posting"], "--short"),
        (["-m", "bench.engine"], "photo"),
        (["-m", "tests.crash"], "--freeze"),
        (["tools/demo_pictures.py"], "folder"),
    ],
)
def test_help(command: list[str], takes: str) -> None:
    done = subprocess.run(
        [sys.executable, *command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert takes in done.stdout
    assert done.stderr == ""
