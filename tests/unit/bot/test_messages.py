from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot import (
    artwork_errors,
    errors,
    event_errors,
    messages,
    organising_errors,
    picture_errors,
    quota_errors,
)
from bot.artwork_errors import ArtworkProblem, FrameRejected, LogoRejected
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
from bot.event_errors import (
    BlockedFromEvent,
    EnoughEvents,
    EventStandsElsewhere,
    EventUnknown,
    ExportProblem,
    ExportRefused,
    FixedByNow,
    NotOpenNow,
    PlanProblem,
    PlanRejected,
    TimeProblem,
    TimeRejected,
)
from bot.moments import timestamp
from bot.naming import LONGEST, clean, escaped
from bot.organising_errors import (
    BotMayNot,
    CallProblem,
    ChannelNeeded,
    Need,
    NotAllowed,
    OnlyOnServers,
    RoleCannotBeCalled,
)
from bot.picture_errors import (
    ConsentMissing,
    DecidedAlready,
    EventPotEmpty,
    GuestLimitReached,
    PictureNotYours,
    PictureUnknown,
    VoteNotCounted,
)
from bot.quota_errors import (
    ExportTooLarge,
    NothingChosen,
    NotTogether,
    OnCooldown,
    QuotaUsedUp,
    TooManyToAsk,
    WhomUnclear,
)
from bot.services.access import Action
from bot.services.delivery import NO_NEWS, News, Stage
from bot.services.gate import Pause
from db.errors import StorageFault, StorageUnavailable, VoteRefusal
from db.event_models import EventState, PictureState
from db.models import FailureReason, JobKind, JobState, Scope, Window
from faceswap.models import Gender, PhotoProblem
from tests.support.jobs import HOSTILE_NAMES, make_job, visible_markup
from tests.support.quotas import every_usage, make_limit, make_usage

LATER = datetime(2026, 11, 22, tzinfo=UTC)

ERRORS: list[UserError | StorageUnavailable] = [
    *(NotAllowed(action, organiser_role_id=role) for action in Action for role in (None, 7)),
    OnlyOnServers(),
    ChannelNeeded(),
    *(BotMayNot(need, channel_id=7, missing=("View Channel", "Attach Files")) for need in Need),
    *(RoleCannotBeCalled(7, problem) for problem in CallProblem),
    NoWall(),
    OriginalGone(),
    *(
        OriginalTooLarge(size=12_800_000, limit=10 * 2**20, kept_until=until)
        for until in (None, LATER)
    ),
    PictureLost(),
    *(PhotoRejected(problem, max_bytes=20 * 2**20) for problem in PhotoProblem),
    PhotoRejected(PhotoProblem.TOO_LARGE, max_pixels=50_000_000),
    *(PhotoGone(in_event=in_event) for in_event in (True, False)),
    FrameRejected(ArtworkProblem.OPAQUE),
    LogoRejected(ArtworkProblem.EMPTY),
    FilterUnknown("zz"),
    FilterUnknown("neon", similar=("Neon Rain", "Cyberpunk Neon")),
    *(FilterUnknown("x", similar=(name,) * 3) for name in HOSTILE_NAMES),
    *(FilterNeedsOnePerson(name) for name in HOSTILE_NAMES),
    FilterGone(),
    *(QuotaUsedUp(usage) for usage in every_usage()),
    WhomUnclear(),
    NothingChosen(),
    NotTogether(),
    TooManyToAsk(501),
    ExportTooLarge(10 * 2**20),
    *(OnCooldown(timedelta(seconds=seconds), ready_at=LATER) for seconds in (1, 90, 120, 7200)),
    CannotPostHere(("View Channel", "Send Messages", "Attach Files")),
    *(PromptRefused(reason) for reason in RefusalReason),
    PromptUnusable(limit=500),
    JobUnknown(10**17),
    NotYours(),
    *(TooLateToCancel(state) for state in JobState),
    *(BudgetUsedUp(window, resets_at=LATER) for window in Window),
    BudgetUsedUp(Window.TOTAL, resets_at=None),
    *(TooManyWaiting(scope, limit) for scope in Scope for limit in (1, 10)),
    AlreadyDelivered(),
    StillSending(2),
    *(BoothClosed(reason) for reason in ClosedReason),
    BoothClosed(ClosedReason.API_AWAY, since=datetime(2026, 11, 21, 12, tzinfo=UTC)),
    *(StorageUnavailable(fault, "disk I/O error at bot.db") for fault in StorageFault),
    *(EventStandsElsewhere(state) for state in EventState),
    *(NotOpenNow(state) for state in EventState),
    NotOpenNow(EventState.SCHEDULED, opens_at=LATER),
    *(FixedByNow(name) for name in ("channel_id", "place", "starts_at")),
    *(PlanRejected(problem, limit=25) for problem in PlanProblem),
    *(ExportRefused(problem, limit=3) for problem in ExportProblem),
    *(
        TimeRejected(problem, "25:00", zone="Europe/Berlin", before=LATER, after=LATER)
        for problem in TimeProblem
    ),
    *(TimeRejected(TimeProblem.UNCLEAR, name, zone="UTC") for name in HOSTILE_NAMES),
    BlockedFromEvent(),
    EnoughEvents(10),
    EventUnknown(),
    ConsentMissing(),
    *(EventPotEmpty(count) for count in (None, 500)),
    *(GuestLimitReached(limit) for limit in (1, 5)),
    *(DecidedAlready(state, by=by) for state in PictureState for by in (None, 7)),
    PictureNotYours(),
    PictureUnknown(),
    *(VoteNotCounted(reason) for reason in VoteRefusal),
]


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NEWS = [
    News(position=place, expected_at=at)
    for place in (None, 1, 7, 12, 4321)
    for at in (None, NOW, NOW + timedelta(seconds=40))
]


