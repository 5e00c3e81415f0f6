"""What a plan must be to be carried out: each rule with the problem that breaks it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.event_errors import PlanProblem, PlanRejected
from bot.naming import NAMELESS, clean
from bot.services.events.zones import known_zones
from db.event_models import EventPlan
from faceswap.models import Gender, Ratio

LONGEST_NAME = 80  # characters; Discord's listings take 100
LONGEST_ABOUT = 1000
LONGEST_PRIZE = 200
LONGEST_CAPTION = 60  # one line below a picture
MOST_FILTERS = 25  # Discord shows no more in one menu
MOST_PER_GUEST = 100
LARGEST_POT = 100_000
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=30)
FARTHEST = timedelta(days=365)
GRACE = timedelta(minutes=5)  # who types the present minute, and thinks about the rest

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def check_plan(plan: EventPlan, *, now: datetime, begins: bool = True) -> None:
    """Raise PlanRejected for the first rule that the plan breaks.

    `begins`: its start is still to come; that of an event which is open is behind it.
    """
    for problem, limit in _problems(plan, now=now, begins=begins):
        raise PlanRejected(problem, limit=limit)


def _problems(
    plan: EventPlan, *, now: datetime, begins: bool
) -> Iterator[tuple[PlanProblem, int | None]]:
    yield from _texts(plan)
    yield from _times(plan, now=now, begins=begins)
    yield from _choices(plan)


def _texts(plan: EventPlan) -> Iterator[tuple[PlanProblem, int | None]]:
    if clean(plan.name) == NAMELESS:
        yield PlanProblem.NAME_MISSING, None
    for text, longest, problem in (
        (plan.name, LONGEST_NAME, PlanProblem.NAME_TOO_LONG),
        (plan.about, LONGEST_ABOUT, PlanProblem.ABOUT_TOO_LONG),
        (plan.prize, LONGEST_PRIZE, PlanProblem.PRIZE_TOO_LONG),
        (plan.caption, LONGEST_CAPTION, PlanProblem.CAPTION_TOO_LONG),
    ):
        if len(text) > longest:
            yield problem, longest


def _times(
    plan: EventPlan, *, now: datetime, begins: bool
) -> Iterator[tuple[PlanProblem, int | None]]:
    length = plan.ends_at - plan.starts_at
    if plan.timezone not in known_zones():
        yield PlanProblem.TIMEZONE, None
    if begins and plan.starts_at < now - GRACE:
        yield PlanProblem.STARTS_IN_THE_PAST, None
    if length <= timedelta():
        yield PlanProblem.ENDS_BEFORE_START, None
    if length < SHORTEST:
        yield PlanProblem.TOO_SHORT, SHORTEST // _MINUTE
    if length > LONGEST:
        yield PlanProblem.TOO_LONG, LONGEST // _DAY
    if plan.ends_at <= now:
        yield PlanProblem.ENDS_IN_THE_PAST, None
    if plan.starts_at > now + FARTHEST:
        yield PlanProblem.TOO_FAR_AHEAD, FARTHEST // _DAY


def _choices(plan: EventPlan) -> Iterator[tuple[PlanProblem, int | None]]:
    if not 1 <= plan.guest_limit <= MOST_PER_GUEST:
        yield PlanProblem.GUEST_LIMIT, MOST_PER_GUEST
    if plan.pot is not None and not 1 <= plan.pot <= LARGEST_POT:
        yield PlanProblem.POT, LARGEST_POT
    if len(plan.filters) > MOST_FILTERS:
        yield PlanProblem.TOO_MANY_FILTERS, MOST_FILTERS
    if plan.ratio not in set(Ratio):
        yield PlanProblem.RATIO, None
    if plan.gender is not None and plan.gender not in set(Gender):
        yield PlanProblem.WHO, None
    if plan.review_channel_id == plan.channel_id:
        yield PlanProblem.REVIEW_IN_GALLERY, None
