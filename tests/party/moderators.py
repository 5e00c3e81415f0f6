"""The moderators of a party: they look at what waits, and approve, reject or block."""

from __future__ import annotations

import asyncio
import random
import re

from tests.party.plan import Kind
from tests.party.scene import Decision, Scene, now
from tests.party.surface import (
    answered,
    bot_there,
    custom_ids,
    gallery_message,
    has_button,
    press,
    take_down,
)
from tests.support.discord import Interaction, Message, User

LOOK_AGAIN = 0.3
APPROVE = re.compile(r"picture:(\d+):approve")
REASON = "Not for this party, sorry"
REMOVE_SHARE = 0.02  # of the pictures that are shown are taken down by a moderator


async def moderate(scene: Scene, user: User) -> None:
    """Decide on what waits until cancelled; several moderators meet at the same message."""
    rng = random.Random(f"{scene.plan.seed}:{user.name}")
    while True:
        await bot_there(scene)
        waiting = _waiting(scene)
        if not waiting:
            await asyncio.sleep(LOOK_AGAIN)
            continue
        picture_id, message = rng.choice(waiting[:4])
        await _decide(scene, user, picture_id, message)
        await asyncio.sleep(rng.uniform(0, LOOK_AGAIN))


async def police(scene: Scene, user: User) -> None:
    """Take a picture down now and then: by its button, or by deleting its message by hand."""
    rng = random.Random(f"{scene.plan.seed}:police")
    seen: set[int] = set()
    while not scene.is_over:
        await asyncio.sleep(LOOK_AGAIN)
        for row in list(scene.facts.pictures.values()):
            if row.id in seen or row.gallery_message_id is None or row.state != "approved":
                continue
            seen.add(row.id)
            if rng.random() < REMOVE_SHARE:
                await take_down(scene, user, row.id)
            elif rng.random() < REMOVE_SHARE:
                _delete_by_hand(scene, row.id)


def _delete_by_hand(scene: Scene, picture_id: int) -> None:
    """The bot hears of it only while it is there; Discord does not say it later."""
    message = gallery_message(scene, picture_id)
    if message is not None and scene.discord.gateway.connected:
        scene.removals.setdefault(picture_id, now())
        scene.by_hand.add(picture_id)
        scene.discord.delete_message(message)


def _waiting(scene: Scene) -> list[tuple[int, Message]]:
    """What can still be decided on, oldest first."""
    found = []
    for message in scene.discord.messages(scene.venue.review):
        if message.id in scene.settled:
            continue
        picture_ids = [int(m[1]) for i in custom_ids(message) if (m := APPROVE.fullmatch(i))]
        if picture_ids and has_button(message, f"picture:{picture_ids[0]}:approve"):
            found.append((picture_ids[0], message))
        elif message.edits:
            scene.settled.add(message.id)  # it has been decided
    return found


async def _decide(scene: Scene, user: User, picture_id: int, message: Message) -> None:
    row = scene.facts.pictures.get(picture_id)
    guest = next((g for g in scene.guests if row and g.user.id == row.user_id), None)
    if guest is not None and guest.kind is Kind.ROWDY:
        verb = "block"
    elif random.Random(f"{scene.plan.seed}:{picture_id}").random() < scene.plan.reject_share:
        verb = "reject"
    else:
        verb = "approve"
    at = now()
    pressed = await press(scene, user, message, f"picture:{picture_id}:{verb}")
    took_effect = pressed is not None and await _through(scene, user, pressed)
    scene.decisions.append(
        Decision(
            picture_id=picture_id,
            verb=verb,
            at=at,
            by=user,
            answered=took_effect,
            answered_at=now(),
            guest_id=guest.user.id if guest else 0,
        )
    )


async def _through(scene: Scene, user: User, pressed: Interaction) -> bool:
    """Fill in the reason, or confirm, where the bot asks for it."""
    if pressed.modal is not None:
        fields = {
            part["component"]["custom_id"]: REASON
            for part in pressed.modal["components"]
            if "component" in part
        }
        sent = await scene.discord.submit_modal(user, pressed, fields)
        return await answered(scene, sent)
    asked = pressed.original
    if asked is not None and asked is not pressed.source:
        for label in asked.labels():
            if label.startswith(("Block", "Yes")):
                return await press(scene, user, asked, label) is not None
    return True
