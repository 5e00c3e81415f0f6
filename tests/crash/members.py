"""The members of a crash run: each orders, waits for the end, and orders again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from tests.crash.book import Row
from tests.crash.evidence import was_cut_off
from tests.crash.orders import Habit, Order
from tests.crash.scene import Asked, Member, Scene
from tests.support.discord import Interaction, Message, Upload
from tests.support.discord.options import NotPossible
from tests.support.workshop import photo_bytes

ANSWER_SECONDS = 3.5  # after which Discord's client says that the app did not respond
ACCEPT_SECONDS = 10.0
END_SECONDS = 120.0
AWAY_SHARE = 0.1  # of the commands are typed without looking whether the bot is there
FETCH_TRIES = 20

PHOTO = photo_bytes(size=(32, 48))


async def order_for_ever(scene: Scene, member: Member) -> None:
    """Order as often as the run permits, until cancelled."""
    rng = random.Random(f"{scene.plan.seed}:{member.user.name}")
    while True:
        await scene.permits.acquire()
        scene.busy += 1
        try:
            await _one_order(scene, member, rng)
        finally:
            scene.busy -= 1


async def chat(scene: Scene, member: Member) -> None:
    """Talk in a channel, so that it is long until the bot's own messages come."""
    for number in range(1_000_000):
        await scene.discord.say(member.user, member.channel, f"Message {number}")
        await asyncio.sleep(0.2)


async def _one_order(scene: Scene, member: Member, rng: random.Random) -> None:
    order = scene.orders.draw()
    if rng.random() > AWAY_SHARE:
        await scene.discord.came_true(lambda: scene.discord.gateway.connected, within=60)
    row = await _accepted(scene, member, order)
    if row is None:
        scene.permits.release()
        return
    if order.habit is Habit.CANCELS:
        await asyncio.sleep(order.patience)
        await _press(scene, member, _card(scene, row), "Cancel")
    row = await _end(scene, row)
    if member.is_hermit:
        await _fetch(scene, member, row)
    elif order.habit is Habit.AGAIN and row.state == "delivered":
        again = await _press(scene, member, _message(scene, row.message_id), "Again")
        if again is not None:
            scene.asked.append(Asked(order=order, interaction=again))
            await _row(scene, again)


async def _accepted(scene: Scene, member: Member, order: Order) -> Row | None:
    """Type the command, agree if asked to, and wait for the job; None: it came to nothing."""
    interaction = await _type(scene, member, order)
    if not await _answered(scene, interaction):
        return None
    if _asks_consent(interaction):
        agreed = await _press(scene, member, interaction.message, "I agree, go on")
        if agreed is None or agreed.original is interaction.original:
            return None  # the bot was killed in between, and forgot the order
        interaction = agreed
    scene.asked.append(Asked(order=order, interaction=interaction))
    row = await _row(scene, interaction)
    if row is not None and member.dismisses and interaction.message is not None:
        scene.discord.delete_message(interaction.message)
    return row


async def _type(scene: Scene, member: Member, order: Order) -> Interaction:
    private = order.private or member.dismisses
    if order.is_prompt:
        options: dict[str, object] = {"prompt": order.mark, "private": private}
        return await scene.discord.slash(member.user, member.channel, "imagine", options)
    photo = Upload("me.jpg", PHOTO, "image/jpeg")
    options = {"photo": photo, "filter": order.mark, "who": "Woman", "private": private}
    return await scene.discord.slash(member.user, member.channel, "faceswap", options)


async def _answered(scene: Scene, interaction: Interaction) -> bool:
    if await scene.discord.came_true(
        lambda: interaction.response_type is not None, within=ANSWER_SECONDS
    ):
        return True
    scene.in_vain += 1
    return False


def _asks_consent(interaction: Interaction) -> bool:
    message = interaction.message
    return message is not None and "I agree, go on" in message.labels()


async def _row(scene: Scene, interaction: Interaction) -> Row | None:
    await scene.book.until(
        lambda: interaction.id in scene.book.rows or _was_refused(interaction),
        within=ACCEPT_SECONDS,
    )
    return scene.book.rows.get(interaction.id)


def _was_refused(interaction: Interaction) -> bool:
    is_gone = interaction.original is not None and interaction.original.deleted
    return is_gone or was_cut_off(interaction)


async def _end(scene: Scene, row: Row) -> Row:
    def current() -> Row:
        return scene.book.rows[row.interaction_id]

    await scene.book.until(lambda: current().is_over, within=END_SECONDS)
    return current()


async def _fetch(scene: Scene, member: Member, row: Row) -> None:
    """Get a picture that could not be posted, trying again when the bot is killed meanwhile."""

    def is_handed_out() -> bool:
        return scene.book.rows[row.interaction_id].state != "undeliverable"

    for _ in range(FETCH_TRIES):
        if is_handed_out():
            return
        await scene.discord.came_true(lambda: scene.discord.gateway.connected, within=60)
        listed = await scene.discord.slash(member.user, member.channel, "jobs")
        label = f"Get picture {row.id}"
        if await _came(scene, lambda: _offers(listed, label)):  # noqa: B023 - awaited here
            await _press(scene, member, listed.message, label)
            await scene.book.until(is_handed_out, within=ANSWER_SECONDS)


async def _came(scene: Scene, holds: Callable[[], bool]) -> bool:
    return await scene.discord.came_true(holds, within=ANSWER_SECONDS)


def _offers(listed: Interaction, label: str) -> bool:
    return listed.message is not None and label in listed.message.labels()


async def _press(
    scene: Scene, member: Member, message: Message | None, which: str
) -> Interaction | None:
    """Press a button if it is there; None: it is not, or nobody answered."""
    try:
        pressed = await scene.discord.press(member.user, message, which)
    except (NotPossible, AssertionError):
        return None
    return pressed if await _answered(scene, pressed) else None


def _card(scene: Scene, row: Row) -> Message | None:
    for asked in reversed(scene.asked):
        if asked.interaction.id == row.interaction_id:
            return asked.interaction.message
    return None


def _message(scene: Scene, message_id: int | None) -> Message | None:
    return scene.discord.find_message(message_id)
