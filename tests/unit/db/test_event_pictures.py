from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db import event_picture_lists as lists
from db.database import Database
from db.errors import EventCancelled, PictureDecided, PictureNotFound, VoteRefusal, VoteRefused
from db.event_models import EventState, PictureState
from db.event_pictures import EventPictureRepository
from db.jobs import JobRepository
from db.models import FailureReason
from tests.unit.db.event_tools import (
    GALLERY,
    GUEST,
    MODERATOR,
    OTHER_GUEST,
    OTHER_MODERATOR,
    REVIEW,
    add_event,
    approved,
    change_event,
    new_picture,
    waiting,
)
from tests.unit.db.tools import START, ManualClock, claimed, new_job

APPROVED, REJECTED, REMOVED = PictureState.APPROVED, PictureState.REJECTED, PictureState.REMOVED


@pytest.fixture
def pictures(database: Database, clock: ManualClock) -> EventPictureRepository:
    return EventPictureRepository(database, clock=clock)


@pytest.fixture
async def event_id(database: Database) -> int:
    return await add_event(database)


# --- handing over


async def test_a_job_hands_its_picture_over_once(
    pictures: EventPictureRepository, event_id: int
) -> None:
    new = new_picture(event_id, 7)
    both = await asyncio.gather(*(pictures.hand_over(new, PictureState.WAITING) for _ in range(9)))

    assert {picture.id for picture in both} == {both[0].id}
    assert both[0].caption == "Us"
    assert await pictures.list_waiting(event_id) == (both[0],)
    assert await pictures.find_of_job(7) == both[0]


async def test_without_approval_a_picture_is_shown_at_once(
    database: Database, pictures: EventPictureRepository, event_id: int
) -> None:
    await change_event(database, event_id, review_channel_id=None)
    picture = await pictures.hand_over(new_picture(event_id, 7), APPROVED)

    assert picture.shown_at == START
    assert picture.decided_by is None
    assert await pictures.list_approved(event_id) == (picture,)


async def test_approval_switched_on_while_a_picture_is_framed_counts(
    database: Database, pictures: EventPictureRepository, event_id: int
) -> None:
    await change_event(database, event_id, review_channel_id=5)
    picture = await pictures.hand_over(new_picture(event_id, 7), APPROVED)

    assert (picture.state, picture.shown_at) == (PictureState.WAITING, None)


async def test_a_waiting_picture_is_shown_nowhere(
    pictures: EventPictureRepository, event_id: int
) -> None:
    picture = await waiting(pictures, event_id)

    assert picture.shown_at is None
    assert await pictures.list_approved(event_id) == ()
    assert await pictures.list_to_show() == ()
    assert await pictures.leaderboard(event_id, 10) == ()


@pytest.mark.parametrize("state", [PictureState.WAITING, APPROVED])
async def test_what_a_blocked_guest_still_had_in_the_making_is_rejected(
    pictures: EventPictureRepository, event_id: int, state: PictureState
) -> None:
    await pictures.block(event_id, GUEST, MODERATOR, "spam")

    picture = await pictures.hand_over(new_picture(event_id, 7), state)

    assert (picture.state, picture.decided_by) == (REJECTED, MODERATOR)
    assert picture.shown_at is None


# --- deciding


async def test_of_two_moderators_at_once_one_decides(
    pictures: EventPictureRepository, event_id: int
) -> None:
    for number in range(1, 11):
        picture = await waiting(pictures, event_id, number)
        results = await asyncio.gather(
            pictures.approve(picture.id, MODERATOR),
            pictures.reject(picture.id, OTHER_MODERATOR, "too dark"),
            return_exceptions=True,
        )

        refused = [each for each in results if isinstance(each, PictureDecided)]
        decided = await pictures.get(picture.id)
        assert len(refused) == 1
        assert (refused[0].state, refused[0].decided_by) == (decided.state, decided.decided_by)


