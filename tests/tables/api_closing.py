"""A no that is not the job's fault: it waits, with all others, and starts by itself."""

from __future__ import annotations

from tests.support.scripted_api import Answer, Script
from tests.tables.api_row import APIRow
from tests.tables.row import Bot, Said, delivered

WAITS = "Yours waits and starts by itself"
AGAIN = Said("WARNING", "Jobs are sent again")


def _closed(does: str, *answers: Answer, log: tuple[str, str]) -> APIRow:
    return APIRow(
        does=does,
        script=Script(submit=answers),
        outcome=delivered(WAITS, log=(Said(*log), AGAIN)),
        bot=Bot.GATED,
    )


_KEY = ("CRITICAL", "the API refuses the key: check FACESWAP_API_KEY")
_CREDITS = ("CRITICAL", "the account is out of credits")
_SLOW = ("WARNING", "the API asks us to slow down")

ROWS = (
    _closed("401: the key is refused", Answer(status=401, body={"detail": "no"}), log=_KEY),
    _closed("401 twice: said once", Answer(status=401), Answer(status=401), log=_KEY),
    _closed("403 without a code", Answer(status=403, body="Forbidden"), log=_KEY),
    _closed("402: pay first", Answer(status=402), log=_CREDITS),
    _closed(
        "400 that says there are no credits",
        Answer(status=400, body={"detail": "Insufficient credits"}),
        log=_CREDITS,
    ),
    _closed(
        "429 that says there are no credits",
        Answer(status=429, body={"error": "CREDITS_EXHAUSTED"}),
        log=_CREDITS,
    ),
    _closed("429, wait 1 s", Answer(status=429, headers={"Retry-After": "1"}), log=_SLOW),
    _closed("429 without a word", Answer(status=429), log=_SLOW),
    _closed(
        "429, wait until a date in the past",
        Answer(status=429, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        log=_SLOW,
    ),
    _closed(
        "429, wait “a while”",
        Answer(status=429, headers={"Retry-After": "a while"}),
        log=_SLOW,
    ),
    APIRow(
        does="nothing listens: connections are refused",
        away=1.0,
        outcome=delivered(
            WAITS, log=(Said("WARNING", "the API cannot be reached, or does not"), AGAIN)
        ),
        bot=Bot.GATED,
    ),
)
