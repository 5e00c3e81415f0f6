"""A member's command with a photo becomes a picture in the channel."""

from __future__ import annotations

from tests.acceptance.booth import PhotoBooth
from tests.support.scripted_api import PICTURE, ScriptedAPI


async def test_a_command_becomes_a_picture(booth: PhotoBooth, api: ScriptedAPI) -> None:
    asked = await booth.ask()
    assert asked.ephemeral
    assert "everyone in it agreed" in asked.message.text()  # type: ignore[union-attr]
    ordered = await booth.agree(asked)
    assert not ordered.ephemeral

    card = await booth.text(ordered, "picture service has it in its queue")
    assert card.labels() == ["Cancel"]
    await api.finish("job-1")

    card = await booth.picture(ordered)
    assert card.files == {"picture.png": PICTURE}
    assert card.labels() == ["Again", "Delete"]
    assert "Cyberpunk Neon" in card.text()
    assert "AI-made" in card.text()
    (alt_text, *_) = card.alt_texts()
    assert alt_text == "AI-made picture: a woman, made from a photo with the filter Cyberpunk Neon"
    assert api.paid == 1
    assert await booth.bot.stop() == 0
