"""The command line's grammar; knows nothing of what the commands do, nor of the notes on them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import help_texts
from bot.who import WHO

SHELLS = ("bash", "zsh")
_RATIOS = ("portrait", "landscape", "square")
_QUALITIES = ("best", "fast")
_LAST_PORT = 65_535
_MOST_LISTED = 100_000
# As `db.models.JobState` has them, which takes longer to load than to print a usage line.
_STATES = (
    "queued",
    "submitting",
    "submitted",
    "unconfirmed",
    "completed",
    "delivered",
    "undeliverable",
    "failed",
    "cancelled",
)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the arguments; wrong ones end the process with a usage line and exit code 2."""
    return build().parse_args(argv)


def build() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="faceswap-bot",
        description="A photo booth for Discord.",
        epilog=help_texts.MAIN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add(commands, "run", "run the Discord bot", help_texts.RUN)
    _add_demo(commands)
    _add_studio(commands)
    _add_invite(commands)
    _add_doctor(commands)
    _add_swap(commands)
    _add(commands, "health", "say whether the running bot is alive", help_texts.HEALTH)
    _add_jobs(commands)
    _add_database(commands)
    _add_event(commands)
    _add_completion(commands)
    return parser


def _add(commands: Any, name: str, summary: str, epilog: str) -> argparse.ArgumentParser:
    """Add a command with the options that all commands share."""
    parser = _add_bare(commands, name, summary, epilog)
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="read settings from FILE; the environment wins over it (default: .env, if it exists)",
    )
    return parser


def _add_demo(commands: Any) -> None:
    parser = _add(
        commands, "demo", "try the bot in a browser, without any account", help_texts.DEMO
    )
    parser.add_argument("--open", action="store_true", help="open the page in your browser")
    parser.add_argument(
        "--port", type=_port, default=0, help="port of the page, 0 for a free one (default: 0)"
    )


