"""The order itself goes wrong at Discord: there is a job, or there is none and nobody pays."""

from __future__ import annotations

from tests.acceptance.booth import PhotoBooth
from tests.support.discord import BOT_DEFAULT, Cut, Permission
from tests.tables.discord_row import Desk, DiscordRow, Place, Plant
from tests.tables.row import Outcome, Said, delivered

ANSWERS = "/interactions/*/*/callback"
PHOTOS = "/cdn/*"
FAILED = "Discord did not work just now, and nothing was counted"


def _none(
    does: str,
    *plants: Plant,
    reads: str = "",
    log: tuple[Said, ...] = (),
    spot: str = "booth",
) -> DiscordRow:
    nobody_pays = Outcome(
        state="none",
        reads=tuple(filter(None, [reads])),
        quota="none",
        credits="none",
        paid=0,
        log=log,
    )
    return DiscordRow(
        does=does,
        outcome=nobody_pays,
        place=Place.NOWHERE,
        plants=plants,
        desk=Desk.ALONE,
        spot=spot,
    )


def _failed(what: str) -> tuple[Said, ...]:
    return (Said("WARNING", f"Discord failed while a command or a button was answered: {what}"),)


def _fail(method: str, path: str, status: int, code: int = 0, *, times: int | None = 1) -> Plant:
    return lambda booth: booth.discord.fail(method, path, status=status, code=code, times=times)


def _cut(method: str, path: str, where: Cut) -> Plant:
    return lambda booth: booth.discord.cut(method, path, where)


def _forbid_threads(booth: PhotoBooth) -> None:
    assert booth.channel.parent is not None
    allowed = BOT_DEFAULT & ~Permission.SEND_MESSAGES_IN_THREADS
    booth.discord.set_permissions(booth.channel.parent, bot=allowed)


ROWS = (
    _none(
        "the first answer comes too late (10062)",
        _fail("POST", ANSWERS, 404, 10062),
        log=(Said("WARNING", "answered too late"),),
    ),
    _none(
        "somebody else has answered (40060): another program with the same token",
        _fail("POST", ANSWERS, 400, 40060),
        log=(Said("WARNING", "answered by somebody else: does another program run"),),
    ),
    _none(
        "the first answer arrives, but its receipt is lost",
        _cut("POST", ANSWERS, Cut.ANSWER),
        reads=FAILED,
        log=_failed("ClientPayloadError"),
    ),
    _none(
        "a reset while the first answer is sent",
        _cut("POST", ANSWERS, Cut.REQUEST),
        reads=FAILED,
        log=_failed("ServerDisconnectedError"),
    ),
    DiscordRow(
        does="503 for the first answer: asked again at once",
        outcome=delivered(),
        plants=(_fail("POST", ANSWERS, 503),),
        desk=Desk.ALONE,
    ),
    _none(
        "the photo cannot be fetched: 500",
        _fail("GET", PHOTOS, 500),
        reads=FAILED,
        log=_failed("HTTPException 500"),
    ),
    _none(
        "the photo cannot be fetched: 404",
        _fail("GET", PHOTOS, 404),
        reads="I cannot read this file as a photo",
    ),
    _none(
        "the photo cannot be fetched: a reset",
        _cut("GET", PHOTOS, Cut.ANSWER),
        reads=FAILED,
        log=_failed("ClientPayloadError"),
    ),
    _none(
        "an order in a thread where the bot may not write",
        _forbid_threads,
        spot="thread",
        reads="I lack Send Messages in Threads",
    ),
)
