from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.checks.files import check_files
from bot.checks.finding import Finding, Verdict
from bot.checks.folder import check_folder, check_heartbeat
from bot.doctor import examine
from bot.health import BotState, Heartbeat
from bot.settings import Settings
from db.database import Database
from db.jobs import JobRepository
from db.migrate import migrate
from db.models import Job, JobKind, NewJob
from tests.support.scripted_api import Answer, ScriptedAPI
from tests.support.workshop import open_workshop

TOKEN = "good-token"
GUILD = 81384788765712384


@asynccontextmanager
async def discord(answer: Answer | None = None) -> AsyncIterator[str]:
    """Discord as far as the doctor asks: who am I, and this one server."""

    async def me(request: web.Request) -> web.Response:
        if answer is not None:
            return web.Response(status=answer.status, body=answer.content)
        if request.headers.get("Authorization") != f"Bot {TOKEN}":
            return web.json_response({"message": "401: Unauthorized", "code": 0}, status=401)
        return web.json_response({"id": "42", "username": "booth", "bot": True})

    async def guild(request: web.Request) -> web.Response:
        known = request.match_info["id"] == str(GUILD)
        return web.json_response({"id": str(GUILD)} if known else {}, status=200 if known else 404)

    application = web.Application()
    application.router.add_get("/api/v10/users/@me", me)
    application.router.add_get("/api/v10/guilds/{id}", guild)
    async with TestServer(application) as server:
        yield str(server.make_url("")).rstrip("/")


def environ(folder: Path, **more: str) -> dict[str, str]:
    return {"DATA_DIR": str(folder / "data"), "DISCORD_TOKEN": TOKEN, **more}


def about(findings: list[Finding], word: str) -> Finding:
    (found,) = (each for each in findings if word in each.what)
    return found


async def test_everything_in_order_is_all_ok(tmp_path: Path) -> None:
    async with discord() as origin, ScriptedAPI() as api:
        findings = await examine(
            environ(
                tmp_path,
                DISCORD_API_URL=origin,
                DISCORD_GUILD_ID=str(GUILD),
                FACESWAP_API_URL=api.url,
                FACESWAP_API_KEY=api.key,
            )
        )
        assert api.paid == 0

    assert {each.verdict for each in findings} == {Verdict.OK}
    assert about(findings, "Discord knows").what.endswith("booth (42)")
    assert "lists 1 filters" in about(findings, api.url).what
    assert not (tmp_path / "data").exists()


async def test_the_studio_is_looked_at_where_no_api_is_set(tmp_path: Path) -> None:
    async with discord() as origin:
        findings = await examine(environ(tmp_path, DISCORD_API_URL=origin))

    assert about(findings, "the studio makes the pictures").verdict is Verdict.OK


async def test_unreadable_settings_are_all_listed_and_nothing_else_is_tried(tmp_path: Path) -> None:
    findings = await examine(environ(tmp_path, LOG_LEVEL="loud", CREDITS_V6="two"))

    assert [each.verdict for each in findings] == [Verdict.FAIL, Verdict.FAIL, Verdict.WARN]
    assert str(findings[1]) == ("FAIL  LOG_LEVEL is 'loud' — write DEBUG, INFO, WARNING or ERROR")


async def test_a_misspelt_name_is_found(tmp_path: Path) -> None:
    findings = await examine(environ(tmp_path, FACESWAP_APIKEY="x", PATH="/bin", LOG_LEVEL="?"))

    assert about(findings, "FACESWAP_APIKEY").remedy == "did you mean FACESWAP_API_KEY?"
    assert not any("PATH" in each.what for each in findings)


async def test_settings_that_may_surprise_are_warned_of(tmp_path: Path) -> None:
    async with discord() as origin:
        findings = await examine(
            environ(tmp_path, DISCORD_API_URL=origin, QUOTA_PER_DAY="0", QUEUE_WAIT_MINUTES="1")
        )

    assert about(findings, "QUOTA_PER_DAY").verdict is Verdict.WARN
    assert about(findings, "QUEUE_WAIT_MINUTES").verdict is Verdict.WARN


