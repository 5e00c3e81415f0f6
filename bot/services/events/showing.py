"""The seam between the curator of community events and Discord: what is shown, said, taken down."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Protocol

from bot.services.delivery import Posted
from db.event_models import Event, EventNotice, EventPicture


class Trouble(enum.StrEnum):
    """What keeps pictures of an event, or words about it, from where they belong."""

    REVIEW = "review"  # the moderators' channel takes none
    GALLERY = "gallery"
    NOTICES = "notices"  # its own channel takes not even words


class Exhibitor(Protocol):
    """Brings pictures before moderators and guests. Its second implementation is the tests'.

    All methods raise DeliveryPostponed while Discord does not answer. `maybe_posted`: an earlier
    try, or process, may have succeeded without our knowing, so look first.
    """

    async def review(
        self, event: Event, picture: EventPicture, *, maybe_posted: bool
    ) -> Posted | None:
        """Show a waiting picture to the moderators; None: their channel does not take it.

        FileNotFoundError: the picture is gone from the disk.
        """

    async def repaint(self, event: Event, picture: EventPicture) -> bool:
        """Have the moderators' message say how it was decided; False if it is no more."""

    async def withdraw(self, channel_id: int, message_id: int) -> None:
        """Delete a message for moderators that is not needed any more, as best it can."""

    async def show(
        self, event: Event, picture: EventPicture, *, maybe_posted: bool
    ) -> Posted | None:
        """Post an approved picture in the gallery; None: the gallery does not take it.

        FileNotFoundError: the picture is gone from the disk.
        """

    async def recount(self, event: Event, picture: EventPicture) -> bool:
        """Have the gallery's message say how many votes there are; False if it is no more."""

    async def missing(self, pictures: Sequence[EventPicture]) -> tuple[EventPicture, ...]:
        """Say which of these, that are in a gallery as far as we know, are there no more."""

    async def take_down(self, picture: EventPicture, *, winner: EventNotice | None = None) -> bool:
        """Delete the gallery's message, and the winner's card if it shows this picture.

        False: Discord does not let us.
        """

    async def tell_shown(self, event: Event, picture: EventPicture) -> None:
        """Say on the guest's card where the picture is, while the card can be had."""

    async def tell(self, event: Event, picture: EventPicture, *, maybe_posted: bool) -> None:
        """Tell the guest that their picture is not shown, and why; best effort."""

    async def report(self, event: Event, trouble: Trouble) -> None:
        """Tell the organisers that something keeps pictures from being shown; best effort."""
