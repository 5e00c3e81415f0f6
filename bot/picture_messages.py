"""Every sentence about a picture of a community event, of guests, moderators and voters; pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.naming import clean, escaped
from bot.picture_errors import (
    ConsentMissing,
    DecidedAlready,
    EventPotEmpty,
    GuestLimitReached,
    PictureNotYours,
    PictureUnknown,
    VoteNotCounted,
)
from bot.services.events.showing import Trouble
from db.errors import VoteRefusal
from db.event_models import Event, EventPicture, PictureState

LONGEST_CAPTION = 80
LONGEST_REASON = 300

_VOTES: dict[VoteRefusal, str] = {
    VoteRefusal.OWN: "This picture is yours, so you cannot vote for it. Pick one that you like.",
    VoteRefusal.NOT_SHOWN: "This picture was taken down, so there is nothing to vote for any more.",
    VoteRefusal.OVER: "The event is over and its votes are counted. Thank you for taking part.",
    VoteRefusal.BLOCKED: (
        "You cannot vote in this event: its moderators have decided so. If you think that is a "
        "mistake, please ask them."
    ),
}

_DECIDED: dict[PictureState, str] = {
    PictureState.WAITING: "It waits for a moderator",
    PictureState.APPROVED: "Approved",
    PictureState.REJECTED: "Rejected",
    PictureState.REMOVED: "Taken down",
}

_SHORT: dict[PictureState, str] = {
    PictureState.WAITING: "waits for a moderator",
    PictureState.APPROVED: "in its gallery",
    PictureState.REJECTED: "not shown",
    PictureState.REMOVED: "taken down",
}

_TROUBLES: dict[Trouble, str] = {
    Trouble.REVIEW: (
        "I cannot show new pictures of {event} to the moderators: {place} takes none. Until that "
        "is mended they wait, and nobody sees them. Let me see that channel, write there and "
        "attach files, or choose another one with `/event edit`."
    ),
    Trouble.GALLERY: (
        "I cannot show approved pictures of {event}: {place} takes none. They wait and come by "
        "themselves once it is mended. Let me see that channel, write there and attach files."
    ),
    Trouble.NOTICES: (
        "I cannot say anything about {event}: {place} takes nothing from me. It goes on by the "
        "clock all the same. Let me see that channel and write there."
    ),
}

VOTED = "Your vote counts ♥ Nobody sees whom you vote for. Press again to take it back."
VOTE_TAKEN_BACK = "I took your vote back. Press again if you change your mind."
TAKEN_BACK = "I took the picture down. Nobody sees it any more."


def alt_text(event: Event, picture: EventPicture) -> str:
    """Describe a picture for people who cannot see it; at most 1024 characters."""
    text = (
        f"AI-made picture of a guest of {clean(event.name)}, with the filter "
        f"{clean(picture.filter_name)}"
    )
    if picture.caption:
        text += f". Their words: {clean(picture.caption)}"
    return text[:1000]


def below(picture: EventPicture) -> str:
    """Say whose picture it is, in the guest's words if there are any."""
    words = f"“{escaped(picture.caption)}” " if picture.caption else ""
    return f"{words}by <@{picture.user_id}>"


def waits(event: Event) -> str:
    """Say to a guest that their picture is ready and not shown yet."""
    return (
        "Your picture is ready. A moderator looks at each one first; once they approve it, I post "
        f"it in the gallery of **{escaped(event.name)}** and mention you there."
    )


def comes(event: Event) -> str:
    """Say to a guest that their picture is shown at once."""
    return f"Here it is! It comes into the gallery of **{escaped(event.name)}** in a moment."


def is_shown(event: Event, address: str) -> str:
    """Say to a guest where their picture is."""
    return f"It is in the gallery of **{escaped(event.name)}**: {address}"


