"""A private picture, whatever fails: it is never in a channel."""

from __future__ import annotations

from tests.support.discord import Cut
from tests.tables.discord_public import WAITS, refused_by
from tests.tables.discord_row import Break, Desk, DiscordRow, Place
from tests.tables.row import Said, delivered
from tests.tables.scene import Scene

PRIVATE = {"private": True}


def _row(
    does: str,
    *breaks: Break,
    place: Place,
    log: tuple[Said, ...] = (),
    desk: Desk = Desk.QUICK,
) -> DiscordRow:
    outcome = WAITS if place is Place.JOBS else delivered(log=log)
    return DiscordRow(
        does=does, outcome=outcome, place=place, breaks=breaks, order=PRIVATE, desk=desk
    )


def _postponed(what: str = "") -> tuple[Said, ...]:
    return (Said("WARNING", f"its picture could not be posted yet: {what}", often=True),)


ROWS = (
    _row("all is well", place=Place.CARD),
    _row("a slow job: it still is on the card", place=Place.CARD, desk=Desk.SLOW),
    _row(
        "the token has expired (50027)",
        Scene.lose_token,
        place=Place.DIRECTLY,
        log=refused_by(50027, 401),
    ),
    _row(
        "the token has expired early (10015)",
        lambda scene: scene.lose_token(404, 10015),
        place=Place.DIRECTLY,
        log=refused_by(10015, 404),
    ),
    _row(
        "the member has dismissed the card",
        Scene.delete_card,
        place=Place.DIRECTLY,
        log=refused_by(10008, 404),
    ),
    _row(
        "the card is forbidden (50001)",
        lambda scene: scene.lose_token(403, 50001),
        place=Place.DIRECTLY,
        log=refused_by(50001, 403),
    ),
    _row(
        "the channel is deleted (10003)",
        lambda scene: scene.booth.discord.delete_channel(scene.booth.channel),
        place=Place.DIRECTLY,
        log=refused_by(10003, 404),
    ),
    _row("the bot may not write in the channel", Scene.hide_channel, place=Place.CARD),
    _row(
        "503 once: asked again at once",
        lambda s: s.fail("PATCH", s.by_token, 503, times=1),
        place=Place.CARD,
    ),
    _row(
        "a reset while the picture is uploaded",
        lambda scene: scene.cut("PATCH", scene.by_token, Cut.REQUEST),
        place=Place.CARD,
        log=_postponed(),
    ),
    _row(
        "a reset amid the answer: the card has its picture",
        lambda scene: scene.cut("PATCH", scene.by_token, Cut.ANSWER),
        place=Place.CARD,
        log=_postponed(),
    ),
    _row(
        "the card is gone, and 503 for the direct message once",
        Scene.delete_card,
        lambda scene: scene.fail("POST", scene.direct, 503, times=1),
        place=Place.DIRECTLY,
        log=(*refused_by(10008, 404), *_postponed("HTTP 503")),
    ),
    _row(
        "the token has expired, and the member takes no direct messages (50007)",
        Scene.lose_token,
        Scene.close_direct,
        place=Place.JOBS,
    ),
    _row(
        "the token has expired, and the member has left the server (50278)",
        Scene.lose_token,
        Scene.leave,
        place=Place.JOBS,
    ),
    _row(
        "the token has expired, and the bot was thrown out (50278)",
        Scene.lose_token,
        Scene.throw_out,
        place=Place.JOBS,
    ),
    _row("every place calls it too large (40005)", Scene.call_all_too_large, place=Place.JOBS),
)
