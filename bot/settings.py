"""Settings from the environment: typed, every problem reported at once.

The only module that knows the names of environment variables. Who starts the program passes a
mapping; nothing here looks at the process's own environment.
"""

# ruff: noqa: RUF009 -- `_setting` is a `dataclasses.field`; ruff cannot know.

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from bot import parsing
from faceswap.models import APIVersion

WALL_PORT = 8088  # where only the address is set
STUDIO = "studio"  # as the name of a back end: its port changes with each start

_MEBIBYTE = 1024 * 1024
_MEGAPIXEL = 1_000_000
_MINUTE = timedelta(minutes=1)
_QUOTES = "\"'"
_MOST_CREDITS = 1_000_000_000
_COUNT = parsing.integer_or_unlimited(1, 100_000)
_ENV = "env"
_PARSE = "parse"

T = TypeVar("T")


class LogLevel(enum.StrEnum):
    """The least weighty record that is written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(enum.StrEnum):
    """How a record is written: for people, or as one JSON object a line."""

    TEXT = "text"
    JSON = "json"


class SettingsError(Exception):
    """Settings that cannot be used; each problem names its variable and what to write instead."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _setting(env: str, parse: Callable[[str], Any], default: T, *, secret: bool = False) -> T:
    """Declare a field with the variable it is read from."""
    declared: T = field(default=default, repr=not secret, metadata={_ENV: env, _PARSE: parse})
    return declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can choose; the defaults are those of a fresh machine."""

    discord_token: str | None = _setting("DISCORD_TOKEN", parsing.discord_token, None, secret=True)
    # Commands of this server alone, there at once; None: commands everywhere.
    discord_guild_id: int | None = _setting("DISCORD_GUILD_ID", parsing.snowflake, None)
    # An origin, /api/v10 is added; None: discord.com.
    discord_api_url: str | None = _setting(
        "DISCORD_API_URL", parsing.origin("http", "https", example="http://127.0.0.1:8080"), None
    )
    discord_gateway_url: str | None = _setting(
        "DISCORD_GATEWAY_URL", parsing.address("ws", "wss", example="ws://127.0.0.1:8080"), None
    )

    # URL and key both None: the studio.
    faceswap_api_url: str | None = _setting(
        "FACESWAP_API_URL",
        parsing.address("https", "http", example="https://api.example.com"),
        None,
    )
    faceswap_api_key: str | None = _setting("FACESWAP_API_KEY", parsing.secret, None, secret=True)
    faceswap_api_key_header: str = _setting(
        "FACESWAP_API_KEY_HEADER", parsing.header_name, "X-API-Key"
    )
    # Stands before the key, one space between; "": the key alone.
    faceswap_api_key_prefix: str = _setting("FACESWAP_API_KEY_PREFIX", parsing.words, "")
    faceswap_api_version: APIVersion = _setting(
        "FACESWAP_API_VERSION",
        parsing.choice(APIVersion.V6, APIVersion.V5, APIVersion.V1),
        APIVersion.V6,
    )
    credits_v6: int = _setting("CREDITS_V6", parsing.integer(0, 10_000), 2)
    credits_v5: int = _setting("CREDITS_V5", parsing.integer(0, 10_000), 2)
    credits_v1: int = _setting("CREDITS_V1", parsing.integer(0, 10_000), 1)
    credits_prompt: int = _setting("CREDITS_PROMPT", parsing.integer(0, 10_000), 1)
    # What the operator is willing to spend; None: any amount.
    credits_per_day: int | None = _setting(
        "CREDITS_PER_DAY", parsing.integer_or_unlimited(0, _MOST_CREDITS), None
    )
    credits_per_month: int | None = _setting(
        "CREDITS_PER_MONTH", parsing.integer_or_unlimited(0, _MOST_CREDITS), None
    )
    server_credits_per_day: int | None = _setting(
        "SERVER_CREDITS_PER_DAY", parsing.integer_or_unlimited(0, _MOST_CREDITS), None
    )
    server_credits_per_month: int | None = _setting(
        "SERVER_CREDITS_PER_MONTH", parsing.integer_or_unlimited(0, _MOST_CREDITS), None
    )
    submit_at_once: int = _setting("SUBMIT_AT_ONCE", parsing.integer(1, 64), 4)

    data_dir: Path = _setting("DATA_DIR", parsing.folder, Path("data"))
    # Filled in from data_dir where it is "".
    database_url: str = _setting("DATABASE_URL", parsing.database_url, "", secret=True)

    # Pictures a member may make in a day; 0: nobody may; None: no limit.
    quota_per_day: int | None = _setting(
        "QUOTA_PER_DAY", parsing.integer_or_unlimited(0, 1_000_000), 20
    )
    # Jobs in the queue, and jobs that the API has; None: no limit.
    waiting_per_member: int | None = _setting("WAITING_PER_MEMBER", _COUNT, 10)
    running_per_member: int | None = _setting("RUNNING_PER_MEMBER", _COUNT, 3)
    waiting_per_server: int | None = _setting("WAITING_PER_SERVER", _COUNT, 1000)
    running_per_server: int | None = _setting("RUNNING_PER_SERVER", _COUNT, None)
    waiting_in_all: int | None = _setting("WAITING_IN_ALL", _COUNT, 2000)
    running_in_all: int | None = _setting("RUNNING_IN_ALL", _COUNT, None)
    max_photo_bytes: int = _setting(
        "MAX_PHOTO_MB", parsing.scaled(1, 100, unit=_MEBIBYTE), 20 * _MEBIBYTE
    )
    max_photo_pixels: int = _setting(
        "MAX_PHOTO_MEGAPIXELS", parsing.scaled(1, 200, unit=_MEGAPIXEL), 50 * _MEGAPIXEL
    )
    # Orders are refused while less is free on the disk; what is accepted is to have room.
    min_free_bytes: int = _setting(
        "MIN_FREE_MB", parsing.scaled(0, 1_000_000, unit=_MEBIBYTE), 200 * _MEBIBYTE
    )
    # After a job's end; zero: the photo is deleted at once.
    photo_keep: timedelta = _setting(
        "PHOTO_KEEP_MINUTES", parsing.duration(0, 1440, unit=_MINUTE), 15 * _MINUTE
    )
    undelivered_keep: timedelta = _setting(
        "UNDELIVERED_KEEP_DAYS",
        parsing.duration(1, 365, unit=timedelta(days=1)),
        timedelta(days=7),
    )
    # The original of a picture that was posted smaller; zero: deleted as soon as it is posted.
    original_keep: timedelta = _setting(
        "ORIGINAL_KEEP_HOURS",
        parsing.duration(0, 8760, unit=timedelta(hours=1)),
        timedelta(hours=24),
    )
    # Rows of jobs after their end; None: for ever.
    job_keep: timedelta | None = _setting(
        "JOB_KEEP_DAYS",
        parsing.duration_or_unlimited(1, 3650, unit=timedelta(days=1)),
        timedelta(days=90),
    )
    # Pictures and rows of a community event after its end.
    event_keep: timedelta = _setting(
        "EVENT_KEEP_DAYS", parsing.duration(1, 3650, unit=timedelta(days=1)), timedelta(days=30)
    )
    # A queued job older than this fails as too old.
    queue_wait: timedelta = _setting(
        "QUEUE_WAIT_MINUTES", parsing.duration(1, 10_080, unit=_MINUTE), 60 * _MINUTE
    )
    # From a job's submission to its finished picture.
    job_deadline: timedelta = _setting(
        "JOB_DEADLINE_MINUTES", parsing.duration(1, 1440, unit=_MINUTE), 20 * _MINUTE
    )
    # A job done within edits its card; a slower one posts a new message.
    quick_job_seconds: float = _setting("QUICK_JOB_SECONDS", parsing.integer(0, 600), 20)
    # Least time between two edits of a card.
    card_edit_seconds: float = _setting("CARD_EDIT_SECONDS", parsing.integer(1, 60), 3)
    # To Discord, where the server does not allow more.
    max_upload_bytes: int = _setting(
        "MAX_UPLOAD_MB", parsing.scaled(1, 500, unit=_MEBIBYTE), 10 * _MEBIBYTE
    )

    # The live wall's server runs when an address or a port is set; `wall_url` is how browsers reach
    # it, such as through a proxy with TLS. None: by host and port themselves.
    wall_url: str | None = _setting(
        "WALL_URL", parsing.address("https", "http", example="https://wall.example.org"), None
    )
    wall_port: int | None = _setting("WALL_PORT", parsing.integer(1, 65_535), None)
    wall_host: str = _setting("WALL_HOST", parsing.host, "127.0.0.1")

    studio_workers: int = _setting("STUDIO_WORKERS", parsing.integer(1, 64), 1)
    # Who may use the studio when it runs alone; (): a key is made at its start.
    studio_api_keys: tuple[str, ...] = _setting("STUDIO_API_KEYS", parsing.secrets, (), secret=True)

    log_level: LogLevel = _setting("LOG_LEVEL", parsing.choice(*LogLevel), LogLevel.INFO)
    log_format: LogFormat = _setting("LOG_FORMAT", parsing.choice(*LogFormat), LogFormat.TEXT)

    def __post_init__(self) -> None:
        if not self.database_url:
            url = f"sqlite+aiosqlite:///{(self.data_dir / 'bot.db').as_posix()}"
            object.__setattr__(self, "database_url", url)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings; SettingsError lists every problem at once."""
        settings, problems = cls._read(environ)
        if problems:
            raise SettingsError(problems)
        return settings

    @classmethod
    def for_run(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings as the bot needs them: a missing Discord token is a problem too."""
        settings, problems = cls._read(environ)
        if not environ.get("DISCORD_TOKEN", "").strip():
            problems = (_no_token(), *problems)
        if problems:
            raise SettingsError(problems)
        return settings

    @classmethod
    def _read(cls, environ: Mapping[str, str]) -> tuple[Self, tuple[str, ...]]:
        values: dict[str, Any] = {}
        problems: list[str] = []
        for setting in fields(cls):
            env = setting.metadata[_ENV]
            try:
                text = _value(environ.get(env, ""))
                if text is not None:
                    values[setting.name] = setting.metadata[_PARSE](text)
            except parsing.Unusable as problem:
                problems.append(f"{env} {problem}")
        problems += _half_an_api(environ)
        problems += _wall_without_address(values)
        return cls(**values), tuple(problems)

    def require_discord(self) -> str:
        """Give the Discord token, or say where to get one."""
        if self.discord_token is None:
            raise SettingsError((_no_token(),))
        return self.discord_token

    @property
    def uses_studio(self) -> bool:
        return self.faceswap_api_url is None

    @property
    def wall_base(self) -> str | None:
        """Where browsers reach the wall; None: nowhere, it is not served."""
        if self.wall_url is not None or self.wall_port is None:
            return self.wall_url
        host = f"[{self.wall_host}]" if ":" in self.wall_host else self.wall_host
        return f"http://{host}:{self.wall_port}"

    @property
    def backend_name(self) -> str:
        """What a job's row calls the API it is sent to."""
        return self.faceswap_api_url or STUDIO

    @property
    def heartbeat_path(self) -> Path:
        return self.data_dir / "heartbeat"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never stand in a log."""
        return tuple(filter(None, (self.discord_token, self.faceswap_api_key))) + (
            self.studio_api_keys
        )

    def credits_for(self, version: APIVersion) -> int:
        """Say what the API charges for a picture made at this version; V2 is a prompt."""
        return {
            APIVersion.V6: self.credits_v6,
            APIVersion.V5: self.credits_v5,
            APIVersion.V1: self.credits_v1,
            APIVersion.V2: self.credits_prompt,
        }[version]


def variable_names() -> tuple[str, ...]:
    """Every environment variable that is read, in the order of the settings."""
    return tuple(setting.metadata[_ENV] for setting in fields(Settings))


def _value(raw: str) -> str | None:
    """Trim a raw value; a blank one counts as unset."""
    text = raw.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES:
        raise parsing.Unusable("stands in quotes; remove the quotes")
    return text or None


def _half_an_api(environ: Mapping[str, str]) -> list[str]:
    """Refuse an address without a key and a key without an address."""
    has_url = bool(environ.get("FACESWAP_API_URL", "").strip())
    has_key = bool(environ.get("FACESWAP_API_KEY", "").strip())
    if has_url == has_key:
        return []
    missing, given = (
        ("FACESWAP_API_KEY", "FACESWAP_API_URL")
        if has_url
        else ("FACESWAP_API_URL", "FACESWAP_API_KEY")
    )
    what_to_do = "set both to use the hosted API, or neither to use the studio"
    return [f"{missing} is missing, while {given} is set; {what_to_do}"]


def _wall_without_address(values: Mapping[str, Any]) -> list[str]:
    """Refuse a wall that listens to everybody and does not know what to call itself."""
    is_named = bool(values.get("wall_url")) or values.get("wall_port") is None
    if values.get("wall_host") not in {"0.0.0.0", "::"} or is_named:  # noqa: S104
        return []
    what_to_do = "set it to the address that browsers reach, such as https://wall.example.org"
    return [f"WALL_URL is missing, while WALL_HOST is {values['wall_host']}; {what_to_do}"]


def _no_token() -> str:
    return (
        "DISCORD_TOKEN is missing; copy it from https://discord.com/developers/applications "
        "(your application, then Bot, then Reset Token)"
    )
