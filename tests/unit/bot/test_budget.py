"""The operator's cap on credits, from the order to the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.checks.finding import Verdict
from bot.checks.money import check_money
from bot.errors import BudgetUsedUp
from bot.services.delivery import Stage
from bot.services.orders import PromptOrder
from bot.settings import Settings
from bot.standing_limits import write_limits
from db.models import FailureReason, JobState, Ledger, Limit, Scope, Window
from db.windows import window_end
from tests.support.scripted_api import ScriptedAPI
from tests.support.workshop import Workshop, open_workshop

WORDS = PromptOrder(prompt="a lighthouse", private=False, spoiler=False)


@pytest.fixture
async def workshop(tmp_path: Path, api: ScriptedAPI) -> AsyncGenerator[Workshop]:
    async with open_workshop(tmp_path, api, is_capped=True) as opened:
        yield opened


def cap(amount: int, window: Window = Window.DAY) -> Limit:
    return Limit(
        ledger=Ledger.CREDITS,
        scope=Scope.OPERATOR,
        scope_id=0,
        guild_id=0,
        window=window,
        amount=amount,
    )


async def test_the_settings_are_written_down_and_taken_back(workshop: Workshop) -> None:
    wanted = Settings(
        quota_per_day=7, credits_per_day=100, credits_per_month=0, server_credits_per_day=40
    )
    await write_limits(workshop.database, wanted)
    assert {(each.ledger, each.window): each.amount for each in await workshop.limits.list()} == {
        (Ledger.QUOTA, Window.DAY): 7,
        (Ledger.CREDITS, Window.DAY): 100,
        (Ledger.CREDITS, Window.MONTH): 0,
        (Ledger.POT, Window.DAY): 40,
    }
    await write_limits(workshop.database, Settings(quota_per_day=None))
    assert await workshop.limits.list() == ()


async def test_orders_beyond_the_cap_are_refused_with_the_time_it_ends(
    workshop: Workshop, api: ScriptedAPI
) -> None:
    await workshop.limits.set(cap(7, Window.MONTH))
    outcomes = await asyncio.gather(*(workshop.order() for _ in range(8)), return_exceptions=True)
    refusals = [each for each in outcomes if isinstance(each, BudgetUsedUp)]
    assert len(refusals) == 5
    assert refusals[0].window is Window.MONTH
    assert refusals[0].resets_at == window_end(Window.MONTH, workshop.clock())
    assert len(workshop.files()) == 3
    await workshop.booth.check(workshop.caller(), WORDS)  # one credit is left
    await workshop.imagine()
    with pytest.raises(BudgetUsedUp):
        await workshop.booth.check(workshop.caller(), WORDS)

    await workshop.worker.run_once()
    assert api.paid == 4
    assert await workshop.credits() == (0, 7)


async def test_jobs_that_wait_for_a_lowered_cap_say_so_and_end_in_time(
    workshop: Workshop, api: ScriptedAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.worker.POSITIONS_SECONDS", 0.05)
    # an hour later it is still the same day, whenever the tests are run
    workshop.clock.now = workshop.clock.now.replace(hour=12)
    jobs = [await workshop.order() for _ in range(2)]
    await workshop.limits.set(cap(3))
    async with asyncio.timeout(10):
        running = asyncio.create_task(workshop.worker.run())
        shown = workshop.delivery.stages  # tell nobody when they change
        while (jobs[1].id, Stage.UNPAID) not in shown:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        workshop.worker.stop()
        await running
    assert api.paid == 1

    workshop.clock.advance(timedelta(minutes=61))
    await workshop.worker.run_once()
    ended = await workshop.jobs.get(jobs[1].id)
    assert (ended.state, ended.failure) == (JobState.FAILED, FailureReason.TOO_OLD)
    assert workshop.delivery.told[ended.id] == [JobState.FAILED]
    assert await workshop.used_quota() == 1


async def test_the_operator_is_warned_once_in_each_window_also_after_a_restart(
    tmp_path: Path, api: ScriptedAPI, caplog: pytest.LogCaptureFixture
) -> None:
    def said() -> list[tuple[int, str]]:
        found = [(each.levelno, each.getMessage()) for each in caplog.records]
        caplog.clear()
        return [(level, text) for level, text in found if "the cap of" in text]

    caplog.set_level(logging.WARNING, "bot.services.budget")
    async with open_workshop(tmp_path, api, is_capped=True) as workshop:
        await workshop.limits.set(cap(10))
        for expected in ([], [], [], ["80 % of the cap of 10 credits a day are used (8)"]):
            await workshop.order()
            await workshop.worker.run_once()
            assert [text[: len(expected[0])] for _, text in said()] == expected
    async with open_workshop(tmp_path, api, is_capped=True) as workshop:
        await workshop.set_quota(100)
        await workshop.imagine()
        await workshop.worker.run_once()
        assert said() == []  # that was said before the restart
        await workshop.imagine()
        await workshop.worker.run_once()
        ((level, text),) = said()
        assert level == logging.CRITICAL
        assert "the cap of 10 credits a day is used up" in text
        assert f"{workshop.clock():%Y}" in text
        with pytest.raises(BudgetUsedUp):
            await workshop.imagine()
        assert said() == []
        workshop.clock.advance(timedelta(days=1))
        for _ in range(4):
            await workshop.order()
            await workshop.worker.run_once()
        assert [level for level, _ in said()] == [logging.WARNING]


async def test_the_doctor_says_how_much_of_each_cap_is_used(workshop: Workshop) -> None:
    await workshop.order()
    await workshop.worker.run_once()
    verdicts = {
        (Window.DAY, 10): (Verdict.OK, "2 of 10 used this day"),
        (Window.MONTH, 2): (Verdict.WARN, "2 of 2 used this month"),
        (Window.WEEK, 1): (Verdict.WARN, "more than the cap"),
    }
    for window, amount in verdicts:
        await workshop.limits.set(cap(amount, window))
    total, *caps = await check_money(workshop.database)
    assert "2 spent and 0 held" in total.what
    assert len(caps) == 3
    for verdict, words in verdicts.values():
        (found,) = (each for each in caps if words in each.what)
        assert found.verdict is verdict
        if verdict is Verdict.WARN:
            assert "CREDITS_PER_" in (found.remedy or "")