async def test_a_rejection_keeps_its_reason_and_is_final(
    pictures: EventPictureRepository, event_id: int
) -> None:
    picture = await waiting(pictures, event_id)
    rejected = await pictures.reject(picture.id, MODERATOR, "a logo is in it")

    assert (rejected.state, rejected.reason) == (REJECTED, "a logo is in it")
    with pytest.raises(PictureDecided):
        await pictures.approve(picture.id, OTHER_MODERATOR)
    assert (await pictures.get(picture.id)).state is REJECTED


async def test_nothing_of_a_cancelled_event_is_approved(
    database: Database, pictures: EventPictureRepository, event_id: int
) -> None:
    picture = await waiting(pictures, event_id)
    await change_event(database, event_id, state=EventState.CANCELLED)

    with pytest.raises(EventCancelled):
        await pictures.approve(picture.id, MODERATOR)
    assert await pictures.list_to_review() == ()


async def test_a_picture_that_is_not_there_is_not_found(pictures: EventPictureRepository) -> None:
    with pytest.raises(PictureNotFound):
        await pictures.approve(77, MODERATOR)
    with pytest.raises(PictureNotFound):
        await pictures.remove(77, MODERATOR)
    with pytest.raises(PictureNotFound):
        await pictures.vote(77, MODERATOR)


@pytest.mark.parametrize("is_approved", [True, False])
async def test_a_guest_takes_a_picture_back_and_need_not_be_told(
    pictures: EventPictureRepository, event_id: int, is_approved: bool
) -> None:
    make = approved if is_approved else waiting
    picture = await make(pictures, event_id)
    removed = await pictures.remove(picture.id, GUEST)

    assert (removed.state, removed.decided_by) == (REMOVED, GUEST)
    assert await pictures.list_approved(event_id) == ()
    assert await pictures.list_untold() == ()
    assert await pictures.remove(picture.id, MODERATOR) == removed


async def test_a_guest_is_to_be_told_what_a_moderator_took_down(
    pictures: EventPictureRepository, event_id: int
) -> None:
    picture = await approved(pictures, event_id)
    removed = await pictures.remove(picture.id, MODERATOR)

    assert await pictures.list_untold() == (removed,)
    await pictures.record_told(picture.id, REMOVED)
    assert await pictures.list_untold() == ()


async def test_approving_while_its_guest_is_blocked_leaves_nothing_shown(
    pictures: EventPictureRepository, event_id: int
) -> None:
    for number in range(1, 11):
        guest = GUEST + number
        picture = await waiting(pictures, event_id, number, user_id=guest)
        await asyncio.gather(
            pictures.approve(picture.id, MODERATOR),
            pictures.block(event_id, guest, OTHER_MODERATOR, "spam"),
            return_exceptions=True,
        )

        assert (await pictures.get(picture.id)).state in {REJECTED, REMOVED}
    assert await pictures.list_approved(event_id) == ()


async def test_a_block_reaches_that_guest_in_that_event_only(
    database: Database, pictures: EventPictureRepository, event_id: int
) -> None:
    elsewhere = await add_event(database)
    theirs = [await waiting(pictures, event_id, 1), await approved(pictures, event_id, 2)]
    others = await approved(pictures, event_id, 3, user_id=OTHER_GUEST)
    in_another = await approved(pictures, elsewhere, 4)
    taken_back = await pictures.remove((await waiting(pictures, event_id, 5)).id, GUEST)

    changed = await pictures.block(event_id, GUEST, MODERATOR, "spam")

    assert [(each.id, each.state) for each in changed] == [
        (theirs[0].id, REJECTED),
        (theirs[1].id, REMOVED),
    ]
    for untouched in (others, in_another, taken_back):
        assert await pictures.get(untouched.id) == untouched
    assert await pictures.block(event_id, GUEST, OTHER_MODERATOR) == ()


async def test_an_unblocked_guest_may_show_pictures_again(
    pictures: EventPictureRepository, event_id: int
) -> None:
    await pictures.block(event_id, GUEST, MODERATOR)

    assert await pictures.unblock(event_id, GUEST)
    assert not await pictures.unblock(event_id, GUEST)
    assert (await waiting(pictures, event_id)).state is PictureState.WAITING


# --- votes


