"""One line of the doctor's report."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    """How bad it is; only the last one keeps the bot from working."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was seen, and what to do about it where something is to do."""

    verdict: Verdict
    what: str
    remedy: str | None = None

    def __str__(self) -> str:
        end = f" — {self.remedy}" if self.remedy else ""
        return f"{self.verdict:<4}  {self.what}{end}"


def ok(what: str) -> Finding:
    """Report something that is as it should be."""
    return Finding(verdict=Verdict.OK, what=what)


def warn(what: str, remedy: str) -> Finding:
    """Report something that works, but deserves a look."""
    return Finding(verdict=Verdict.WARN, what=what, remedy=remedy)


def fail(what: str, remedy: str) -> Finding:
    """Report something that keeps the bot from working."""
    return Finding(verdict=Verdict.FAIL, what=what, remedy=remedy)
