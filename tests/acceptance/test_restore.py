"""A copy of the database put back after a disaster: nothing is paid or posted a second time."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from tests.acceptance.booth import PhotoBooth
from tests.acceptance.conftest import hosted, open_booth
from tests.support.discord import DiscordStandIn
from tests.support.scripted_api import PICTURE, ScriptedAPI

FROZEN = ("unconfirmed", "returned", "held")
DELIVERED = ("delivered", "spent", "spent")


def put_back(booth: PhotoBooth, copy: Path) -> None:
    """What an operator does by hand."""
    data = booth.bot.data_dir
    for name in ("bot.db", "bot.db-wal", "bot.db-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(copy, data / "bot.db")


async def test_a_copy_that_was_put_back_pays_nothing_twice(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> None:
    api.finishes, api.blocks = True, False
    copy = tmp_path / "copy.db"
    settings = {**hosted(api), "SUBMIT_AT_ONCE": "1"}
    async with open_booth(discord, tmp_path, **settings) as booth:
        async with api.hold_submit() as gate:  # one is being sent, two wait behind it
            ordered = [await booth.order(), await booth.order(), await booth.imagine("a lake")]
            await gate.holds()
            code, said = await booth.bot.command("db", "backup", str(copy))
            assert code == 0, said
        for each in ordered:
            await booth.picture(each)
        later = await booth.order(user=booth.bob)
        await booth.picture(later)
        await booth.bot.kill()
        assert api.paid == 4

        put_back(booth, copy)
        await booth.bot.launch()
        assert await booth.bot.ended() == 1
        assert "faceswap-bot doctor --after-restore" in booth.bot.log.splitlines()[-1]
        _, said = await booth.bot.command("doctor", "--after-restore")
        assert "3 jobs may have been sent and paid since the copy was made" in said
        assert "5 credits held" in said
        assert "jobs resolve 1 charged" in said
        assert booth.accounts() == [FROZEN] * 3

        await booth.bot.start()
        for each in ordered:
            await booth.text(each, "I cannot tell whether it arrived")
        answer = await booth.press(later.original, "Again", user=booth.bob)
        await booth.text(answer, "I know nothing of number 4 any more")
        await booth.picture(await booth.order())
        await booth.accounted(FROZEN, FROZEN, FROZEN, DELIVERED)
        assert api.paid == 5
        ((newest,),) = booth.query("SELECT max(id) FROM jobs")
        assert newest > 100_000


async def test_a_running_bot_is_not_frozen(booth: PhotoBooth) -> None:
    code, said = await booth.bot.command("doctor", "--after-restore")
    assert code == 1
    assert "the database is in use" in said


async def test_a_picture_posted_since_the_copy_was_made_is_not_posted_again(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    settings = {**hosted(api), "QUICK_JOB_SECONDS": "0"}
    async with open_booth(discord, tmp_path, **settings) as booth:
        ordered = await booth.order()
        await booth.text(ordered, "in its queue")
        code, said = await booth.bot.command("db", "backup", str(copy))
        assert code == 0, said
        await api.finish("job-1")
        await booth.accounted(DELIVERED)
        await booth.bot.kill()
        discord.limits.nonce_window = timedelta(0)

        put_back(booth, copy)
        await booth.bot.command("doctor", "--after-restore")
        await booth.bot.start()
        await booth.accounted(DELIVERED)
        await booth.settled()
        (message,) = booth.posted()
        assert message.files == {"picture.png": PICTURE}
