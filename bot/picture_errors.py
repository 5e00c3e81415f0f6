"""What somebody did with a picture of a community event that cannot be: data, no prose.

`bot.picture_messages` turns each into sentences. All are `bot.errors.UserError`.

    UserError
    ├ ConsentMissing                 ├ VoteNotCounted(reason)
    ├ GuestLimitReached(limit)       ├ PictureUnknown
    ├ EventPotEmpty(pictures)        └ PictureNotYours
    └ DecidedAlready(state, by)
"""

from __future__ import annotations

from bot.errors import UserError
from db.errors import VoteRefusal
from db.event_models import PictureState


class ConsentMissing(UserError):
    """The guest did not agree that the picture may be shown; nothing was ordered."""


class GuestLimitReached(UserError):
    """The guest has had all their pictures of this event."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class EventPotEmpty(UserError):
    """All pictures of the event are taken; `pictures` is None where its credits are gone."""

    def __init__(self, pictures: int | None) -> None:
        super().__init__(pictures)
        self.pictures = pictures


class PictureUnknown(UserError):
    """There is no such picture any more."""


class DecidedAlready(UserError):
    """Another moderator was quicker, or its guest took the picture back."""

    def __init__(self, state: PictureState, *, by: int | None) -> None:
        super().__init__(state)
        self.state = state
        self.by = by


class VoteNotCounted(UserError):
    """This member cannot vote for this picture."""

    def __init__(self, reason: VoteRefusal) -> None:
        super().__init__(reason)
        self.reason = reason


class PictureNotYours(UserError):
    """Only its guest and the moderators may take a picture down."""
