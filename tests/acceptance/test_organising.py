"""An organiser's evening on Discord: /event from the first option to the last word.

One bot serves all of these; each test has members and a server of its own.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from bot.naming import NAMELESS, clean
from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.acceptance.organising import (
    FORM,
    MICROSECONDS,
    WHEN,
    command,
    created,
    drafts,
    filled,
    for_moderators,
    make_organiser,
    preview,
    row,
    said,
)
from tests.support.artwork import bordered, encoded
from tests.support.discord import (
    Channel,
    ChannelKind,
    Permission,
    Upload,
)
from tests.support.jobs import HOSTILE_NAMES

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def booth(house: House) -> PhotoBooth:
    """A server in which alice may manage events and the bot may make them."""
    opened = house.open_booth()
    make_organiser(opened)
    return opened


# --- from the first option to the event


async def test_an_event_is_made_with_options_a_form_and_a_preview(booth: PhotoBooth) -> None:
    mods = for_moderators(booth)
    shown = await preview(
        booth, approval=mods, guest_limit=3, pot=200, shape="Square (1280 × 1280)", who="Group"
    )
    text = shown.text()
    for words in (
        "Preview: Winter party",
        "Be kind.",
        "**Prize:** A mug",
        "In Europe/Berlin:",
        "18:00 to",
        f"<#{booth.channel.id}>, pictures in a new thread",
        "3 for each guest, 200 pictures in all",
        "Square, with any filter, proposed: Group",
        f"Moderators approve each picture in <#{mods.id}>",
        "listed among the server's events",
    ):
        assert words in text
    assert "⚠️" not in text
    assert shown.files
    assert shown.ephemeral
    starts, ends = re.findall(r"<t:(\d+):F>", text)[:2]
    assert int(ends) - int(starts) == 4 * 3600
    assert row(booth)["state"] == "draft"

    await booth.press(shown, "Create event")
    await booth.discord.until(lambda: "Created" in shown.text(), within=IN_TIME)

    found = row(booth)
    assert found["state"] == "scheduled"
    assert (found["name"], found["about"], found["prize"]) == tuple(FORM.values())
    assert (found["guest_limit"], found["pot"], found["ratio"]) == (3, 200, "square")
    assert found["review_channel_id"] == mods.id
    assert not shown.files


async def test_what_was_typed_can_be_changed_and_discarded(booth: PhotoBooth) -> None:
    shown = await preview(booth)
    again = await booth.press(shown, "Change")
    assert again.modal is not None
    changed = await filled(booth, again, {"name": "Summer party", "filters": ["Cyberpunk Neon"]})
    assert "Preview: Summer party" in changed.text()
    assert "with Cyberpunk Neon" in changed.text()
    assert "Be kind." in changed.text()  # as the form knew it
    await booth.press(changed, "Discard")
    await booth.discord.until(lambda: "is discarded" in changed.text(), within=IN_TIME)
    assert drafts(booth) == 0
    late = await booth.press(shown, "Create event")
    assert "no such event" in (await booth.text(late, "event")).text()


async def test_options_survive_a_restart_before_the_form_is_sent(
    house: House, booth: PhotoBooth
) -> None:
    opened = await command(booth, "create", **WHEN, guest_limit=7)
    await house.bot.restart()
    shown = await filled(booth, opened, FORM)
    assert "7 for each guest" in shown.text()
    await house.bot.restart()
    await booth.press(shown, "Create event")
    await booth.discord.until(lambda: "Created" in shown.text(), within=IN_TIME)
    assert row(booth)["guest_limit"] == 7


async def test_a_theme_is_not_asked_for_again(booth: PhotoBooth) -> None:
    opened = await command(booth, "create", **WHEN, filters="cyberpunk neon")
    assert opened.modal is not None
    labels = [part["label"] for part in opened.modal["components"]]
    assert labels == ["Name", "About and rules", "Prize", "Frame"]
    assert "with Cyberpunk Neon" in (await filled(booth, opened, FORM)).text()


async def test_a_frame_is_seen_before_the_event_is_made(booth: PhotoBooth) -> None:
    frame = Upload("frame.png", encoded(bordered()), "image/png")
    shown = await preview(booth, {**FORM, "frame": frame})
    assert "Frame: your PNG" in shown.text()
    assert shown.files
    folder = booth.bot.data_dir / "events" / str(row(booth)["id"])
    assert [path.name for path in folder.iterdir()] == [row(booth)["frame"]]


async def test_a_frame_that_cannot_be_used_costs_nothing_else(booth: PhotoBooth) -> None:
    shown = await preview(booth, {**FORM, "frame": Upload("me.jpg", b"no picture", "image/png")})
    assert "Preview: Winter party" in shown.text()
    assert "Without the frame: This frame is not a PNG file" in shown.text()
    assert row(booth)["frame"] is None


@pytest.mark.parametrize("name", [name for name in HOSTILE_NAMES if clean(name) != NAMELESS])
async def test_hostile_words_are_shown_as_they_stand(booth: PhotoBooth, name: str) -> None:
    words = {"name": name[:80], "about": name[:1000], "prize": name[:200]}
    shown = await preview(booth, words)
    assert not shown.pings
    assert "Preview: " in shown.text()
    assert NAMELESS not in shown.text().splitlines()[0]


@pytest.mark.parametrize("name", [" ", "\u200b\u200b", "\u202e"])
async def test_a_name_that_is_not_seen_is_none(booth: PhotoBooth, name: str) -> None:
    shown = await preview(booth, {"name": name})
    assert "Please give the event a name" in shown.text()
    assert row(booth)["state"] == "draft"


# --- what is refused, and in which words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"starts": "soon"}, "I do not understand the time “soon”"),
        ({"starts": "2027-03-28 02:30", "ends": "1h"}, "clocks are put forward"),
        ({"starts": "4/5 18:00"}, "two ways"),
        ({"starts": "24 Dec"}, "no time of day"),
        ({"starts": "2020-01-01 10:00"}, "in the past"),
        ({"ends": "tomorrow 17:00"}, "end before it begins"),
        ({"timezone": "Middle Earth"}, "I do not know this time zone"),
        ({"filters": "No such look"}, "I know no such filter"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused_at_once(
    booth: PhotoBooth, options: dict[str, Any], words: str
) -> None:
    assert words in await said(booth, "create", **{**WHEN, **options})
    assert drafts(booth) == 0


async def test_only_organisers_make_events(booth: PhotoBooth) -> None:
    text = await said(booth, "create", user=booth.bob, **WHEN)
    assert "Only organisers can do this" in text
    assert "*Manage Events*" in text
    assert drafts(booth) == 0


async def test_somebody_elses_draft_is_not_ones_own(booth: PhotoBooth) -> None:
    opened = await command(booth, "create", **WHEN)
    stolen = await booth.discord.submit_modal(booth.alice, opened, FORM)
    await stolen.responded()
    assert drafts(booth) == 1


BOT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.CREATE_PUBLIC_THREADS
)


@pytest.mark.parametrize(
    ("option", "lacking", "words"),
    [
        (None, Permission.SEND_MESSAGES, "announce the event in <#{id}>: I lack *Send Messages*"),
        ("approval", Permission.ATTACH_FILES, "approval in <#{id}>: I lack *Attach Files*"),
        ("gallery", Permission.VIEW_CHANNEL, "show the pictures in <#{id}>: I lack *View Channel*"),
    ],
)
async def test_a_missing_permission_is_named_before_anything_is_made(
    booth: PhotoBooth, option: str | None, lacking: Permission, words: str
) -> None:
    closed = booth.discord.add_text_channel(booth.guild, "closed")
    booth.discord.set_permissions(closed, bot=BOT & ~lacking)
    await heard_of(booth, closed)
    text = await said(booth, "create", **WHEN, **dict[str, Any]({option or "channel": closed}))
    assert words.format(id=closed.id) in text
    assert drafts(booth) == 0


async def heard_of(booth: PhotoBooth, channel: Channel) -> None:
    """Wait until the bot knows what it may do in a channel: it answers in the order of events."""
    await said(booth, "list")
    assert channel.guild is booth.guild


async def test_what_works_in_part_is_said_in_the_preview(booth: PhotoBooth) -> None:
    own = booth.discord.bot_role(booth.guild)
    booth.discord.set_role(booth.guild, own, BOT & ~Permission.CREATE_PUBLIC_THREADS)
    everyone = booth.guild.everyone
    booth.discord.set_role(booth.guild, everyone, BOT & ~Permission.CREATE_PUBLIC_THREADS | USE)
    open_to_all = booth.discord.add_text_channel(booth.guild, "not-only-mods")
    shown = await preview(booth, approval=open_to_all)
    text = shown.text()
    assert "pictures in the same channel" in text
    assert "I lack Create Public Threads here" in text
    assert "I lack Create Events" in text
    assert f"Everybody can look into <#{open_to_all.id}>" in text


USE = Permission.USE_APPLICATION_COMMANDS


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("everyone", "I do not call everyone"),
        ("staff", "You may not mention"),
    ],
)
async def test_only_a_role_that_may_be_called_is(booth: PhotoBooth, role: str, words: str) -> None:
    roles = {
        "everyone": booth.guild.everyone,
        "staff": booth.discord.add_role(booth.guild, "staff"),
    }
    assert words in await said(booth, "create", **WHEN, ping=roles[role])


async def test_a_server_without_a_time_zone_is_told_whose_times_they_are(
    booth: PhotoBooth,
) -> None:
    shown = await preview(booth, timezone="UTC")
    assert "⚠️ Times are those of UTC" in shown.text()
    await booth.press(shown, "Create event")
    await booth.discord.until(lambda: "Created" in shown.text(), within=IN_TIME)
    assert "UTC" not in shown.text()  # it was said in time


async def test_a_channel_that_the_bot_does_not_see_is_named_as_the_reason(
    booth: PhotoBooth,
) -> None:
    hidden = Channel(id=booth.channel.id + 1, name="hidden", guild=booth.guild)
    booth.guild.channels.append(hidden)  # and nobody tells the bot
    assert "I cannot see what you chose" in await said(booth, "create", **WHEN, channel=hidden)


async def test_a_media_channel_can_be_the_gallery(booth: PhotoBooth) -> None:
    media = booth.discord.add_text_channel(booth.guild, "pictures", kind=ChannelKind.MEDIA)
    shown = await preview(booth, gallery=media)
    assert f"pictures in <#{media.id}>, a post each" in shown.text()
    assert (row(booth)["place"], row(booth)["gallery_channel_id"]) == ("media", media.id)


# --- an event that exists


async def test_members_see_events_and_organisers_more_of_them(booth: PhotoBooth) -> None:
    assert "no events here yet" in await said(booth, "list", user=booth.bob)
    number = await created(booth, pot=50)
    assert f"`{number}` [Winter party]" in await said(booth, "list", user=booth.bob)
    theirs = await said(booth, "show", user=booth.bob, event="Winter party")
    assert "Room for 50 pictures" in theirs
    assert "A pot of 50" not in theirs
    assert "A pot of 50" in await said(booth, "show", event=str(number))
    (choice,) = await booth.discord.autocomplete(
        booth.bob, booth.channel, "event show", {"event": "wint"}, focused="event"
    )
    assert choice == {"name": f"Winter party · to come · {number}", "value": str(number)}
    assert "no such event" in await said(booth, "show", event="999999")


async def test_nobody_sees_a_draft(booth: PhotoBooth) -> None:
    await preview(booth)
    number = row(booth)["id"]
    for user in (booth.bob, booth.alice):
        assert "no events here yet" in await said(booth, "list", user=user)
        assert "no such event" in await said(booth, "show", user=user, event=str(number))
    assert "no such event" in await said(booth, "edit", event=str(number), pot=3)
    found = await booth.discord.autocomplete(
        booth.alice, booth.channel, "event show", {"event": ""}, focused="event"
    )
    assert found == []


async def test_an_older_preview_cannot_discard_what_was_created(booth: PhotoBooth) -> None:
    older = await preview(booth)
    again = await booth.press(older, "Change")
    newer = await filled(booth, again, FORM)
    await booth.press(newer, "Create event")
    await booth.discord.until(lambda: "Created" in newer.text(), within=IN_TIME)
    late = await booth.press(older, "Discard")
    await booth.text(late, "This event has not begun. You can edit or cancel it.")
    assert row(booth)["state"] == "scheduled"
    twice = await booth.press(older, "Create event")
    await booth.text(twice, "This event has not begun. You can edit or cancel it.")


async def test_another_servers_event_is_nobodys_business(house: House, booth: PhotoBooth) -> None:
    number = await created(booth)
    elsewhere = house.open_booth()
    assert "no such event" in await said(elsewhere, "show", event=str(number))


async def test_an_event_is_changed_by_options_or_in_the_form(booth: PhotoBooth) -> None:
    number = await created(booth)
    text = await said(booth, "edit", event=str(number), guest_limit=9, pot=0, ends="2h")
    assert "Changed: Winter party" in text
    assert "9 for each guest, any number" in text
    found = row(booth, number)
    assert found["ends_at"] - found["starts_at"] == 2 * 3600 * MICROSECONDS
    opened = await command(booth, "edit", event=str(number))
    changed = await filled(booth, opened, {"name": "Spring party"})
    assert "Changed: Spring party" in changed.text()
    assert row(booth, number)["prize"] == "A mug"
    bobs = await said(booth, "edit", user=booth.bob, event=str(number), pot=3)
    assert "Only organisers" in bobs


async def test_it_is_asked_before_an_event_is_cancelled(booth: PhotoBooth) -> None:
    number = await created(booth)
    asked = await command(booth, "cancel", event=str(number))
    assert asked.message is not None
    assert "This cannot be undone" in asked.message.text()
    await booth.press(asked.message, "Leave it as it is")
    await booth.text(asked, "stays as it is")
    assert row(booth, number)["state"] == "scheduled"
    again = await command(booth, "cancel", event=str(number))
    await booth.press(again.message, "Cancel it for good")
    await booth.text(again, "is cancelled")
    assert row(booth, number)["state"] == "cancelled"
    assert "was cancelled" in await said(booth, "cancel", event=str(number))
    assert "has not begun" in await said(booth, "end", event=str(await created(booth)))


# --- the look


async def test_a_look_is_shown_before_it_is_taken(booth: PhotoBooth) -> None:
    number = await created(booth)
    typed = await command(booth, "frame", event=str(number), caption="Winter 2026")
    await booth.discord.until(lambda: typed.original and typed.original.files, within=IN_TIME)
    assert typed.original is not None
    assert "A new look for Winter party" in typed.original.text()
    assert row(booth, number)["caption"] == ""
    await booth.press(typed.original, "Use this look")
    await booth.text(typed, "from now on each picture")
    assert row(booth, number)["caption"] == "Winter 2026"
    frame = Upload("frame.png", encoded(bordered()), "image/png")
    framed = await command(booth, "frame", event=str(number), frame=frame)
    await booth.discord.until(lambda: framed.original and framed.original.files, within=IN_TIME)
    await booth.press(framed.original, "Leave it as it is")
    await booth.text(framed, "stays as it is")
    assert row(booth, number)["frame"] is None
    bad = Upload("frame.png", b"no picture", "image/png")
    assert "not a PNG" in await said(booth, "frame", event=str(number), frame=bad)


# --- the server's choices


async def test_a_server_chooses_its_organisers(booth: PhotoBooth) -> None:
    role = booth.discord.add_role(booth.guild, "hosts")
    log = booth.discord.add_text_channel(booth.guild, "log")
    await heard_of(booth, log)
    assert "*Manage Server*" in await said(booth, "settings", organiser_role=role)
    text = await said(
        booth,
        "settings",
        user=booth.guild.owner,
        organiser_role=role,
        log_channel=log,
        timezone="Berlin",
    )
    for words in (f"<@&{role.id}>", f"<#{log.id}>", "Europe/Berlin"):
        assert words in text
    booth.discord.give_role(booth.guild, booth.bob, role)
    assert "Europe/Berlin" in await said(booth, "settings", user=booth.bob)
    opened = await command(booth, "create", user=booth.bob, starts="18:00", ends="3h")
    assert opened.modal is not None
    cleared = await said(booth, "settings", user=booth.guild.owner, clear="Organiser role")
    assert "their role: none" in cleared
    assert "Only organisers" in await said(
        booth, "create", user=booth.bob, starts="18:00", ends="3h"
    )


async def test_a_wall_needs_an_address(booth: PhotoBooth) -> None:
    number = await created(booth)
    assert "This bot has no wall" in await said(booth, "wall", event=str(number))
    assert "Only organisers" in await said(booth, "wall", user=booth.bob, event=str(number))
