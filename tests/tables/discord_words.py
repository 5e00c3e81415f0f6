"""There is no picture, and Discord makes it hard to say so."""

from __future__ import annotations

from tests.tables.discord_row import Break, DiscordRow, Place, fail
from tests.tables.row import Said, failed
from tests.tables.scene import Scene

ENDED = Said("WARNING", "ended as FAILED at the API")
NOT_TOLD = Said("INFO", "its member cannot be told, only /jobs shows it")


def _row(
    does: str, *breaks: Break, place: Place, private: bool = False, log: tuple[Said, ...] = ()
) -> DiscordRow:
    return DiscordRow(
        does=does,
        outcome=failed(
            "failed; not counted" if place is Place.JOBS else "could not make this picture",
            log=(ENDED, *log),
        ),
        place=place,
        breaks=breaks,
        play=fail,
        order={"private": True} if private else {},
    )


ROWS = (
    _row("all is well", place=Place.CARD),
    _row("the token has expired (50027)", Scene.lose_token, place=Place.CARD),
    _row("the card is deleted (10008)", Scene.delete_card, place=Place.DIRECTLY),
    _row(
        "503 once",
        lambda scene: scene.fail("PATCH", scene.by_token, 503, times=1),
        place=Place.CARD,
    ),
    _row(
        "the channel is deleted, and the member takes no direct messages",
        lambda scene: scene.booth.discord.delete_channel(scene.booth.channel),
        Scene.close_direct,
        place=Place.JOBS,
        log=(NOT_TOLD,),
    ),
    _row("private, the token has expired", Scene.lose_token, place=Place.DIRECTLY, private=True),
    _row(
        "private, the token has expired, and the member takes no direct messages",
        Scene.lose_token,
        Scene.close_direct,
        place=Place.JOBS,
        private=True,
        log=(NOT_TOLD,),
    ),
)