async def test_a_second_press_takes_the_vote_back(
    pictures: EventPictureRepository, event_id: int
) -> None:
    picture = await approved(pictures, event_id)

    assert await pictures.vote(picture.id, OTHER_GUEST)
    assert (await pictures.get(picture.id)).votes == 1
    assert not await pictures.vote(picture.id, OTHER_GUEST)
    assert (await pictures.get(picture.id)).votes == 0


async def test_many_presses_at_once_leave_one_vote_of_each_member(
    pictures: EventPictureRepository, event_id: int
) -> None:
    picture = await approved(pictures, event_id)
    voters = range(1000, 1020)
    presses = [pictures.vote(picture.id, voter) for voter in voters for _ in range(3)]

    votes = await asyncio.gather(*presses)

    assert votes.count(True) == 40
    assert (await pictures.get(picture.id)).votes == len(voters)


async def refusal(pictures: EventPictureRepository, picture_id: int, user_id: int) -> VoteRefusal:
    with pytest.raises(VoteRefused) as refused:
        await pictures.vote(picture_id, user_id)
    assert (await pictures.get(picture_id)).votes == 0
    return refused.value.reason


async def test_votes_that_do_not_count_are_refused(
    database: Database, pictures: EventPictureRepository, event_id: int
) -> None:
    unseen, seen = await waiting(pictures, event_id, 1), await approved(pictures, event_id, 2)
    removed = await pictures.remove((await approved(pictures, event_id, 3)).id, GUEST)
    await pictures.block(event_id, MODERATOR, OTHER_MODERATOR)

    assert await refusal(pictures, seen.id, GUEST) is VoteRefusal.OWN
    assert await refusal(pictures, unseen.id, OTHER_GUEST) is VoteRefusal.NOT_SHOWN
    assert await refusal(pictures, removed.id, OTHER_GUEST) is VoteRefusal.NOT_SHOWN
    assert await refusal(pictures, seen.id, MODERATOR) is VoteRefusal.BLOCKED
    await change_event(database, event_id, state=EventState.CLOSED)
    assert await refusal(pictures, seen.id, OTHER_GUEST) is VoteRefusal.OVER


@pytest.mark.parametrize("state", [EventState.PAUSED, EventState.CLOSING])
async def test_votes_count_until_the_event_is_closed(
    database: Database, pictures: EventPictureRepository, event_id: int, state: EventState
) -> None:
    picture = await approved(pictures, event_id)
    await change_event(database, event_id, state=state)

    assert await pictures.vote(picture.id, OTHER_GUEST)


async def test_of_equals_the_one_that_was_shown_first_leads(
    pictures: EventPictureRepository, event_id: int, clock: ManualClock
) -> None:
    late, first, last = [await waiting(pictures, event_id, number) for number in (1, 2, 3)]
    without = await waiting(pictures, event_id, 4)
    for picture in (first, late, without, last):
        clock.advance(timedelta(seconds=1))
        await pictures.approve(picture.id, MODERATOR)
    for picture, voters in ((late, 2), (first, 2), (last, 3)):
        for voter in range(voters):
            await pictures.vote(picture.id, 1000 + voter)

    best = await pictures.leaderboard(event_id, 10)

    assert [picture.id for picture in best] == [last.id, first.id, late.id]
    assert [picture.votes for picture in best] == [3, 2, 2]
    assert await pictures.winner(event_id) == best[0]
    await pictures.remove(last.id, MODERATOR)
    assert await pictures.winner(event_id) == best[1]


async def test_without_votes_nobody_wins(pictures: EventPictureRepository, event_id: int) -> None:
    await approved(pictures, event_id)
    assert await pictures.winner(event_id) is None


# --- what is to be done on Discord


