"""Organisers hear once in each window that their server's credits run low, and are gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.quota_errors import QuotaUsedUp
from bot.services.pot_watch import PotWatch
from bot.services.quotas import Person
from db.models import Window
from db.notices import NoticeRepository
from db.quota_views import QuotaViews
from db.servers import ServerRepository
from tests.support.workshop import Workshop

GUILD, LOG = 21, 61  # the server that a workshop's orders come from
OLGA = Person(user_id=600, guild_id=GUILD)


@pytest.fixture(autouse=True)
async def pot(workshop: Workshop) -> None:
    await ServerRepository(workshop.database).set_log_channel(GUILD, LOG)
    await workshop.quotas.set_pot(OLGA, window=Window.DAY, amount=10)


async def said(workshop: Workshop) -> list[str]:
    """Have the watch look, and tell what organisers have read so far."""
    await workshop.pot_watch.turn()
    assert {channel_id for channel_id, _ in workshop.teller.told} <= {LOG}
    return ["out" if "used up" in text else "low" for _, text in workshop.teller.told]


async def use(workshop: Workshop, pictures: int) -> None:
    for _ in range(pictures):
        await workshop.order()  # at 2 credits each


async def test_it_warns_at_80_per_cent_and_at_the_end_once_each(workshop: Workshop) -> None:
    await use(workshop, 3)
    assert await said(workshop) == []
    await use(workshop, 1)
    assert await said(workshop) == ["low"]
    assert await said(workshop) == ["low"]
    await use(workshop, 1)
    for _ in range(3):
        with pytest.raises(QuotaUsedUp):
            await workshop.order()
        assert await said(workshop) == ["low", "out"]


async def test_a_new_day_or_another_pot_is_warned_of_anew(workshop: Workshop) -> None:
    await use(workshop, 5)
    assert await said(workshop) == ["out"]
    await workshop.quotas.set_pot(OLGA, window=Window.DAY, amount=12)
    await use(workshop, 1)
    assert await said(workshop) == ["out", "out"]
    workshop.clock.advance(timedelta(days=1))
    await use(workshop, 5)
    assert await said(workshop) == ["out", "out", "low"]


async def test_a_restart_repeats_nothing_and_a_discord_that_was_away_is_told_later(
    workshop: Workshop,
) -> None:
    workshop.teller.away = True
    await use(workshop, 4)
    assert await said(workshop) == []
    workshop.teller.away = False
    workshop.pot_watch.look_at(GUILD)
    assert await said(workshop) == ["low"]
    again = PotWatch(
        views=QuotaViews(workshop.database, clock=workshop.clock),
        notices=NoticeRepository(workshop.database, clock=workshop.clock),
        teller=workshop.teller,
        least_cost=1,
        clock=workshop.clock,
    )
    again.look_at(GUILD)
    await again.turn()
    assert await said(workshop) == ["low"]


async def test_without_a_log_channel_it_waits_until_there_is_one(workshop: Workshop) -> None:
    servers = ServerRepository(workshop.database)
    await servers.set_log_channel(GUILD, None)
    await use(workshop, 4)
    assert await said(workshop) == []
    await servers.set_log_channel(GUILD, LOG)
    workshop.pot_watch.look_at(GUILD)
    assert await said(workshop) == ["low"]


async def test_what_holds_no_picture_any_more_is_used_up(workshop: Workshop) -> None:
    await workshop.quotas.set_pot(OLGA, window=Window.MONTH, amount=9)
    await use(workshop, 4)
    assert await said(workshop) == ["low", "low"]  # of the day; of the month, 1 of 9 is left
