"""A Discord that does not answer, or whose answer is lost: asked again, and never posted twice."""

from __future__ import annotations

from tests.support.discord import Cut
from tests.tables.discord_row import Break, Desk, DiscordRow, Place
from tests.tables.row import Said, delivered
from tests.tables.scene import Scene

POSTPONED = "its picture could not be posted yet"
LIMITED = Said("WARNING", "is rate limited. Retrying in", often=True)


def _row(
    does: str,
    *breaks: Break,
    log: tuple[Said, ...] = (),
    desk: Desk = Desk.QUICK,
    place: Place | None = None,
) -> DiscordRow:
    usual = Place.CHANNEL if desk is Desk.SLOW else Place.CARD
    return DiscordRow(
        does=does, outcome=delivered(log=log), breaks=breaks, desk=desk, place=place or usual
    )


def _postponed(what: str) -> tuple[Said, ...]:
    return (Said("WARNING", f"{POSTPONED}: {what}", often=True),)


_ANSWERS = (
    _row(
        "503 once for the card: asked again at once",
        lambda scene: scene.fail("PATCH", scene.by_token, 503, times=1),
    ),
    _row(
        "503 when a new message is posted, three times",
        lambda scene: scene.fail("POST", scene.posts, 503, times=3),
        log=_postponed("HTTP 503"),
        desk=Desk.SLOW,
    ),
    _row(
        "500 once: asked again at once",
        lambda scene: scene.fail("PATCH", scene.by_token, 500, times=1),
    ),
    _row(
        "502 as HTML once: asked again at once",
        lambda scene: scene.fail("PATCH", scene.by_token, 502, page="<h1>502</h1>", times=1),
    ),
    _row(
        "500 for half a minute",
        lambda scene: scene.fail("PATCH", scene.by_token, 500, times=5),
        log=_postponed("HTTP 500"),
    ),
    _row(
        "429 for this card, wait 0.05 s",
        lambda scene: scene.fail("PATCH", scene.by_token, 429, times=1),
        log=(LIMITED,),
    ),
    _row(
        "429 when a new message is posted",
        lambda scene: scene.fail("POST", scene.posts, 429, times=2),
        log=(Said("WARNING", "We are being rate limited. POST", often=True),),
        desk=Desk.SLOW,
    ),
    _row(
        "429 of something before Discord, as HTML: everybody is banned for a while",
        lambda scene: scene.ban("PATCH", scene.by_token),
        log=_postponed("HTTP 429"),
    ),
    _row(
        "401: Discord refuses the bot's own token for a moment",
        lambda scene: scene.fail("POST", scene.posts, 401, times=1),
        log=_postponed("Discord refuses the bot's own token"),
        desk=Desk.SLOW,
    ),
    _row(
        "a page of HTML in place of an answer (200)",
        lambda scene: scene.fail("PATCH", scene.by_token, 200, page="<p>Hello</p>", times=1),
        log=(Said("ERROR", "a step failed; it is tried again"),),
    ),
)

_LOST = (
    _row(
        "a reset while the picture is uploaded to the card",
        lambda scene: scene.cut("PATCH", scene.by_token, Cut.REQUEST),
        log=_postponed(""),
    ),
    _row(
        "a reset while the picture is uploaded as a new message",
        lambda scene: scene.cut("POST", scene.posts, Cut.REQUEST),
        log=_postponed(""),
        desk=Desk.SLOW,
    ),
    _row(
        "a reset amid the answer: the card has its picture",
        lambda scene: scene.cut("PATCH", scene.by_token, Cut.ANSWER),
        log=_postponed(""),
    ),
    _row(
        "a reset amid the answer: the new message stands there",
        lambda scene: scene.cut("POST", scene.posts, Cut.ANSWER),
        log=_postponed(""),
        desk=Desk.SLOW,
    ),
    _row(
        "503, though the new message was posted",
        lambda scene: scene.fail("POST", scene.posts, 503, times=1, applied=True),
        log=_postponed("HTTP 503"),
        desk=Desk.SLOW,
    ),
    _row(
        "503, though it was posted, and the channel's history cannot be read: the nonce tells",
        lambda scene: scene.fail("POST", scene.posts, 503, times=1, applied=True),
        Scene.hide_history,
        log=(*_postponed("HTTP 503"), Said("INFO", "earlier messages cannot be read")),
        desk=Desk.SLOW,
    ),
    _row(
        "503, though it was posted, and members have written 60 messages since",
        lambda scene: scene.fail("POST", scene.posts, 503, times=1, applied=True),
        Scene.chat_afterwards,
        log=_postponed("HTTP 503"),
        desk=Desk.SLOW,
    ),
)

ROWS = (*_ANSWERS, *_LOST)