def texts() -> Iterator[str]:
    """Everything that can be said."""
    yield from (messages.describe(error) for error in ERRORS)
    yield from messages.FAILURES.values()
    yield messages.unexpected("0a1b2c3d")
    for stage in Stage:
        yield from (messages.progress(stage, news, now=NOW) for news in NEWS)
    for state in JobState:
        for kind in JobKind:
            job = make_job(state=state, kind=kind)
            yield from (messages.ended(job), messages.short_state(job), messages.title(job))
            yield messages.alt_text(job)
    for pause in Pause:
        yield from (messages.paused(pause, since=NOW, refused=refused) for refused in (True, False))
    for reason in FailureReason:
        yield messages.ended(make_job(state=JobState.FAILED, failure=reason))


def _leaves(base: type[UserError]) -> Iterator[type[UserError]]:
    for each in base.__subclasses__():
        yield each
        yield from _leaves(each)


def test_every_error_of_members_has_words() -> None:
    described = {type(error) for error in ERRORS}
    assert set(_leaves(UserError)) <= described
    for error in ERRORS:
        assert messages.describe(error)


def test_every_reason_stage_and_state_has_words() -> None:
    assert set(messages.FAILURES) == set(FailureReason)
    assert set(messages.WHO) == set(Gender)
    for text in texts():
        assert text.strip()


@pytest.mark.parametrize("text", sorted(set(texts())))
def test_a_text_is_short_and_speaks_to_people(text: str) -> None:
    assert len(text) <= 2000
    assert not re.search(
        r"Error|Exception|Traceback|<class|object at|errno|None\b|nan\b|[{}]|HTTP|SQL|\bAPI\b", text
    )
    assert not re.search(r"\b[a-z]+_[a-z]+\b", text)  # names from the code
    assert "  " not in text


def test_sentences_end_as_sentences() -> None:
    for error in ERRORS:
        assert messages.describe(error)[-1] in ".?"


def test_errors_carry_their_data_into_the_words() -> None:
    rejected = PhotoRejected(PhotoProblem.TOO_LARGE, max_bytes=20 * 2**20)
    assert "20 MB" in messages.describe(rejected)
    rejected = PhotoRejected(PhotoProblem.TOO_LARGE, max_pixels=50_000_000)
    assert "50 megapixels" in messages.describe(rejected)
    assert "Neon Rain" in messages.describe(FilterUnknown("x", similar=("Neon Rain",)))
    assert "View Channel" in messages.describe(CannotPostHere(("View Channel",)))
    assert "500" in messages.describe(PromptUnusable(limit=500))
    assert "0a1b" in messages.unexpected("0a1b")


