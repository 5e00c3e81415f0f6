"""Puts the parts of quotas together: what `/quota` can do, and who watches servers' pots."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.delivery.telling import ChannelTeller
from bot.services.pot_watch import PotWatch
from bot.services.quotas import Quotas
from db.clock import Clock
from db.database import Database
from db.notices import NoticeRepository
from db.quota_desk import QuotaDesk
from db.quota_views import QuotaViews
from db.servers import ServerRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaParts:
    """The services of quotas."""

    quotas: Quotas
    pot_watch: PotWatch


def set_up_quotas(
    database: Database, *, client: discord.Client, least_cost: int, clock: Clock
) -> QuotaParts:
    """Build them; `least_cost` is what the cheapest picture costs, in credits."""
    views = QuotaViews(database, clock=clock)
    return QuotaParts(
        quotas=Quotas(
            desk=QuotaDesk(database, clock=clock),
            views=views,
            servers=ServerRepository(database),
            clock=clock,
        ),
        pot_watch=PotWatch(
            views=views,
            notices=NoticeRepository(database, clock=clock),
            teller=ChannelTeller(client),
            least_cost=least_cost,
            clock=clock,
        ),
    )
