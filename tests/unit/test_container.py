"""Holds container, systemd unit and commit hooks to the project; no Docker engine is needed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.arguments import build
from bot.health import BEAT_EVERY, STALE_AFTER, BotState, Heartbeat
from bot.services.worker import GRACE_SECONDS
from bot.settings import WALL_PORT, Settings, variable_names

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
UNIT = (ROOT / "docs/faceswap-bot.service").read_text()


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions with their text, lines joined and comments left out."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(name, rest) for line in lines if line for name, _, rest in [line.partition(" ")]]


def texts(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def copied() -> list[str]:
    """Return what is copied from the project, not from an earlier stage."""
    return [
        source
        for text in texts("COPY")
        if not text.startswith("--from")
        for source in text.split()[:-1]
    ]


def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return content


def is_ignored(path: str) -> bool:
    """Say whether Docker leaves a path out: the last pattern that covers it, or a parent, wins."""
    ignored = False
    parents = [path, *(str(parent) for parent in Path(path).parents if parent.name)]
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        anywhere = pattern.removeprefix("**/")
        names = [Path(parent).name if anywhere != pattern else parent for parent in parents]
        if any(fnmatchcase(name, anywhere) for name in names):
            ignored = not line.startswith("!")
    return ignored


def seconds(text: str) -> float:
    assert re.fullmatch(r"\d+s", text)
    return float(text[:-1])


def test_hadolint_finds_nothing() -> None:
    hadolint = BIN / "hadolint"
    if not hadolint.exists():
        pytest.skip("hadolint is locked for Linux on x86-64 only")

    done = subprocess.run(
        [hadolint, "--no-color", ROOT / "Dockerfile"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_every_path_that_is_copied_exists_and_is_sent_to_docker() -> None:
    assert len(copied()) >= 8
    for path in copied():
        assert (ROOT / path).exists(), path
        assert not is_ignored(path), path


def test_every_package_of_the_wheel_and_all_that_builds_it_is_copied() -> None:
    project = PROJECT["project"]
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert {*wheel["packages"], project["readme"], "LICENSE", "pyproject.toml"} <= set(copied())


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.example",
        "bot/.env",
        "data/bot.db",
        ".git/config",
        ".venv/bin/python",
        "tests/conftest.py",
        "bot/__pycache__/cli.cpython-313.pyc",
        "bench/engine.py",
    ],
)
def test_what_is_secret_or_useless_is_not_sent_to_docker(path: str) -> None:
    assert is_ignored(path)


def test_code_and_assets_are_sent_to_docker() -> None:
    for path in ("bot/cli.py", "studio/server/page.html", "db/migrations/versions/0001_initial.py"):
        assert (ROOT / path).exists()
        assert not is_ignored(path)


def test_python_is_slim_and_one_that_the_lock_serves() -> None:
    (default,) = texts("ARG")
    image = re.fullmatch(r"PYTHON=(3\.(\d+))-slim-\w+", default)
    assert image is not None
    least, below = re.findall(r"3\.(\d+)", PROJECT["project"]["requires-python"])
    assert int(least) <= int(image[2]) < int(below)
    assert all(text.startswith("python:${PYTHON}") for text in texts("FROM"))
    assert len(texts("FROM")) == 2


def test_packages_are_installed_with_hashes_only() -> None:
    commands = [part for text in texts("RUN") for part in text.split("&&") if " install " in part]
    packages = [part for part in commands if "pip" in part and "dist/*.whl" not in part]
    assert len(packages) == 2
    for command in packages:
        assert "--require-hashes" in command
        assert "--only-binary :all:" in command
    (ours,) = (part for part in commands if "dist/*.whl" in part)
    assert "--no-deps" in ours


def test_the_list_for_building_holds_what_the_project_is_built_with() -> None:
    locked = (ROOT / "requirements/build.txt").read_text()

    for requirement in PROJECT["build-system"]["requires"]:
        assert f"{requirement} " in locked
    assert "://" not in locked


def test_it_runs_as_a_numbered_user_of_its_own() -> None:
    user, group = (int(number) for number in texts("USER")[-1].split(":"))
    made = " ".join(texts("RUN"))

    assert user > 0
    assert group > 0
    assert f"--uid {user}" in made
    assert f"--gid {group}" in made


def test_data_lies_in_the_volume_also_where_env_example_is_used_as_it_is() -> None:
    (volume,) = texts("VOLUME")
    environment = dict(pair.split("=", 1) for pair in texts("ENV")[-1].split())
    assert environment["DATA_DIR"] == volume
    example = re.findall(
        r"^DATA_DIR=(.*)$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE
    )
    assert str(Path(texts("WORKDIR")[-1], *example)) == volume


def test_the_command_is_ours_in_exec_form() -> None:
    program, *rest = json.loads(texts("CMD")[-1])
    assert (program, build().parse_args(rest).command) == ("faceswap-bot", "run")
    assert texts("STOPSIGNAL") == ["SIGTERM"]

    done = run([program, *rest, "--help"])
    assert (done.returncode, done.stderr) == (0, "")


def run(command: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command that the files name, as it would be found in the image."""
    clean = {name: value for name, value in os.environ.items() if name not in variable_names()}
    path = f"{BIN}{os.pathsep}{clean['PATH']}"
    program = shutil.which(command[0], path=path)
    assert program is not None, f"{command[0]} is not installed"
    return subprocess.run(
        [program, *command[1:]],
        env={**clean, "PATH": path, **environ},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_health_check_tells_a_well_bot_from_a_stopped_one(tmp_path: Path) -> None:
    options, _, command = texts("HEALTHCHECK")[0].partition("CMD ")
    check = json.loads(command)

    assert run(check, DATA_DIR=str(tmp_path)).returncode == 1
    Heartbeat(tmp_path / "heartbeat").beat(BotState.CONNECTED)
    assert run(check, DATA_DIR=str(tmp_path)).returncode == 0

    interval = re.search(r"--interval=(\d+s)", options)
    assert interval is not None
    assert BEAT_EVERY.total_seconds() <= seconds(interval[1]) <= STALE_AFTER.total_seconds()


def test_every_service_drains_restarts_and_has_a_volume_of_its_own() -> None:
    services = compose()["services"]
    volumes = [service["volumes"] for service in services.values()]

    assert len({str(each) for each in volumes}) == len(services)
    for name, service in services.items():
        (volume,) = service["volumes"]
        source, _, target = volume.partition(":")
        assert source in compose()["volumes"]
        assert target == service["environment"]["DATA_DIR"] == texts("VOLUME")[0]
        assert seconds(service["stop_grace_period"]) > GRACE_SECONDS + 5, name
        assert service["restart"] == "unless-stopped"
        assert service["init"]
        assert service["read_only"]


def test_the_bot_is_there_by_itself_and_reads_env() -> None:
    bot = compose()["services"]["bot"]

    assert "profiles" not in bot
    assert [each["path"] for each in bot["env_file"]] == [".env"]
    assert set(bot["environment"]) <= set(variable_names())


def test_the_wall_is_published_to_this_machine_only_and_named_by_the_operator() -> None:
    bot = compose()["services"]["bot"]

    assert texts("EXPOSE") == [str(WALL_PORT)]
    assert bot["ports"] == [f"127.0.0.1:{WALL_PORT}:{WALL_PORT}"]
    assert Settings.from_env(bot["environment"]).wall_base is None
    named = {**bot["environment"], "WALL_URL": "https://wall.example.org"}
    assert Settings.from_env(named).wall_base == "https://wall.example.org"


def test_the_studio_is_asked_for_by_profile_and_sees_no_token() -> None:
    studio = compose()["services"]["studio"]
    program, *arguments = studio["command"]

    parsed = build().parse_args(arguments)
    assert (program, parsed.command) == ("faceswap-bot", "studio")
    assert studio["profiles"] == ["studio"]
    assert "env_file" not in studio
    assert {"STUDIO_API_KEYS", "DATA_DIR"} <= set(studio["environment"]) <= set(variable_names())
    assert studio["ports"] == [f"127.0.0.1:{parsed.port}:{parsed.port}"]


def test_the_studio_s_health_check_tells_a_running_one_from_none(tmp_path: Path) -> None:
    studio = compose()["services"]["studio"]
    kind, *check = studio["healthcheck"]["test"]
    assert kind == "CMD"
    address = re.search(r"http://127\.0\.0\.1:8000", check[-1])
    assert address is not None

    studio_command = [str(BIN / "faceswap-bot"), "studio", "--port", "0"]
    environ = {**os.environ, "DATA_DIR": str(tmp_path), "STUDIO_API_KEYS": "test-key-1"}
    with subprocess.Popen(
        studio_command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip().partition(": ")[2]
            here = [word.replace(address[0], url) for word in check]
            assert run(here).returncode == 0
        finally:
            process.terminate()
        assert process.wait(timeout=30) == 0
    assert run(here).returncode != 0


def test_the_unit_runs_the_bot_and_waits_until_it_has_drained() -> None:
    settings = dict(re.findall(r"^(\w+)=(.*)$", UNIT, flags=re.MULTILINE))
    program, *arguments = settings["ExecStart"].split()

    assert Path(program).name == "faceswap-bot"
    assert build().parse_args(arguments).command == "run"
    assert float(settings["TimeoutStopSec"]) > GRACE_SECONDS + 5
    assert settings["KillMode"] == "mixed"
    assert settings["Restart"] == "on-failure"


def test_the_hooks_call_the_tools_of_the_lock() -> None:
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert local["repo"] == "local"
    programs = [hook["entry"].split()[0] for hook in local["hooks"]]

    assert {Path(program).name for program in programs} == {"ruff", "mypy", "lint-imports"}
    for program, hook in zip(programs, local["hooks"], strict=True):
        assert program.startswith(".venv/bin/")
        assert (BIN / Path(program).name).exists()
        assert hook["language"] == "system"
