from __future__ import annotations

import asyncio
import http.client
import os
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from bot import help_texts
from bot.arguments import build
from bot.health import BotState, Heartbeat
from bot.settings import variable_names
from tests.support.scripted_api import PICTURE, ScriptedAPI

COMMANDS = (
    *("run", "demo", "studio", "invite", "doctor", "swap", "health"),
    *("jobs", "event", "db", "completion"),
)
ACTIONS = (
    *(("db", action) for action in ("upgrade", "check", "backup")),
    *(("jobs", action) for action in ("list", "show", "resolve", "retry", "refund")),
    ("event", "export"),
)


def clean_environ(**environ: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in variable_names()}
    return clean | {"PYTHONPATH": str(Path(__file__).parents[3])} | environ


def faceswap_bot(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "bot", *arguments],
        cwd=cwd,
        env=clean_environ(**environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def beside_us(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the program while this loop serves what it talks to."""
    return await asyncio.to_thread(faceswap_bot, *arguments, cwd=cwd, **environ)


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS), *ACTIONS])
def test_help_says_what_a_command_does_with_examples(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    done = faceswap_bot(*command, "--help", cwd=tmp_path)

    assert done.returncode == 0
    assert done.stdout.startswith("usage: faceswap-bot")
    assert f"  faceswap-bot {' '.join(command)}".rstrip() in done.stdout.partition("\nexample")[2]
    assert done.stderr == ""


def test_examples_are_command_lines_that_are_understood() -> None:
    texts = (text for name, text in vars(help_texts).items() if name.isupper())
    lines = re.findall(
        r"^  (?:[A-Z_]+=\S+ )*(?:source <\()?faceswap-bot (.*)$", "\n".join(texts), re.MULTILINE
    )
    assert len(lines) > 20
    for line in lines:
        words = shlex.split(re.split(r"  |>|\||\)", line)[0])
        if words[0] != "COMMAND":
            build().parse_args(words)


def test_the_main_help_lists_commands_examples_and_exit_codes(tmp_path: Path) -> None:
    text = faceswap_bot("--help", cwd=tmp_path).stdout

    for word in (*COMMANDS, "examples:", "exit codes:", "130"):
        assert word in text


def test_the_version_is_the_package_s(tmp_path: Path) -> None:
    done = faceswap_bot("--version", cwd=tmp_path)

    assert (done.returncode, done.stdout[:13]) == (0, "faceswap-bot ")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("studio", "--port", "70000"),
        ("studio", "--workers", "0"),
        ("swap", "me.jpg"),
        ("swap", "me.jpg", "--filter", "1", "--who", "cat", "--out", "x.png"),
        ("db", "explode"),
        ("jobs", "list", "--since", "yesterday"),
        ("jobs", "list", "--state", "lost"),
        ("jobs", "list", "--limit", "0"),
        ("jobs", "show", "seven"),
        ("invite", "me"),
        ("completion", "cmd"),
    ],
)
def test_wrong_arguments_are_a_usage_line_and_exit_code_2(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = faceswap_bot(*arguments, cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr.startswith("usage: faceswap-bot")
    assert "Traceback" not in done.stderr


def test_invite_prints_the_link_first_and_the_script_can_be_read_by_bash(tmp_path: Path) -> None:
    invited = faceswap_bot("invite", "123", cwd=tmp_path)
    assert (invited.returncode, invited.stderr) == (0, "")
    assert invited.stdout.startswith("https://discord.com/oauth2/authorize?client_id=123&")

    refused = faceswap_bot("invite", cwd=tmp_path)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)

    script = faceswap_bot("completion", "bash", cwd=tmp_path)
    assert (script.returncode, script.stderr) == (0, "")
    assert "complete -o bashdefault -F _shtab_faceswap_bot faceswap-bot" in script.stdout


def test_all_problems_of_the_settings_are_listed_and_exit_code_is_2(tmp_path: Path) -> None:
    done = faceswap_bot("run", cwd=tmp_path, LOG_LEVEL="loud", CREDITS_V6="two")

    assert done.returncode == 2
    assert done.stdout == ""
    assert [line.split()[0] for line in done.stderr.splitlines()[1:]] == [
        "DISCORD_TOKEN",
        "CREDITS_V6",
        "LOG_LEVEL",
    ]


def test_the_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('\ufeffLOG_LEVEL=loud\nLOG_FORMAT="xml"\nexport CREDITS_V6=$x\n')

    done = faceswap_bot("health", cwd=tmp_path, LOG_FORMAT="text")

    assert done.returncode == 2
    assert "LOG_LEVEL is 'loud'" in done.stderr
    assert "CREDITS_V6 is '$x'" in done.stderr
    assert "LOG_FORMAT" not in done.stderr


def test_another_env_file_may_be_named_and_must_exist(tmp_path: Path) -> None:
    (tmp_path / "other.env").write_text("LOG_LEVEL=loud")

    assert faceswap_bot("health", "--env-file", "other.env", cwd=tmp_path).returncode == 2
    missing = faceswap_bot("health", "--env-file", "missing.env", cwd=tmp_path)
    assert missing.returncode == 1
    assert missing.stderr == "faceswap-bot: missing.env: No such file or directory\n"


def test_an_env_file_in_another_encoding_is_one_plain_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("DISCORD_TOKEN=é".encode("utf-16"))

    done = faceswap_bot("health", cwd=tmp_path)

    assert done.returncode == 1
    assert "UTF-8" in done.stderr
    assert done.stderr.count("\n") == 1


def test_health_tells_a_running_bot_from_a_missing_one(tmp_path: Path) -> None:
    missing = faceswap_bot("health", cwd=tmp_path)
    assert (missing.returncode, missing.stdout[:12]) == (1, "no heartbeat")

    Heartbeat(tmp_path / "data" / "heartbeat").beat(BotState.CONNECTED)
    healthy = faceswap_bot("health", cwd=tmp_path)
    assert (healthy.returncode, healthy.stderr) == (0, "")

    Heartbeat(tmp_path / "data" / "heartbeat").beat(BotState.RECONNECTING)
    assert faceswap_bot("health", cwd=tmp_path).returncode == 1


def test_the_database_is_made_checked_and_copied(tmp_path: Path) -> None:
    for arguments, said in (
        (("upgrade",), "brought up to date: 0001"),
        (("upgrade",), "is up to date"),
        (("check",), "is whole and up to date"),
        (("backup", "copy.db"), "copy.db is a whole copy of"),
    ):
        done = faceswap_bot("db", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert said in done.stdout

    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM jobs").fetchone() == (0,)
    copy.close()


def test_a_copy_never_replaces_a_file_and_may_be_named_by_the_time(tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    faceswap_bot("db", "upgrade", cwd=tmp_path)

    refused = faceswap_bot("db", "backup", "copy.db", cwd=tmp_path)
    assert refused.returncode == 1
    assert "exists already" in refused.stderr
    assert (tmp_path / "copy.db").read_text() == "precious"

    assert faceswap_bot("db", "backup", cwd=tmp_path).returncode == 0
    assert len(list((tmp_path / "data").glob("bot-*Z.db"))) == 1


@pytest.mark.parametrize("action", ["check", "backup"])
def test_without_a_database_one_line_says_so(action: str, tmp_path: Path) -> None:
    done = faceswap_bot("db", action, cwd=tmp_path)

    assert done.returncode == 1
    assert "does not exist" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "bot.db").write_text("This is a shopping list. " * 200)

    done = faceswap_bot("db", "check", cwd=tmp_path)

    assert done.returncode == 1
    assert "damaged" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


async def test_swap_makes_a_picture_through_the_configured_api(tmp_path: Path) -> None:
    (tmp_path / "me.png").write_bytes(PICTURE)
    async with ScriptedAPI() as api:
        done = await beside_us(
            *("swap", "me.png", "--filter", "neon", "--who", "Man", "--out", "out.png"),
            cwd=tmp_path,
            FACESWAP_API_URL=api.url,
            FACESWAP_API_KEY=api.key,
        )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "out.png is written\n"
    assert (tmp_path / "out.png").read_bytes() == PICTURE


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"photo": "missing.png"}, "missing.png: No such file or directory"),
        ({"photo": "."}, "is a folder"),
        ({"filter": "Noir"}, "there is no filter 'Noir'; there is: Cyberpunk Neon"),
        ({"out": "nowhere/out.png"}, "the folder nowhere does not exist"),
        ({"out": "me.png"}, "me.png is the photo itself"),
        ({"key": "wrong"}, "the API refuses the key"),
        ({"who": "group", "filter": str(uuid.UUID(int=7))}, "group photos"),
    ],
)
async def test_a_swap_that_cannot_be_is_one_line_and_exit_code_1(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    (tmp_path / "me.png").write_bytes(PICTURE)
    options = {"photo": "me.png", "filter": "12", "who": "man", "out": "out.png"} | changes
    async with ScriptedAPI() as api:
        done = await beside_us(
            *("swap", options["photo"], "--filter", options["filter"]),
            *("--who", options["who"], "--out", options["out"]),
            cwd=tmp_path,
            FACESWAP_API_URL=api.url,
            FACESWAP_API_KEY=changes.get("key", api.key),
        )
        assert api.paid == 0

    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.png").exists()


async def test_an_interrupted_swap_ends_with_130(tmp_path: Path) -> None:
    (tmp_path / "me.png").write_bytes(PICTURE)
    async with ScriptedAPI(finishes=False) as api, api.hold_status() as gate:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "bot", "swap", "me.png", "--filter", "12"),
            *("--who", "man", "--out", "out.png"),
            cwd=tmp_path,
            env=clean_environ(FACESWAP_API_URL=api.url, FACESWAP_API_KEY=api.key),
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            await gate.holds()
            process.send_signal(signal.SIGINT)
            _, err = await process.communicate()

    assert process.returncode == 130
    assert err.decode().endswith("faceswap-bot: interrupted\n")


@pytest.mark.parametrize("keys", ["first-key-1,second-key-2", ""])
def test_the_studio_says_where_it_is_answers_and_stops_with_exit_code_0(
    tmp_path: Path, keys: str
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "bot", "studio", "--port", "0"],
        cwd=tmp_path,
        env=clean_environ(STUDIO_API_KEYS=keys),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            ready, url = process.stdout.readline().strip().split(": ")
            assert ready == "Studio ready"
            key = "second-key-2" if keys else process.stdout.readline().split()[4]
            assert status_of(url, key=key) == 200
            assert status_of(url, key="another") == 401
        finally:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    assert process.returncode == 0, err
    assert "key-1" not in out + err


def status_of(url: str, *, key: str) -> int:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("GET", "/v1/filters/", headers={"X-API-Key": key})
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_studio_on_a_taken_port_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = faceswap_bot("studio", "--port", port, cwd=tmp_path)

    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "action",
    [("show", "7"), ("resolve", "7", "charged"), ("retry", "7"), ("refund", "7")],
)
def test_a_job_is_looked_for_only_where_there_is_one(
    tmp_path: Path, action: tuple[str, ...]
) -> None:
    faceswap_bot("db", "upgrade", cwd=tmp_path)

    done = faceswap_bot("jobs", *action, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (1, "faceswap-bot: there is no job 7\n")


@pytest.mark.parametrize("command", [("jobs", "list"), ("jobs", "show", "7"), ("db", "check")])
def test_before_the_first_start_nothing_is_said_to_be_wrong(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = faceswap_bot(*command, cwd=tmp_path)

    database = tmp_path / "data" / "bot.db"
    says = f"the database does not exist yet ({database}); the first start makes it"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"faceswap-bot: {says}\n")


@pytest.mark.parametrize(
    "command",
    [
        ["studio"],
        ["swap", "me.png", "--filter", "1", "--who", "man", "--out", "out.png"],
    ],
)
def test_without_its_packages_the_studio_says_how_to_get_them(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "me.png").write_bytes(PICTURE)
    hide = "sys.modules.update(dict.fromkeys(['ai_edge_litert', 'cv2', 'numpy']))"
    done = subprocess.run(
        [
            *(sys.executable, "-P", "-c"),
            f"import sys; {hide}; from bot.cli import main; sys.exit(main({command!r}))",
        ],
        cwd=tmp_path,
        env=clean_environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "pip install 'faceswap-bot[studio]'" in done.stderr
    assert done.stderr.count("\n") == 1
