"""The command line: reads settings, runs one command, turns its end into an exit code.

Each command imports what it needs itself, so that `--help` and `health` answer at once.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot.arguments import parse
from bot.exits import CommandFailed, ExitCode

if TYPE_CHECKING:
    from bot.checks.finding import Finding
    from bot.settings import Settings

T = TypeVar("T")

_DEFAULT_ENV_FILE = Path(".env")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    arguments = parse(argv)
    try:
        return _COMMANDS[arguments.command](arguments)
    except KeyboardInterrupt:
        return _say("interrupted", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has left; Python must not try to flush into it at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _explain(error)


def _explain(error: Exception) -> int:
    """Tell an expected failure in one plain line; anything else is a bug, with its traceback."""
    from bot.settings import SettingsError

    if isinstance(error, SettingsError):
        return _say("\n  ".join(("these settings need a change:", *error.problems)), ExitCode.USAGE)
    import logging

    from bot.explanations import explain

    log = logging.getLogger(__name__)
    if (text := explain(error)) is not None:
        log.debug("Where it happened:", exc_info=error)
        return _say(text, ExitCode.FAILED)
    log.critical("This is a bug of faceswap-bot.", exc_info=error)
    return ExitCode.FAILED


def _say(text: str, code: ExitCode) -> int:
    print(f"faceswap-bot: {text}", file=sys.stderr)
    return code


def _environ(env_file: Path | None) -> Mapping[str, str]:
    """Merge the file with the environment, which wins."""
    path = env_file or _DEFAULT_ENV_FILE
    if env_file is None and not path.is_file():
        return os.environ
    from dotenv import dotenv_values

    try:
        # utf-8-sig: some editors put a mark before the first name. No interpolation: a key may
        # hold a dollar sign.
        with path.open(encoding="utf-8-sig") as file:
            values = dotenv_values(stream=file, interpolate=False)
    except UnicodeDecodeError:
        raise CommandFailed(f"{path} is not a text file in UTF-8; save it again as one") from None
    return {name: value for name, value in values.items() if value is not None} | os.environ


def _await(work: Coroutine[Any, Any, T]) -> T:
    import asyncio

    return asyncio.run(work)


def _settings(
    arguments: argparse.Namespace, *, for_run: bool = False, quiet: bool = False
) -> Settings:
    from dataclasses import replace

    from bot.logs import setup_logging
    from bot.settings import LogLevel, Settings

    environ = _environ(arguments.env_file)
    settings = Settings.for_run(environ) if for_run else Settings.from_env(environ)
    setup_logging(replace(settings, log_level=LogLevel.ERROR) if quiet else settings)
    return settings


def _run(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments, for_run=True)
    from bot.app import run

    return _await(run(settings))


def _invite(arguments: argparse.Namespace) -> int:
    from bot.invite import explain_invite
    from bot.settings import Settings

    settings = Settings.from_env(_environ(arguments.env_file))
    print(explain_invite(settings, application_id=arguments.application))
    return ExitCode.OK


def _doctor(arguments: argparse.Namespace) -> int:
    from bot.doctor import examine

    if arguments.after_restore:
        settings = _settings(arguments)
        from bot.restoring import make_safe

        print(_await(make_safe(settings)), flush=True)
    return _report(_await(examine(_environ(arguments.env_file))))


def _report(findings: Sequence[Finding]) -> int:
    from bot.checks.finding import Verdict

    for finding in findings:
        print(finding)
    has_failed = any(finding.verdict is Verdict.FAIL for finding in findings)
    return ExitCode.FAILED if has_failed else ExitCode.OK


def _health(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from bot.health import find_problem, read
    from bot.settings import Settings

    settings = Settings.from_env(_environ(arguments.env_file))
    problem = find_problem(read(settings.heartbeat_path), now=datetime.now(UTC))
    print(problem or "the bot is alive and connected")
    return ExitCode.OK if problem is None else ExitCode.FAILED


def _studio(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    from bot.standalone import serve_alone

    work = serve_alone(
        settings,
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        say=lambda text: print(text, flush=True),
    )
    _await(work)
    return ExitCode.OK


def _demo(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments, quiet=True)
    from importlib.util import find_spec

    if find_spec("simcord") is None:
        raise CommandFailed("the demo needs more packages: pip install 'faceswap-bot[demo]'")
    from bot.demo.run import run_demo

    work = run_demo(
        settings,
        port=arguments.port or None,
        open_browser=arguments.open,
        say=lambda text: print(text, flush=True),
    )
    _await(work)
    return ExitCode.OK


def _swap(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    from bot.single import Order, make_picture
    from bot.who import WHO
    from faceswap.models import Quality, Ratio

    order = Order(
        photo=arguments.photo,
        filter=arguments.filter,
        gender=WHO[arguments.who.capitalize()],
        out=arguments.out,
        ratio=Ratio(arguments.ratio),
        quality=Quality[arguments.quality.upper()],
    )
    _await(make_picture(settings, order, say=lambda text: print(text, file=sys.stderr)))
    print(f"{arguments.out} is written")
    return ExitCode.OK


def _database(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    from bot import upkeep

    match arguments.action:
        case "upgrade":
            print(_await(upkeep.upgrade(settings)))
        case "check":
            from bot.checks.database import check_file

            return _report(_await(check_file(settings)))
        case "backup":
            print(_await(upkeep.copy(settings, arguments.file)))
    return ExitCode.OK


def _jobs(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    from bot import job_desk

    match arguments.action:
        case "list":
            from db.models import JobState

            work = job_desk.list_jobs(
                settings,
                states=tuple(JobState(state) for state in arguments.state),
                member=arguments.member,
                since=arguments.since,
                limit=arguments.limit,
                as_json=arguments.json,
            )
        case "show":
            work = job_desk.show_job(settings, arguments.job, as_json=arguments.json)
        case "resolve":
            charged = arguments.outcome == "charged"
            work = job_desk.resolve_job(settings, arguments.job, charged=charged)
        case "retry":
            work = job_desk.retry_job(settings, arguments.job)
        case _:
            work = job_desk.refund_job(settings, arguments.job)
    print(_await(work))
    return ExitCode.OK


def _event(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    from bot.event_desk import export_event

    work = export_event(settings, arguments.event, arguments.file, with_waiting=arguments.waiting)
    print(_await(work))
    return ExitCode.OK


def _completion(arguments: argparse.Namespace) -> int:
    from bot.completion import completion_script

    print(completion_script(arguments.shell))
    return ExitCode.OK


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "studio": _studio,
    "demo": _demo,
    "invite": _invite,
    "doctor": _doctor,
    "swap": _swap,
    "health": _health,
    "jobs": _jobs,
    "event": _event,
    "db": _database,
    "completion": _completion,
}