@pytest.mark.parametrize(
    ("answer", "verdict", "what"),
    [
        (Answer(status=401), Verdict.FAIL, "refuses DISCORD_TOKEN"),
        (Answer(status=429), Verdict.WARN, "too often"),
        (Answer(status=502), Verdict.FAIL, "HTTP 502"),
        (Answer(body="<html>a router's login page</html>"), Verdict.FAIL, "as Discord does"),
        (Answer(body=[1]), Verdict.FAIL, "as Discord does"),
    ],
)
async def test_what_discord_answers_decides_the_advice(
    tmp_path: Path, answer: Answer, verdict: Verdict, what: str
) -> None:
    async with discord(answer) as origin:
        findings = await examine(environ(tmp_path, DISCORD_API_URL=origin))

    assert findings[-1].verdict is verdict
    assert what in findings[-1].what
    assert findings[-1].remedy


async def test_a_wrong_token_is_told_from_a_discord_that_cannot_be_reached(tmp_path: Path) -> None:
    async with discord() as origin:
        refused = await examine(
            {**environ(tmp_path, DISCORD_API_URL=origin), "DISCORD_TOKEN": "wrong-one"}
        )
    unreachable = await examine(environ(tmp_path, DISCORD_API_URL=origin))

    assert "refuses DISCORD_TOKEN" in refused[-1].what
    assert "cannot be reached" in unreachable[-1].what
    assert not any("wrong-one" in str(each) or TOKEN in str(each) for each in refused + unreachable)


async def test_a_server_the_bot_is_not_in_is_found(tmp_path: Path) -> None:
    async with discord() as origin:
        findings = await examine(environ(tmp_path, DISCORD_API_URL=origin, DISCORD_GUILD_ID="7"))

    assert about(findings, "not in server 7").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("key", "answer", "what"),
    [
        ("wrong", None, "refuses the key"),
        ("a-secret-key", Answer(status=500), "list of filters"),
        ("a-secret-key", Answer(body=[]), "lists no filters"),
    ],
)
async def test_what_the_api_answers_decides_the_advice(
    tmp_path: Path, key: str, answer: Answer | None, what: str
) -> None:
    async with discord() as origin, ScriptedAPI() as api:
        if answer is not None:
            api.on_filters(answer)
        findings = await examine(
            environ(
                tmp_path,
                DISCORD_API_URL=origin,
                FACESWAP_API_URL=api.url,
                FACESWAP_API_KEY=key,
            )
        )

    assert about(findings, api.url).verdict is not Verdict.OK
    assert what in about(findings, api.url).what
    assert about(findings, api.url).remedy


