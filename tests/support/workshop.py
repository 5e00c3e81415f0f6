"""Everything between Discord and the API, for tests of the worker: real but for the delivery."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from PIL import Image

from bot.services.backends import Backend, Backends
from bot.services.booth import Booth
from bot.services.budget import Budget
from bot.services.catalogue import Catalogue
from bot.services.disk import Disk
from bot.services.events.artwork_store import ArtworkStore
from bot.services.events.bell import Bell
from bot.services.events.bundle import EventServices
from bot.services.events.charting import Charting
from bot.services.events.clearing import EventClearing
from bot.services.events.curation import Curation
from bot.services.events.deletions import Deletions
from bot.services.events.downloads import Downloads
from bot.services.events.dressing import Dressing
from bot.services.events.exporting import Exporting
from bot.services.events.feed import EventFeed
from bot.services.events.framing import Framing
from bot.services.events.guests import Guests
from bot.services.events.planning import Planning
from bot.services.events.reporting import Reporting
from bot.services.events.store import EventStore
from bot.services.events.walls import Walls
from bot.services.following import Follower
from bot.services.gate import Gate, Gates
from bot.services.handing_over import Courier
from bot.services.housekeeping import Housekeeper
from bot.services.intake import Intake
from bot.services.orders import Caller, PromptOrder, SwapOrder
from bot.services.outlook import Outlook
from bot.services.pace import Pace
from bot.services.photos import PhotoStore
from bot.services.pictures import PictureStore
from bot.services.pot_watch import PotWatch
from bot.services.previews import Previews
from bot.services.privacy import Privacy
from bot.services.probing import Prober
from bot.services.quotas import Quotas
from bot.services.submission import Submitter
from bot.services.worker import Worker
from db.bounds import Bounds
from db.consents import ConsentRepository
from db.database import Database
from db.event_pictures import EventPictureRepository
from db.event_retention import EventRetentionRepository
from db.events import EventRepository
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.members import MemberRepository
from db.migrate import migrate
from db.models import Job, Ledger, Limit, Scope, Window
from db.notices import NoticeRepository
from db.open_orders import OpenOrderRepository
from db.quota_desk import QuotaDesk
from db.quota_views import QuotaViews
from db.retention import RetentionRepository
from db.servers import ServerRepository
from faceswap.client import FaceSwapClient
from faceswap.models import APIVersion, Filter, Gender, Quality, Ratio
from faceswap.timeouts import Timeouts
from tests.support.deliveries import NotingDelivery
from tests.support.quotas import usages_of
from tests.support.scripted_api import ScriptedAPI
from tests.support.tellers import NotingTeller

NEON = Filter(id=12, name="Cyberpunk Neon")
ALICE = 11
_interactions = count(1)


def photo_bytes(*, size: tuple[int, int] = (64, 96), kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 150, 120)).save(out, kind)
    return out.getvalue()


@dataclass(slots=True)
class MovableClock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    database: Database
    jobs: JobRepository
    limits: LimitRepository
    photos: PhotoStore
    pictures: PictureStore
    catalogue: Catalogue
    previews: Previews
    gate: Gate
    pace: Pace
    delivery: NotingDelivery
    open_orders: OpenOrderRepository
    intake: Intake
    worker: Worker
    booth: Booth
    privacy: Privacy
    quotas: Quotas
    pot_watch: PotWatch
    teller: NotingTeller
    event_rows: EventRepository
    event_bell: Bell
    events: EventServices
    clock: MovableClock
    data_dir: Path

    async def order(
        self,
        *,
        user_id: int = ALICE,
        chosen: Filter = NEON,
        gender: Gender = Gender.FEMALE,
        photo: bytes | None = None,
        private: bool = False,
    ) -> Job:
        order = SwapOrder(
            chosen=chosen,
            gender=gender,
            ratio=Ratio.SQUARE,
            quality=Quality.FAST,
            private=private,
            spoiler=False,
        )
        return await self.booth.order_swap(self.caller(user_id), order, photo or photo_bytes())

    async def imagine(self, prompt: str = "a lighthouse at dawn") -> Job:
        order = PromptOrder(prompt=prompt, private=False, spoiler=False)
        return await self.booth.order_prompt(self.caller(), order)

    def caller(self, user_id: int = ALICE) -> Caller:
        return Caller(
            interaction_id=next(_interactions),
            user_id=user_id,
            guild_id=21,
            channel_id=31,
            card_message_id=41,
            token="interaction-token",
            token_expires_at=self.clock() + timedelta(minutes=14),
            locale="en-GB",
        )

    async def set_quota(self, amount: int) -> None:
        await self.limits.set(
            Limit(
                ledger=Ledger.QUOTA,
                scope=Scope.MEMBER,
                scope_id=0,
                guild_id=0,
                window=Window.DAY,
                amount=amount,
            )
        )

    async def used_quota(self, user_id: int = ALICE) -> int:
        (usage,) = await usages_of(self.limits, user_id, 21)
        return usage.used

    async def credits(self) -> tuple[int, int]:
        """Return credits held and spent."""
        money = await self.limits.credits()
        return money.held, money.spent

    def files(self) -> list[str]:
        """Return what lies in the photo and picture folders."""
        folders = ("photos", "pictures")
        return sorted(
            path.name
            for each in folders
            for path in (self.data_dir / each).iterdir()
            if path.is_file()
        )


@asynccontextmanager
async def open_workshop(
    data_dir: Path,
    api: ScriptedAPI,
    *,
    idempotent: bool = False,
    delivery: NotingDelivery | None = None,
    key: str | None = None,
    timeouts: Timeouts | None = None,
    busy_timeout: timedelta = timedelta(seconds=5),
    bounds: Bounds | None = None,
    is_capped: bool = False,
    least_free: int = 0,
    open_status_calls: int = 320,
) -> AsyncGenerator[Workshop]:
    """Open a worker and all it needs; a second time on the same folder is a restart."""
    async with (
        Database.open(f"sqlite:///{data_dir / 'bot.db'}", busy_timeout=busy_timeout) as database,
        FaceSwapClient(
            url=api.url,
            key=key or api.key,
            timeouts=timeouts or Timeouts(),
            max_open_status_calls=open_status_calls,
        ) as client,
    ):
        await migrate(database)
        clock = MovableClock()
        current = Backend(
            name=api.url, client=client, swap_version=APIVersion.V6, idempotent=idempotent
        )
        workshop = build(
            data_dir,
            database,
            Backends(current),
            delivery or NotingDelivery(),
            clock,
            bounds=bounds,
            is_capped=is_capped,
            least_free=least_free,
        )
        await workshop.set_quota(10)
        yield workshop


def build(
    data_dir: Path,
    database: Database,
    backends: Backends,
    delivery: NotingDelivery,
    clock: MovableClock,
    *,
    bounds: Bounds | None = None,
    is_capped: bool = False,
    least_free: int = 0,
) -> Workshop:
    jobs = JobRepository(database, clock=clock, bounds=bounds)
    limits = LimitRepository(database, clock=clock)
    photos = PhotoStore(data_dir / "photos", max_bytes=20 * 2**20, max_pixels=50_000_000)
    pictures = PictureStore(data_dir / "pictures")
    disk = Disk(data_dir, least_free=least_free)
    budget = Budget(
        limits=limits,
        notices=NoticeRepository(database, clock=clock),
        is_capped=is_capped,
        clock=clock,
    )
    catalogue = Catalogue(backends.current.client)
    gates, pace = Gates(clock=clock), Pace(clock=clock)
    gate = gates.of(backends.current.name)
    outlook = Outlook(backends=backends, gates=gates, pace=pace, budget=budget)
    open_orders = OpenOrderRepository(database, clock=clock)
    intake = Intake(orders=open_orders, delivery=delivery)
    downloads = Downloads(data_dir / "downloads", base_url=None, clock=clock)
    worker = Worker(
        jobs=jobs,
        backends=backends,
        submitter=Submitter(
            jobs=jobs,
            backends=backends,
            photos=photos,
            catalogue=catalogue,
            gates=gates,
            deadline=timedelta(minutes=20),
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
            members=MemberRepository(database, clock=clock),
            retention=RetentionRepository(database),
            events=EventClearing(
                data_dir / "events",
                retention=EventRetentionRepository(database, clock=clock),
                downloads=downloads,
            ),
            open_orders=open_orders,
            photos=photos,
            pictures=pictures,
            queue_wait=timedelta(minutes=60),
            job_keep=timedelta(days=90),
            clock=clock,
        ),
        intake=intake,
        delivery=delivery,
        budget=budget,
        gates=gates,
        prober=Prober(backends=backends, gates=gates, catalogue=catalogue),
        pace=pace,
        outlook=outlook,
        submit_at_once=4,
    )
    event_rows, servers = EventRepository(database, clock=clock), ServerRepository(database)
    event_bell = Bell()
    views, teller = QuotaViews(database, clock=clock), NotingTeller()
    pot_watch = PotWatch(
        views=views,
        notices=NoticeRepository(database, clock=clock),
        teller=teller,
        least_cost=1,
        clock=clock,
    )
    quotas = Quotas(
        desk=QuotaDesk(database, clock=clock), views=views, servers=servers, clock=clock
    )
    previews = Previews(backends.current.client)
    feed = EventFeed()
    planning = Planning(
        events=event_rows,
        servers=servers,
        catalogue=catalogue,
        bell=event_bell,
        feed=feed,
        clock=clock,
    )
    artwork = ArtworkStore(data_dir / "events")
    event_pictures = EventPictureRepository(database, clock=clock)
    reporting = Reporting(pictures=event_pictures, charting=Charting())
    downloads = Downloads(data_dir / "downloads", base_url=None, clock=clock)
    curation = Curation(
        events=event_rows,
        pictures=EventPictureRepository(database, clock=clock),
        store=EventStore(data_dir / "events"),
        feed=feed,
        deletions=Deletions(),
        ring=lambda **_: event_bell.ring(),
    )
    return Workshop(
        database=database,
        jobs=jobs,
        limits=limits,
        photos=photos,
        pictures=pictures,
        catalogue=catalogue,
        previews=previews,
        gate=gate,
        pace=pace,
        delivery=delivery,
        open_orders=open_orders,
        intake=intake,
        worker=worker,
        booth=Booth(
            jobs=jobs,
            pot_watch=pot_watch,
            photos=photos,
            pictures=pictures,
            gate=gate,
            budget=budget,
            disk=disk,
            outlook=outlook,
            worker=worker,
            delivery=delivery,
            swap_cost=2,
            prompt_cost=1,
        ),
        privacy=Privacy(
            consents=ConsentRepository(database, clock=clock),
            members=MemberRepository(database, clock=clock),
            jobs=jobs,
            photos=photos,
            pictures=pictures,
            worker=worker,
            curation=curation,
        ),
        quotas=quotas,
        pot_watch=pot_watch,
        teller=teller,
        event_rows=event_rows,
        event_bell=event_bell,
        events=EventServices(
            planning=planning,
            guests=Guests(events=event_rows, catalogue=catalogue),
            curation=curation,
            servers=servers,
            dressing=Dressing(
                data_dir / "events",
                store=artwork,
                framing=Framing(artwork),
                planning=planning,
                previews=previews,
            ),
            walls=Walls(event_rows, feed=feed, base_url=None),
            reporting=reporting,
            exporting=Exporting(
                data_dir / "exports",
                events=data_dir / "events",
                pictures=event_pictures,
                reporting=reporting,
                downloads=downloads,
                least_free=least_free,
                clock=clock,
            ),
            downloads=downloads,
        ),
        clock=clock,
        data_dir=data_dir,
    )
