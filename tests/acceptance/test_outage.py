"""An API that goes away: one line in the log, and what members and the operator are told."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import hosted, open_booth
from tests.support.bot_process import ROOT
from tests.support.discord import DiscordStandIn
from tests.support.scripted_api import Answer, ScriptedAPI

AWAY = "No jobs are sent to"
BACK = "Jobs are sent again to"
HELP = "The picture service takes no pictures just now: it does not answer"


async def doctor(booth: PhotoBooth) -> str:
    """Run `faceswap-bot doctor` beside the bot; returns what it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "doctor"),
        cwd=booth.bot.data_dir.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **booth.bot.settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await asyncio.wait_for(process.communicate(), IN_TIME)
    return out.decode()


async def test_lost_answers_close_the_gate_until_a_probe_and_one_job_got_through(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> None:
    async with open_booth(discord, tmp_path, **hosted(api)) as booth:
        await booth.consented()
        api.on_filters(Answer(status=502))  # the first probe is in vain, too
        api.on_submit(Answer(status=502, body="bad gateway"))
        lost = await booth.order()
        await booth.text(lost, "I cannot tell whether it arrived")

        waiting = await booth.order()
        await booth.text(waiting, "Yours waits and starts by itself")
        assert HELP in (await booth.page("help")).text()
        assert "Orders wait and start by themselves." in (await booth.page("help")).text()
        assert api.paid == 1  # the one whose answer was lost

        await booth.text(waiting, "in its queue")
        assert HELP not in (await booth.page("help")).text()
        await api.finish("job-2")
        await booth.picture(waiting)
        assert booth.bot.log.count(AWAY) == 1
        assert booth.bot.log.count(BACK) == 1
    assert api.paid == 2


async def test_the_doctor_hears_from_the_running_bot_where_nothing_is_sent(
    booth: PhotoBooth, api: ScriptedAPI
) -> None:
    await booth.consented()
    assert "sends no jobs" not in await doctor(booth)
    api.on_submit(Answer(status=402, body={"detail": "Insufficient credits"}))
    await booth.text(await booth.order(), "Yours waits and starts by itself")
    assert "has to renew its access" in (await booth.page("help")).text()
    assert "New orders are refused." in (await booth.page("help")).text()

    async with asyncio.timeout(IN_TIME):
        while "out of credits" not in (said := await doctor(booth)):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    (line,) = (line for line in said.splitlines() if "sends no jobs" in line)
    assert line.startswith("warn")
    assert api.url in line
    assert "buy credits" in line
