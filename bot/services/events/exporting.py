"""All pictures of an event for its organisers: one ZIP behind a link, or several small ones.

Approved pictures only, unless those that wait are asked for as well. The files name guests by
numbers of their own, not by Discord's: what leaves the bot cannot be erased by it any more.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.event_errors import ExportProblem, ExportRefused
from bot.services.events.downloads import Downloads
from bot.services.events.export_list import (
    PAGES,
    Entry,
    Listing,
    list_entries,
    safe_name,
    share_out,
)
from bot.services.events.export_pages import page, table
from bot.services.events.export_zip import write_zip
from bot.services.events.reporting import EventReport, Reporting
from db.clock import Clock, utc_now
from db.event_models import Event
from db.event_pictures import EventPictureRepository

LINK_LIVES = timedelta(hours=24)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A ZIP of everything, behind a link."""

    link: str
    expires_at: datetime
    pictures: int
    missing: int  # files that are gone from the disk
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of several ZIPs, each of which can be opened by itself."""

    number: int
    filename: str
    path: Path
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The ZIPs of an export that is sent in parts."""

    count: int
    pictures: int
    missing: int
    each: AsyncIterator[Part]  # from the one that was asked for; one is on disk at a time


class Exporting:
    """Makes exports, one at a time; `folder` is its own, `events` that of all events' pictures."""

    def __init__(
        self,
        folder: Path,
        *,
        events: Path,
        pictures: EventPictureRepository,
        reporting: Reporting,
        downloads: Downloads,
        least_free: int,
        clock: Clock = utc_now,
    ) -> None:
        self._folder = folder
        self._events = events
        self._pictures = pictures
        self._reporting = reporting
        self._downloads = downloads
        self._least_free = least_free
        self._clock = clock
        self._under_way: set[int] = set()
        self._turn = asyncio.Semaphore(1)

    def clear(self) -> None:
        """Delete what a process that was killed had begun, or had no link for yet."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._folder.glob("parts-*"):
            shutil.rmtree(path, ignore_errors=True)
        oldest = (self._clock() - LINK_LIVES).timestamp()
        for path in self._folder.glob("*.zip*"):
            if path.suffix == ".part" or path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    @property
    def has_links(self) -> bool:
        """Say whether one large file can be offered; otherwise it has to be sent in parts."""
        return self._downloads.is_available

    async def offer(self, event: Event, *, with_waiting: bool = False) -> Offer:
        """Write everything into one ZIP and offer it; raises ExportRefused, NoWall."""
        path = self._folder / f"{event.id}-{secrets.token_hex(8)}.zip"
        with self._only_one(event):
            listing, written = await self._write(event, path, with_waiting=with_waiting)
        name = f"{_stem(event)}.zip"
        expires_at = self._clock() + LINK_LIVES
        return Offer(
            link=await self._downloads.offer(path, filename=name, lives=LINK_LIVES),
            expires_at=expires_at,
            pictures=len(written),
            missing=listing.missing + len(listing.entries) - len(written),
            size=(await asyncio.to_thread(path.stat)).st_size,
        )

    async def write(self, event: Event, path: Path, *, with_waiting: bool = False) -> int:
        """Write everything into one ZIP at this place; returns how many pictures are inside.

        Raises ExportRefused, and OSError where it cannot be written.
        """
        _, written = await self._write(event, path, with_waiting=with_waiting)
        return len(written)

    @asynccontextmanager
    async def parts(
        self, event: Event, *, limit: int, first: int = 1, with_waiting: bool = False
    ) -> AsyncGenerator[Parts]:
        """Make ZIPs of at most `limit` bytes, from number `first` on; they go with the block.

        Raises ExportRefused.
        """
        with self._only_one(event):
            listing = await self._list(event, with_waiting=with_waiting)
            shares = share_out(listing.entries, limit)
            if not 1 <= first <= len(shares):
                raise ExportRefused(ExportProblem.NO_SUCH_PART, limit=len(shares))
            report = await self._reporting.report(event)
            await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)
            with TemporaryDirectory(dir=self._folder, prefix="parts-") as folder:
                each = self._each(event, report, shares, first=first, folder=Path(folder))
                yield Parts(
                    count=len(shares),
                    pictures=len(listing.entries),
                    missing=listing.missing,
                    each=each,
                )

    async def _each(
        self,
        event: Event,
        report: EventReport,
        shares: Sequence[Sequence[Entry]],
        *,
        first: int,
        folder: Path,
    ) -> AsyncGenerator[Part]:
        for number, share in enumerate(shares[first - 1 :], start=first):
            suffix = f"-{number}-of-{len(shares)}" if len(shares) > 1 else ""
            filename = f"{_stem(event)}{suffix}.zip"
            path = folder / filename
            which = f"Part {number} of {len(shares)}" if len(shares) > 1 else ""
            written = await self._zip(event, path, share, report, part=which)
            yield Part(number=number, filename=filename, path=path, pictures=len(written))
            await asyncio.to_thread(path.unlink)

    async def _write(
        self, event: Event, path: Path, *, with_waiting: bool
    ) -> tuple[Listing, tuple[Entry, ...]]:
        listing = await self._list(event, with_waiting=with_waiting)
        report = await self._reporting.report(event)
        written = await self._zip(event, path, listing.entries, report, part="")
        return listing, written

    async def _list(self, event: Event, *, with_waiting: bool) -> Listing:
        pictures = await self._pictures.list_approved(event.id)
        if with_waiting:
            pictures += await self._pictures.list_waiting(event.id)
        listing = await asyncio.to_thread(list_entries, pictures, self._events / str(event.id))
        if not listing.entries:
            raise ExportRefused(ExportProblem.NO_PICTURES)
        return listing

    async def _zip(
        self,
        event: Event,
        path: Path,
        entries: Sequence[Entry],
        report: EventReport,
        *,
        part: str,
    ) -> tuple[Entry, ...]:
        def pages(written: Sequence[Entry]) -> Mapping[str, bytes]:
            return _pages(event, written, report, part=part)

        async with self._turn:
            await asyncio.to_thread(self._require_room, path.parent, entries)
            try:
                return await asyncio.to_thread(write_zip, path, entries, pages)
            except OSError as error:
                if error.errno in _FULL:
                    raise ExportRefused(ExportProblem.DISK_FULL) from error
                raise

    def _require_room(self, folder: Path, entries: Sequence[Entry]) -> None:
        """Refuse what would leave less on the disk than the jobs under way need."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        needed = sum(entry.size for entry in entries) + PAGES
        if shutil.disk_usage(folder).free - needed < self._least_free:
            raise ExportRefused(ExportProblem.DISK_FULL)

    @contextmanager
    def _only_one(self, event: Event) -> Generator[None]:
        if event.id in self._under_way:
            raise ExportRefused(ExportProblem.UNDER_WAY)
        self._under_way.add(event.id)
        try:
            yield
        finally:
            self._under_way.discard(event.id)


def _pages(
    event: Event, entries: Sequence[Entry], report: EventReport, *, part: str
) -> Mapping[str, bytes]:
    chart = report.chart
    pages = {
        "index.html": page(
            event,
            entries,
            figures=_figures(report),
            chart=None if chart is None else chart.alt,
            part=part,
        ),
        "index.csv": table(entries, timezone=event.timezone),
    }
    if chart is not None:
        pages["chart.png"] = chart.data
    return pages


def _figures(report: EventReport) -> list[tuple[str, str]]:
    figures = report.figures
    shown = [
        ("Guests", str(figures.guests)),
        ("Pictures", str(figures.approved)),
        ("Votes", str(figures.votes)),
    ]
    if report.peak is not None:
        begins = report.peak.begins_at
        ends = begins + timedelta(hours=1)
        shown.append(("Busiest hour", f"{begins:%H:%M} – {ends:%H:%M}"))
    return shown


def _stem(event: Event) -> str:
    return f"{safe_name(event.name, otherwise=f'event-{event.id}')}-pictures"
