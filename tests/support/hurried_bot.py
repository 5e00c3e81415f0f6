"""The same program, in which the long waits are short: for what would take a test minutes.

Run as `python -m tests.support.hurried_bot run`. Only lengths of time differ, so what is seen of it
is what is seen of the bot.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from datetime import timedelta

from bot.cli import main
from bot.services import following, gate, handing_over, probing, rhythm, submission, worker
from bot.settings import Settings
from faceswap import failures
from faceswap.client import FaceSwapClient
from faceswap.timeouts import Timeouts

JOB_DEADLINE = timedelta(seconds=5)
TIMEOUTS = Timeouts(connect=2.0, submit=2.5, status=2.0, picture=2.0)


def hurry() -> None:
    """Shorten what is long; each name here must exist, or it would be set without effect."""
    for module, name, seconds in (
        (following, "KNOWN_AFTER_SECONDS", 2.0),
        (following, "KEY_PAUSE", 1.0),
        (rhythm, "LONGEST_ERROR_PAUSE", 1.0),
        (following, "LAST_LOOK_SECONDS", 1.0),
        (gate, "LONGEST_PAUSE", 2.0),
        (gate, "LONGEST_LOST_PAUSE", 0.1),
        (probing, "LOOK_SECONDS", 0.05),
        (submission, "OPERATOR_PAUSE", 1.0),
        (failures, "RETRY_AFTER_DEFAULT", 1.0),
        (worker, "TIDY_SECONDS", 1.0),
        (handing_over, "LONGEST_PAUSE", 4.0),
    ):
        assert hasattr(module, name), f"{module.__name__} has no {name}"
        setattr(module, name, seconds)
    defaults = FaceSwapClient.__init__.__kwdefaults__
    assert defaults is not None
    assert "timeouts" in defaults
    defaults["timeouts"] = TIMEOUTS
    _shorten_settings()


def _shorten_settings() -> None:
    """Have jobs end sooner, and cards be edited more often, than anybody may choose."""
    for_run = Settings.for_run

    def hurried(environ: Mapping[str, str]) -> Settings:
        return dataclasses.replace(
            for_run(environ), job_deadline=JOB_DEADLINE, card_edit_seconds=0.2
        )

    setattr(Settings, "for_run", staticmethod(hurried))  # noqa: B010 - mypy forbids the other way


if __name__ == "__main__":
    hurry()
    sys.exit(main())
