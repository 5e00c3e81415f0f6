"""How people get at what the bot offers: pressing, waiting for its answer, filling in its forms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.party.scene import Scene, now
from tests.support.discord import Interaction, Message, NotPossible, Upload, User
from tests.support.discord import components as ui

Json = dict[str, Any]

ANSWER_SECONDS = 3.5  # after which Discord's client says that the app did not respond
BACK_SECONDS = 60.0
REMOVE_TRIES = 5
LABEL, TEXT_INPUT, SELECT, FILE_UPLOAD, RADIO, CHECKBOX = 18, 4, 3, 19, 21, 23


async def answered(scene: Scene, interaction: Interaction) -> bool:
    """Tell whether the bot answered in time; people see an error otherwise."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await interaction.wait_for_answer()
    except TimeoutError:
        scene.counts["interactions without an answer"] += 1
        return False
    return True


async def bot_there(scene: Scene) -> None:
    """Wait as people do who see that the bot is offline."""
    await scene.discord.came_true(lambda: scene.discord.gateway.connected, within=BACK_SECONDS)


async def press(
    scene: Scene, user: User, message: Message | None, which: str
) -> Interaction | None:
    """Press a button; None: it is not there, or nobody answered."""
    if message is None:
        return None
    try:
        pressed = await scene.discord.press(user, message, which)
    except NotPossible:
        return None
    return pressed if await answered(scene, pressed) else None


def has_button(message: Message, which: str) -> bool:
    """Tell whether a button can be pressed, by custom id."""
    return any(
        button.get("custom_id") == which and not button.get("disabled")
        for button in message.buttons()
    )


def custom_ids(message: Message) -> list[str]:
    return [c["custom_id"] for c in ui.walk(message.components) if "custom_id" in c]


def fill_guest_form(modal: Json, *, photo: Upload, caption: str, consents: bool) -> Json:
    """Fill a guest's form in by what its fields are, whatever they are called."""
    filled: Json = {}
    for part in modal["components"]:
        if part["type"] != LABEL:
            continue
        field = part["component"]
        value = _value(field, photo=photo, caption=caption, consents=consents)
        if value is not None:
            filled[field["custom_id"]] = value
    return filled


def _value(field: Json, *, photo: Upload, caption: str, consents: bool) -> Any:
    kind = field["type"]
    if kind == FILE_UPLOAD:
        return photo
    if kind == TEXT_INPUT:
        return caption
    if kind == CHECKBOX:
        return consents
    options = field.get("options", [])
    if any(option.get("default") for option in options):
        return None
    return options[0]["value"] if options else None


async def come_true(holds: Callable[[], object], *, within: float, every: float = 0.2) -> bool:
    """Wait for what tells nobody when it changes; False when the time is over."""
    try:
        async with asyncio.timeout(within):
            while not holds():  # noqa: ASYNC110 - nothing is there to wait on
                await asyncio.sleep(every)
    except TimeoutError:
        return bool(holds())
    return True


async def take_down(scene: Scene, user: User, picture_id: int) -> None:
    """Have a picture removed by the button below it in the gallery."""
    for _ in range(REMOVE_TRIES):
        await bot_there(scene)
        message = gallery_message(scene, picture_id)
        if message is None:
            return
        pressed = await press(scene, user, message, f"picture:{picture_id}:remove")
        if pressed is not None:
            scene.removals.setdefault(picture_id, now())
            return


def gallery_message(scene: Scene, picture_id: int) -> Message | None:
    """The live message of the gallery that shows a picture."""
    row = scene.facts.pictures.get(picture_id)
    message = scene.discord.find_message(row.gallery_message_id) if row else None
    return None if message is None or message.deleted else message
