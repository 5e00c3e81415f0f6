"""The demo's community event in a real browser, by somebody who is guest, moderator and organiser.

`--pictures DIR` keeps what is seen at each step, on a desk and on a phone; `tools/demo_pictures.py`
makes the storyboard of the documents from it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.acceptance.newcomer import DESK, PHOTO, Newcomer, visit
from tests.support.demo_process import DemoProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROJECTOR = ViewportSize(width=1280, height=720)
EVENT = "Open Studio Night"
CHANNEL, GALLERY, REVIEW = "open-studio-night", EVENT, "moderators"
REMOVED_WITHIN = 2_000.0  # milliseconds


@asynccontextmanager
async def at_the_wall(
    browser: Browser, process: DemoProcess
) -> AsyncGenerator[tuple[Page, list[str]]]:
    page = await browser.new_page(viewport=PROJECTOR)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        await page.goto(process.wall)
        yield page, complaints
        assert complaints == []
    finally:
        await page.close()


async def step_in(newcomer: Newcomer, panel: Locator, *, words: str) -> Locator:
    """Fill in the form behind the panel's button; returns the card."""
    await newcomer.press(panel, "Step in")
    form = newcomer.page.get_by_role("dialog")
    await form.locator("input[type=file]").set_input_files(PHOTO)
    await pick(newcomer, form, "Filter", "Comic Pop Art")
    await pick(newcomer, form, "Who is in the photo?", "Woman")
    await form.get_by_label("A few words").fill(words)
    await form.get_by_role("checkbox").check()
    await newcomer.look_twice("step-in-form")
    await newcomer.look_closely(newcomer.page.locator("#modal-root"), "form")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_be_hidden()
    consent = await newcomer.with_text("By going on you say")
    await newcomer.press(consent, "I agree, go on")
    return await newcomer.with_text("A moderator looks at each one")


async def pick(newcomer: Newcomer, form: Locator, label: str, option: str) -> None:
    """Pick from a list in a form."""
    await form.get_by_role("button", name=label).or_(form.get_by_label(label)).first.click()
    await newcomer.page.get_by_role("option", name=option, exact=True).click()


async def test_a_visitor_is_guest_moderator_and_organiser(
    browser: Browser, process: DemoProcess, pytestconfig: pytest.Config
) -> None:
    async with (
        visit(browser, process.url, pytestconfig, name="event", size=DESK) as newcomer,
        at_the_wall(browser, process) as (wall, _),
    ):
        await newcomer.look_twice("welcome")
        await newcomer.messages.locator(".mention", has_text=CHANNEL).click()
        await newcomer.shows(CHANNEL)
        panel = await newcomer.with_text("Up to 10 pictures for each guest")
        await newcomer.look_twice("panel")
        await newcomer.look_closely(panel, "panel")
        card = await step_in(newcomer, panel, words="Zap!")
        await newcomer.look_twice("waiting")
        await newcomer.look_closely(card, "waiting")
        await moderate(newcomer)
        await vote(newcomer)
        await expect(wall.get_by_alt_text(re.compile("Zap!"))).to_be_attached()
        await newcomer.look_at(wall, "card-wall")
        await newcomer.go_to(CHANNEL)
        await newcomer.press(panel, "Standings")
        await newcomer.look_twice("standings")
        await newcomer.look_closely(await newcomer.newest(), "standings")
        await organise(newcomer)
        await take_down(newcomer, wall)
        await end(newcomer)


async def moderate(newcomer: Newcomer) -> None:
    """Approve the picture, and reject the one that the demo has left."""
    await newcomer.go_to(REVIEW)
    review = await newcomer.with_text("Zap!")
    await newcomer.loaded(review)
    await newcomer.look_twice("review")
    await newcomer.look_closely(review, "review")
    await newcomer.press(review, "Approve")
    await expect(review).to_contain_text("Approved by @you")
    other = await newcomer.with_text("Found in the attic")
    await newcomer.press(other, "Reject")
    form = newcomer.page.get_by_role("dialog")
    await form.get_by_label("Why?").fill("It belongs to the other album")
    await newcomer.look_twice("reject-form")
    await newcomer.look_closely(newcomer.page.locator("#modal-root"), "reject")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_be_hidden()
    await expect(other).to_contain_text("Rejected by @you: It belongs to the other album")
    await newcomer.look_twice("decided")


