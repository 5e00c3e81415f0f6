"""The engine's filters as the API lists them, who may use them, and their previews."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from faceswap.models import ErrorCode, Gender
from studio.engine.protocol import FilterInfo
from studio.server.calls import EngineCalls
from studio.server.errors import Refusal, documented


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A filter's small picture and its tag for caches."""

    webp: bytes = field(repr=False)
    etag: str


class Catalogue:
    """The filters of the engine; previews are drawn once and kept."""

    def __init__(self, filters: Sequence[FilterInfo], *, calls: EngineCalls) -> None:
        self._filters = {entry.id: entry for entry in filters}
        self._calls = calls
        self._previews: dict[int, asyncio.Task[Preview]] = {}

    def listing(self) -> list[dict[str, object]]:
        """List the filters; the API gives their ids as strings."""
        return [
            {
                "id": str(entry.id),
                "name": entry.name,
                "category": entry.category,
                "group": entry.group,
                "description": entry.description,
                "preview_url": f"/v1/filters/{entry.id}/preview",
            }
            for entry in self._filters.values()
        ]

    def check(self, filter_id: int, *, gender: Gender) -> None:
        """Refuse a filter that does not exist, or not for a group."""
        entry = self._filters.get(filter_id)
        if entry is None:
            raise filter_not_found()
        if gender is Gender.GROUP and not entry.group:
            raise filter_blocked(gender)

    async def preview(self, filter_id: int) -> Preview | None:
        """Give a filter's preview; raises what the engine's calls raise."""
        if filter_id not in self._filters:
            return None
        drawing = self._previews.get(filter_id)
        if drawing is None or (drawing.done() and (drawing.cancelled() or drawing.exception())):
            drawing = asyncio.create_task(self._draw(filter_id))
            self._previews[filter_id] = drawing
        return await asyncio.shield(drawing)  # others may wait for the same drawing

    async def _draw(self, filter_id: int) -> Preview:
        webp = await self._calls.preview(filter_id)
        return Preview(webp=webp, etag=hashlib.sha256(webp).hexdigest()[:32])


def filter_not_found() -> Refusal:
    """Refuse an integer that the catalogue does not have."""
    return documented(ErrorCode.FILTER_NOT_FOUND, "The catalogue has no filter of this id.")


def filter_blocked(gender: Gender) -> Refusal:
    """Refuse a filter for the kind of photo that was announced."""
    kind = "a group" if gender is Gender.GROUP else "one person"
    return documented(ErrorCode.FILTER_BLOCKED, f"This filter is not available for {kind}.")
