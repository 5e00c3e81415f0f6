"""Puts the parts together: settings, an open database and open back ends become bot and worker.

With `bot.parts` the only place that knows every class; nothing here opens, starts or closes
anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from bot.client import FaceSwapBot
from bot.delivery.cards import Cards
from bot.delivery.events.venues import Venues
from bot.delivery.ladder import DiscordDelivery
from bot.delivery.painter import Painter
from bot.parts.endings import set_up_endings
from bot.parts.exhibit import set_up_exhibit
from bot.parts.quotas import set_up_quotas
from bot.parts.stage import Stage, set_up_stage
from bot.periods import periods_of
from bot.services.backends import Backends
from bot.services.booth import Booth
from bot.services.budget import Budget
from bot.services.bundle import Services
from bot.services.catalogue import Catalogue
from bot.services.disk import Disk
from bot.services.events.artwork_store import ArtworkStore
from bot.services.events.bell import Bell
from bot.services.events.bundle import EventServices
from bot.services.events.clearing import EventClearing
from bot.services.events.curator import Curator
from bot.services.events.downloads import Downloads
from bot.services.events.dressing import Dressing
from bot.services.events.exhibition import Exhibition
from bot.services.events.feed import EventFeed
from bot.services.events.framing import Framing
from bot.services.events.guests import Guests
from bot.services.events.planning import Planning
from bot.services.events.walls import Walls
from bot.services.following import Follower
from bot.services.gate import Gates
from bot.services.handing_over import Courier
from bot.services.housekeeping import Housekeeper
from bot.services.intake import Intake
from bot.services.outlook import Outlook
from bot.services.pace import Pace
from bot.services.photos import PhotoStore
from bot.services.pictures import PictureStore
from bot.services.pot_watch import PotWatch
from bot.services.previews import Previews
from bot.services.privacy import Privacy
from bot.services.probing import Prober
from bot.services.submission import Submitter
from bot.services.worker import Worker
from bot.settings import Settings
from bot.wall.building import build_wall
from bot.wall.routes import Routes
from db.bounds import Bounds
from db.clock import Clock, utc_now
from db.command_syncs import CommandSyncRepository
from db.consents import ConsentRepository
from db.database import Database
from db.event_pictures import EventPictureRepository
from db.event_retention import EventRetentionRepository
from db.event_steps import Terms
from db.events import EventRepository
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.members import MemberRepository
from db.notices import NoticeRepository
from db.open_orders import OpenOrderRepository
from db.retention import RetentionRepository
from db.servers import ServerRepository
from faceswap.models import APIVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The parts that are started, stopped or looked at from outside."""

    bot: FaceSwapBot
    worker: Worker
    intake: Intake
    catalogue: Catalogue
    painter: Painter
    pot_watch: PotWatch
    gates: Gates
    jobs: JobRepository
    stage: Stage
    curator: Curator
    venues: Venues
    wall: Routes | None  # None: not served


