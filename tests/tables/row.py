"""The form of a row: what happens, and all that comes of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Generic, TypeVar

R_co = TypeVar("R_co", covariant=True)
NOT_COUNTED = "It does not count against your quota."


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the operator's log about the row's job: its level, and a part of it."""

    level: str
    part: str
    often: bool = False  # as many as it takes, at least one


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a job ends, for everyone concerned."""

    state: str
    reads: tuple[str, ...] = ()  # what the member reads, one after the other; the last remains
    quota: str = "returned"
    credits: str = "spent"
    paid: int = 1  # calls that the API charged
    log: tuple[Said, ...] = ()  # every line from WARNING up, and what of INFO is worth a row

    @property
    def is_counted(self) -> bool:
        return self.quota == "spent"


def delivered(*reads: str, log: tuple[Said, ...] = (), paid: int = 1) -> Outcome:
    """The member has the picture."""
    return Outcome(
        state="delivered", reads=reads, quota="spent", credits="spent", paid=paid, log=log
    )


def failed(*reads: str, log: tuple[Said, ...] = ()) -> Outcome:
    """The API took the job and charged for it, but there is no picture."""
    return Outcome(state="failed", reads=(*reads, NOT_COUNTED), log=log)


def refused(*reads: str, log: tuple[Said, ...]) -> Outcome:
    """The API did not take the job: nobody pays."""
    return Outcome(state="failed", reads=(*reads, NOT_COUNTED), credits="returned", paid=0, log=log)


def unconfirmed(part: str, *, paid: int = 1) -> Outcome:
    """Nobody knows whether the API took it: the credits stay held until the operator looks."""
    return Outcome(
        state="unconfirmed",
        reads=("I cannot tell whether it arrived", NOT_COUNTED),
        credits="held",
        paid=paid,
        log=(Said("WARNING", f"the answer to its submission was lost: {part}"),),
    )


@dataclass(frozen=True, slots=True)
class Section(Generic[R_co]):
    """Rows that belong together, under one heading."""

    title: str
    rows: tuple[R_co, ...]


class Bot(enum.Enum):
    """Which bot a row needs; all rows of one bot share its process."""

    ORDINARY = "as it is"
    HURRIED = "with short waits"
    GATED = "with short waits, one row at a time: the row keeps every job from being sent"
    V5 = "version v5"
    V1 = "version v1"
