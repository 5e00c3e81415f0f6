from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from bot.checks.configuration import check_settings
from bot.checks.finding import Verdict
from bot.settings import LogFormat, LogLevel, Settings, SettingsError, variable_names
from faceswap.models import APIVersion

ROOT = Path(__file__).parents[3]
SECRET = "MTIz.abc-SECRET_token"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - the text of a setting
API = {"FACESWAP_API_URL": "https://api.example.com", "FACESWAP_API_KEY": "k-123"}


def problems_of(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)
    return caught.value.problems


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()


def test_defaults_are_a_studio_with_a_database_below_the_data_folder() -> None:
    settings = Settings(data_dir=Path("elsewhere"))

    assert settings.uses_studio
    assert settings.database_url == "sqlite+aiosqlite:///elsewhere/bot.db"
    assert settings.heartbeat_path == Path("elsewhere/heartbeat")


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("DISCORD_TOKEN", SECRET, "discord_token", SECRET),
        ("DISCORD_GUILD_ID", "81384788765712384", "discord_guild_id", 81384788765712384),
        ("DISCORD_API_URL", "http://127.0.0.1:8080/", "discord_api_url", "http://127.0.0.1:8080"),
        ("DISCORD_API_URL", "https://Proxy.Example", "discord_api_url", "https://proxy.example"),
        ("DISCORD_GATEWAY_URL", "ws://[::1]:9/gw", "discord_gateway_url", "ws://[::1]:9/gw"),
        ("FACESWAP_API_KEY_HEADER", "Authorization", "faceswap_api_key_header", "Authorization"),
        ("FACESWAP_API_KEY_PREFIX", " Bearer ", "faceswap_api_key_prefix", "Bearer"),
        ("FACESWAP_API_VERSION", "V1", "faceswap_api_version", APIVersion.V1),
        ("CREDITS_V6", "3", "credits_v6", 3),
        ("CREDITS_V5", "4", "credits_v5", 4),
        ("CREDITS_V1", "0", "credits_v1", 0),
        ("CREDITS_PROMPT", "10", "credits_prompt", 10),
        ("SUBMIT_AT_ONCE", "8", "submit_at_once", 8),
        ("DATA_DIR", " /srv/booth ", "data_dir", Path("/srv/booth")),
        ("DATA_DIR", "~/booth", "data_dir", Path.home() / "booth"),
        ("DATABASE_URL", "sqlite:////srv/b.db", "database_url", "sqlite+aiosqlite:////srv/b.db"),
        ("DATABASE_URL", "sqlite+aiosqlite:///b", "database_url", "sqlite+aiosqlite:///b"),
        ("QUOTA_PER_DAY", "0", "quota_per_day", 0),
        ("QUOTA_PER_DAY", "Unlimited", "quota_per_day", None),
        ("CREDITS_PER_DAY", "500", "credits_per_day", 500),
        ("CREDITS_PER_MONTH", "0", "credits_per_month", 0),
        ("SERVER_CREDITS_PER_DAY", "40", "server_credits_per_day", 40),
        ("SERVER_CREDITS_PER_MONTH", "unlimited", "server_credits_per_month", None),
        ("WAITING_PER_MEMBER", "1", "waiting_per_member", 1),
        ("RUNNING_PER_MEMBER", "unlimited", "running_per_member", None),
        ("WAITING_PER_SERVER", "50", "waiting_per_server", 50),
        ("RUNNING_PER_SERVER", "5", "running_per_server", 5),
        ("WAITING_IN_ALL", "unlimited", "waiting_in_all", None),
        ("RUNNING_IN_ALL", "40", "running_in_all", 40),
        ("MIN_FREE_MB", "0", "min_free_bytes", 0),
        ("MAX_PHOTO_MB", "5", "max_photo_bytes", 5 * 1024 * 1024),
        ("MAX_PHOTO_MEGAPIXELS", "12", "max_photo_pixels", 12_000_000),
        ("PHOTO_KEEP_MINUTES", "0", "photo_keep", timedelta(0)),
        ("UNDELIVERED_KEEP_DAYS", "2", "undelivered_keep", timedelta(days=2)),
        ("QUEUE_WAIT_MINUTES", "5", "queue_wait", timedelta(minutes=5)),
        ("JOB_DEADLINE_MINUTES", "7", "job_deadline", timedelta(minutes=7)),
        ("QUICK_JOB_SECONDS", "0", "quick_job_seconds", 0),
        ("CARD_EDIT_SECONDS", "5", "card_edit_seconds", 5),
        ("MAX_UPLOAD_MB", "25", "max_upload_bytes", 25 * 1024 * 1024),
        ("WALL_URL", "https://Wall.Example.org/", "wall_url", "https://wall.example.org"),
        ("WALL_URL", "https://example.org/wall/", "wall_url", "https://example.org/wall"),
        ("WALL_PORT", "8443", "wall_port", 8443),
        ("WALL_HOST", "LocalHost", "wall_host", "localhost"),
        ("WALL_HOST", "::1", "wall_host", "::1"),
        ("STUDIO_WORKERS", "2", "studio_workers", 2),
        (
            "STUDIO_API_KEYS",
            "one-key-1, two-key-2,,",
            "studio_api_keys",
            ("one-key-1", "two-key-2"),
        ),
        ("LOG_LEVEL", "debug", "log_level", LogLevel.DEBUG),
        ("LOG_FORMAT", "JSON", "log_format", LogFormat.JSON),
    ],
)
def test_a_good_value_is_read(name: str, text: str, field: str, value: object) -> None:
    assert getattr(Settings.from_env({name: text}), field) == value


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("DISCORD_TOKEN", "Bot abc.def", "remove that word"),
        ("DISCORD_TOKEN", '"abc.def"', "remove the quotes"),
        ("DISCORD_TOKEN", "abc def", "one word"),
        ("DISCORD_TOKEN", "abc\u200bdef", "one word"),
        ("DISCORD_GUILD_ID", "my server", "Copy Server ID"),
        ("DISCORD_GUILD_ID", "0", "Copy Server ID"),
        ("DISCORD_GUILD_ID", str(2**63), "Copy Server ID"),
        ("DISCORD_API_URL", "http://127.0.0.1/api/v10", "has a path"),
        ("DISCORD_API_URL", "http://127.0.0.1?x=1", "after ? or #"),
        ("DISCORD_API_URL", "127.0.0.1:8080", "http or https"),
        ("DISCORD_API_URL", "http://127.0.0.1:99999", "http or https"),
        ("DISCORD_API_URL", "http://127.0.0.1:x", "http or https"),
        ("DISCORD_API_URL", "http://", "http or https"),
        ("DISCORD_GATEWAY_URL", "https://gateway", "ws or wss"),
        ("FACESWAP_API_KEY_HEADER", "X API Key", "such as X-API-Key"),
        ("FACESWAP_API_KEY_PREFIX", "Bear\ner", "Bearer"),
        ("FACESWAP_API_VERSION", "v2", "v6, v5 or v1"),
        ("CREDITS_V6", "-1", "from 0 to"),
        ("CREDITS_V6", "2.5", "from 0 to"),
        ("CREDITS_PROMPT", "1_000", "from 0 to"),
        ("SUBMIT_AT_ONCE", "0", "from 1 to"),
        ("DATABASE_URL", "postgresql+asyncpg://u:SECRET@h/db", "does not know yet"),
        ("DATABASE_URL", "postgres://u:SECRET@h/db", "does not know yet"),
        ("DATABASE_URL", "mysql://u:SECRET@h/db", "sqlite+aiosqlite:///data/bot.db"),
        ("DATABASE_URL", "sqlite+aiosqlite:///:memory:", "sqlite+aiosqlite:///data/bot.db"),
        ("DATABASE_URL", "sqlite+aiosqlite://", "sqlite+aiosqlite:///data/bot.db"),
        ("DATABASE_URL", "data/bot.db", "sqlite+aiosqlite:///data/bot.db"),
        ("QUOTA_PER_DAY", "many", "or unlimited"),
        ("QUOTA_PER_DAY", "-1", "or unlimited"),
        ("WAITING_PER_MEMBER", "0", "from 1 to 100000, or unlimited"),
        ("MAX_PHOTO_MB", "0", "from 1 to 100"),
        ("PHOTO_KEEP_MINUTES", "1441", "from 0 to 1440"),
        ("UNDELIVERED_KEEP_DAYS", "0", "from 1 to 365"),
        ("JOB_DEADLINE_MINUTES", "٣", "from 1 to 1440"),
        ("WALL_URL", "wall.example.org", "https://wall.example.org"),
        ("WALL_URL", "https://u:SECRET@wall.example.org", "https://wall.example.org"),
        ("WALL_PORT", "0", "from 1 to 65535"),
        ("WALL_PORT", "65536", "from 1 to 65535"),
        ("WALL_HOST", "http://127.0.0.1", "such as 127.0.0.1"),
        ("WALL_HOST", "127.0.0.1:80", "such as 127.0.0.1"),
        ("STUDIO_API_KEYS", "good-key-1,short", "fewer than 8"),
        ("LOG_LEVEL", "loud", "DEBUG, INFO, WARNING or ERROR"),
        ("LOG_FORMAT", "xml", "text or json"),
    ],
)
def test_a_bad_value_is_named_with_what_to_write_instead(name: str, text: str, hint: str) -> None:
    (problem,) = problems_of({name: text})

    assert problem.startswith(f"{name} ")
    assert hint in problem
    assert "SECRET" not in problem