def assemble(
    settings: Settings, *, database: Database, backends: Backends, clock: Clock = utc_now
) -> App:
    """Build everything from what is open."""
    jobs = JobRepository(
        database,
        clock=clock,
        periods=periods_of(settings),
        bounds=_bounds(settings),
    )
    limits = LimitRepository(database, clock=clock)
    members = MemberRepository(database, clock=clock)
    photos = PhotoStore(
        settings.data_dir / "photos",
        max_bytes=settings.max_photo_bytes,
        max_pixels=settings.max_photo_pixels,
    )
    pictures = PictureStore(settings.data_dir / "pictures")
    catalogue = Catalogue(backends.current.client)
    disk = Disk(settings.data_dir, database.path.parent, least_free=settings.min_free_bytes)
    budget = Budget(
        limits=limits,
        notices=NoticeRepository(database, clock=clock),
        is_capped=settings.credits_per_day is not None or settings.credits_per_month is not None,
        clock=clock,
    )
    gates, pace = Gates(clock=clock), Pace(clock=clock)
    gate = gates.of(backends.current.name)
    outlook = Outlook(backends=backends, gates=gates, pace=pace, budget=budget)
    bot = FaceSwapBot(
        guild_id=settings.discord_guild_id, command_syncs=CommandSyncRepository(database)
    )
    cards = Cards(client=bot, jobs=jobs, clock=clock)
    painter = Painter(
        cards=cards, jobs=jobs, seconds_between=settings.card_edit_seconds, clock=clock
    )
    events = EventRepository(
        database,
        clock=clock,
        terms=Terms(
            files_keep=settings.event_keep,
            picture_cost=_cost(settings, backends.current.swap_version),
        ),
    )
    servers = ServerRepository(database)
    feed = EventFeed()
    artwork = ArtworkStore(settings.data_dir / "events")
    framing = Framing(artwork)
    exhibit = set_up_exhibit(
        settings,
        database=database,
        client=bot,
        cards=cards,
        jobs=jobs,
        events=events,
        servers=servers,
        framing=framing,
        feed=feed,
        clock=clock,
    )
    delivery = DiscordDelivery(
        client=bot,
        cards=cards,
        painter=painter,
        jobs=jobs,
        photos=photos,
        pictures=pictures,
        reception=exhibit.reception,
        quick=timedelta(seconds=settings.quick_job_seconds),
        max_upload_bytes=settings.max_upload_bytes,
        keeps_originals=bool(settings.original_keep),
        clock=clock,
    )
    walls = Walls(events, feed=feed, base_url=settings.wall_base)
    downloads = Downloads(settings.data_dir / "downloads", base_url=settings.wall_base, clock=clock)
    open_orders = OpenOrderRepository(database, clock=clock)
    intake = Intake(orders=open_orders, delivery=delivery)
    event_retention = EventRetentionRepository(database, clock=clock, periods=periods_of(settings))
    worker = Worker(
        jobs=jobs,
        backends=backends,
        submitter=Submitter(
            jobs=jobs,
            backends=backends,
            photos=photos,
            catalogue=catalogue,
            gates=gates,
            deadline=settings.job_deadline,
            clock=clock,
        ),
        follower=Follower(
            jobs=jobs,
            backends=backends,
            pictures=pictures,
            delivery=delivery,
            gates=gates,
            pace=pace,
            outlook=outlook,
            clock=clock,
        ),
        courier=Courier(jobs=jobs, pictures=pictures, delivery=delivery),
        housekeeper=Housekeeper(
            jobs=jobs,
            members=members,
            retention=RetentionRepository(database),
            events=EventClearing(
                settings.data_dir / "events", retention=event_retention, downloads=downloads
            ),
            open_orders=open_orders,
            photos=photos,
            pictures=pictures,
            queue_wait=settings.queue_wait,
            job_keep=settings.job_keep,
            clock=clock,
        ),
        intake=intake,
        delivery=delivery,
        budget=budget,
        gates=gates,
        prober=Prober(backends=backends, gates=gates, catalogue=catalogue),
        pace=pace,
        outlook=outlook,
        submit_at_once=settings.submit_at_once,
    )
    venue_bell = Bell()
    event_bell = Bell(venue_bell)
    previews = Previews(backends.current.client)
    planning = Planning(
        events=events, servers=servers, catalogue=catalogue, bell=event_bell, feed=feed, clock=clock
    )
    dressing = Dressing(
        settings.data_dir / "events",
        store=artwork,
        framing=framing,
        planning=planning,
        previews=previews,
    )
    event_pictures = EventPictureRepository(database, clock=clock)
    endings = set_up_endings(settings, pictures=event_pictures, downloads=downloads, clock=clock)
    costs = (_cost(settings, backends.current.swap_version), _cost(settings, APIVersion.V2))
    quota = set_up_quotas(database, client=bot, least_cost=min(costs), clock=clock)
    bot.services = Services(
        booth=Booth(
            jobs=jobs,
            pot_watch=quota.pot_watch,
            photos=photos,
            pictures=pictures,
            gate=gate,
            budget=budget,
            disk=disk,
            outlook=outlook,
            worker=worker,
            delivery=delivery,
            swap_cost=costs[0],
            prompt_cost=costs[1],
        ),
        intake=intake,
        catalogue=catalogue,
        previews=previews,
        gate=gate,
        privacy=Privacy(
            consents=ConsentRepository(database, clock=clock),
            members=members,
            jobs=jobs,
            photos=photos,
            pictures=pictures,
            worker=worker,
            curation=exhibit.curation,
        ),
        quotas=quota.quotas,
        events=EventServices(
            planning=planning,
            guests=Guests(events=events, catalogue=catalogue),
            curation=exhibit.curation,
            servers=servers,
            dressing=dressing,
            reporting=endings.reporting,
            exporting=endings.exporting,
            walls=walls,
            downloads=downloads,
        ),
        photo_keep_minutes=round(settings.photo_keep / timedelta(minutes=1)),
        undelivered_keep_days=round(settings.undelivered_keep / timedelta(days=1)),
        original_keep_hours=round(settings.original_keep / timedelta(hours=1)),
        job_keep_days=_days(settings.job_keep),
        event_keep_days=round(settings.event_keep / timedelta(days=1)),
        max_upload_bytes=settings.max_upload_bytes,
        api_name=_api_name(settings),
    )
    return App(
        bot=bot,
        worker=worker,
        intake=intake,
        catalogue=catalogue,
        painter=painter,
        pot_watch=quota.pot_watch,
        gates=gates,
        jobs=jobs,
        stage=set_up_stage(
            settings,
            database=database,
            client=bot,
            events=events,
            retention=event_retention,
            planning=planning,
            dressing=dressing,
            reporting=endings.reporting,
            teller=exhibit.teller,
            feed=feed,
            bell=event_bell,
            clock=clock,
        ),
        curator=exhibit.curator,
        venues=Venues(client=bot, events=events, bell=venue_bell, clock=clock),
        wall=build_wall(
            base_url=settings.wall_base,
            exhibition=Exhibition(
                events=events,
                pictures=EventPictureRepository(database, clock=clock),
                folder=settings.data_dir / "events",
            ),
            walls=walls,
            downloads=downloads,
            feed=feed,
            clock=clock,
        )
        if settings.wall_base is not None
        else None,
    )


def _bounds(settings: Settings) -> Bounds:
    return Bounds(
        waiting_per_member=settings.waiting_per_member,
        waiting_per_server=settings.waiting_per_server,
        waiting=settings.waiting_in_all,
        running_per_member=settings.running_per_member,
        running_per_server=settings.running_per_server,
        running=settings.running_in_all,
    )


def _cost(settings: Settings, version: APIVersion) -> int:
    """Say what a picture costs the operator; the studio beside the bot charges nobody."""
    return 0 if settings.uses_studio else settings.credits_for(version)


def _days(period: timedelta | None) -> int | None:
    return None if period is None else round(period / timedelta(days=1))


def _api_name(settings: Settings) -> str:
    """Name the place photos go to, as members are told."""
    if settings.faceswap_api_url is None:
        return "studio"
    return urlsplit(settings.faceswap_api_url).netloc
