"""A public picture on its way to the member: a place that refuses sends it to the next."""

from __future__ import annotations

from tests.support.pngs import png
from tests.tables.discord_row import Break, Desk, DiscordRow, Place
from tests.tables.row import Outcome, Said, delivered
from tests.tables.scene import Scene

LARGE = png(at_least_bytes=11 * 2**20)
WAITS = Outcome(state="undeliverable", reads=("ready: get it below",), quota="spent")


def _row(
    does: str,
    *breaks: Break,
    place: Place,
    log: tuple[Said, ...] = (),
    desk: Desk = Desk.QUICK,
    spot: str = "booth",
) -> DiscordRow:
    return DiscordRow(
        does=does, outcome=delivered(log=log), place=place, breaks=breaks, desk=desk, spot=spot
    )


def refused_by(code: int, status: int = 403) -> tuple[Said, ...]:
    """A place's no, as the log tells it, whether to a picture or before that to progress."""
    return (Said("INFO", f"HTTP {status}, code {code}", often=True),)


def _lose_token_and_edits(scene: Scene) -> None:
    scene.lose_token()
    scene.refuse_edits()


_CARDS = (
    _row("all is well", place=Place.CARD),
    _row(
        "the token has expired (50027)",
        Scene.lose_token,
        place=Place.CARD,
        log=refused_by(50027, 401),
    ),
    _row(
        "the token has expired early (10015)",
        lambda scene: scene.lose_token(404, 10015),
        place=Place.CARD,
        log=refused_by(10015, 404),
    ),
    _row(
        "the token has expired and the card may not be edited (50001)",
        _lose_token_and_edits,
        place=Place.CHANNEL,
        log=refused_by(50001),
    ),
    _row(
        "a moderator has deleted the card (10008)",
        Scene.delete_card,
        place=Place.CHANNEL,
        log=refused_by(10008, 404),
    ),
    _row(
        "the channel is deleted (10003)",
        lambda scene: scene.booth.discord.delete_channel(scene.booth.channel),
        place=Place.DIRECTLY,
        log=refused_by(10003, 404),
    ),
    _row(
        "the bot may not see the channel any more, the token has expired (50001)",
        Scene.lose_token,
        Scene.hide_channel,
        place=Place.DIRECTLY,
        log=refused_by(50001),
    ),
    _row(
        "the bot may not see the channel any more, the token lives",
        Scene.hide_channel,
        place=Place.CARD,
    ),
    _row(
        "the bot may not attach files any more, the token has expired (50013)",
        Scene.lose_token,
        Scene.forbid_files,
        place=Place.DIRECTLY,
        log=refused_by(50013),
    ),
    _row("the member has left the server", Scene.leave, place=Place.CARD),
    _row("the bot was thrown out, the token lives", Scene.throw_out, place=Place.CARD),
    _row(
        "the bot was thrown out, the token has expired; they share another server",
        Scene.lose_token,
        lambda scene: scene.throw_out(elsewhere=True),
        place=Place.DIRECTLY,
        log=refused_by(50001),
    ),
)

_SLOW = (
    _row("a slow job, all is well", place=Place.CHANNEL, desk=Desk.SLOW),
    _row(
        "a slow job where the bot may not write any more (50013)",
        Scene.refuse_posts,
        place=Place.CARD,
        desk=Desk.SLOW,
        log=refused_by(50013),
    ),
    _row(
        "a slow job where the bot may not attach files any more (50013)",
        Scene.forbid_files,
        place=Place.CARD,
        desk=Desk.SLOW,
        log=refused_by(50013),
    ),
    _row(
        "a slow job whose card is deleted meanwhile",
        Scene.delete_card,
        place=Place.CHANNEL,
        desk=Desk.SLOW,
    ),
    _row(
        "a slow job whose channel is deleted (10003)",
        lambda scene: scene.booth.discord.delete_channel(scene.booth.channel),
        place=Place.DIRECTLY,
        desk=Desk.SLOW,
        log=refused_by(10003, 404),
    ),
    _row(
        "a slow job whose member has left: the mention notifies nobody",
        Scene.leave,
        place=Place.CHANNEL,
        desk=Desk.SLOW,
    ),
)

_THREADS = (
    _row("an order in a thread", place=Place.CARD, spot="thread"),
    _row(
        "a slow job in a forum's post",
        place=Place.CHANNEL,
        spot="post",
        desk=Desk.SLOW,
    ),
    _row(
        "a slow job in the chat of a voice channel",
        place=Place.CHANNEL,
        spot="voice",
        desk=Desk.SLOW,
    ),
    _row("an order in an announcement channel", place=Place.CARD, spot="news"),
    _row(
        "the thread is archived meanwhile (50083): a new message opens it",
        Scene.archive,
        place=Place.CHANNEL,
        spot="thread",
        log=refused_by(50083, 400),
    ),
    _row(
        "the thread is archived and locked meanwhile (160005)",
        lambda scene: scene.archive(lock=True),
        place=Place.DIRECTLY,
        spot="thread",
        log=refused_by(160005, 400),
    ),
    _row(
        "the thread is deleted meanwhile (10003)",
        lambda scene: scene.booth.discord.delete_channel(scene.ordered.channel),
        place=Place.DIRECTLY,
        spot="thread",
        log=refused_by(10003, 404),
    ),
)


def _waits(does: str, *breaks: Break, desk: Desk = Desk.QUICK) -> DiscordRow:
    return DiscordRow(does=does, outcome=WAITS, place=Place.JOBS, breaks=breaks, desk=desk)


_NOWHERE = (
    _waits(
        "the channel is deleted, and the member takes no direct messages (50007)",
        lambda scene: scene.booth.discord.delete_channel(scene.booth.channel),
        Scene.close_direct,
    ),
    _waits(
        "the bot was thrown out of the only server they share (50278)",
        Scene.lose_token,
        Scene.throw_out,
    ),
    _waits(
        "no place for direct messages can be opened",
        Scene.delete_card,
        Scene.refuse_posts,
        Scene.refuse_to_open_direct,
        desk=Desk.ALONE,
    ),
)

_SIZES = (
    DiscordRow(
        does="the picture is larger than 10 MB: it is sent as a JPEG",
        outcome=delivered(),
        play=lambda scene: scene.finish(LARGE),
        picture=None,
    ),
    DiscordRow(
        does="the picture is too large for the place (40005): it is sent smaller",
        outcome=delivered(),
        breaks=(lambda scene: scene.fail("PATCH", scene.by_token, 413, 40005, times=1),),
        play=lambda scene: scene.finish(LARGE),
        picture=None,
    ),
    DiscordRow(
        does="413 of something before Discord, as HTML: it is sent smaller",
        outcome=delivered(),
        breaks=(
            lambda scene: scene.fail("PATCH", scene.by_token, 413, page="<h1>413</h1>", times=1),
        ),
        play=lambda scene: scene.finish(LARGE),
        picture=None,
    ),
    DiscordRow(
        does="the picture is 30 MB, and the server is boosted: it is sent as it is",
        outcome=delivered(),
        breaks=(Scene.boost,),
        play=lambda scene: scene.finish(png(at_least_bytes=30 * 2**20)),
        picture=None,
    ),
    DiscordRow(
        does="whatever its size, every place calls it too large (40005)",
        outcome=WAITS,
        place=Place.JOBS,
        breaks=(Scene.call_all_too_large,),
    ),
)

ROWS = (*_CARDS, *_SLOW, *_THREADS, *_NOWHERE, *_SIZES)