async def test_jobs_that_wait_for_a_person_are_listed_with_what_to_do(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/data/bot.db"
    async with Database.open(url) as database:
        await migrate(database)
        jobs = JobRepository(database)
        await jobs.accept(a_job(1))
        job = await claim(jobs)
        await jobs.record_unconfirmed(job.id, str(job.submit_token))
        await jobs.accept(a_job(2))
        job = await claim(jobs)
        deadline = datetime.now(UTC) + timedelta(minutes=20)
        await jobs.record_submitted(job.id, str(job.submit_token), "remote-2", deadline)

        # The bot keeps the database open while the doctor looks.
        async with discord() as origin:
            findings = await examine(environ(tmp_path, DISCORD_API_URL=origin))

    assert about(findings, "whole and up to date").verdict is Verdict.OK
    assert about(findings, "add up").verdict is Verdict.OK
    assert "1 unconfirmed" in about(findings, "jobs:").what
    waiting = about(findings, "job 1:")
    assert waiting.verdict is Verdict.WARN
    assert "charged 2 credits" in waiting.what
    assert "faceswap-bot jobs resolve 1 charged" in str(waiting.remedy)
    assert "https://old.example" in about(findings, "name another API").what


async def claim(jobs: JobRepository) -> Job:
    job = await jobs.claim(
        backend="https://old.example", swap_version="v6", prompt_version="v2", idempotent=False
    )
    assert job is not None
    return job


def a_job(number: int) -> NewJob:
    return NewJob(
        interaction_id=number,
        user_id=number,
        guild_id=1,
        channel_id=1,
        kind=JobKind.FILTER,
        cost=2,
        filter_id="12",
        filter_name="Cyberpunk Neon",
        gender=0,
        ratio="portrait",
        quality="v6",
    )


async def test_ledgers_that_do_not_add_up_are_a_failure(tmp_path: Path) -> None:
    async with Database.open(f"sqlite+aiosqlite:///{tmp_path}/data/bot.db") as database:
        await migrate(database)
        jobs = JobRepository(database)
        await jobs.accept(a_job(1))
        await claim(jobs)
    with closing(sqlite3.connect(tmp_path / "data" / "bot.db", isolation_level=None)) as file:
        file.execute("UPDATE buckets SET used = used + 1")
    async with discord() as origin:
        findings = await examine(environ(tmp_path, DISCORD_API_URL=origin))

    failures = [each for each in findings if each.what.startswith("ledgers: ")]
    assert failures
    assert {each.verdict for each in failures} == {Verdict.FAIL}


async def test_a_damaged_database_and_an_old_one_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "bot.db"
    path.write_text("This is a shopping list. " * 200)
    async with discord() as origin:
        damaged = await examine(environ(tmp_path, DISCORD_API_URL=origin))
        path.unlink()
        async with Database.open(f"sqlite+aiosqlite:///{path}"):
            old = await examine(environ(tmp_path, DISCORD_API_URL=origin))

    assert about(damaged, "database:").verdict is Verdict.FAIL
    assert "backup" in str(about(damaged, "database:").remedy)
    assert about(old, "database:").verdict is Verdict.WARN
    assert "db upgrade" in str(about(old, "database:").remedy)


def test_a_data_dir_that_is_a_file_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    (finding,) = check_folder(tmp_path / "data" / "deeper", least_free=0)

    assert finding.verdict is Verdict.FAIL
    assert "not a folder" in finding.what


def test_a_stopped_bot_is_a_warning_and_a_running_one_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "heartbeat"
    assert check_heartbeat(path).verdict is Verdict.OK
    Heartbeat(path).beat(BotState.CONNECTED)

    assert check_heartbeat(path).verdict is Verdict.OK
    later = datetime.now(UTC) + timedelta(hours=1)
    assert check_heartbeat(path, now=later).verdict is Verdict.WARN


def test_a_disk_without_the_room_that_is_kept_free_is_a_failure(tmp_path: Path) -> None:
    (finding,) = check_folder(tmp_path, least_free=2**62)
    assert finding.verdict is Verdict.FAIL
    assert "MIN_FREE_MB" in (finding.remedy or "")


async def test_files_that_jobs_need_and_that_are_gone_are_named(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    async with open_workshop(tmp_path, api) as workshop:
        settings = Settings(data_dir=tmp_path)
        waiting = await workshop.order()
        (whole,) = await check_files(workshop.database, settings)
        assert whole.verdict is Verdict.OK
        await workshop.photos.delete(waiting.photo or "")
        (lost,) = await check_files(workshop.database, settings)
        assert (lost.verdict, lost.what) == (
            Verdict.WARN,
            "job 1 is queued, but its photo is gone from the disk",
        )
        await workshop.booth.cancel(waiting)
        workshop.delivery.refuses = True
        kept = await workshop.order()
        await workshop.worker.run_once()
        await workshop.pictures.delete((await workshop.jobs.get(kept.id)).picture or "")
        (lost,) = await check_files(workshop.database, settings)
        assert "job 2 is undeliverable, but its picture is gone" in lost.what
        assert "jobs refund 2" in (lost.remedy or "")
