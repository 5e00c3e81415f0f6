"""The line of jobs: its limit, who goes first, and how long a status call waits."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from faceswap.models import APIVersion
from studio.server.models import JobState, StudioJob, remote_status
from studio.server.studio import Studio
from tests.support.gates import Gate
from tests.support.studio_api import StudioApi, client_session, odd_config, open_api


async def test_a_full_queue_refuses_and_says_when_to_come_back(tmp_path: Path, gate: Gate) -> None:
    async with open_api(odd_config(tmp_path / "studio", queue_limit=2)) as api:
        first = await api.submitted(gate.words)
        await gate.reached()
        await api.post("/v2/run/self-prompt", {"prompt": "second"})
        for refused in (
            await api.submit(gate.words),
            await api.post("/v2/run/self-prompt", {"prompt": "third"}),
        ):
            assert (refused.status, refused.json["error"]) == (429, "QUEUE_FULL")
            assert int(refused.headers["Retry-After"]) >= 1
        health = (await api.get("/healthz")).json
        assert health["queue"] == {"waiting": 1, "running": 1, "limit": 2}
        await gate.open()
        await api.finished(first)
        assert (await api.submit("fine")).status == 200


async def test_many_at_once_never_exceed_the_limit(tmp_path: Path, gate: Gate) -> None:
    async with open_api(odd_config(tmp_path / "studio", queue_limit=3, workers=2)) as api:
        await api.submitted(gate.words)
        await gate.reached()
        answers = await asyncio.gather(*(api.submit("hang") for _ in range(8)))
        assert sorted(answer.status for answer in answers) == [200] * 2 + [429] * 6


async def test_a_refused_photo_takes_no_place(tmp_path: Path) -> None:
    async with open_api(odd_config(tmp_path / "studio", queue_limit=1)) as api:
        for _ in range(3):
            assert (await api.submit("refuse NO_FACE")).status == 400
        assert (await api.submit("fine")).status == 200


async def test_photos_are_looked_at_before_waiting_jobs_are_made(
    api: StudioApi, gate: Gate
) -> None:
    first = await api.submitted(gate.words)
    await gate.reached()
    behind = await api.post("/v2/run/self-prompt", {"prompt": "hang"})
    late = asyncio.create_task(api.submit("refuse NO_FACE"))
    await api.queue(waiting=1, running=1)
    await gate.open()
    assert (await late).status == 400  # though the job before it hangs
    assert (await api.finished(first)).json["status"] == "COMPLETED"
    waiting = await api.post(f"/v2/status/{behind.json['id']}")
    assert waiting.json["status"] in ("QUEUED", "RUNNING")


async def test_jobs_are_made_in_the_order_they_came(api: StudioApi, gate: Gate) -> None:
    await api.submitted(gate.words)
    await gate.reached()
    jobs = [
        (await api.post("/v2/run/self-prompt", {"prompt": f"{n}"})).json["id"] for n in range(3)
    ]
    await gate.open()
    await api.polled(jobs[-1])
    assert [(await api.post(f"/v2/status/{job}")).json["status"] for job in jobs[:2]] == [
        "COMPLETED",
        "COMPLETED",
    ]


async def test_v6_waits_for_the_picture_and_v2_does_not(api: StudioApi, gate: Gate) -> None:
    job_id = await api.submitted(gate.words)
    await gate.reached()
    old = (await api.post("/v2/run/self-prompt", {"prompt": "fog"})).json
    waiting = [asyncio.create_task(api.finished(job_id)) for _ in range(20)]
    assert (await api.post(f"/v2/status/{old['id']}")).json["status"] == "QUEUED"
    assert not any(task.done() for task in waiting)
    await gate.open()
    answers = await asyncio.gather(*waiting)
    assert {answer.json["status"] for answer in answers} == {"COMPLETED"}


async def test_a_wait_that_grows_too_long_gives_the_present_status(
    tmp_path: Path, gate: Gate
) -> None:
    async with open_api(odd_config(tmp_path / "studio", status_wait=0.05)) as api:
        job_id = await api.submitted(gate.words)
        await gate.reached()
        assert (await api.finished(job_id)).json == {"id": job_id, "status": "RUNNING"}
        await gate.open()


async def test_a_stopping_studio_answers_those_who_wait(tmp_path: Path, gate: Gate) -> None:
    async with client_session() as session:
        async with Studio.open(odd_config(tmp_path / "studio")) as studio:
            api = StudioApi(studio, session)
            job_id = await api.submitted(gate.words)
            await gate.reached()
            waiting = [asyncio.create_task(api.finished(job_id)) for _ in range(3)]
            await api.get("/healthz")  # the studio has the status calls before this one
        for task in waiting:
            assert (await task).json == {"id": job_id, "status": "RUNNING"}


@pytest.mark.parametrize(
    ("version", "state", "status"),
    [
        ("v1", "queued", "QUEUED"),
        ("v2", "queued", "QUEUED"),
        ("v5", "queued", "IN_QUEUE"),
        ("v6", "queued", "IN_QUEUE"),
        ("v1", "running", "RUNNING"),
        ("v6", "running", "RUNNING"),
    ],
)
def test_each_version_has_its_word_for_waiting(version: str, state: str, status: str) -> None:
    job = StudioJob(id="x", version=APIVersion(version), state=JobState(state), spec=None)
    assert remote_status(job).value == status
