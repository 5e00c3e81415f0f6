"""An Idempotency-Key makes one job, whatever happens between the first try and the next."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.gates import Gate
from tests.support.studio_api import StudioApi, odd_config, open_api

KEY = {"Idempotency-Key": "order-1"}


async def unfinished(api: StudioApi) -> int:
    queue = (await api.get("/healthz")).json["queue"]
    return int(queue["waiting"] + queue["running"])


async def test_the_same_request_gives_the_same_job(api: StudioApi) -> None:
    first = await api.submit("fine", headers=KEY)
    await api.finished(first.json["id"])
    again = await api.submit("fine", headers=KEY)
    assert again.json == first.json
    assert await unfinished(api) == 0


async def test_two_at_once_make_one_job(api: StudioApi, gate: Gate) -> None:
    answers = await asyncio.gather(*(api.submit(gate.words, headers=KEY) for _ in range(5)))
    assert len({answer.json["id"] for answer in answers}) == 1
    assert await unfinished(api) == 1
    await gate.open()


async def test_another_body_is_refused(api: StudioApi) -> None:
    await api.submit("fine", headers=KEY)
    answer = await api.submit("fine", ratio="square", headers=KEY)
    assert (answer.status, answer.json["error"]) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_another_version_is_refused(api: StudioApi) -> None:
    await api.submit("fine", headers=KEY)
    answer = await api.submit("fine", version="v5", headers=KEY)
    assert (answer.status, answer.json["error"]) == (422, "IDEMPOTENCY_KEY_REUSED")


async def test_other_keys_make_other_jobs(api: StudioApi) -> None:
    first = await api.submit("fine", headers=KEY)
    other = await api.submit("fine", headers={"Idempotency-Key": "order-2"})
    assert first.json["id"] != other.json["id"]


async def test_a_refusal_leaves_the_key_free(api: StudioApi) -> None:
    assert (await api.submit("refuse NO_FACE", headers=KEY)).status == 400
    assert (await api.submit("fine", headers=KEY)).status == 200


async def test_a_prompt_has_keys_too(api: StudioApi) -> None:
    first = await api.post("/v2/run/self-prompt", {"prompt": "fog"}, headers=KEY)
    again = await api.post("/v2/run/self-prompt", {"prompt": "fog"}, headers=KEY)
    assert first.json == again.json


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "ü"])
async def test_a_key_that_is_none_is_refused(api: StudioApi, key: str) -> None:
    answer = await api.submit("fine", headers={"Idempotency-Key": key})
    assert (answer.status, answer.json["field"]) == (422, "Idempotency-Key")


async def test_a_repeated_request_is_answered_though_the_queue_is_full(
    tmp_path: Path, gate: Gate
) -> None:
    async with open_api(odd_config(tmp_path / "studio", queue_limit=1)) as api:
        first = await api.submit(gate.words, headers=KEY)
        again = await api.submit(gate.words, headers=KEY)
        assert again.json == first.json
        await gate.open()


async def test_a_restart_forgets_no_key(tmp_path: Path) -> None:
    config = odd_config(tmp_path / "studio")
    async with open_api(config) as api:
        first = await api.submit("fine", headers=KEY)
    async with open_api(config) as api:
        again = await api.submit("fine", headers=KEY)
        assert again.json == first.json


async def test_a_key_outlives_its_picture(tmp_path: Path) -> None:
    config = odd_config(tmp_path / "studio", keep_results=0.05)
    async with open_api(config) as api:
        first = await api.submit("fine", headers=KEY)
        async with asyncio.timeout(10):
            while (await api.finished(first.json["id"])).status != 404:
                pass
        again = await api.submit("fine", headers=KEY)
        assert again.json == first.json
