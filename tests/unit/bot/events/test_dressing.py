"""What an event's pictures are dressed with: proposed, seen, taken, and what is left on disk."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.artwork_errors import FrameRejected, LogoRejected
from bot.services.events.dressing import Dressing
from db.event_models import Event
from tests.support.artwork import PURPLE, bordered, decoded, encoded, picture
from tests.support.events import GUILD, insert_event
from tests.support.scripted_api import Answer, ScriptedAPI
from tests.support.workshop import Workshop, open_workshop

FRAME, LOGO = encoded(bordered()), encoded(picture(200, 100))


@pytest.fixture
async def workshop(tmp_path: Path, api: ScriptedAPI) -> AsyncGenerator[Workshop]:
    api.filters = [{"id": "12", "name": "Neon", "preview_url": "/previews/12"}]
    api.previews["12"] = Answer(body=encoded(picture()))
    async with open_workshop(tmp_path, api) as opened:
        await opened.catalogue.refresh()
        yield opened


@pytest.fixture
def dressing(workshop: Workshop) -> Dressing:
    return workshop.events.dressing


@pytest.fixture
async def event(workshop: Workshop) -> Event:
    now = workshop.clock()
    return await insert_event(
        workshop.database,
        starts_at=now,
        ends_at=now + timedelta(hours=3),
        opened_at=now,
        filters=("12",),  # of which there is a small preview
    )


async def again(workshop: Workshop, event: Event) -> Event:
    return await workshop.events.planning.get(GUILD, event.id)


def files(workshop: Workshop, event: Event) -> set[str]:
    """The files of an event, without the random words in their names."""
    folder = workshop.data_dir / "events" / str(event.id)
    return {f"{path.stem.partition('-')[0]}{path.suffix}" for path in folder.iterdir()}


async def test_a_look_counts_once_it_is_taken(
    workshop: Workshop, dressing: Dressing, event: Event
) -> None:
    before = await dressing.sample(event)
    proposed = await dressing.propose(event, frame=FRAME)
    assert decoded(proposed.data).convert("RGB").getpixel((5, 5)) == pytest.approx(PURPLE, abs=6)
    assert (await dressing.sample(await again(workshop, event))).data == before.data
    assert (await again(workshop, event)).frame is None

    taken = await dressing.accept(event)

    assert taken == await again(workshop, event)
    assert (await dressing.sample(taken)).data == proposed.data
    assert files(workshop, event) == {"frame.png"}


async def test_only_the_last_proposal_waits_and_leaves_nothing_else(
    workshop: Workshop, dressing: Dressing, event: Event
) -> None:
    await dressing.propose(event, frame=FRAME)
    await dressing.propose(event, logo=LOGO, caption="Winter 2026")
    assert files(workshop, event) == {"logo.png", "proposal.json"}
    taken = await dressing.accept(event)
    assert (taken.frame, taken.caption) == (None, "Winter 2026")
    assert taken.logo is not None
    assert await dressing.accept(taken) == taken  # pressed twice


async def test_logo_and_caption_keep_each_other_and_a_frame_stands_alone(
    workshop: Workshop, dressing: Dressing, event: Event
) -> None:
    await dressing.propose(event, logo=LOGO)
    event = await dressing.accept(event)
    await dressing.propose(event, caption="Winter 2026")
    event = await dressing.accept(event)
    assert event.logo is not None
    assert event.caption == "Winter 2026"
    framed = await dressing.keep_frame(event, FRAME)
    assert (framed.logo, framed.caption) == (None, "")
    assert files(workshop, event) == {"frame.png"}


async def test_all_of_it_can_be_taken_away(
    workshop: Workshop, dressing: Dressing, event: Event
) -> None:
    event = await dressing.keep_frame(event, FRAME)
    await dressing.propose(event)
    plain = await dressing.accept(event)
    assert (plain.frame, plain.logo, plain.caption) == (None, None, "")
    assert files(workshop, event) == set()


async def test_what_cannot_be_used_changes_nothing(
    workshop: Workshop, dressing: Dressing, event: Event
) -> None:
    event = await dressing.keep_frame(event, FRAME)
    with pytest.raises(FrameRejected):
        await dressing.propose(event, frame=b"no picture")
    with pytest.raises(LogoRejected):
        await dressing.propose(event, logo=b"no picture")
    with pytest.raises(FrameRejected):
        await dressing.keep_frame(event, encoded(picture()))
    assert await dressing.accept(event) == event
    assert files(workshop, event) == {"frame.png"}


async def test_a_sample_is_of_the_events_own_filter_or_of_its_shape(
    workshop: Workshop, dressing: Dressing, event: Event
) -> None:
    own = await dressing.sample(event)
    assert (own.width, own.height) == picture().size
    square = await dressing.sample(replace(event, filters=(), ratio="square"))
    assert square.width == square.height