def _add_bare(commands: Any, name: str, summary: str, epilog: str) -> argparse.ArgumentParser:
    """Add a command that reads no settings, or leaves that to its actions."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def _add_studio(commands: Any) -> None:
    parser = _add(commands, "studio", "serve the FaceSwap API from this machine", help_texts.STUDIO)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=8000,
        help="port to listen on, 0 for a free one (default: %(default)s)",
    )
    parser.add_argument(
        "--workers",
        type=_workers,
        metavar="N",
        help="pictures made at the same time (default: STUDIO_WORKERS)",
    )


def _add_invite(commands: Any) -> None:
    parser = _add(
        commands, "invite", "print the link that invites the bot to a server", help_texts.INVITE
    )
    parser.add_argument(
        "application",
        nargs="?",
        type=_application,
        metavar="ID",
        help="the application's id (default: the one that DISCORD_TOKEN begins with)",
    )


def _add_doctor(commands: Any) -> None:
    parser = _add(
        commands, "doctor", "check the settings and everything they lead to", help_texts.DOCTOR
    )
    parser.add_argument(
        "--after-restore",
        action="store_true",
        help="first make a copy of the database safe that was put back; the bot must be stopped",
    )


def _add_swap(commands: Any) -> None:
    parser = _add(commands, "swap", "make one picture without Discord", help_texts.SWAP)
    parser.add_argument("photo", type=Path, metavar="PHOTO", help="the photo's file")
    parser.add_argument(
        "--filter",
        required=True,
        metavar="NAME",
        help="a filter's name or its number, or a UUID; any other word lists the filters",
    )
    parser.add_argument(
        "--who",
        required=True,
        type=str.lower,
        choices=[name.lower() for name in WHO],
        help="who is in the photo",
    )
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="FILE",
        help="where the picture is written; a file that is there is replaced",
    )
    parser.add_argument(
        "--ratio", choices=_RATIOS, default="portrait", help="shape (default: %(default)s)"
    )
    parser.add_argument(
        "--quality",
        choices=_QUALITIES,
        default="best",
        help="fast takes less time over it (default: %(default)s)",
    )


def _add_database(commands: Any) -> None:
    parser = _add_bare(commands, "db", "look after the database", help_texts.DATABASE)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add(actions, "upgrade", "bring the schema up to date", help_texts.UPGRADE)
    _add(actions, "check", "look for damage and accounts that do not add up", help_texts.CHECK)
    backup = _add(actions, "backup", "copy the database to a file", help_texts.BACKUP)
    backup.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="a file that does not exist yet, its folders are made (default: named by the time, "
        "beside the database)",
    )


def _add_jobs(commands: Any) -> None:
    parser = _add_bare(commands, "jobs", "look at single jobs, and settle them", help_texts.JOBS)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    found = _add(actions, "list", "list jobs, newest first", help_texts.JOBS_LIST)
    found.add_argument(
        "--state",
        action="append",
        default=[],
        choices=_STATES,
        help="only jobs in this state; may be given more than once",
    )
    found.add_argument("--member", type=_member, metavar="ID", help="only jobs of this member")
    found.add_argument(
        "--since",
        type=_since,
        metavar="WHEN",
        help="only jobs ordered since: 90m, 24h, 7d or a date such as 2026-11-21 (UTC)",
    )
    found.add_argument(
        "--limit", type=_count, default=50, metavar="N", help="at most N (default: %(default)s)"
    )
    show = _add_job(actions, "show", "show one job, its log and its ledgers", help_texts.SHOW)
    for parser in (found, show):
        parser.add_argument("--json", action="store_true", help="print JSON")
    resolve = _add_job(
        actions, "resolve", "close a job whose outcome is unknown", help_texts.RESOLVE
    )
    resolve.add_argument("outcome", choices=("charged", "not-charged"), help="what the bill says")
    _add_job(actions, "retry", "have a job tried again", help_texts.RETRY)
    _add_job(actions, "refund", "give a member a picture's quota back", help_texts.REFUND)


def _add_job(actions: Any, name: str, summary: str, epilog: str) -> argparse.ArgumentParser:
    parser = _add(actions, name, summary, epilog)
    parser.add_argument("job", type=_job, metavar="JOB", help="the job's number")
    return parser


def _add_event(commands: Any) -> None:
    parser = _add_bare(commands, "event", "look after community events", help_texts.EVENT)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    export = _add(actions, "export", "write an event's pictures to a ZIP", help_texts.EVENT_EXPORT)
    export.add_argument("event", type=_event, metavar="EVENT", help="the event's number")
    export.add_argument("file", type=Path, metavar="FILE", help="a ZIP that does not exist yet")
    export.add_argument(
        "--waiting", action="store_true", help="also pictures that wait for approval"
    )


def _add_completion(commands: Any) -> None:
    parser = _add_bare(
        commands, "completion", "print a script that completes our commands", help_texts.COMPLETION
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell that reads the script")


class _Version(argparse.Action):
    """Print the installed version; looked up only when asked for, since that takes a while."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="show the version")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        import importlib.metadata  # noqa: PLC0415

        sys.stdout.write(f"faceswap-bot {importlib.metadata.version('faceswap-bot')}\n")
        parser.exit()


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _LAST_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write a number up to {_LAST_PORT}")
    return int(text)


def _job(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no job's number")
    return int(text)


def _event(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no event's number")
    return int(text)


def _member(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"{text!r} is no member's id: a number of Discord's")
    return int(text)


def _since(text: str) -> datetime:
    number, unit = text[:-1], text[-1:]
    if number.isascii() and number.isdigit() and len(number) < 7 and unit in _UNITS:  # noqa: PLR2004
        return datetime.now(UTC) - int(number) * _UNITS[unit]
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time: write 90m, 24h, 7d or a date such as 2026-11-21"
        ) from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_LISTED):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {_MOST_LISTED}")
    return int(text)


def _application(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**63):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no application's id: copy the number from its General Information page"
        )
    return int(text)


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 64):  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 64")
    return int(text)