def test_moments_are_written_for_the_readers_own_time_zone() -> None:
    assert timestamp(LATER) == "<t:1795305600:R>"
    assert timestamp(LATER + timedelta(seconds=0.9), "f") == "<t:1795305600:f>"
    assert re.search(r"<t:\d+:R>", messages.describe(QuotaUsedUp(make_usage(make_limit()))))


def test_what_a_database_says_stays_in_the_log() -> None:
    for fault in StorageFault:
        assert "bot.db" not in messages.describe(StorageUnavailable(fault, "bot.db is broken"))
    full = messages.describe(StorageUnavailable(StorageFault.DISK_FULL))
    assert full != messages.describe(StorageUnavailable(StorageFault.LOCKED))


def test_whether_it_counts_is_said_and_true() -> None:
    def ended(**fields: object) -> str:
        return messages.ended(make_job(**fields))

    now = datetime.now(UTC)
    for reason in FailureReason:
        assert messages.NOT_COUNTED in ended(state=JobState.FAILED, failure=reason)
    assert messages.NOT_COUNTED in ended(state=JobState.UNCONFIRMED, submitted_at=None)
    assert messages.NOT_COUNTED in ended(state=JobState.CANCELLED, submitted_at=None)
    paid = ended(state=JobState.CANCELLED, submitted_at=now, cost=2)
    assert "already paid for, so it counts against your quota" in paid
    free = ended(state=JobState.CANCELLED, submitted_at=now, cost=0)
    assert "already being made, so it counts against your quota" in free


@pytest.mark.parametrize(("position", "text"), [(1, "next"), (2, "Number 2"), (47, "About")])
def test_places_in_the_queue_are_exact_near_its_front(position: int, text: str) -> None:
    assert text in messages.progress(Stage.QUEUED, News(position=position), now=NOW)


TIMED = {Stage.QUEUED, Stage.WAITING, Stage.WORKING}


@pytest.mark.parametrize("stage", Stage)
def test_a_time_is_shown_only_where_there_is_one_and_it_is_to_come(stage: Stage) -> None:
    soon = NOW + timedelta(seconds=40)
    shown = messages.progress(stage, News(expected_at=soon), now=NOW)
    assert (timestamp(soon) in shown) == (stage in TIMED)
    passed = messages.progress(stage, News(expected_at=NOW), now=NOW)
    assert "<t:" not in passed
    assert ("longer than usual" in passed) == (stage in TIMED)
    unknown = messages.progress(stage, NO_NEWS, now=NOW)
    assert "<t:" not in unknown
    assert "longer" not in unknown


@pytest.mark.parametrize("stage", Stage)
def test_what_cancelling_costs_is_said_before(stage: Stage) -> None:
    said = messages.CANCEL_COUNTS in messages.progress(stage, NO_NEWS, now=NOW)
    assert said == (stage in {Stage.WAITING, Stage.WORKING})


@pytest.mark.parametrize("kind", JobKind)
def test_descriptions_of_pictures_fit_and_say_who_made_them(kind: JobKind) -> None:
    for name in HOSTILE_NAMES:
        text = messages.alt_text(make_job(kind=kind, filter_name=name, prompt="x" * 500))
        assert len(text) <= 1024
        assert "AI-made" in text


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_means_nothing_to_discord(name: str) -> None:
    assert visible_markup(escaped(name)) == []
    assert len(clean(name)) <= LONGEST
    assert len(clean(name).splitlines()) <= 1
    assert not set("\u202e\u200b\u2066\x00\n") & set(clean(name))


@pytest.mark.parametrize(
    "name", ["Cyberpunk Neon", "Café Été", "👩‍🚀 Astronaut", "Sci-Fi (80s) #1"]
)
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert clean(name) == name
    assert escaped(name) == name


def test_a_job_without_a_visible_name_still_has_a_title() -> None:
    for name in (None, "", " \n", "\u200b", "\u202e\u2066"):
        assert messages.title(make_job(filter_name=name)).strip()


def test_the_catalogue_of_errors_in_the_docstring_is_whole() -> None:
    modules = (
        errors,
        artwork_errors,
        event_errors,
        organising_errors,
        picture_errors,
        quota_errors,
    )
    text = " ".join(str(inspect.getdoc(each)) for each in modules)
    missing = [leaf.__name__ for leaf in _leaves(UserError) if leaf.__name__ not in text]
    assert missing == []
