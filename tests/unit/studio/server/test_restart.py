"""What a studio remembers over a restart, and what it deletes."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.server.errors import AddressUnavailable, DataDirUnusable, EngineUnavailable
from studio.server.files import JobFiles
from studio.server.studio import Studio
from tests.support.gates import Gate
from tests.support.studio_api import odd_config, open_api


def files_in(data_dir: Path) -> set[str]:
    return {path.name for name in ("photos", "pictures") for path in (data_dir / name).iterdir()}


async def test_a_finished_job_is_answered_after_a_restart(tmp_path: Path) -> None:
    config = odd_config(tmp_path)
    async with open_api(config) as api:
        made, failed = await api.submitted("fine"), await api.submitted("fault secret")
        before = [await api.finished(made), await api.finished(failed)]
    async with open_api(config) as api:
        after = [await api.finished(made), await api.finished(failed)]
    assert [answer.json for answer in after] == [answer.json for answer in before]


async def test_unfinished_jobs_go_on_after_a_restart(tmp_path: Path, gate: Gate) -> None:
    config = odd_config(tmp_path / "studio")
    async with open_api(config) as api:
        job_id = await api.submitted(gate.words)
        await gate.reached()
        prompt = (await api.post("/v2/run/self-prompt", {"prompt": "fog"})).json["id"]
    gate.left()
    async with open_api(config) as api:
        await gate.open()
        assert (await api.finished(job_id)).json["status"] == "COMPLETED"
        assert (await api.polled(prompt)).json["status"] == "COMPLETED"


async def test_orderly_restarts_are_no_attempts_of_the_job(tmp_path: Path, gate: Gate) -> None:
    config = odd_config(tmp_path / "studio")
    async with open_api(config) as api:
        job_id = await api.submitted(gate.words)
        await gate.reached()
    gate.left()
    for _ in range(11):
        async with open_api(config):
            await gate.reached()
        gate.left()
    async with open_api(config) as api:
        await gate.open()
        assert (await api.finished(job_id)).json["status"] == "COMPLETED"


async def test_a_photo_is_deleted_as_soon_as_its_job_is_over(tmp_path: Path) -> None:
    async with open_api(odd_config(tmp_path)) as api:
        made, failed = await api.submitted("fine"), await api.submitted("fault secret")
        await api.submit("refuse NO_FACE")
        await api.finished(made)
        await api.finished(failed)
        assert files_in(tmp_path) == {f"{made}.png"}


async def test_pictures_are_deleted_when_their_time_is_over(tmp_path: Path) -> None:
    async with open_api(odd_config(tmp_path)) as api:
        job_id = await api.submitted("fine")
        assert (await api.finished(job_id)).status == 200
    async with open_api(odd_config(tmp_path, keep_results=1e-6)) as api:
        assert files_in(tmp_path) == set()
        assert (await api.finished(job_id)).status == 404


async def test_what_a_killed_studio_left_behind_is_deleted(tmp_path: Path, gate: Gate) -> None:
    config = odd_config(tmp_path / "studio")
    async with open_api(config) as api:
        waiting = await api.submitted(gate.words)
        await gate.reached()
    gate.left()
    files = JobFiles(config.data_dir)
    files.keep_photo("job-never-written-down", b"photo")
    files.unfinished_picture(waiting).write_bytes(b"half a picture")
    async with open_api(config) as api:
        assert files_in(config.data_dir) == {waiting}
        await gate.open()
        assert (await api.finished(waiting)).json["status"] == "COMPLETED"
        assert files_in(config.data_dir) == {f"{waiting}.png"}


async def test_a_job_whose_photo_is_gone_fails(tmp_path: Path, gate: Gate) -> None:
    config = odd_config(tmp_path / "studio")
    async with open_api(config) as api:
        job_id = await api.submitted(gate.words)
        await gate.reached()
    (config.data_dir / "photos" / job_id).unlink()
    async with open_api(config) as api:
        answer = await api.finished(job_id)
        assert answer.json["error"] == "The photo is no longer there."


async def test_one_studio_per_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.server.store.LOCK_TIMEOUT", 0.05)
    async with open_api(odd_config(tmp_path)):
        with pytest.raises(DataDirUnusable, match="another studio"):
            async with Studio.open(odd_config(tmp_path)):
                pass


async def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "studio.sqlite3").write_bytes(b"something else" * 100)
    with pytest.raises(DataDirUnusable, match="not a database"):
        async with Studio.open(odd_config(tmp_path)):
            pass


async def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataDirUnusable, match="Not a directory"):
        async with Studio.open(odd_config(tmp_path / "file" / "studio")):
            pass


async def test_an_engine_that_does_not_start_says_why(tmp_path: Path) -> None:
    config = odd_config(tmp_path, engine="tests.support.odd_engine:create_nothing")
    with pytest.raises(EngineUnavailable, match="No module named 'brushes'"):
        async with Studio.open(config):
            pass


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async with open_api(odd_config(tmp_path / "first")) as api:
        port = int(api.studio.url.rpartition(":")[2])
        with pytest.raises(AddressUnavailable, match=str(port)):
            async with Studio.open(odd_config(tmp_path / "second", port=port)):
                pass
