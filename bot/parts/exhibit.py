"""What carries pictures of community events: in, before moderators, into the gallery, and away."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.delivery.cards import Cards
from bot.delivery.events.exhibiting import DiscordExhibitor
from bot.delivery.events.receiving import Reception
from bot.delivery.events.telling import Teller
from bot.services.events.arrivals import Arrivals
from bot.services.events.curation import Curation
from bot.services.events.curator import Curator
from bot.services.events.deletions import Deletions
from bot.services.events.feed import EventFeed
from bot.services.events.framing import Framing
from bot.services.events.store import EventStore
from bot.settings import Settings
from db.clock import Clock
from db.database import Database
from db.event_pictures import EventPictureRepository
from db.events import EventRepository
from db.jobs import JobRepository
from db.notices import NoticeRepository
from db.servers import ServerRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """Those who carry pictures of community events."""

    curator: Curator
    curation: Curation
    reception: Reception
    teller: Teller


def set_up_exhibit(
    settings: Settings,
    *,
    database: Database,
    client: discord.Client,
    cards: Cards,
    jobs: JobRepository,
    events: EventRepository,
    servers: ServerRepository,
    framing: Framing,
    feed: EventFeed,
    clock: Clock,
) -> Exhibit:
    """Build them for one client."""
    pictures = EventPictureRepository(database, clock=clock)
    store = EventStore(settings.data_dir / "events")
    teller = Teller(client=client, cards=cards, jobs=jobs, servers=servers)
    deletions = Deletions()
    curator = Curator(
        events=events,
        pictures=pictures,
        notices=NoticeRepository(database, clock=clock),
        store=store,
        feed=feed,
        deletions=deletions,
        exhibitor=DiscordExhibitor(
            client=client, teller=teller, store=store, max_upload_bytes=settings.max_upload_bytes
        ),
        clock=clock,
    )
    curation = Curation(
        events=events,
        pictures=pictures,
        store=store,
        feed=feed,
        deletions=deletions,
        ring=curator.ring,
    )
    reception = Reception(
        client=client,
        cards=cards,
        teller=teller,
        arrivals=Arrivals(
            events=events,
            pictures=pictures,
            store=store,
            framing=framing,
            feed=feed,
            ring=curator.ring,
        ),
        curation=curation,
        store=store,
        max_upload_bytes=settings.max_upload_bytes,
    )
    return Exhibit(curator=curator, curation=curation, reception=reception, teller=teller)