@pytest.mark.parametrize(
    "url", ["https://user:SECRET@api.example.com", "https://api.example.com/?key=SECRET", "SECRET"]
)
def test_an_address_that_cannot_be_used_is_not_repeated(url: str) -> None:
    (problem,) = problems_of({"FACESWAP_API_URL": url, "FACESWAP_API_KEY": "k"})

    assert "https://api.example.com" in problem
    assert "SECRET" not in problem


@pytest.mark.parametrize("name", variable_names())
def test_blank_counts_as_unset(name: str) -> None:
    assert Settings.from_env({name: "  "}) == Settings()


def test_address_and_key_together_name_the_hosted_api() -> None:
    settings = Settings.from_env({**API, "FACESWAP_API_URL": "https://API.example.com/base/"})

    assert settings.faceswap_api_url == "https://api.example.com/base"
    assert settings.faceswap_api_key == "k-123"
    assert not settings.uses_studio


@pytest.mark.parametrize("given", API)
def test_half_an_api_names_the_other_half(given: str) -> None:
    (missing,) = set(API) - {given}

    (problem,) = problems_of({given: API[given]})

    assert problem.startswith(f"{missing} is missing")
    assert given in problem


@pytest.mark.parametrize(
    ("environ", "base"),
    [
        ({}, None),
        ({"WALL_HOST": "127.0.0.1"}, None),
        ({"WALL_HOST": EVERYWHERE}, None),  # as `compose.yaml` sets it
        ({"WALL_PORT": "8090"}, "http://127.0.0.1:8090"),
        ({"WALL_PORT": "8090", "WALL_HOST": "::1"}, "http://[::1]:8090"),
        ({"WALL_URL": "https://wall.example.org"}, "https://wall.example.org"),
        (
            {"WALL_URL": "https://wall.example.org", "WALL_PORT": "80", "WALL_HOST": EVERYWHERE},
            "https://wall.example.org",
        ),
    ],
)
def test_the_wall_is_served_when_it_has_an_address(
    environ: dict[str, str], base: str | None
) -> None:
    assert Settings.from_env(environ).wall_base == base


