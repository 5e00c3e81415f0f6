"""The list of filters as the API gives it: a broken entry is dropped, a broken list an error."""

from __future__ import annotations

import json
import logging
import uuid
from urllib.parse import urljoin, urlsplit

from faceswap.answers import Unreadable
from faceswap.models import Filter, FilterId, parse_filter_id

log = logging.getLogger(__name__)


def read_filters(body: bytes, *, url: str) -> tuple[Filter, ...]:
    """Read the catalogue; `url` is where it came from. Unreadable if it is no usable list."""
    try:
        entries: object = json.loads(body)
    except RecursionError as error:
        raise Unreadable("JSON nested too deeply") from error
    if not isinstance(entries, list):
        raise Unreadable("not a list")
    filters: dict[FilterId, Filter] = {}
    problems: list[str] = []
    for position, entry in enumerate(entries):
        try:
            found = _read_filter(entry, url=url)
            if found.id in filters:
                raise Unreadable("its id was there before")
            filters[found.id] = found
        except ValueError as error:
            problems.append(f"#{position}: {error}")
    if problems:
        log.warning("skipped %d filters of %d: %s", len(problems), len(entries), problems[:5])
    if entries and not filters:
        raise Unreadable("a list without one usable filter")
    return tuple(filters.values())


def _read_filter(entry: object, *, url: str) -> Filter:
    if not isinstance(entry, dict):
        raise Unreadable("not an object")
    name = _text(entry.get("name"))
    if name is None:
        raise Unreadable("no name")
    group = entry.get("group")
    return Filter(
        id=_read_id(entry.get("id")),
        name=name,
        category=_text(entry.get("category")),
        group=group if isinstance(group, bool) else None,
        preview_url=_preview_url(_text(entry.get("preview_url")), url=url),
    )


def _read_id(value: object) -> int | uuid.UUID:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Unreadable("no id")
    try:
        return parse_filter_id(str(value))
    except ValueError as error:
        raise Unreadable("an id that is neither a number nor a UUID") from error


def _text(value: object) -> str | None:
    return (" ".join(value.split()) or None) if isinstance(value, str) else None


def _preview_url(address: str | None, *, url: str) -> str | None:
    """Make it absolute; an address that is not a web address is as good as none."""
    try:
        absolute = urljoin(url, address) if address else ""
        return absolute if urlsplit(absolute).scheme in ("http", "https") else None
    except ValueError:
        return None
