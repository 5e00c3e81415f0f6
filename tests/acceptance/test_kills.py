"""kill -9 in every state of a job: delivered once or accounted for, and never paid for twice.

Each kill is timed from outside, by holding an answer of Discord's or the API's stand-in.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from bot.delivery.searching import HISTORY
from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.support.discord import Interaction
from tests.support.scripted_api import PICTURE, Answer, ScriptedAPI

CARD = "/webhooks/*/*/messages/*"
CHANNEL = "/channels/*/messages"


def rows(booth: PhotoBooth) -> list[tuple[str, str, str]]:
    """Return state, quota and credits of each job, as they stand in the file."""
    query = """
        SELECT jobs.state,
               (SELECT state FROM reservations WHERE job_id = jobs.id AND ledger = 'quota'),
               (SELECT state FROM reservations WHERE job_id = jobs.id AND ledger = 'credits'
                ORDER BY attempt DESC)
        FROM jobs ORDER BY jobs.id
    """
    with sqlite3.connect(booth.bot.data_dir / "bot.db") as connection:
        return connection.execute(query).fetchall()


async def submitted(booth: PhotoBooth) -> Interaction:
    """Order a picture and wait until the API has the job."""
    ordered = await booth.order()
    await booth.text(ordered, "in its queue")
    return ordered


async def test_killed_in_the_queue(booth: PhotoBooth, api: ScriptedAPI) -> None:
    api.on_submit(Answer(status=429, headers={"Retry-After": "3"}))
    ordered = await booth.order()
    await booth.text(ordered, "waits and starts by itself")

    await booth.bot.restart()
    await booth.text(ordered, "in its queue")
    await api.finish("job-1")
    await booth.picture(ordered)
    await booth.settled()

    assert rows(booth) == [("delivered", "spent", "spent")]
    assert api.paid == 1
    assert len(booth.posted()) == 1


async def test_killed_while_it_is_sent(booth: PhotoBooth, api: ScriptedAPI) -> None:
    async with api.hold_submit() as gate:
        ordered = await booth.order()
        await gate.holds()
        await booth.bot.kill()
    await booth.bot.start()

    card = await booth.text(ordered, "I cannot tell whether it arrived")
    assert "does not count against your quota" in card.text()
    assert rows(booth) == [("unconfirmed", "returned", "held")]
    assert api.paid == 1
    listed = await booth.jobs_page()
    assert "lost on the way" in listed


async def test_killed_while_it_is_made(booth: PhotoBooth, api: ScriptedAPI) -> None:
    ordered = await submitted(booth)
    await booth.bot.kill()
    await api.finish("job-1")
    await booth.bot.start()
    await booth.picture(ordered)
    await booth.settled()

    assert rows(booth) == [("delivered", "spent", "spent")]
    assert api.paid == 1
    assert len(booth.posted()) == 1


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
async def test_killed_while_the_card_gets_its_picture(
    booth: PhotoBooth, api: ScriptedAPI, before: bool
) -> None:
    ordered = await submitted(booth)
    held = booth.discord.hold("PATCH", CARD, before=before)
    await api.finish("job-1")
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    await booth.bot.start()
    await booth.picture(ordered)
    await booth.settled()

    assert rows(booth) == [("delivered", "spent", "spent")]
    assert api.paid == 1
    assert [message.files for message in booth.posted()] == [{"picture.png": PICTURE}]


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
async def test_killed_while_a_slow_picture_is_posted(
    slow_booth: PhotoBooth, api: ScriptedAPI, before: bool
) -> None:
    booth = slow_booth
    await submitted(booth)
    held = booth.discord.hold("POST", CHANNEL, before=before)
    await api.finish("job-1")
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    booth.discord.limits.nonce_window = timedelta(0)  # the bot was away for longer than a nonce
    await booth.bot.start()
    await booth.discord.until(booth.posted, within=IN_TIME)
    await booth.settled()

    (message,) = booth.posted()
    assert message.files == {"picture.png": PICTURE}
    assert message.pings == {booth.alice}
    assert rows(booth) == [("delivered", "spent", "spent")]
    assert api.paid == 1


async def test_killed_after_posting_where_many_write(
    slow_booth: PhotoBooth, api: ScriptedAPI
) -> None:
    booth = slow_booth
    await submitted(booth)
    await chatter(booth)
    held = booth.discord.hold("POST", CHANNEL)
    await api.finish("job-1")
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    booth.discord.limits.nonce_window = timedelta(0)
    await chatter(booth)
    await booth.bot.start()
    await booth.accounted(("delivered", "spent", "spent"))
    await booth.settled()

    (message,) = booth.posted()
    assert message.files == {"picture.png": PICTURE}
    assert [card for card in booth.shown() if card is not message] == []


async def test_killed_after_posting_where_many_wrote_before(
    slow_booth: PhotoBooth, api: ScriptedAPI
) -> None:
    booth = slow_booth
    await submitted(booth)
    in_vain = booth.discord.hold("POST", CHANNEL, before=True)
    await api.finish("job-1")
    await in_vain.arrived()
    while len(booth.discord.messages(booth.channel)) <= HISTORY + 1:
        await chatter(booth)
    posting = booth.discord.hold("POST", CHANNEL)
    in_vain.drop()
    await posting.arrived()
    await booth.bot.kill()
    posting.drop()
    booth.discord.limits.nonce_window = timedelta(0)
    await booth.bot.start()
    await booth.accounted(("delivered", "spent", "spent"))
    await booth.settled()

    (message,) = booth.posted()
    assert message.files == {"picture.png": PICTURE}


async def chatter(booth: PhotoBooth) -> None:
    """Have another member write more than Discord gives in one piece."""
    for number in range(150):
        await booth.discord.say(booth.bob, booth.channel, f"Message {number}")


async def test_killed_while_a_failure_is_told(booth: PhotoBooth, api: ScriptedAPI) -> None:
    ordered = await submitted(booth)
    held = booth.discord.hold("PATCH", CARD, before=True)
    await api.say("job-1", "FAILED")
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    await booth.bot.start()

    await booth.text(ordered, "could not make this picture")
    assert rows(booth) == [("failed", "returned", "spent")]


async def test_killed_before_the_command_was_answered(booth: PhotoBooth, api: ScriptedAPI) -> None:
    await booth.consented()
    held = booth.discord.hold("POST", "/interactions/*/*/callback", before=True)
    await booth.send_command()
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    await booth.bot.start()

    assert rows(booth) == []
    assert api.submissions == []


async def test_killed_between_cancel_and_its_answer(booth: PhotoBooth, api: ScriptedAPI) -> None:
    ordered = await submitted(booth)
    held = booth.discord.hold("PATCH", CARD, before=True)
    await booth.discord.press(booth.alice, ordered.original, "Cancel")
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    await booth.bot.start()

    await booth.text(ordered, "so it counts against your quota")
    assert rows(booth) == [("cancelled", "spent", "spent")]
    await api.finish("job-1")
    assert booth.posted() == []


async def test_buttons_survive_a_kill(booth: PhotoBooth, api: ScriptedAPI) -> None:
    ordered = await submitted(booth)
    await api.finish("job-1")
    card = await booth.picture(ordered)
    await booth.bot.restart()

    not_hers = await (await booth.discord.press(booth.bob, card, "Delete")).responded()
    assert "belongs to somebody else" in not_hers.message.text()  # type: ignore[union-attr]
    assert not_hers.ephemeral

    again = await (await booth.discord.press(booth.alice, card, "Again")).responded()
    await booth.text(again, "in its queue")
    await api.finish("job-2")
    await booth.picture(again)
    assert api.paid == 2

    await booth.discord.press(booth.alice, card, "Delete")
    await booth.discord.until(lambda: card.deleted, within=IN_TIME)
    assert len(booth.posted()) == 1


async def test_stopped_while_a_photo_is_fetched(booth: PhotoBooth, api: ScriptedAPI) -> None:
    await booth.consented()
    held = booth.discord.hold("GET", "/cdn/*", before=True)
    ordered = await booth.ask()
    await held.arrived()
    booth.bot.ask_to_stop()
    await booth.said_of_itself("stopping")
    held.release()
    assert await booth.bot.ended() == 0
    assert "Traceback" not in booth.bot.log

    await booth.bot.start()
    await booth.text(ordered, "in its queue")
    await api.finish("job-1")
    await booth.picture(ordered)


async def test_a_restart_sends_the_commands_only_once(booth: PhotoBooth) -> None:
    assert booth.discord.syncs == 1
    await booth.bot.restart()
    assert await booth.bot.stop() == 0
    assert booth.discord.syncs == 1
