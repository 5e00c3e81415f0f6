"""What a card says while its member waits: the place, an honest time, and few edits."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import hosted, open_booth
from tests.support.discord import DiscordStandIn
from tests.support.scripted_api import ScriptedAPI

EXPECTED = re.compile(r"I expect the picture <t:(\d{10}):R>\.")


async def finished(booth: PhotoBooth, api: ScriptedAPI, number: int) -> None:
    """Have one picture made."""
    ordered = await booth.order()
    card = await booth.text(ordered, "in its queue")
    assert EXPECTED.search(card.text()) is None or number > 1  # nothing is invented
    await api.finish(f"job-{number}")
    await booth.picture(ordered)


async def test_a_time_is_shown_once_known_and_becomes_longer_than_usual(
    booth: PhotoBooth, api: ScriptedAPI
) -> None:
    for number in range(1, 4):
        await finished(booth, api, number)
    await booth.bot.restart()  # what was learned is read from the jobs

    before = datetime.now(UTC)
    ordered = await booth.order()
    card = await booth.text(ordered, "in its queue")
    expected = EXPECTED.search(card.text())
    assert expected is not None
    moment = datetime.fromtimestamp(int(expected[1]), UTC)
    assert before <= moment <= before + timedelta(seconds=15)

    late = await booth.text(ordered, "It takes longer than usual.")
    assert datetime.now(UTC) >= moment
    assert EXPECTED.search(late.text()) is None
    edits = late.edits
    await booth.discord.until(lambda: api.status_calls, within=IN_TIME)
    await api.finish("job-4")
    await booth.picture(ordered)
    assert late.edits == edits + 1  # the picture
    assert edits <= 4  # its place, that it is sent, the time, and that it is over


async def test_a_queue_that_does_not_move_edits_no_cards(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> None:
    settings = {**hosted(api), "SUBMIT_AT_ONCE": "1", "RUNNING_PER_MEMBER": "4"}
    async with open_booth(discord, tmp_path, **settings) as booth:
        async with api.hold_submit() as gate:
            await booth.order()
            await gate.holds()
            cards = []
            for words in ("You are next.", "Number 2", "Number 3"):
                ordered = await booth.order()
                cards.append(await booth.text(ordered, words))  # or the next might overtake it
            edits = [card.edits for card in cards]
            await booth.imagine("a lighthouse", user=booth.bob)
            await booth.page("jobs")
            assert edits == [card.edits for card in cards]
        await booth.text(ordered, "in its queue")
        # Each card: its places (3, 2, next), that it is sent, that the service has it.
        assert max(card.edits for card in cards) <= 6
