"""The command line's grammar and its help texts; knows nothing of what the commands do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.who import WHO

_EXIT_CODES = """\
exit codes:
  0    done
  1    it did not work; the last line says why
  2    wrong arguments or settings; every problem is listed
  130  interrupted
"""

_MAIN = f"""\
examples:
  faceswap-bot demo --open       try it in a browser, without any account
  faceswap-bot doctor            check the settings, Discord, the API and the database
  faceswap-bot run               run the bot
  faceswap-bot swap me.jpg --filter "Vintage Portrait" --who woman --out picture.png

Settings are environment variables, also read from a file named .env; .env.example explains each.
Without FACESWAP_API_URL and FACESWAP_API_KEY pictures come from the studio on this machine.

{_EXIT_CODES}"""

_RUN = """\
Runs until SIGTERM or Ctrl-C, then finishes what it is sending and stops; a second signal leaves at
once. Jobs under way go on after the next start.
"""

_DEMO = """\
examples:
  faceswap-bot demo --open

The real bot and the studio on a simulated Discord: type /faceswap on the page, attach a photo, and
get a picture. Nothing leaves this machine. Ctrl-C ends it and deletes what was made, but for the
first picture.
"""

_STUDIO = """\
examples:
  faceswap-bot studio
  STUDIO_API_KEYS=long-secret-key faceswap-bot studio --host 0.0.0.0 --port 8000 --workers 2

When it listens it prints "Studio ready: http://HOST:PORT". Another bot uses it with that address as
FACESWAP_API_URL and a key as FACESWAP_API_KEY.
"""

_DOCTOR = """\
Each line is ok, warn or FAIL; after the dash stands what to do. Nothing is changed, nothing is
charged. The exit code is 1 if any line says FAIL. It may run beside the bot.
"""

_SWAP = """\
examples:
  faceswap-bot swap me.jpg --filter "Vintage Portrait" --who woman --out picture.png
  faceswap-bot swap me.jpg --filter 35 --who man --ratio landscape --out picture.png

The studio writes PNG, whatever FILE is called. With the hosted API this costs the credits of one
picture.
"""

_HEALTH = """\
For containers and monitors: reads the heartbeat that the running bot leaves in DATA_DIR. Exit code
0: alive and connected; 1: not, and the line says why.
"""

_RESOLVE = """\
A job is left open like this when the API's answer to its submission was lost: its credits stay held
until you have looked at the API's bill. The member was told and has the quota back. The bot may be
running. `faceswap-bot doctor` lists such jobs.
"""

_BACKUP = """\
examples:
  faceswap-bot db backup
  faceswap-bot db backup /backups/bot-monday.db

The copy is whole and may be made while the bot runs. To go back to it, stop the bot and put the
file where DATABASE_URL points, without the old files that end in -wal and -shm.
"""

_RATIOS = ("portrait", "landscape", "square")
_QUALITIES = ("best", "fast")
_LAST_PORT = 65_535


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the arguments; wrong ones end the process with a usage line and exit code 2."""
    return _build().parse_args(argv)


def _build() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="faceswap-bot",
        description="A photo booth for Discord.",
        epilog=_MAIN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add(commands, "run", "run the Discord bot", _RUN)
    _add_demo(commands)
    _add_studio(commands)
    _add(commands, "doctor", "check the settings and everything they lead to", _DOCTOR)
    _add_swap(commands)
    _add(commands, "health", "say whether the running bot is alive", _HEALTH)
    _add_database(commands)
    return parser


def _add(commands: Any, name: str, summary: str, epilog: str) -> argparse.ArgumentParser:
    """Add a command with the options that all commands share."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="read settings from FILE; the environment wins over it (default: .env, if it exists)",
    )
    return parser


def _add_demo(commands: Any) -> None:
    parser = _add(commands, "demo", "try the bot in a browser, without any account", _DEMO)
    parser.add_argument("--open", action="store_true", help="open the page in your browser")
    parser.add_argument(
        "--port", type=_port, default=0, help="port of the page, 0 for a free one (default: 0)"
    )


def _add_studio(commands: Any) -> None:
    parser = _add(commands, "studio", "serve the FaceSwap API from this machine", _STUDIO)
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


def _add_swap(commands: Any) -> None:
    parser = _add(commands, "swap", "make one picture without Discord", _SWAP)
    parser.add_argument("photo", type=Path, metavar="PHOTO", help="the photo's file")
    parser.add_argument(
        "--filter",
        required=True,
        metavar="NAME",
        help="a filter's whole name or its number, or a UUID; any other word lists the filters",
    )
    parser.add_argument(
        "--who", required=True, choices=[name.lower() for name in WHO], help="who is in the photo"
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
    parser = commands.add_parser(
        "db", help="look after the database", description="Look after the database."
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add(actions, "upgrade", "bring the schema up to date", "The bot does this at each start.\n")
    _add(actions, "check", "look for damage and accounts that do not add up", "Changes nothing.\n")
    resolve = _add(actions, "resolve", "close a job whose outcome is unknown", _RESOLVE)
    resolve.add_argument("job", type=_job, metavar="JOB", help="the job's number")
    resolve.add_argument("outcome", choices=("charged", "not-charged"), help="what the bill says")
    backup = _add(actions, "backup", "copy the database to a file", _BACKUP)
    backup.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="a file that does not exist yet, its folders are made (default: named by the time, "
        "beside the database)",
    )


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


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 64):  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 64")
    return int(text)