@pytest.mark.parametrize(
    ("environ", "verdict", "words"),
    [
        ({"WALL_URL": "https://wall.example.org"}, Verdict.OK, "https://wall.example.org"),
        ({"WALL_URL": "http://192.168.1.20:8088"}, Verdict.WARN, "plain http"),
        ({"WALL_PORT": "8090"}, Verdict.WARN, "at http://127.0.0.1:8090"),
    ],
)
def test_the_doctor_says_who_can_reach_the_wall(
    environ: dict[str, str], verdict: Verdict, words: str
) -> None:
    found = check_settings(Settings.from_env(environ))
    (finding,) = (each for each in found if "wall" in each.what.lower())
    assert words in finding.what
    assert finding.verdict is verdict


def test_a_wall_for_everybody_needs_to_know_its_address() -> None:
    (problem,) = problems_of({"WALL_HOST": EVERYWHERE, "WALL_PORT": "8090"})

    assert problem.startswith("WALL_URL is missing, while WALL_HOST is 0.0.0.0; ")


def test_every_problem_is_listed_at_once() -> None:
    found = problems_of(
        {"CREDITS_V6": "x", "LOG_LEVEL": "y", "FACESWAP_API_KEY": "k", "DATA_DIR": "'d'"}
    )

    assert [problem.split()[0] for problem in found] == [
        "CREDITS_V6",
        "DATA_DIR",
        "LOG_LEVEL",
        "FACESWAP_API_URL",
    ]


def test_the_bot_needs_a_token_and_is_told_the_other_problems_too() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.for_run({"LOG_LEVEL": "loud"})

    assert [problem.split()[0] for problem in caught.value.problems] == [
        "DISCORD_TOKEN",
        "LOG_LEVEL",
    ]
    assert Settings.for_run({"DISCORD_TOKEN": "t"}).require_discord() == "t"
    with pytest.raises(SettingsError, match="developers/applications"):
        Settings().require_discord()


def test_a_bad_token_is_one_problem_and_not_also_a_missing_one() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.for_run({"DISCORD_TOKEN": "Bot x"})

    assert len(caught.value.problems) == 1


def test_repr_shows_no_secret() -> None:
    settings = Settings.from_env(
        {
            **API,
            "DISCORD_TOKEN": SECRET,
            "FACESWAP_API_KEY": "SECRET-2",
            "STUDIO_API_KEYS": "SECRET-3",
        }
    )

    assert "SECRET" not in repr(settings)
    assert settings.secrets == (SECRET, "SECRET-2", "SECRET-3")


@pytest.mark.parametrize(
    ("version", "price"),
    [(APIVersion.V6, 6), (APIVersion.V5, 5), (APIVersion.V1, 1), (APIVersion.V2, 9)],
)
def test_each_version_has_its_price(version: APIVersion, price: int) -> None:
    settings = Settings(credits_v6=6, credits_v5=5, credits_v1=1, credits_prompt=9)

    assert settings.credits_for(version) == price


def test_each_field_has_its_own_variable() -> None:
    assert len(set(variable_names())) == len(fields(Settings))


def test_the_example_file_names_every_variable_in_order() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    named = [line.lstrip("#").partition("=")[0] for line in lines if "=" in line.partition(" ")[0]]

    assert tuple(named) == variable_names()


def test_the_example_file_shows_the_defaults() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    shown = dict(line.lstrip("#").split("=", 1) for line in lines if "=" in line.partition(" ")[0])

    assert Settings.from_env(shown) == Settings()


@pytest.mark.parametrize("name", variable_names())
def test_the_readme_explains_every_variable(name: str) -> None:
    assert f"`{name}`" in (ROOT / "README.md").read_text()
