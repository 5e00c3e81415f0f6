from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import JobUnknown, NotYours, StillSending
from bot.services import privacy as privacy_module
from bot.services.orders import PromptOrder
from db.checks import check_ledgers
from db.models import JobState
from db.schema import metadata
from tests.support.deliveries import NotingDelivery
from tests.support.scripted_api import ScriptedAPI
from tests.support.workshop import ALICE, Workshop, open_workshop

BOB = 12


async def dump(workshop: Workshop) -> str:
    """Every row of every table, one a line."""

    async def unit(connection: AsyncConnection) -> str:
        lines = []
        for table in metadata.sorted_tables:
            rows = await connection.execute(sa.select(table))
            lines += [f"{table.name}: {tuple(row)}" for row in rows]
        return "\n".join(lines)

    return await workshop.database.read(unit)


# --- consent


async def test_nobody_has_agreed_to_begin_with(workshop: Workshop) -> None:
    assert not await workshop.privacy.has_consented(ALICE)
    await workshop.privacy.give_consent(ALICE)
    await workshop.privacy.give_consent(ALICE)
    assert await workshop.privacy.has_consented(ALICE)
    assert not await workshop.privacy.has_consented(BOB)


async def test_consent_outlives_the_process(tmp_path: Path, api: ScriptedAPI) -> None:
    async with open_workshop(tmp_path, api) as workshop:
        await workshop.privacy.give_consent(ALICE)
    async with open_workshop(tmp_path, api) as workshop:
        assert await workshop.privacy.has_consented(ALICE)


async def test_a_changed_text_is_asked_for_again(
    tmp_path: Path, api: ScriptedAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_workshop(tmp_path, api) as workshop:
        await workshop.privacy.give_consent(ALICE)
    monkeypatch.setattr(privacy_module, "CONSENT_VERSION", privacy_module.CONSENT_VERSION + 1)
    async with open_workshop(tmp_path, api) as workshop:
        assert not await workshop.privacy.has_consented(ALICE)
        await workshop.privacy.give_consent(ALICE)
        assert await workshop.privacy.has_consented(ALICE)


async def test_erasing_takes_consent_back_for_good(tmp_path: Path, api: ScriptedAPI) -> None:
    async with open_workshop(tmp_path, api) as workshop:
        await workshop.privacy.give_consent(ALICE)
        assert await workshop.privacy.erase(ALICE) == 0
        assert not await workshop.privacy.has_consented(ALICE)
    async with open_workshop(tmp_path, api) as workshop:
        assert not await workshop.privacy.has_consented(ALICE)


# --- erasing


async def test_erasing_cancels_what_waits_and_deletes_every_file(workshop: Workshop) -> None:
    first = await workshop.order()
    await workshop.worker.run_once()  # posted; its photo is kept for a short time
    await workshop.order()
    await workshop.imagine("a lighthouse")
    theirs = await workshop.order(user_id=BOB)

    assert await workshop.privacy.erase(ALICE) == 2

    assert workshop.files() == [theirs.photo]
    assert await workshop.booth.latest(ALICE) == ()
    with pytest.raises((JobUnknown, NotYours)):
        await workshop.booth.own(first.id, ALICE)
    assert (await workshop.jobs.get(theirs.id)).state is JobState.QUEUED
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(theirs.id)).state is JobState.DELIVERED
    assert await check_ledgers(workshop.database) == []


async def test_a_picture_that_waited_under_jobs_is_deleted(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    async with open_workshop(tmp_path, api, delivery=NotingDelivery(refuses=True)) as workshop:
        await workshop.order()
        await workshop.worker.run_once()
        assert len(workshop.files()) == 2
        await workshop.privacy.erase(ALICE)
        assert workshop.files() == []


async def test_nothing_of_a_member_is_left_in_the_database(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    member, words = 918_273_645_546_372_819, "a quite unmistakable lighthouse"
    async with open_workshop(tmp_path, api) as workshop:
        await workshop.privacy.give_consent(member)
        await workshop.order(user_id=member)
        order = PromptOrder(prompt=words, private=False, spoiler=False)
        await workshop.booth.order_prompt(workshop.caller(member), order)
        api.understood = note = "the sea, painted; the quite unmistakable keeper is not drawn"
        await workshop.worker.run_once()
        assert note in await dump(workshop)
        await workshop.privacy.erase(member)
        text = await dump(workshop)
        assert words not in text
        assert note not in text
        assert "interaction-token" not in text
        found = [line for line in text.splitlines() if str(member) in line]
        assert [line.partition(":")[0] for line in found] == ["buckets"]  # today's quota only


async def test_the_used_quota_survives_erasing(workshop: Workshop) -> None:
    """Otherwise erasing would be a way to a second quota."""
    await workshop.set_quota(1)
    await workshop.order()
    await workshop.worker.run_once()
    await workshop.privacy.erase(ALICE)
    assert await workshop.used_quota() == 1


async def test_a_job_at_the_moment_of_sending_is_waited_for(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    async with open_workshop(tmp_path, api) as workshop:
        await workshop.privacy.give_consent(ALICE)
        await workshop.order()
        async with api.hold_submit() as submissions, asyncio.timeout(10):
            worker = asyncio.create_task(workshop.worker.run())
            await submissions.holds()
            with pytest.raises(StillSending) as caught:
                await workshop.privacy.erase(ALICE)
            assert caught.value.count == 1
            assert len(workshop.files()) == 1
        workshop.worker.stop()
        await asyncio.wait_for(worker, 10)
        assert api.paid == 1
        await workshop.privacy.erase(ALICE)
        assert workshop.files() == []
        assert await check_ledgers(workshop.database) == []


async def test_a_picture_being_made_is_cancelled_and_stays_paid(tmp_path: Path) -> None:
    async with (
        ScriptedAPI(finishes=False, blocks=True) as api,
        open_workshop(tmp_path, api) as workshop,
    ):
        await workshop.order()
        async with api.hold_status() as calls, asyncio.timeout(10):
            worker = asyncio.create_task(workshop.worker.run())
            await calls.holds()
            assert await workshop.privacy.erase(ALICE) == 1
        workshop.worker.stop()
        await asyncio.wait_for(worker, 10)
        assert workshop.files() == []
        assert await workshop.credits() == (0, 2)
        assert await check_ledgers(workshop.database) == []
