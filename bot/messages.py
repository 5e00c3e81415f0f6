"""Every sentence a member reads about a job or a failure; pure, never an exception's text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot import (
    artwork_messages,
    event_messages,
    organising_messages,
    picture_messages,
    quota_messages,
)
from bot.errors import (
    AlreadyDelivered,
    BoothClosed,
    BudgetUsedUp,
    CannotPostHere,
    ClosedReason,
    FilterGone,
    FilterNeedsOnePerson,
    FilterUnknown,
    JobUnknown,
    NotYours,
    NoWall,
    OriginalGone,
    OriginalTooLarge,
    PhotoGone,
    PhotoRejected,
    PictureLost,
    PromptRefused,
    PromptUnusable,
    RefusalReason,
    StillSending,
    TooLateToCancel,
    TooManyWaiting,
    UserError,
)
from bot.moments import timestamp
from bot.naming import clean, escaped
from bot.services.delivery import News, Stage
from bot.services.gate import Pause
from db.errors import StorageFault, StorageUnavailable
from db.models import FailureReason, Job, JobKind, JobState, Scope, Window
from faceswap.models import Gender, PhotoProblem

AI_LINE = "-# AI-made picture"
LONGEST_NOTE = 200  # characters
EXACT_PLACES = 10  # places in the queue are rounded beyond, for fewer edits of cards
CANCEL_COUNTS = "You can still cancel it, but it counts against your quota now."
NOT_COUNTED = "It does not count against your quota."
DISCORD_FAILED = (
    "Discord did not work just now, and nothing was counted against your quota. Please try again."
)
NOT_SEEN = "I cannot see what you chose. If it is a channel, allow me *View Channel* there first."
CUT_OFF = (
    "I was restarted before your order was written down. Nothing was counted. Please send it again."
)

WHO = {
    Gender.MALE: "a man",
    Gender.FEMALE: "a woman",
    Gender.BOY: "a boy",
    Gender.GIRL: "a girl",
    Gender.GROUP: "a group",
}

FAILURES: dict[FailureReason, str] = {
    FailureReason.TOO_OLD: "It waited too long in the queue, so I stopped it. Please try again.",
    FailureReason.RESTORED: (
        "I had to go back to an older copy of my notes, and cannot tell what became of it. Please "
        "try again."
    ),
    FailureReason.PHOTO_UNREADABLE: "I no longer have the photo. Please send it again.",
    FailureReason.FILTER_GONE: "This filter is no longer available. Please pick another one.",
    FailureReason.INVALID_PHOTO: (
        "The photo could not be used. Try a sharp, well-lit photo of a face seen from the front."
    ),
    FailureReason.NO_FACE: (
        "I could not find a face. Try a sharp, well-lit photo with the face seen from the front."
    ),
    FailureReason.FACE_TOO_SMALL: "The face is too small. Crop the photo, or come closer.",
    FailureReason.TOO_MANY_FACES: "There are more faces than this filter has room for.",
    FailureReason.PHOTO_TOO_LARGE: "The photo is too large. Please send a smaller one.",
    FailureReason.FILTER_BLOCKED: (
        "This filter does not work for this choice of who is in the photo. Please pick another one."
    ),
    FailureReason.FILTER_UNAVAILABLE: (
        "This filter cannot be loaded just now. Please pick another one, or try again later."
    ),
    FailureReason.GROUP_NEEDS_CATALOGUE_FILTER: (
        "Group photos work with filters from the list only. Please pick one of those."
    ),
    FailureReason.REFUSED: (
        "The picture service did not accept the request. Please try another filter."
    ),
    FailureReason.REMOTE_FAILED: (
        "The picture service could not make this picture. Another photo or filter may work."
    ),
    FailureReason.REMOTE_CANCELLED: "The picture service cancelled it. Please try again.",
    FailureReason.REMOTE_TIMED_OUT: "The picture service took too long. Please try again.",
    FailureReason.REMOTE_LOST: "The picture service lost it. Please try again.",
    FailureReason.NO_PICTURE: "The picture service sent nothing I can show. Please try again.",
    FailureReason.DEADLINE: "It took too long, so I stopped waiting. Please try again.",
    FailureReason.PICTURE_LOST: (
        "It was made, but I lost the picture before you had it. I am sorry. Please try again."
    ),
    FailureReason.RESOLVED_CHARGED: "It was lost on the way. Please try again.",
    FailureReason.RESOLVED_NOT_CHARGED: "It was lost on the way. Please try again.",
}

_CLOSED: dict[ClosedReason, str] = {
    ClosedReason.API_DOWN: (
        "The picture service does not answer just now. Please try again in a few minutes."
    ),
    ClosedReason.API_AWAY: (
        "The picture service does not answer, so I take no new pictures. I keep trying it. "
        "Please come back later."
    ),
    ClosedReason.API_REFUSES_US: (
        "The photo booth is closed: whoever runs this bot has to renew its access to the picture "
        "service. They have been told. Please try again later."
    ),
    ClosedReason.STORAGE: "I cannot save anything just now. Please try again in a few minutes.",
    ClosedReason.DISK_FULL: (
        "I have no room to save anything just now. Whoever runs this bot has been told. "
        "Please try again later."
    ),
}

_RENEW = "whoever runs this bot has to renew its access"
_PAUSED: dict[Pause, str] = {
    Pause.API_DOWN: "it does not answer",
    Pause.RATE_LIMITED: "it is busy",
    Pause.KEY_REFUSED: _RENEW,
    Pause.OUT_OF_CREDITS: _RENEW,
}

_TOO_LATE: dict[JobState, str] = {
    JobState.DELIVERED: "It is finished already. You can delete the picture instead.",
    JobState.UNDELIVERABLE: "It is finished already. You find the picture under /jobs.",
    JobState.CANCELLED: "It is cancelled already.",
}

_STAGES: dict[Stage, str] = {
    Stage.QUEUED: "Waiting for its turn.",
    Stage.PAUSED: (
        "The picture service takes no pictures just now. Yours waits and starts by itself."
    ),
    Stage.UNPAID: (
        "The photo booth has spent what it may for now. Yours waits; if it cannot start in time, I "
        "tell you, and it does not count."
    ),
    Stage.SENDING: "Sending it to the picture service …",
    Stage.WAITING: "Sent. The picture service has it in its queue …",
    Stage.WORKING: "Your picture is being made …",
    Stage.CANCELLING: (
        "Cancelling it … It is being sent at this very moment. Once I know whether the picture "
        "service took it, I say here whether it counts."
    ),
}
_TIMED = {Stage.QUEUED, Stage.WAITING, Stage.WORKING}


def title(job: Job) -> str:
    """Name a job as its member would."""
    if job.kind is JobKind.PROMPT:
        return "Picture from words"
    return clean(job.filter_name) if job.filter_name else "Picture"


def alt_text(job: Job) -> str:
    """Describe the finished picture for people who cannot see it; at most 1024 characters."""
    if job.kind is JobKind.PROMPT:
        return f"AI-made picture from the words: {job.prompt or ''}"[:1000]
    who = WHO[Gender(job.gender or 0)]
    return f"AI-made picture: {who}, made from a photo with the filter {title(job)}"[:1000]


def below_picture(job: Job) -> str:
    """Say below a picture what it is, and what was understood of the words it was made from."""
    if not job.note:
        return AI_LINE
    return f"-# Understood: {escaped(job.note, longest=LONGEST_NOTE)}\n{AI_LINE}"


def progress(stage: Stage, news: News, *, now: datetime) -> str:
    """Say how far an unfinished job is, and when its picture is likely to be there."""
    text = _STAGES[stage]
    if stage is Stage.QUEUED and news.position is not None:
        text = _place(news.position)
    if stage in _TIMED and news.expected_at is not None:
        text += f" {_expectation(news.expected_at, now=now)}"
    if stage in {Stage.WAITING, Stage.WORKING}:
        text += f"\n-# {CANCEL_COUNTS}"
    return text


def _expectation(expected_at: datetime, *, now: datetime) -> str:
    if expected_at <= now:
        return "It takes longer than usual."
    return f"I expect the picture {timestamp(expected_at)}."


def _place(position: int) -> str:
    if position <= 1:
        return "You are next."
    if position <= EXACT_PLACES:
        return f"Number {position} in the queue."
    return f"About number {round(position, -1)} in the queue."


def ended(job: Job) -> str:
    """Say how a job ended that has no picture to show, and what to do next."""
    if job.state is JobState.CANCELLED:
        if job.submitted_at is None:
            return f"Cancelled. {NOT_COUNTED}"
        why = "It was already paid for" if job.cost else "It was already being made"
        return f"Cancelled. {why}, so it counts against your quota. The picture is not posted."
    if job.state is JobState.UNCONFIRMED:
        return (
            "Something went wrong while it was sent, and I cannot tell whether it arrived. I will "
            f"not send it twice. {NOT_COUNTED} You are welcome to try again."
        )
    if job.state is JobState.UNDELIVERABLE:
        return (
            "Your picture is ready, but I could not post it. Get it with the button below or under "
            "/jobs; *Delete* deletes it, too."
        )
    return f"{FAILURES[job.failure or FailureReason.REMOTE_FAILED]} {NOT_COUNTED}"


def short_state(job: Job) -> str:
    """Say in a few words where a job stands, for a list."""
    if job.state is JobState.UNDELIVERABLE and job.picture is None:
        return "could not be posted; its time is over"
    if job.state is JobState.DELIVERED and job.event_id is not None:
        return "handed over to it"
    return {
        JobState.QUEUED: "in the queue",
        JobState.SUBMITTING: "being sent",
        JobState.SUBMITTED: "being made",
        JobState.UNCONFIRMED: "lost on the way; not counted",
        JobState.COMPLETED: "being posted",
        JobState.DELIVERED: "done",
        JobState.UNDELIVERABLE: "ready: get it below",
        JobState.FAILED: "failed; not counted",
        JobState.CANCELLED: "cancelled",
    }[job.state]


def unexpected(reference: str) -> str:
    """Say that we failed in a way nobody foresaw; `reference` stands in the log, too."""
    return (
        "Something went wrong on my side, and nothing was counted against your quota. If it "
        f"happens again, tell whoever runs this bot the code `{reference}`."
    )


def describe(error: UserError | StorageUnavailable) -> str:
    """Turn an error into the sentences for the person who caused or met it."""
    return _DESCRIPTIONS[type(error)](error)


def _booth_closed(error: BoothClosed) -> str:
    since = f" It began {timestamp(error.since)}." if error.since is not None else ""
    return f"{_CLOSED[error.reason]}{since}"


def paused(pause: Pause, *, since: datetime, refused: bool) -> str:
    """Say that no pictures are made just now, why, and what becomes of orders."""
    why = f"The picture service takes no pictures just now: {_PAUSED[pause]}."
    orders = "New orders are refused." if refused else "Orders wait and start by themselves."
    return f"{why} It began {timestamp(since)}. {orders}"


def _photo_rejected(error: PhotoRejected) -> str:
    if error.problem is PhotoProblem.TOO_LARGE:
        size = f"{(error.max_bytes or 0) // 2**20} MB"
        if error.max_pixels is not None:
            size = f"{error.max_pixels // 1_000_000} megapixels"
        return f"This photo is too large: I take up to {size}. Please send a smaller one."
    return (
        "I cannot read this file as a photo. Please attach a JPEG, PNG, WebP or HEIC file "
        "that opens on your own device."
    )


def _budget_used_up(error: BudgetUsedUp) -> str:
    period = {Window.DAY: " for today", Window.MONTH: " for this month"}.get(error.window, "")
    resets = f" It opens again {timestamp(error.resets_at)}." if error.resets_at else ""
    return f"The photo booth has made all the pictures it can pay for{period}.{resets}"


def _too_many_waiting(error: TooManyWaiting) -> str:
    if error.scope is Scope.MEMBER:
        count = "a picture" if error.limit == 1 else f"{error.limit} pictures"
        return (
            f"You have {count} waiting already, which is as many as one person may have. Order the "
            "next one when one of them has started; /jobs shows where they stand."
        )
    where = "This server has" if error.scope is Scope.SERVER else "Just now this bot has"
    return (
        f"{where} as many pictures waiting as it may have ({error.limit}). Please try again in a "
        "few minutes."
    )


def _filter_unknown(error: FilterUnknown) -> str:
    if error.similar:
        return f"I know no such filter. Did you mean {' or '.join(map(escaped, error.similar))}?"
    return "I know no such filter. Start typing in the filter field and pick one from the list."


def _prompt_refused(error: PromptRefused) -> str:
    if error.reason is RefusalReason.MINORS:
        return "I do not make pictures like that of children or young people, whatever the purpose."
    return (
        "I do not make sexual pictures. If you meant something else, please say it in other words."
    )


def _original_too_large(error: OriginalTooLarge) -> str:
    until = f" I keep it until {timestamp(error.kept_until, 'f')}." if error.kept_until else ""
    return (
        f"The original has {_megabytes(error.size)}, and Discord takes at most "
        f"{_megabytes(error.limit)} from me here. Type /jobs in a server that allows larger files "
        f"(one with boosts) to get it there.{until}"
    )


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"


def _storage(error: StorageUnavailable) -> str:
    full = error.fault is StorageFault.DISK_FULL
    return _CLOSED[ClosedReason.DISK_FULL if full else ClosedReason.STORAGE]


_DESCRIPTIONS: dict[type[Exception], Callable[[Any], str]] = {
    AlreadyDelivered: lambda _: "This picture has been posted already, or its time is over.",
    BudgetUsedUp: _budget_used_up,
    BoothClosed: _booth_closed,
    CannotPostHere: lambda error: (
        f"I may not post pictures in this channel: I lack {' and '.join(error.missing)}. Ask a "
        "moderator to allow it, or set `private` to True and only you will see the picture."
    ),
    FilterGone: lambda _: "This filter is no longer available. Type /filters for those that are.",
    FilterNeedsOnePerson: lambda error: (
        f"{escaped(error.name)} works with one person only. Pick another filter for a group, or "
        "choose who is in the photo: Man, Woman, Boy or Girl."
    ),
    FilterUnknown: _filter_unknown,
    JobUnknown: lambda error: f"I know nothing of number {error.job_id} any more.",
    NoWall: lambda _: (
        "This bot has no wall: whoever runs it has not given it an address for one "
        "(the setting WALL_URL). Everything else of the event works without."
    ),
    NotYours: lambda _: "This belongs to somebody else. Make your own with /faceswap.",
    OriginalGone: lambda _: "I have no original of this picture any more.",
    OriginalTooLarge: _original_too_large,
    PictureLost: lambda _: f"{FAILURES[FailureReason.PICTURE_LOST]} {NOT_COUNTED}",
    PhotoGone: lambda error: (
        "I have deleted the photo, as promised. Please send it again with "
        f"{'*Step in* on the panel of the event' if error.in_event else '/faceswap'}."
    ),
    PhotoRejected: _photo_rejected,
    PromptRefused: _prompt_refused,
    PromptUnusable: lambda error: f"Please describe the picture in 1 to {error.limit} characters.",
    StillSending: lambda _: (
        "One of your pictures is being sent at this very moment. Please press again in a minute."
    ),
    TooLateToCancel: lambda error: _TOO_LATE.get(error.state, "It has ended already."),
    TooManyWaiting: _too_many_waiting,
    StorageUnavailable: _storage,
    **artwork_messages.DESCRIPTIONS,
    **event_messages.DESCRIPTIONS,
    **organising_messages.DESCRIPTIONS,
    **picture_messages.DESCRIPTIONS,
    **quota_messages.DESCRIPTIONS,
}
