"""Text of one setting to its value; `Unusable` says what is wrong and what to write instead.

A message never repeats a secret, nor an address, since half an address may still hold a password.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

T = TypeVar("T")
Choice = TypeVar("Choice", bound=enum.StrEnum)
Parse = Callable[[str], T]

_LONGEST_ECHO = 60
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, "token"
_PRINTABLE = re.compile(r"[!-~]+")
_WORDS = re.compile(r"[!-~]+( [!-~]+)*")
_HOST = re.compile(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+|[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?")
_SQLITE = re.compile(r"sqlite(\+aiosqlite)?:///(?P<path>.+)")


class Unusable(ValueError):
    """The text cannot be used; reads as the rest of a sentence that starts with its variable."""


def integer(at_least: int, at_most: int) -> Parse[int]:
    """Whole numbers within bounds."""

    def parse(text: str) -> int:
        number = _digits(text)
        if number is None or not at_least <= number <= at_most:
            raise _not(text, f"a whole number from {at_least} to {at_most}")
        return number

    return parse


def scaled(at_least: int, at_most: int, *, unit: int) -> Parse[int]:
    """Whole numbers of a unit, such as megabytes."""
    parse = integer(at_least, at_most)
    return lambda text: parse(text) * unit


def duration(at_least: int, at_most: int, *, unit: timedelta) -> Parse[timedelta]:
    """Whole numbers of a unit of time."""
    parse = integer(at_least, at_most)
    return lambda text: parse(text) * unit


def integer_or_unlimited(at_least: int, at_most: int) -> Parse[int | None]:
    """Whole numbers within bounds, or the word "unlimited", which is None."""

    def parse(text: str) -> int | None:
        if text.lower() == "unlimited":
            return None
        number = _digits(text)
        if number is None or not at_least <= number <= at_most:
            raise _not(text, f"a whole number from {at_least} to {at_most}, or unlimited")
        return number

    return parse


def duration_or_unlimited(
    at_least: int, at_most: int, *, unit: timedelta
) -> Parse[timedelta | None]:
    """Whole numbers of a unit of time, or the word "unlimited", which is None."""
    parse = integer_or_unlimited(at_least, at_most)

    def parse_period(text: str) -> timedelta | None:
        number = parse(text)
        return None if number is None else number * unit

    return parse_period


def choice(*members: Choice) -> Parse[Choice]:
    """One of these words, in any case."""

    def parse(text: str) -> Choice:
        for member in members:
            if member.value.lower() == text.lower():
                return member
        raise _not(text, _either(member.value for member in members))

    return parse


def origin(*schemes: str, example: str) -> Parse[str]:
    """Addresses of scheme, host and port alone."""

    def parse(text: str) -> str:
        parts = _address(text, schemes=schemes, example=example)
        if parts.path.strip("/"):
            raise Unusable(f"has a path; write only {example}, the rest is added")
        return f"{parts.scheme}://{parts.netloc}"

    return parse


def address(*schemes: str, example: str) -> Parse[str]:
    """Addresses that may have a path; a slash at the end is dropped."""

    def parse(text: str) -> str:
        parts = _address(text, schemes=schemes, example=example)
        return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"

    return parse


def snowflake(text: str) -> int:
    """Read a Discord id."""
    number = _digits(text)
    if number is None or not 0 < number < 2**63:
        raise _not(text, "an id: right-click the server in Discord, then Copy Server ID")
    return number


def discord_token(text: str) -> str:
    """Read a bot's token as the developer portal shows it."""
    if text.lower().startswith("bot "):
        raise Unusable('starts with "Bot "; remove that word and keep only the token')
    return secret(text)


def secret(text: str) -> str:
    """Read a token or a key: one word of printable characters."""
    if not _PRINTABLE.fullmatch(text):
        raise Unusable("holds a space or a character that is not ASCII; copy it again, as one word")
    return text


def secrets(text: str) -> tuple[str, ...]:
    """Read keys of at least eight characters, separated by commas."""
    found = dict.fromkeys(word.strip() for word in text.split(",") if word.strip())
    if not all(re.fullmatch(r"[!-~]{8,}", word) for word in found):
        raise Unusable(
            "holds a key with fewer than 8 characters, or with a space in it; "
            "write keys of letters and digits, separated by commas"
        )
    return tuple(found)


def host(text: str) -> str:
    """Read an address to listen on: an IP address, or the name of one."""
    if not _HOST.fullmatch(text):
        raise _not(text, "an address of this machine, such as 127.0.0.1 or 0.0.0.0")
    return text.lower()


def header_name(text: str) -> str:
    """Read the name of an HTTP header."""
    if not _HEADER_NAME.fullmatch(text):
        raise _not(text, "the name of an HTTP header, such as X-API-Key or Authorization")
    return text


def words(text: str) -> str:
    """Read printable words, one space between them."""
    if not _WORDS.fullmatch(text):
        raise Unusable("holds a character that is not printable ASCII; write, say, Bearer")
    return text


def folder(text: str) -> Path:
    """Read the path of a folder; ~ is the home folder."""
    return Path(text).expanduser()


def database_url(text: str) -> str:
    """Read the address of an SQLite file."""
    scheme = text.partition(":")[0].partition("+")[0].lower()
    if scheme in {"postgres", "postgresql"}:
        raise Unusable(
            "names PostgreSQL, which this version does not know yet; "
            "leave it empty to keep an SQLite file in DATA_DIR"
        )
    found = _SQLITE.fullmatch(text)
    if found is None or ":memory:" in text or re.search(r"[?#]", text):
        raise Unusable(
            "is not the address of an SQLite file; write it like sqlite+aiosqlite:///data/bot.db "
            "(a fourth slash for a path from the root), or leave it empty"
        )
    return f"sqlite+aiosqlite:///{found['path']}"


def _address(text: str, *, schemes: tuple[str, ...], example: str) -> SplitResult:
    parts = _split(text)
    if parts is None or parts.scheme not in schemes or not parts.hostname:
        raise Unusable(f"is not an address of {_either(schemes)}; write it like {example}")
    if parts.username is not None or parts.password is not None:
        raise Unusable(f"holds a name or a password; write it like {example}")
    if parts.query or parts.fragment:
        raise Unusable(f"has something after ? or #; write it like {example}")
    return parts._replace(netloc=parts.netloc.lower())


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises for a port that is no number, or too large
    except ValueError:
        return None
    return None if re.search(r"\s", text) else parts


def _digits(text: str) -> int | None:
    """Read ASCII digits only: `int` also takes 1_000, +5 and other scripts' digits."""
    return int(text) if re.fullmatch(r"[0-9]{1,19}", text) else None


def _not(text: str, wanted: str) -> Unusable:
    shown = text if len(text) <= _LONGEST_ECHO else text[:_LONGEST_ECHO] + "…"
    return Unusable(f"is {shown!r}; write {wanted}")


def _either(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
