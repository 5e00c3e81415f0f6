"""Time zones by their IANA names, from the package `tzdata` where the machine has none."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache

SUGGESTIONS = 25  # Discord shows no more
UTC_ZONE = "UTC"

# Names of no place, or kept for old programs only.
_ODD = ("Etc/", "posix/", "right/", "SystemV/", "US/", "Factory", "localtime", "posixrules")


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Name all time zones; reads some hundred files the first time."""
    return frozenset(zoneinfo.available_timezones())


def suggest_zones(typed: str) -> tuple[str, ...]:
    """Name zones for what was typed so far: cities that start with it first."""
    wanted = typed.strip().casefold().replace(" ", "_")
    offered = [name for name in sorted(known_zones()) if "/" in name and not name.startswith(_ODD)]
    hits = [name for name in (UTC_ZONE, *offered) if wanted in name.casefold()]
    hits.sort(key=lambda name: not name.rpartition("/")[2].casefold().startswith(wanted))
    return tuple(hits[:SUGGESTIONS])


def find_zone(text: str) -> str | None:
    """Return the zone of this name, or of the one city that is called so."""
    wanted = text.strip().casefold().replace(" ", "_")
    exact = [name for name in known_zones() if name.casefold() == wanted]
    cities = [name for name in known_zones() if name.rpartition("/")[2].casefold() == wanted]
    found = exact or [name for name in cities if not name.startswith(_ODD)]
    return found[0] if len(found) == 1 else None