async def test_a_picture_is_listed_until_its_messages_say_what_it_is(
    pictures: EventPictureRepository, event_id: int
) -> None:
    picture = await waiting(pictures, event_id)
    assert ids(await pictures.list_to_review()) == [picture.id]

    await pictures.record_review(picture.id, REVIEW, 11)
    assert await pictures.list_to_review() == ()
    assert await pictures.list_to_repaint() == ()

    await pictures.approve(picture.id, MODERATOR)
    assert ids(await pictures.list_to_repaint()) == [picture.id]
    assert ids(await pictures.list_to_show()) == [picture.id]

    await pictures.record_repainted(picture.id, APPROVED)
    await pictures.record_shown(picture.id, GALLERY, 12)
    assert await pictures.list_to_repaint() == ()
    assert await pictures.list_to_show() == ()
    assert ids([await pictures.find_shown_as(each) for each in (11, 12)]) == [picture.id] * 2
    assert await pictures.find_shown_as(13) is None

    await pictures.remove(picture.id, MODERATOR)
    assert ids(await pictures.list_to_repaint()) == [picture.id]
    assert ids(await pictures.list_to_take_down()) == [picture.id]

    await pictures.record_repainted(picture.id, REMOVED)
    await pictures.record_taken_down(picture.id)
    assert await pictures.list_to_repaint() == ()
    assert await pictures.list_to_take_down() == ()


async def test_what_is_removed_while_it_is_posted_is_taken_down(
    pictures: EventPictureRepository, event_id: int
) -> None:
    picture = await approved(pictures, event_id)
    await pictures.remove(picture.id, GUEST)
    await pictures.record_shown(picture.id, GALLERY, 12)

    assert ids(await pictures.list_to_take_down()) == [picture.id]
    assert await pictures.list_untold() == ()


async def test_what_waits_moves_with_the_moderators_channel(
    database: Database, pictures: EventPictureRepository, event_id: int
) -> None:
    picture = await waiting(pictures, event_id)
    await pictures.record_review(picture.id, REVIEW, 11)

    await change_event(database, event_id, review_channel_id=REVIEW + 5)
    assert ids(await pictures.list_to_review()) == [picture.id]
    await change_event(database, event_id, review_channel_id=None)
    assert await pictures.list_to_review() == ()


async def test_votes_are_listed_until_the_gallery_says_them(
    database: Database, pictures: EventPictureRepository, event_id: int, clock: ManualClock
) -> None:
    picture = await approved(pictures, event_id)
    await pictures.record_shown(picture.id, GALLERY, 12)
    assert await pictures.list_to_recount() == ()

    await pictures.vote(picture.id, OTHER_GUEST)
    assert [each.votes for each in await pictures.list_to_recount()] == [1]
    await change_event(database, event_id, state=EventState.CLOSED, closed_at=START)
    assert [each.votes for each in await pictures.list_to_recount()] == [1]
    clock.advance(timedelta(hours=2))
    assert await pictures.list_to_recount() == ()
    await change_event(database, event_id, closed_at=None)
    await pictures.record_votes_shown(picture.id, 1)
    assert await pictures.list_to_recount() == ()


# --- erasing, files, figures


async def test_an_erased_member_leaves_no_picture_word_or_vote(
    pictures: EventPictureRepository, event_id: int
) -> None:
    theirs = await approved(pictures, event_id, 1)
    await pictures.record_review(theirs.id, REVIEW, 11)
    await pictures.record_repainted(theirs.id, APPROVED)
    await pictures.record_shown(theirs.id, GALLERY, 12)
    others = await approved(pictures, event_id, 2, user_id=OTHER_GUEST)
    await pictures.vote(others.id, GUEST)

    erased = await pictures.erase(GUEST)

    assert [(each.event_id, each.file) for each in erased] == [(event_id, "1.png")]
    left = await pictures.get(theirs.id)
    assert (left.user_id, left.caption, left.state) == (0, "", REMOVED)
    assert ids(await pictures.list_to_take_down()) == [theirs.id]
    assert ids(await pictures.list_to_repaint()) == [theirs.id]
    assert await pictures.list_untold() == ()
    assert (await pictures.get(others.id)).votes == 0
    assert await pictures.erase(GUEST) == ()


async def test_an_erased_guest_stays_blocked(
    pictures: EventPictureRepository, event_id: int
) -> None:
    await pictures.block(event_id, GUEST, MODERATOR)
    await pictures.erase(GUEST)

    assert (await waiting(pictures, event_id)).state is REJECTED


