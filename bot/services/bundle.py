"""The services a cog may use, handed over as one frozen bundle."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.booth import Booth
from bot.services.catalogue import Catalogue
from bot.services.events.bundle import EventServices
from bot.services.gate import Gate
from bot.services.intake import Intake
from bot.services.previews import Previews
from bot.services.privacy import Privacy
from bot.services.quotas import Quotas


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What cogs are given; nothing else of the application is theirs to use."""

    booth: Booth
    intake: Intake
    catalogue: Catalogue
    previews: Previews
    gate: Gate
    privacy: Privacy
    quotas: Quotas
    events: EventServices
    photo_keep_minutes: int
    undelivered_keep_days: int
    original_keep_hours: int
    job_keep_days: int | None  # None: for ever
    event_keep_days: int
    max_upload_bytes: int  # to Discord, where the server does not allow more
    api_name: str  # "studio", or the host name photos are sent to; members are told
