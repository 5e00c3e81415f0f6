"""What concerns the whole bot: the gateway, its death, Discord's clock, limits for everything."""

from __future__ import annotations

from datetime import timedelta

from tests.tables.discord_public import refused_by
from tests.tables.discord_row import Break, Desk, DiscordRow, Place, Play, fail, finish
from tests.tables.row import Outcome, Said, delivered, failed
from tests.tables.scene import Scene

CANCELLED = Outcome(
    state="cancelled",
    reads=("so it counts against your quota",),
    quota="spent",
)


def _row(
    does: str,
    *breaks: Break,
    play: Play = finish,
    outcome: Outcome | None = None,
    place: Place = Place.CARD,
    private: bool = False,
    log: tuple[Said, ...] = (),
) -> DiscordRow:
    return DiscordRow(
        does=does,
        outcome=outcome or delivered(log=log),
        place=place,
        breaks=breaks,
        play=play,
        desk=Desk.ALONE,
        order={"private": True} if private else {},
    )


# -- the gateway


async def _drop(scene: Scene) -> None:
    """The line is cut, and the picture comes before it stands again."""
    gateway = scene.house.discord.gateway
    before = gateway.resumes
    gateway.drop()
    await scene.finish()
    await scene.house.discord.until(lambda: gateway.resumes == before + 1)


async def _cancel_while_dropped(scene: Scene) -> None:
    """A button is pressed while the line is cut; the press is replayed."""
    gateway = scene.house.discord.gateway
    before = gateway.resumes
    gateway.drop()
    await scene.booth.press(scene.card, "Cancel")
    assert gateway.resumes == before + 1


async def _reconnect(scene: Scene) -> None:
    gateway = scene.house.discord.gateway
    before = gateway.resumes
    gateway.ask_to_reconnect()
    await scene.house.discord.until(lambda: gateway.resumes == before + 1)
    await scene.finish()


async def _forget(scene: Scene) -> None:
    """The session is lost: the bot begins a new one, and a press in between is lost, too."""
    gateway = scene.house.discord.gateway
    before = gateway.identifies
    await gateway.close(4009, forget=True)
    await scene.house.discord.press(scene.booth.alice, scene.card, "Cancel")
    await scene.house.discord.until(lambda: gateway.identifies == before + 1, within=20)
    await scene.finish()


async def _invalidate(scene: Scene) -> None:
    gateway = scene.house.discord.gateway
    before = gateway.identifies
    gateway.invalidate()
    await scene.house.discord.until(lambda: gateway.identifies == before + 1, within=20)
    await scene.booth.press(scene.card, "Cancel")


_GATEWAY = (
    _row("the gateway drops; the picture comes meanwhile", play=_drop),
    _row(
        "the gateway drops; *Cancel* is pressed meanwhile, and replayed",
        play=_cancel_while_dropped,
        outcome=CANCELLED,
    ),
    _row("the gateway asks to reconnect (op 7)", play=_reconnect),
    _row("the session times out (4009); a press meanwhile is lost", play=_forget),
    _row(
        "the session is invalid (op 9); *Cancel* works in the new one",
        play=_invalidate,
        outcome=CANCELLED,
    ),
)


# -- the bot's death


async def _die_posting(scene: Scene) -> None:
    """Killed when the picture stands on the card, before the bot could note it."""
    await _die(scene, "PATCH", scene.by_token, before=False)


async def _die_before(scene: Scene) -> None:
    await _die(scene, "PATCH", scene.by_token, before=True)


async def _die_posting_anew(scene: Scene) -> None:
    """The same with a new message, and the nonce is forgotten when the bot is back."""
    limits = scene.house.discord.limits
    window, limits.nonce_window = limits.nonce_window, timedelta(0)
    await _die(scene, "POST", scene.posts, before=False)
    await scene.booth.accounted(("delivered", "spent", "spent"))
    limits.nonce_window = window


async def _die_telling(scene: Scene) -> None:
    held = scene.house.discord.hold("PATCH", scene.by_token, before=True)
    await fail(scene)
    await held.arrived()
    await scene.house.bot.kill()
    held.drop()
    await scene.house.bot.start()


async def _die(scene: Scene, method: str, path: str, *, before: bool) -> None:
    held = scene.house.discord.hold(method, path, before=before)
    await scene.finish()
    await held.arrived()
    await scene.house.bot.kill()
    held.drop()
    await scene.house.bot.start()


async def _delete_afterwards(scene: Scene) -> None:
    """A moderator deletes the picture: nobody posts it again, not even after a restart."""
    await scene.finish()
    await scene.booth.picture(scene.ordered)
    await scene.booth.accounted(("delivered", "spent", "spent"))
    scene.delete_card()
    await scene.house.bot.restart()


_DEATH = (
    _row("killed before the picture is on the card", play=_die_before),
    _row("killed once the picture is on the card, before that is noted", play=_die_posting),
    _row(
        "killed once the picture is posted anew, before that is noted; the nonce is forgotten",
        Scene.lose_token,
        Scene.refuse_edits,
        play=_die_posting_anew,
        place=Place.CHANNEL,
        log=(Said("INFO", "its picture was refused", often=True),),
    ),
    _row(
        "a moderator deletes the picture, and the bot is killed and comes back",
        play=_delete_afterwards,
        place=Place.NOWHERE,
    ),
    _row("killed once a private picture is on the card", play=_die_posting, private=True),
    _row(
        "killed while the member is told of a failure",
        play=_die_telling,
        outcome=failed(
            "could not make this picture", log=(Said("WARNING", "ended as FAILED at the API"),)
        ),
    ),
)


# -- clock and limits


def _sixteen_minutes_later(scene: Scene) -> None:
    scene.house.discord.advance(minutes=16)


def _an_hour_later(scene: Scene) -> None:
    scene.house.discord.advance(minutes=61)
    scene.house.discord.limits.old_edits = 0


def _limit_all(scene: Scene) -> None:
    scene.lose_token()
    scene.house.discord.limit_globally(1.0)


_LIMITS = (
    _row(
        "the token has expired by Discord's clock, not by ours (50027)",
        _sixteen_minutes_later,
        log=refused_by(50027, 401),
    ),
    _row(
        "the card is older than an hour and was edited too often (30046)",
        _an_hour_later,
        place=Place.CHANNEL,
        log=refused_by(30046, 429),
    ),
    _row(
        "429 for all that the bot asks, for a second",
        _limit_all,
        log=(
            *refused_by(50027, 401),
            Said("WARNING", "We are being rate limited. PATCH", often=True),
            Said("WARNING", "Global rate limit has been hit", often=True),
        ),
    ),
)

ROWS = (*_GATEWAY, *_DEATH, *_LIMITS)
