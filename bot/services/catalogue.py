"""The filters, kept in memory: autocomplete answers from here and never waits for the network."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import logging
import uuid
from typing import TYPE_CHECKING

from bot.errors import BoothClosed, ClosedReason, FilterGone, FilterUnknown
from faceswap.errors import FaceSwapError, KeyRefused
from faceswap.models import Filter, FilterId, parse_filter_id

if TYPE_CHECKING:
    from faceswap.client import FaceSwapClient

REFRESH_SECONDS = 600.0
RETRY_SECONDS = 15.0
STALE_SECONDS = 1.0  # a list that stays wrong is not asked for in a tight loop
FIRST_ANSWER_SECONDS = 2.0  # Discord waits for 3
SUGGESTIONS = 25  # Discord shows no more

_log = logging.getLogger(__name__)


class Catalogue:
    """The API's list of filters."""

    def __init__(self, client: FaceSwapClient) -> None:
        self._client = client
        self._filters: tuple[Filter, ...] = ()
        self._stale = asyncio.Event()
        self._failure: FaceSwapError | None = None  # of the last try
        self._answered = asyncio.Event()  # once the API was asked, whatever it said

    @property
    def filters(self) -> tuple[Filter, ...]:
        return self._filters

    async def refresh(self) -> bool:
        """Ask the API again; the old list stays when it cannot be had."""
        self._stale.clear()  # before asking: what is marked meanwhile is asked for again
        try:
            filters = await self._client.list_filters()
        except FaceSwapError as error:
            self._note(error)
            return False
        finally:
            self._answered.set()
        self._failure = None
        self._filters = tuple(sorted(filters, key=lambda each: each.name.casefold()))
        return True

    def _note(self, error: FaceSwapError) -> None:
        """Log a failure once, not at every try, and a refused key loudly."""
        if type(error) is not type(self._failure):
            is_refused = isinstance(error, KeyRefused)
            hint = ": check FACESWAP_API_KEY and its header settings" if is_refused else ""
            level = logging.CRITICAL if is_refused else logging.WARNING
            _log.log(level, "The filter list could not be loaded (%s)%s.", error, hint)
        self._failure = error

    def mark_stale(self) -> None:
        """Have the list loaded again soon: the API refused a filter that is in it."""
        self._stale.set()

    async def keep_fresh(self) -> None:
        """Refresh for ever; runs beside the worker."""
        while True:
            pause = REFRESH_SECONDS if await self.refresh() else RETRY_SECONDS
            try:
                async with asyncio.timeout(pause):
                    await self._stale.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(STALE_SECONDS)

    def suggest(self, typed: str) -> tuple[Filter, ...]:
        """Return filters for what was typed so far: names that start with it first."""
        wanted = typed.strip().casefold()
        hits = [each for each in self._filters if wanted in each.name.casefold()]
        if wanted.isdigit():
            hits += [each for each in self._filters if str(each.id).startswith(wanted)]
        hits.sort(key=lambda each: not each.name.casefold().startswith(wanted))
        return tuple(dict.fromkeys(hits))[:SUGGESTIONS]

    async def find(self, text: str) -> Filter:
        """Return the filter of this name, number or UUID; raises FilterUnknown, BoothClosed.

        A part of a name will do where only one has it. A UUID is taken as it is: such filters are
        not in the catalogue.
        """
        await self._first_answer()
        wanted = text.strip().casefold()
        for each in self._filters:
            if each.name.casefold() == wanted:
                return each
        try:
            filter_id = parse_filter_id(text)
        except ValueError:
            if (found := self._find_part(wanted)) is not None:
                return found
            raise self._unknown(text) from None
        if isinstance(filter_id, uuid.UUID):
            return Filter(id=filter_id, name="Custom filter")
        for each in self._filters:
            if each.id == filter_id:
                return each
        raise self._unknown(text)

    async def offered(self) -> tuple[Filter, ...]:
        """Return all filters; BoothClosed if there are none because the list cannot be had."""
        await self._first_answer()
        if not self._filters and (self._failure is not None or not self._answered.is_set()):
            raise self._closed()
        return self._filters

    async def get(self, filter_id: FilterId) -> Filter:
        """Return the filter of exactly this id; raises FilterGone, BoothClosed."""
        for each in await self.offered():
            if each.id == filter_id:
                return each
        raise FilterGone

    def still_has(self, filter_id: str, name: str) -> bool:
        """Tell whether an order's filter is what it was, as far as is known.

        After a change of the API its number may belong to another filter, or to none.
        """
        known = {str(each.id): each.name for each in self._filters}
        if not known or not filter_id.isdigit():
            return True
        return known.get(filter_id) == name

    def _find_part(self, wanted: str) -> Filter | None:
        """Return the one filter whose name has this in it; None if there are more, or none."""
        hits = [each for each in self._filters if wanted and wanted in each.name.casefold()]
        return hits[0] if len(hits) == 1 else None

    def _unknown(self, text: str) -> FilterUnknown | BoothClosed:
        if not self._filters:
            return self._closed()
        names = {each.name.casefold(): each.name for each in self._filters}
        close = difflib.get_close_matches(text.strip().casefold(), names, n=3)
        starts = [name for name in names if text.strip() and text.strip().casefold() in name]
        similar = dict.fromkeys([*starts, *close])
        return FilterUnknown(text, similar=tuple(names[name] for name in similar)[:3])

    def _closed(self) -> BoothClosed:
        is_refused = isinstance(self._failure, KeyRefused)
        return BoothClosed(ClosedReason.API_REFUSES_US if is_refused else ClosedReason.API_DOWN)

    async def _first_answer(self) -> None:
        """Wait a moment after a start: a button may be pressed before the list is here."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_ANSWER_SECONDS):
                await self._answered.wait()