def ended(event: Event, picture: EventPicture) -> str:
    """Tell a guest kindly that their picture is not shown, or no more."""
    name, where = escaped(picture.filter_name), f"**{escaped(event.name)}**"
    if picture.decided_by == picture.user_id:
        return f"You took this picture back. Nobody of {where} sees it."
    if picture.state is PictureState.REJECTED:
        text = (
            f"The moderators of {where} did not put your picture with *{name}* into the gallery. "
            "Nobody else has seen it."
        )
    else:
        text = f"Your picture with *{name}* was taken out of the gallery of {where}."
    if picture.reason:
        text += f"\nWhat they say: {escaped(picture.reason, longest=LONGEST_REASON)}"
    return f"{text}\nYou are welcome to make another while you have some left."


def decision(picture: EventPicture) -> str:
    """Say on the moderators' message what became of a picture."""
    text = f"**{_DECIDED[picture.state]}**"
    is_taken_back = picture.state is not PictureState.APPROVED  # moderators are guests, too
    if is_taken_back and picture.decided_by is not None and picture.decided_by == picture.user_id:
        text += " by its guest"
    elif picture.decided_by:  # not erased since
        text += f" by <@{picture.decided_by}>"
    if picture.reason:
        text += f": {escaped(picture.reason, longest=LONGEST_REASON)}"
    return text


def short_state(picture: EventPicture) -> str:
    """Say in a few words where a guest's picture stands, for their list."""
    return _SHORT[picture.state]


def blocked(user_id: int, count: int) -> str:
    """Say to a moderator what a block has done."""
    pictures = {0: "They had no pictures there.", 1: "One picture of theirs is gone."}.get(
        count, f"{count} pictures of theirs are gone."
    )
    return (
        f"<@{user_id}> takes no part in this event any more. {pictures} `/event unblock` lets them "
        "in again."
    )


def ask_to_block(user_id: int) -> str:
    """Ask a moderator once more."""
    return (
        f"Block <@{user_id}> from this event? They cannot step in or vote any more, what they have "
        "waiting is rejected, and what is shown of them is taken down, on the wall too."
    )


def trouble(event: Event, kind: Trouble, place: str) -> str:
    """Tell organisers what keeps pictures from being shown, and what to do."""
    return _TROUBLES[kind].format(event=f"**{escaped(event.name)}**", place=place)


def _decided_already(error: DecidedAlready) -> str:
    if error.state is PictureState.REMOVED:
        return "Its guest took this picture back, or it was taken down. There is nothing to decide."
    word = "approved" if error.state is PictureState.APPROVED else "rejected"
    who = f" by <@{error.by}>" if error.by is not None else ""
    return f"This picture was {word} already{who}."


def _limit_reached(error: GuestLimitReached) -> str:
    count = "your picture" if error.limit == 1 else f"all {error.limit} of your pictures"
    return (
        f"You have had {count} of this event. One that fails does not count. Have a look at the "
        "gallery and vote for those you like."
    )


def _pot_empty(error: EventPotEmpty) -> str:
    taken = "all its pictures are" if error.pictures != 1 else "its one picture is"
    if error.pictures is not None and error.pictures > 1:
        taken = f"all its {error.pictures} pictures are"
    return (
        f"The pot of this event is empty: {taken} taken. Should one of them fail, there is "
        "room for one more, so you may press again later."
    )


DESCRIPTIONS: dict[type[Exception], Callable[[Any], str]] = {
    ConsentMissing: lambda _: (
        "I need your consent before I make the picture: it may be shown to others. Nothing was "
        "counted. Press *Step in* again and tick the last box if you agree."
    ),
    DecidedAlready: _decided_already,
    EventPotEmpty: _pot_empty,
    GuestLimitReached: _limit_reached,
    PictureNotYours: lambda _: (
        "Only the guest who made this picture and the moderators can take it down."
    ),
    PictureUnknown: lambda _: "I know nothing of this picture any more.",
    VoteNotCounted: lambda error: _VOTES[error.reason],
}
