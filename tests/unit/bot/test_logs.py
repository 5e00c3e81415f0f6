from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from bot.logs import setup_logging
from bot.redaction import Redactor
from bot.settings import LogFormat, LogLevel, Settings

TOKEN = "an-unusual/token+1"
INTERACTION_TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTA6YWJj"


@pytest.fixture(autouse=True)
def _untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def logging_to(stream: io.StringIO, **changes: object) -> logging.Logger:
    settings = Settings(discord_token=TOKEN, **changes)  # type: ignore[arg-type]
    setup_logging(settings, stream=stream)
    return logging.getLogger("bot.test")


def test_text_is_one_line_with_time_level_and_origin() -> None:
    stream = io.StringIO()
    logging_to(stream).info("job %d is done", 7)

    line = stream.getvalue()
    assert line.endswith("Z INFO    bot.test: job 7 is done\n")
    assert line[:2] == "20"


def test_a_line_break_in_a_message_does_not_forge_a_record() -> None:
    stream = io.StringIO()
    logging_to(stream).info("filter %s", "x\n2026-01-01 ERROR bot: stolen")

    assert stream.getvalue().count("\n") == 1


def test_json_is_one_object_a_line_with_its_traceback() -> None:
    stream = io.StringIO()
    log = logging_to(stream, log_format=LogFormat.JSON)
    try:
        int(TOKEN)
    except ValueError:
        log.exception("it broke: %s", TOKEN)

    (line,) = stream.getvalue().splitlines()
    record = json.loads(line)
    assert record["level"] == "ERROR"
    assert record["logger"] == "bot.test"
    assert record["message"] == "it broke: [secret]"
    assert "ValueError: invalid literal for int() with base 10: '[secret]'" in record["traceback"]


@pytest.mark.parametrize("log_format", LogFormat)
def test_secrets_never_reach_the_log(log_format: LogFormat) -> None:
    stream = io.StringIO()
    log = logging_to(
        stream, log_format=log_format, faceswap_api_key="key-1", studio_api_keys=("key-22",)
    )
    try:
        int(f"{TOKEN} key-1 key-22")
    except ValueError:
        log.exception("headers %r", {"Authorization": f"Bot {TOKEN}", "X-API-Key": "key-1"})

    text = stream.getvalue()
    assert "[secret]" in text
    assert not any(secret in text for secret in (TOKEN, "key-1", "key-22"))


def test_the_level_is_kept_and_noise_stays_out() -> None:
    stream = io.StringIO()
    log = logging_to(stream, log_level=LogLevel.DEBUG)
    log.debug("ours")
    logging.getLogger("discord.http").info("every request")
    logging.getLogger("aiohttp.access").info("every request")
    logging.getLogger("discord.client").warning(
        "PyNaCl is not installed, voice will NOT be supported"
    )
    logging.getLogger("discord.client").warning("heard")

    assert [line.split(": ")[-1] for line in stream.getvalue().splitlines()] == ["ours", "heard"]


def test_a_high_level_also_holds_for_other_libraries() -> None:
    stream = io.StringIO()
    logging_to(stream, log_level=LogLevel.ERROR)
    logging.getLogger("discord.client").warning("quiet")

    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (
            "PATCH https://discord.com/api/v10/webhooks/123/SECRET_t-1/messages/@original -> 404",
            "PATCH https://discord.com/api/v10/webhooks/123/[secret]/messages/@original -> 404",
        ),
        (
            "POST http://127.0.0.1:1/api/v10/webhooks/123/SECRET?wait=true",
            "POST http://127.0.0.1:1/api/v10/webhooks/123/[secret]?wait=true",
        ),
        (
            "POST https://discord.com/api/v10/interactions/9/SECRET/callback with {}",
            "POST https://discord.com/api/v10/interactions/9/[secret]/callback with {}",
        ),
        (f"bucket (abc:123+{INTERACTION_TOKEN}) is full", "bucket (abc:123+[secret]) is full"),
        (
            "GET https://cdn.discordapp.com/attachments/1/2/me.png?ex=66&is=65&hm=SECRET& failed",
            "GET https://cdn.discordapp.com/attachments/1/2/me.png?[secret] failed",
        ),
        (
            'url="https://media.discordapp.net/attachments/1/2/me.png?format=webp"',
            'url="https://media.discordapp.net/attachments/1/2/me.png?[secret]"',
        ),
        ("http://127.0.0.1:1/a/me.png?is=1&hm=SECRET", "http://127.0.0.1:1/a/me.png?[secret]"),
        (
            "token MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0123 leaked",
            "token [secret] leaked",
        ),
        ("'Authorization': 'Bearer abcdefghijklmnopqrstuv'", "'Authorization': 'Bearer [secret]'"),
        ("GET https://api.example.com/v1/filters/?page=2", None),
        ("job 7: submitted to studio (v6), 2 credits, is it done?", None),
    ],
)
def test_what_looks_like_a_secret_of_discord_is_masked(text: str, safe: str | None) -> None:
    assert Redactor(())(text) == (safe or text)


def test_a_secret_is_found_in_an_address_and_inside_a_longer_one() -> None:
    redact = Redactor(("a/b", "a/b-longer"))

    assert redact("x=a%2Fb y=a/b-longer z=a/b") == "x=[secret] y=[secret] z=[secret]"
