"""Discord's own scheduled events: the listings that a server shows above its channels."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.support.discord.errors import DiscordError, invalid
from tests.support.discord.payloads import user_payload
from tests.support.discord.people import Channel, Guild, User
from tests.support.discord.permissions import Permission
from tests.support.discord.rest import reachable_guild
from tests.support.discord.routing import NO_CONTENT, Call, Reply, Routes
from tests.support.discord.world import World

Json = dict[str, Any]

EXTERNAL = 3
GUILD_ONLY = 2
MAX_AHEAD = 100


class ListingStatus(enum.IntEnum):
    SCHEDULED = 1
    ACTIVE = 2
    COMPLETED = 3
    CANCELED = 4


_NEXT = {
    ListingStatus.SCHEDULED: {ListingStatus.ACTIVE, ListingStatus.CANCELED},
    ListingStatus.ACTIVE: {ListingStatus.COMPLETED},
}
UNFINISHED = frozenset(_NEXT)


@dataclass(slots=True, kw_only=True, eq=False)
class ScheduledEvent:
    """One scheduled event; `status` moves with the clock where nothing else moves it."""

    id: int
    guild: Guild
    creator: User
    name: str
    description: str | None
    entity_type: int
    channel: Channel | None
    location: str | None
    starts_at: datetime
    ends_at: datetime | None
    status: ListingStatus = ListingStatus.SCHEDULED
    has_image: bool = False
    deleted: bool = False

    def move(self, now: datetime) -> None:
        """External events begin and end by themselves, as Discord's documentation says."""
        if self.entity_type != EXTERNAL:
            return
        if self.status is ListingStatus.SCHEDULED and now >= self.starts_at:
            self.status = ListingStatus.ACTIVE
        if self.status is ListingStatus.ACTIVE and self.ends_at and now >= self.ends_at:
            self.status = ListingStatus.COMPLETED