async def test_only_files_that_may_still_be_seen_are_needed(
    pictures: EventPictureRepository, event_id: int
) -> None:
    await waiting(pictures, event_id, 1)
    await approved(pictures, event_id, 2)
    await pictures.reject((await waiting(pictures, event_id, 3)).id, MODERATOR)
    await pictures.remove((await approved(pictures, event_id, 4)).id, MODERATOR)

    assert await pictures.referenced_files() == {(event_id, "1.png"), (event_id, "2.png")}


async def test_the_figures_of_an_event(
    database: Database, pictures: EventPictureRepository, event_id: int, clock: ManualClock
) -> None:
    elsewhere = await add_event(database)
    await approved(pictures, elsewhere, 90)
    first = await approved(pictures, event_id, 1)
    await approved(pictures, event_id, 2, user_id=OTHER_GUEST, filter_name="Oil")
    clock.advance(timedelta(hours=2))
    await waiting(pictures, event_id, 3)
    await pictures.remove((await approved(pictures, event_id, 4)).id, GUEST)
    await pictures.vote(first.id, OTHER_GUEST)

    figures = await pictures.figures(event_id)

    assert (figures.guests, figures.made, figures.votes, figures.credits) == (2, 4, 1, 0)
    assert (figures.approved, figures.waiting, figures.rejected, figures.removed) == (2, 1, 0, 1)
    assert figures.by_filter == (("Vintage Portrait", 3), ("Oil", 1))
    assert figures.by_time == ((START, 2), (START + timedelta(hours=2), 2))


async def test_credits_of_an_event_are_those_spent_on_its_jobs(
    jobs: JobRepository, pictures: EventPictureRepository, event_id: int
) -> None:
    for number, event in enumerate((event_id, None, event_id, event_id), start=1):
        await jobs.accept(new_job(number, event_id=event))
    for number in range(1, 4):
        job, token = await claimed(jobs)
        if number == 3:
            await jobs.refuse(job.id, token, FailureReason.NO_FACE)
        else:
            deadline = START + timedelta(hours=1)
            await jobs.record_submitted(job.id, token, f"remote-{job.id}", deadline)

    await jobs.cancel((await jobs.accept(new_job(9, event_id=event_id))).job.id)

    figures = await pictures.figures(event_id)
    assert figures.credits == 2
    assert (figures.failed, figures.cancelled) == (1, 1)


class Explaining:
    """A connection that notes how each statement finds its rows."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.plans: list[str] = []

    async def execute(self, statement: sa.Select[tuple[object]]) -> object:
        compiled = statement.compile(
            dialect=self._connection.dialect, compile_kwargs={"literal_binds": True}
        )
        rows = await self._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        self.plans += [row.detail for row in rows]
        return await self._connection.execute(statement)


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (lists.to_review, "ix_event_pictures_waiting"),
        (lists.to_repaint, "ix_event_pictures_undecided"),
        (lists.to_show, "ix_event_pictures_unshown"),
        (partial(lists.to_take_down, skipping=frozenset({7})), "ix_event_pictures_still_shown"),
        (lists.untold, "ix_event_pictures_untold"),
        (partial(lists.to_recount, now=START), "ix_event_pictures_event"),
        (partial(lists.find_shown_as, message_id=7), "ix_event_pictures_review"),
        (partial(lists.find_of_job, job_id=7), "sqlite_autoindex_event_pictures"),
    ],
)
async def test_what_is_asked_all_the_time_is_found_by_an_index(
    database: Database, question: Callable[..., Awaitable[object]], index: str
) -> None:
    async def unit(connection: AsyncConnection) -> list[str]:
        explaining = Explaining(connection)
        await question(explaining)
        return explaining.plans

    plans = await database.read(unit)
    assert any(index in plan for plan in plans), plans
    assert "SCAN event_pictures" not in plans  # but by an index, if it is named so


def ids(found: object) -> list[int]:
    return [picture.id for picture in found]  # type: ignore[attr-defined]
