from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.services.delivery import DeliveryPostponed
from bot.services.events.lane import AFTER_A_FAILURE, Lane, LeaveAlone
from db.event_models import EventPicture
from tests.support.event_values import make_event_picture
from tests.support.workshop import MovableClock


@dataclass(slots=True)
class Work:
    """Pictures of events that are due until they are done; some events refuse them."""

    due: list[EventPicture]
    refusing: dict[int, LeaveAlone] = field(default_factory=dict)
    failing: set[int] = field(default_factory=set)
    postponed: bool = False
    poison: int | None = None
    tried: list[int] = field(default_factory=list)
    place: int | None = 31

    async def list_due(self, skipping: frozenset[int]) -> tuple[EventPicture, ...]:
        return tuple(each for each in self.due if each.event_id not in skipping)

    async def carry(self, picture: EventPicture) -> LeaveAlone | None:
        self.tried.append(picture.id)
        if self.postponed or picture.id == self.poison:
            raise DeliveryPostponed("told to")
        if picture.id in self.failing:
            raise ValueError("a bug")
        if picture.event_id in self.refusing:
            return self.refusing[picture.event_id]
        self.due.remove(picture)
        return None

    async def place_of(self, event_id: int) -> int | None:
        assert event_id
        return self.place


@pytest.fixture
def work() -> Work:
    return Work(due=[make_event_picture(id=each, event_id=1 + each % 2) for each in range(1, 7)])


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def lane(work: Work, clock: MovableClock) -> Lane:
    return Lane(
        "test", list_due=work.list_due, carry=work.carry, place_of=work.place_of, clock=clock
    )


async def test_an_event_whose_place_takes_nothing_keeps_no_other(
    work: Work, lane: Lane, clock: MovableClock
) -> None:
    work.refusing[2] = LeaveAlone(lasts=timedelta(seconds=30), place=31)
    await lane.turn()
    assert work.tried == [1, 2, 4, 6]  # one try of event 2, all of event 1

    await lane.turn()
    assert work.tried == [1, 2, 4, 6]
    clock.advance(timedelta(seconds=31))
    work.refusing.clear()
    await lane.turn()
    assert work.due == []


async def test_another_place_is_tried_at_once(work: Work, lane: Lane) -> None:
    work.refusing[2] = LeaveAlone(lasts=timedelta(hours=1), place=31)
    await lane.turn()
    work.refusing.clear()
    await lane.turn()
    assert len(work.due) == 3
    work.place = 32
    await lane.turn()
    assert work.due == []


async def test_a_bug_with_one_picture_keeps_no_other_event(
    work: Work, lane: Lane, clock: MovableClock
) -> None:
    work.failing.add(1)
    await lane.turn()
    assert [each.event_id for each in work.due] == [2, 2, 2]
    await lane.turn()
    assert work.tried.count(1) == 1
    work.failing.clear()
    clock.advance(AFTER_A_FAILURE + timedelta(seconds=1))
    await lane.turn()
    assert work.due == []


async def test_a_discord_that_does_not_answer_ends_the_turn(work: Work, lane: Lane) -> None:
    work.postponed = True
    with pytest.raises(DeliveryPostponed):
        await lane.turn()
    assert work.tried == [1]


async def test_a_picture_that_is_refused_again_and_again_keeps_no_other_of_its_event(
    work: Work, lane: Lane, clock: MovableClock
) -> None:
    work.failing = {2}  # the first of event 1
    await lane.turn()
    clock.advance(AFTER_A_FAILURE)
    await lane.turn()
    assert [each.id for each in work.due] == [2]


async def test_a_picture_that_discord_fails_at_keeps_no_other(work: Work, lane: Lane) -> None:
    work.poison = 1
    with pytest.raises(DeliveryPostponed):
        await lane.turn()
    with pytest.raises(DeliveryPostponed):
        await lane.turn()
    assert [each.id for each in work.due] == [1]