class ScheduledEvents:
    """Serves /guilds/…/scheduled-events."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._events: dict[int, ScheduledEvent] = {}

    def add_routes(self, routes: Routes) -> None:
        base = "/guilds/{guild}/scheduled-events"
        routes.add("GET", base, self._list)
        routes.add("POST", base, self._create)
        routes.add("GET", base + "/{event}", self._get)
        routes.add("PATCH", base + "/{event}", self._patch)
        routes.add("DELETE", base + "/{event}", self._delete)

    def of(self, guild: Guild) -> list[ScheduledEvent]:
        """All there ever were in a server, deleted ones too, as they stand now."""
        found = [event for event in self._events.values() if event.guild is guild]
        for event in found:
            event.move(self._world.clock.now())
        return found

    def _live(self, guild: Guild) -> list[ScheduledEvent]:
        return [e for e in self.of(guild) if not e.deleted and e.status in UNFINISHED]

    def _list(self, call: Call) -> Reply:
        return Reply(200, [_payload(e) for e in self._live(reachable_guild(self._world, call))])

    def _create(self, call: Call) -> Reply:
        guild = reachable_guild(self._world, call)
        self._need(guild, Permission.CREATE_EVENTS)
        body = call.json
        event = ScheduledEvent(
            id=self._world.clock.snowflake(),
            guild=guild,
            creator=self._world.bot,
            name=body["name"],
            description=body.get("description"),
            entity_type=body["entity_type"],
            channel=self._channel(body),
            location=_location(body),
            starts_at=datetime.fromisoformat(body["scheduled_start_time"]),
            ends_at=_time(body.get("scheduled_end_time")),
            has_image=bool(body.get("image")),
        )
        self._check(event, starts_anew=True)
        if len(self._live(guild)) >= MAX_AHEAD:
            raise DiscordError(30038)
        self._events[event.id] = event
        return self._told("CREATE", event)

    def _get(self, call: Call) -> Reply:
        return Reply(200, _payload(self._find(call)))

    def _patch(self, call: Call) -> Reply:
        event = self._find(call)
        self._need_over(event)
        if event.status not in UNFINISHED:
            raise DiscordError(180000)
        body = call.json
        self._check(_changed(event, body), starts_anew="scheduled_start_time" in body)
        status = ListingStatus(body.get("status") or event.status)
        if "status" in body and status not in _NEXT[event.status]:
            raise invalid(
                "status",
                f"{event.status.name} cannot become {status.name}",
                code="GUILD_SCHEDULED_EVENT_INVALID_STATUS_TRANSITION",
            )
        _apply(event, body)
        event.status = status
        return self._told("UPDATE", event)

    def _delete(self, call: Call) -> Reply:
        event = self._find(call)
        self._need_over(event)
        event.deleted = True
        self._told("DELETE", event)
        return NO_CONTENT

    def _find(self, call: Call) -> ScheduledEvent:
        guild = reachable_guild(self._world, call)
        event = self._events.get(call.id("event"))
        if event is None or event.deleted or event.guild is not guild:
            raise DiscordError(10070)
        event.move(self._world.clock.now())
        return event

    def _need(self, guild: Guild, permission: Permission) -> None:
        if permission not in guild.base_permissions(self._world.bot):
            raise DiscordError(50013)

    def _need_over(self, event: ScheduledEvent) -> None:
        """One's own takes Create Events, another's Manage Events."""
        may = event.guild.base_permissions(self._world.bot)
        is_own = event.creator is self._world.bot
        if Permission.MANAGE_EVENTS not in may and not (is_own and Permission.CREATE_EVENTS in may):
            raise DiscordError(50013)

    def _channel(self, body: Json) -> Channel | None:
        if body["entity_type"] == EXTERNAL:
            return None
        channel = self._world.channel(int(body.get("channel_id") or 0))
        if Permission.CONNECT not in channel.permissions(self._world.bot):
            raise DiscordError(50013)
        return channel

    def _check(self, event: ScheduledEvent, *, starts_anew: bool) -> None:
        if starts_anew and event.starts_at <= self._world.clock.now():
            raise invalid(
                "scheduled_start_time",
                "Cannot schedule event in the past.",
                code="GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
            )
        if event.entity_type != EXTERNAL:
            return
        if event.ends_at is None:
            raise invalid("scheduled_end_time", "This field is required", code="BASE_TYPE_REQUIRED")
        if event.ends_at <= event.starts_at:
            raise invalid(
                "scheduled_end_time", "Cannot schedule an end before the start of the event."
            )
        if not event.location:
            raise invalid("entity_metadata.location", "Must be between 1 and 100 in length.")

    def _told(self, what: str, event: ScheduledEvent) -> Reply:
        self._world.emit(f"GUILD_SCHEDULED_EVENT_{what}", _payload(event), event.guild)
        self._world.changes.note(f"scheduled event {event.name!r}: {event.status.name} {what}")
        return Reply(200, _payload(event))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _location(body: Json) -> str | None:
    location: str | None = (body.get("entity_metadata") or {}).get("location")
    return location


def _apply(event: ScheduledEvent, body: Json) -> None:
    event.name = body.get("name") or event.name
    event.description = body.get("description", event.description)
    event.location = _location(body) or event.location
    event.starts_at = _time(body.get("scheduled_start_time")) or event.starts_at
    event.ends_at = _time(body.get("scheduled_end_time")) or event.ends_at
    event.has_image = bool(body.get("image", event.has_image))


def _changed(event: ScheduledEvent, body: Json) -> ScheduledEvent:
    """How the event would be, to be looked at first."""
    fields = {name: getattr(event, name) for name in ScheduledEvent.__slots__}
    copy = ScheduledEvent(**fields)
    _apply(copy, body)
    return copy


def _payload(event: ScheduledEvent) -> Json:
    return {
        "id": str(event.id),
        "guild_id": str(event.guild.id),
        "channel_id": str(event.channel.id) if event.channel else None,
        "creator_id": str(event.creator.id),
        "creator": user_payload(event.creator),
        "name": event.name,
        "description": event.description,
        "image": f"{event.id:x}" if event.has_image else None,
        "scheduled_start_time": event.starts_at.isoformat(),
        "scheduled_end_time": event.ends_at.isoformat() if event.ends_at else None,
        "privacy_level": GUILD_ONLY,
        "status": int(event.status),
        "entity_type": event.entity_type,
        "entity_id": None,
        "entity_metadata": {"location": event.location} if event.location else None,
        "recurrence_rule": None,
        "guild_scheduled_event_exceptions": [],
    }
