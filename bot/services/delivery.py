"""The seam between the worker and Discord: what the worker needs told and posted."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from db.models import Job, OpenOrder


class Stage(enum.Enum):
    """How far an unfinished job is, as far as the API tells."""

    QUEUED = "queued"
    PAUSED = "paused"  # queued, and nothing is being sent: the API does not take jobs now
    UNPAID = "unpaid"  # queued, and a cap of the operator has no room for it
    SENDING = "sending"
    WAITING = "waiting"  # in the API's queue
    WORKING = "working"
    CANCELLING = "cancelling"  # wished while it was being sent; its answer decides


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a card says of an unfinished job beside its stage; None: nothing to go by."""

    position: int | None = None  # in the queue, 1 being next
    expected_at: datetime | None = None  # when the picture is likely to be there


NO_NEWS = News()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a picture now is."""

    channel_id: int
    message_id: int
    whole: bool = True  # False: in a smaller form, since Discord takes no larger file there


class DeliveryPostponed(Exception):
    """Discord does not answer just now; nothing was refused, so try again later."""


class Delivery(Protocol):
    """Brings news of jobs to their members. Its second implementation is that of the tests."""

    def progress(self, job: Job, stage: Stage, news: News = NO_NEWS) -> None:
        """Show on the job's card how far it is: soon, at most every few seconds, best effort."""

    async def deliver(self, job: Job, picture: Path, *, maybe_posted: bool) -> Posted | None:
        """Post a picture, trying every place it may go to; None when each refused for good.

        `maybe_posted`: an earlier try may have succeeded without our knowing, so look before
        posting a second time. Raises DeliveryPostponed.
        """

    async def take_back(self, job: Job, posted: Posted | None) -> None:
        """Remove a picture that was posted while its job was being cancelled.

        None: nobody knows whether it was, so look. A picture on the card goes when its member is
        told. Raises DeliveryPostponed.
        """

    async def tell(self, job: Job) -> None:
        """Tell the member how a job ended that has no picture. Raises DeliveryPostponed."""

    async def tell_cut_off(self, order: OpenOrder) -> None:
        """Tell on its card that an order was lost before it was a job. Raises DeliveryPostponed.

        A card that cannot be had any more is let be.
        """

    async def remind(self, job: Job) -> None:
        """Mention to the member, who has just heard of this job, what else waits for them.

        Privately, and as best it can.
        """
