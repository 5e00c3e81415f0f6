"""`faceswap-bot jobs` from inside: what it says and what it never says."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot import job_desk
from bot.exits import CommandFailed
from bot.settings import Settings
from db.models import JobState
from tests.support.scripted_api import Answer, ScriptedAPI
from tests.support.workshop import ALICE, Workshop, open_workshop

SECRETS = ("lighthouse", "interaction-token", ".jpg", ".png")


def settings(workshop: Workshop) -> Settings:
    return Settings(data_dir=workshop.data_dir)


async def listed(workshop: Workshop, *, as_json: bool = False, **wanted: object) -> str:
    choice = {"states": (), "member": None, "since": None, "limit": 50, **wanted}
    return await job_desk.list_jobs(settings(workshop), as_json=as_json, **choice)  # type: ignore[arg-type]


@pytest.fixture
async def busy(workshop: Workshop, api: ScriptedAPI) -> Workshop:
    """A delivered job, a failed one, one without a place and one from words that waits."""
    await workshop.order()
    await workshop.worker.run_once()
    api.on_submit(Answer(status=400, body={"error": "INVALID_IMAGE"}))
    await workshop.order(user_id=ALICE + 1)
    await workshop.worker.run_once()
    workshop.delivery.refuses = True
    await workshop.order()
    await workshop.worker.run_once()
    await workshop.imagine()
    return workshop


async def test_jobs_are_a_table_newest_first(busy: Workshop) -> None:
    lines = (await listed(busy)).splitlines()
    assert lines[0].split()[:2] == ["JOB", "STATE"]
    assert [line.split()[:2] for line in lines[1:]] == [
        ["4", "queued"],
        ["3", "undeliverable"],
        ["2", "failed"],
        ["1", "delivered"],
    ]
    assert "from words" in lines[1]
    assert lines[2].endswith("picture kept")
    assert lines[3].endswith("invalid_photo")
    column = lines[0].index("MEMBER")
    assert [line[column:].split()[0] for line in lines[1:]] == ["11", "11", "12", "11"]
    only = await listed(busy, states=(JobState.FAILED,), member=ALICE + 1)
    assert len(only.splitlines()) == 2
    assert await listed(busy, since=busy.clock() + timedelta(hours=1)) == "no such jobs"


async def test_json_says_the_same(busy: Workshop) -> None:
    found = json.loads(await listed(busy, as_json=True))
    assert [(job["job"], job["state"]) for job in found] == [
        (4, "queued"),
        (3, "undeliverable"),
        (2, "failed"),
        (1, "delivered"),
    ]
    assert found[2]["failure"] == "invalid_photo"
    assert found[0]["server"] == 21
    assert json.loads(await listed(busy, as_json=True, limit=1))[0]["job"] == 4


async def test_one_job_is_shown_with_its_log_and_ledgers(busy: Workshop) -> None:
    text = await job_desk.show_job(settings(busy), 1, as_json=False)
    facts, _, rest = text.partition("\nlog:\n")
    log, _, ledgers = rest.partition("\nledgers:\n")
    assert "Cyberpunk Neon" in facts
    assert [line.split("by ")[1].split()[0] for line in log.splitlines()] == [
        "member",
        *["worker"] * 4,
    ]
    assert "submitting -> submitted" in log
    assert [line.split()[0] for line in ledgers.splitlines()] == ["quota", "credits"]
    shown = json.loads(await job_desk.show_job(settings(busy), 1, as_json=True))
    assert [each["to"] for each in shown["log"]][-1] == "delivered"
    assert {each["state"] for each in shown["ledgers"]} == {"spent"}


async def test_nothing_of_what_members_sent_is_shown(busy: Workshop) -> None:
    said = [await listed(busy), await listed(busy, as_json=True)]
    said += [
        await job_desk.show_job(settings(busy), number, as_json=as_json)
        for number in (1, 2, 3, 4)
        for as_json in (True, False)
    ]
    assert [word for word in SECRETS for text in said if word in text] == []


async def test_what_a_retry_costs_is_said(busy: Workshop) -> None:
    said = await job_desk.retry_job(settings(busy), 2)
    assert "for 2 credits of yours and nothing of its member's" in said
    assert "at no cost" in await job_desk.retry_job(settings(busy), 3)
    with pytest.raises(CommandFailed, match="job 1 is delivered; only what failed"):
        await job_desk.retry_job(settings(busy), 1)


async def test_what_is_deleted_cannot_be_retried(busy: Workshop) -> None:
    await busy.jobs.forget_photo(2)
    with pytest.raises(CommandFailed, match="its photo is deleted"):
        await job_desk.retry_job(settings(busy), 2)


async def test_a_refund_is_said_once(busy: Workshop) -> None:
    used = await busy.used_quota()
    assert "no longer counts" in await job_desk.refund_job(settings(busy), 1)
    assert await busy.used_quota() == used - 1
    assert "nothing was changed" in await job_desk.refund_job(settings(busy), 1)
    with pytest.raises(CommandFailed, match="job 4 is queued; quota can be given back"):
        await job_desk.refund_job(settings(busy), 4)


async def test_an_unconfirmed_job_is_resolved_before_it_is_retried(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    api.on_submit(Answer(status=500, body="broken"))
    async with open_workshop(tmp_path, api) as workshop:
        job = await workshop.order()
        await workshop.worker.run_once()
        with pytest.raises(CommandFailed, match="resolve it first"):
            await job_desk.retry_job(settings(workshop), job.id)
        said = await job_desk.resolve_job(settings(workshop), job.id, charged=False)
        assert said == "job 1 is closed; its 2 credits are free again"
        with pytest.raises(CommandFailed, match="only an unconfirmed job"):
            await job_desk.resolve_job(settings(workshop), job.id, charged=True)
        await job_desk.retry_job(settings(workshop), job.id)
        await workshop.worker.run_once()
        assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED
        assert await workshop.credits() == (0, 2)
