"""The guests of a party: they press Step in, send the form in, and do what their kind does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from tests.party.kitchen import photo
from tests.party.plan import Kind
from tests.party.scene import Attempt, Guest, Scene, now
from tests.party.surface import (
    answered,
    bot_there,
    come_true,
    fill_guest_form,
    press,
    take_down,
)
from tests.support.discord import Interaction, Upload

TRIES = 8  # of one form, while the bot is being killed
ACCEPT_SECONDS = 20.0
DECISION_SECONDS = 400.0
AFTER_THE_END = 1.0  # seconds
IN_TIME = 4.0  # seconds before the end at which the late ones open the form
TAKEN, REFUSED, LOST = "taken", "refused", "lost"

AGREE = "I agree, go on"
NO_PHOTO = Upload("me.jpg", b"this is no photo", "image/jpeg")


async def take_part(scene: Scene, guest: Guest) -> None:
    """Come at some time, and do what this kind of guest does."""
    rng = random.Random(f"{scene.plan.seed}:{guest.number}")
    if guest.kind is not Kind.LATE:
        await asyncio.sleep(rng.uniform(0, scene.plan.coming))
    await _BY_KIND[guest.kind](scene, guest)
    guest.done = True


async def _ordinary(scene: Scene, guest: Guest) -> None:
    await _order(scene, guest)


async def _eager(scene: Scene, guest: Guest) -> None:
    for _ in range(scene.plan.guest_limit + 1):  # the last one too many
        await _order(scene, guest)


async def _careless(scene: Scene, guest: Guest) -> None:
    await _order(scene, guest, upload=NO_PHOTO, expects=REFUSED)
    await _order(scene, guest)


async def _shy(scene: Scene, guest: Guest) -> None:
    await _order(scene, guest, consents=False, expects=REFUSED)
    await _order(scene, guest)


async def _unlucky(scene: Scene, guest: Guest) -> None:
    sent = await _order(scene, guest, spoiled=True)
    if sent is not None:
        await come_true(lambda: _is_over(scene, sent), within=DECISION_SECONDS)
    await _order(scene, guest)


async def _rowdy(scene: Scene, guest: Guest) -> None:
    sent = await _order(scene, guest)
    if sent is None:
        return
    was_blocked = await come_true(
        lambda: guest.user.id in scene.facts.blocked or scene.is_over, within=DECISION_SECONDS
    )
    if was_blocked and not scene.is_over:
        await _order(scene, guest, expects=REFUSED)


async def _repentant(scene: Scene, guest: Guest) -> None:
    sent = await _order(scene, guest)
    if sent is None:
        return

    def is_settled() -> bool:
        row = scene.facts.by_form.get(sent.id)
        if row is None:
            return _is_over(scene, sent) or scene.facts.state == "closed"
        return row.gallery_message_id is not None or row.state in {"rejected", "removed"}

    await come_true(is_settled, within=DECISION_SECONDS)
    row = scene.facts.by_form.get(sent.id)
    if row is not None and row.gallery_message_id is not None:
        await take_down(scene, guest.user, row.id)


async def _late(scene: Scene, guest: Guest) -> None:
    """Open the form in time, and send it in when it is too late by a moment."""
    await asyncio.sleep(max(0.0, scene.seconds_left - IN_TIME))
    opened = await _open_form(scene, guest)
    if opened is None:
        return
    await asyncio.sleep(max(0.0, scene.seconds_left + AFTER_THE_END))
    await _send(scene, guest, opened, expects=REFUSED)


_BY_KIND: dict[Kind, Callable[[Scene, Guest], Awaitable[None]]] = {
    Kind.ORDINARY: _ordinary,
    Kind.EAGER: _eager,
    Kind.CARELESS: _careless,
    Kind.SHY: _shy,
    Kind.UNLUCKY: _unlucky,
    Kind.ROWDY: _rowdy,
    Kind.REPENTANT: _repentant,
    Kind.LATE: _late,
}


async def _order(
    scene: Scene,
    guest: Guest,
    *,
    upload: Upload | None = None,
    spoiled: bool = False,
    consents: bool = True,
    expects: str = TAKEN,
) -> Interaction | None:
    """Go the whole way until the bot has answered; the form that was taken, if one was."""
    for _ in range(TRIES):
        await bot_there(scene)
        if scene.is_over:
            return None
        opened = await _open_form(scene, guest)
        if opened is None:
            if guest.refusals:
                return None
            continue
        outcome, sent = await _send(
            scene,
            guest,
            opened,
            upload=upload,
            spoiled=spoiled,
            consents=consents,
            expects=expects,
        )
        if outcome is not LOST:
            return sent if outcome is TAKEN else None
    return None


async def _open_form(scene: Scene, guest: Guest) -> Interaction | None:
    """Press Step in; None: nobody answered, or no form came but words."""
    pressed = await press(scene, guest.user, scene.panel, f"event:{scene.event_id}:join")
    if pressed is None:
        return None
    guest.presses.append(pressed)
    if pressed.modal is None:
        guest.refusals.append(pressed.original.text() if pressed.original else "")
        return None
    return pressed


async def _send(
    scene: Scene,
    guest: Guest,
    opened: Interaction,
    *,
    upload: Upload | None = None,
    spoiled: bool = False,
    consents: bool = True,
    expects: str,
) -> tuple[str, Interaction]:
    mark = scene.kitchen.take_mark(spoiled=spoiled)
    assert opened.modal is not None
    filled = fill_guest_form(
        opened.modal,
        photo=upload or Upload("me.jpg", photo(mark), "image/jpeg"),
        caption=f"Guest {guest.number}" if mark % 2 else "",
        consents=consents,
    )
    began = now()
    sent = await scene.discord.submit_modal(guest.user, opened, filled)
    is_answered = await answered(scene, sent)
    if is_answered and _asks_consent(sent):
        agreed = await press(scene, guest.user, sent.message, AGREE)
        is_answered, sent = agreed is not None, agreed or sent
    guest.attempts.append(Attempt(mark=mark, sent=sent, expects=expects, at=began))
    if not is_answered:
        return LOST, sent
    await come_true(lambda: _is_taken(scene, sent) or _has_words(sent), within=ACCEPT_SECONDS)
    if not _is_taken(scene, sent):
        await asyncio.sleep(0.5)  # a file tells nobody when it changes: its row may come yet
    if _is_taken(scene, sent):
        return TAKEN, sent
    return (REFUSED if _has_words(sent) else LOST), sent


def _asks_consent(sent: Interaction) -> bool:
    """Tell whether it is the first picture of this member, whatever they make."""
    return sent.message is not None and AGREE in sent.message.labels()


def _is_taken(scene: Scene, sent: Interaction) -> bool:
    return sent.id in scene.book.rows


def _is_over(scene: Scene, sent: Interaction) -> bool:
    row = scene.book.rows.get(sent.id)
    return row is not None and row.is_over


def _has_words(sent: Interaction) -> bool:
    original = sent.original
    return original is not None and not original.thinking
