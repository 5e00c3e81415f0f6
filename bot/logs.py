"""The log: text for people or JSON for machines, on standard error, never with a secret."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from bot.redaction import Redactor
from bot.settings import LogFormat, Settings

# Loggers that say more than an operator can use; never more than this, whatever LOG_LEVEL says.
_AT_LEAST = {
    "discord": logging.INFO,
    "discord.http": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "aiosqlite": logging.INFO,
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "PIL": logging.INFO,
    "sqlalchemy": logging.WARNING,
}


def setup_logging(settings: Settings, *, stream: TextIO | None = None) -> None:
    """Send every record of this process to one stream, as the settings ask."""
    redact = Redactor(settings.secrets)
    is_json = settings.log_format is LogFormat.JSON
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_JSONLines(redact) if is_json else _Text(redact))
    handler.addFilter(_is_news)
    logging.basicConfig(level=settings.log_level.value, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name, level in _AT_LEAST.items():
        logger = logging.getLogger(name)
        logger.setLevel(max(level, logging.getLogger().level))


def _is_news(record: logging.LogRecord) -> bool:
    """Drop discord.py's warning, at each start, that a bot without voice has no voice."""
    return not (record.name == "discord.client" and "voice will NOT" in str(record.msg))


class _Text(logging.Formatter):
    """One line a record, a traceback below it."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("{asctime} {levelname:<7} {name}: {message}", style="{")
        self._redact = redact

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        return _when(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        # A name with a line break in it must not look like a record of its own.
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


class _JSONLines(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _when(record),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _when(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, tz=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
