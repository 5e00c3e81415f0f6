"""Status calls that fail: the job is paid for, so the bot asks until it knows."""

from __future__ import annotations

from tests.support.scripted_api import Answer, Script
from tests.tables.api_row import APIRow, asked_again
from tests.tables.row import Bot, Said, delivered, failed

_KEY = (Said("CRITICAL", "the API refuses the key"), Said("WARNING", "Jobs are sent again"))

ROWS = (
    asked_again("400 once", Answer(status=400), log="HTTP 400"),
    asked_again("402 once: it is paid already", Answer(status=402), log="HTTP 402"),
    asked_again("405 once", Answer(status=405), log="HTTP 405"),
    asked_again("408 once: the call was cut off", Answer(status=408), log="HTTP 408"),
    asked_again("409 once", Answer(status=409), log="HTTP 409"),
    asked_again("413 once", Answer(status=413), log="HTTP 413"),
    asked_again("415 once", Answer(status=415), log="HTTP 415"),
    asked_again("418 once", Answer(status=418, body="I am a teapot"), log="HTTP 418"),
    asked_again("422 once", Answer(status=422), log="HTTP 422"),
    asked_again("429, wait 1 s", Answer(status=429, headers={"Retry-After": "1"}), log="HTTP 429"),
    asked_again("429 without a word", Answer(status=429), log="HTTP 429"),
    asked_again("500 twice", *[Answer(status=500, body="oops")] * 2, log="HTTP 500 oops"),
    asked_again("502 as HTML", Answer(status=502, body="<h1>Bad Gateway</h1>"), log="HTTP 502"),
    asked_again("503 with an empty body", Answer(status=503), log="HTTP 503"),
    asked_again("504", Answer(status=504), log="HTTP 504"),
    asked_again(
        "302 to another address: not followed with the key",
        Answer(status=302, headers={"Location": "/elsewhere"}),
        log="HTTP 302",
    ),
    asked_again("404 just after the receipt: not believed", Answer(status=404), log="HTTP 404"),
    asked_again("410 just after the receipt: not believed", Answer(status=410), log="HTTP 410"),
    APIRow(
        does="404 for good: the job has vanished",
        script=Script(for_ever=Answer(status=404, body={"detail": "no such job"})),
        outcome=failed(
            "The picture service lost it",
            log=(Said("INFO", "its status could not be had", often=True),),
        ),
        bot=Bot.HURRIED,
    ),
    APIRow(
        does="500 for good",
        script=Script(for_ever=Answer(status=500)),
        outcome=failed(
            "It took too long, so I stopped waiting", log=(Said("INFO", "HTTP 500", often=True),)
        ),
        bot=Bot.HURRIED,
    ),
    APIRow(
        does="401 for one job: its picture is fetched once the key is good again",
        script=Script(status=(Answer(status=401, body={"detail": "Invalid API key"}),)),
        outcome=delivered(log=_KEY),
        bot=Bot.GATED,
    ),
    APIRow(
        does="403 for one job",
        script=Script(status=(Answer(status=403),)),
        outcome=delivered(log=_KEY),
        bot=Bot.GATED,
    ),
)
