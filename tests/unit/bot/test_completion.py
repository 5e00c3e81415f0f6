from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.arguments import SHELLS
from bot.completion import completion_script

ASK = """
source ./script
COMP_WORDS=(faceswap-bot "$@")
COMP_CWORD=$#
_shtab_faceswap_bot 2>errors
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "script").write_text(completion_script("bash"))
    (tmp_path / "me.jpg").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (
            ("",),
            {"run", "demo", "studio", "invite", "doctor", "swap", "health", "jobs", "event"},
        ),
        (("do",), {"doctor"}),
        (("db", ""), {"upgrade", "check", "backup"}),
        (("jobs", ""), {"list", "show", "resolve", "retry", "refund"}),
        (("jobs", "list", "--state", "un"), {"unconfirmed", "undeliverable"}),
        (("event", ""), {"export"}),
        (("jobs", "resolve", "7", ""), {"charged", "not-charged"}),
        (("completion", ""), set(SHELLS)),
        (("swap", "me"), {"me.jpg"}),
        (("swap", "me.jpg", "--ratio", ""), {"portrait", "landscape", "square"}),
        (("swap", "me.jpg", "--ou"), {"--out"}),
        (("swap", "me.jpg", "--out", "m"), {"me.jpg"}),
        (("run", "--env-file", "me"), {"me.jpg"}),
        (("studio", "--w"), {"--workers"}),
    ],
)
def test_bash_offers_what_may_come_next(
    folder: Path, typed: tuple[str, ...], offered: set[str]
) -> None:
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "bash", *typed],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert set(done.stdout.split()) >= offered
    assert all(word.startswith(typed[-1]) for word in done.stdout.split())


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_can_read_its_script(tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(completion_script(shell))

    done = subprocess.run(
        [shell, "-n", "script"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