async def vote(newcomer: Newcomer) -> None:
    """Vote for the guest's picture in the gallery; one's own cannot be voted for."""
    await newcomer.go_to(GALLERY)
    mine = await newcomer.with_text("Zap!")
    await newcomer.loaded(mine)
    await newcomer.look_twice("gallery")
    await newcomer.press(mine, "♥ Vote")
    await newcomer.with_text("This picture is yours")
    theirs = await newcomer.with_text("Night shift")
    await newcomer.press(theirs, "♥ 1")
    await expect(newcomer.button(theirs, "♥ 2")).to_be_visible()
    await newcomer.look_closely(theirs, "gallery")


async def organise(newcomer: Newcomer) -> None:
    """Look at the event as its organiser, and make another one."""
    for command in ("list", "settings"):
        await newcomer.start(f"event {command}")
        await newcomer.send()
        await newcomer.look_twice(command)
    for command in ("show", "wall", "frame"):
        await ask_about(newcomer, command)
        await newcomer.look_twice(command)
    await newcomer.start("event create")
    await newcomer.page.get_by_label("starts, required").fill("in 2 hours")
    await newcomer.page.get_by_label("ends, required").fill("3h")
    await newcomer.look_twice("create")
    await newcomer.page.get_by_role("button", name="Send", exact=True).click()
    form = newcomer.page.get_by_role("dialog")
    await form.get_by_label("Name").fill("Breakfast with filters")
    await form.get_by_label("Prize").fill("A mug")
    await newcomer.look_twice("create-form")
    await form.get_by_role("button", name="Submit").click()
    preview = await newcomer.with_text("Preview: Breakfast with filters")
    await newcomer.loaded(preview)
    await newcomer.look_twice("preview")
    await newcomer.look_closely(preview, "preview")
    await newcomer.press(preview, "Create event")
    await newcomer.with_text("Created, and announced in")
    await newcomer.with_text("Opens in 2 hours")
    await newcomer.look_twice("created")


async def take_down(newcomer: Newcomer, wall: Page) -> None:
    """Remove one's picture; the wall follows at once."""
    await newcomer.go_to(GALLERY)
    await newcomer.press(await newcomer.with_text("Zap!"), "Remove")
    shown = wall.get_by_alt_text(re.compile("Zap!"))
    await expect(shown).not_to_be_attached(timeout=REMOVED_WITHIN)


async def end(newcomer: Newcomer) -> None:
    """Pause, go on, and end: report and winner are posted, the pictures can be fetched."""
    await newcomer.go_to(CHANNEL)
    for words in ("is paused", "goes on"):
        await expect(await ask_about(newcomer, "pause")).to_contain_text(words)
        await newcomer.look_twice(words.replace(" ", "-"))
    question = await ask_about(newcomer, "end")
    await newcomer.look_twice("end")
    await newcomer.press(question, "End it now")
    await newcomer.loaded(await newcomer.with_text("The winner of"))
    await newcomer.look_twice("winner")
    await newcomer.look_closely(await newcomer.with_text("The winner of"), "winner")
    report = await newcomer.with_text("Thank you for coming")
    chart = await newcomer.loaded(report)
    await expect(chart).to_have_attribute("alt", re.compile("picture"))
    await newcomer.look_closely(report, "report")
    await newcomer.look_twice("report")
    await fetch_all(newcomer)


async def fetch_all(newcomer: Newcomer) -> None:
    """Download the pictures: both of the guest, the one that was taken down is not among them."""
    page = await ask_about(newcomer, "export")
    await newcomer.look_twice("export")
    await newcomer.look_closely(page, "export")
    link = await page.get_by_role("link", name="Download").get_attribute("href")
    async with ClientSession() as client, client.get(str(link)) as answer:
        assert answer.status == 200
        with zipfile.ZipFile(io.BytesIO(await answer.read())) as packed:
            names = {name.rpartition("/")[2] for name in packed.namelist()}
    assert names > {"index.csv", "index.html", "chart.png"}
    assert sum(name.endswith((".png", ".jpg")) for name in names - {"chart.png"}) == 2


async def ask_about(newcomer: Newcomer, command: str) -> Locator:
    """Send a command about the event; returns the answer."""
    await newcomer.start(f"event {command}")
    await newcomer.choose("event", "Open", named=re.compile(EVENT))
    return await newcomer.send()
