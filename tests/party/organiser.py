"""The organiser of a party: creates the event, opens the wall, and fetches the export."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

import aiohttp

from tests.party.scene import Scene, now
from tests.party.surface import bot_there, come_true, custom_ids
from tests.support.discord import Interaction, Message

CREATED_SECONDS = 30.0
EXPORT_SECONDS = 60.0
SHORTEST = timedelta(seconds=61)
JOIN = re.compile(r"event:(\d+):join")
LINK = re.compile(r"https?://[^\s)>\]]+")
NAME = "Halloween in the booth"


async def create_event(scene: Scene) -> None:
    """Type /event create, fill in the form, look at the preview, agree."""
    plan, venue = scene.plan, scene.venue
    opened = await scene.discord.slash(
        venue.organiser, venue.party, "event create", _options(scene)
    )
    await opened.responded()
    assert opened.modal is not None, opened.original and opened.original.text()
    sent = await scene.discord.submit_modal(
        venue.organiser,
        opened,
        {"name": NAME, "about": "Be kind. One costume each.", "prize": "A pumpkin"},
    )
    await sent.responded()
    await scene.discord.until(lambda: _button(sent, "Create event"), within=CREATED_SECONDS)
    created = await scene.discord.press(venue.organiser, sent.message, "Create event")
    await created.responded()
    await scene.discord.until(lambda: _panel(scene), within=CREATED_SECONDS, what="the panel")
    scene.panel = panel = _panel(scene)
    assert panel is not None
    scene.event_id = _event_id(panel) or 0
    [(ends_at,)] = scene.book.query("SELECT ends_at FROM events WHERE id = ?", scene.event_id)
    scene.ends_at = datetime.fromtimestamp(ends_at / 1_000_000, UTC)
    assert plan.guests, "somebody should come"


def _options(scene: Scene) -> dict[str, object]:
    """Times are written to the minute, so it began in the minute that is under way."""
    began = now().replace(second=0, microsecond=0)
    ends = max(now() + timedelta(seconds=scene.plan.seconds), began + SHORTEST)
    minutes = math.ceil((ends - now()).total_seconds() / 6) / 10
    gallery = {"gallery": scene.venue.gallery} if scene.venue.gallery else {}
    return {
        **gallery,
        "starts": f"{began:%H:%M}",
        "ends": f"in {minutes:.1f} min",
        "timezone": "UTC",
        "channel": scene.venue.party,
        "approval": scene.venue.review,
        "guest_limit": scene.plan.guest_limit,
        "pot": scene.plan.pot_of_all,
    }


def _panel(scene: Scene) -> Message | None:
    for message in reversed(scene.discord.messages(scene.venue.party)):
        if _event_id(message) is not None:
            return message
    return None


def _event_id(message: Message) -> int | None:
    found = [JOIN.fullmatch(custom_id) for custom_id in custom_ids(message)]
    return next((int(match[1]) for match in found if match), None)


def _button(interaction: Interaction, label: str) -> bool:
    message = interaction.message
    return message is not None and label in message.labels()


async def wall_link(scene: Scene) -> str:
    """Ask for the wall's link, as who puts it on a projector does."""
    asked = await scene.discord.slash(
        scene.venue.organiser, scene.venue.party, "event wall", {"event": str(scene.event_id)}
    )
    await asked.responded()
    await scene.discord.until(lambda: _links(asked), within=CREATED_SECONDS)
    return next(link for link in _links(asked) if "/w/" in link)


async def fetch_export(scene: Scene) -> bytes:
    """Ask for the export, and download what it offers."""
    await bot_there(scene)
    try:
        asked = await scene.discord.slash(
            scene.venue.organiser, scene.venue.party, "event export", {"event": str(scene.event_id)}
        )
        await asked.responded()
    except AssertionError as error:
        scene.problems.append(f"/event export: {error}"[:300])
        return b""
    found = await come_true(lambda: _offers_export(asked), within=EXPORT_SECONDS)
    if not found:
        text = asked.original.text() if asked.original else ""
        scene.problems.append(f"/event export came to nothing: {text!r}")
        return b""
    links = [link for link in _links(asked) if "/d/" in link]
    if not links:
        return next(iter(asked.messages[-1].files.values()))
    async with aiohttp.ClientSession() as session, session.get(links[0]) as answer:
        if not answer.ok:
            scene.problems.append(f"the download answered {answer.status}")
        return await answer.read()


def _offers_export(asked: Interaction) -> bool:
    files = any(name.endswith(".zip") for message in asked.messages for name in message.files)
    return files or any("/d/" in link for link in _links(asked))


def _links(interaction: Interaction) -> list[str]:
    found: list[str] = []
    for message in interaction.messages:
        found += LINK.findall(message.text())
        found += [button["url"] for button in message.buttons() if "url" in button]
    return found
