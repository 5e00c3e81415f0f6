"""A headless Chromium, if one is installed; it speaks to the loopback interface only."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--no-sandbox",  # CI runs as root, where Chromium refuses to start with one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_browser() -> str | None:
    """Return the browser's program, if one is installed."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@asynccontextmanager
async def open_browser() -> AsyncGenerator[Browser]:
    """Start a browser; skips the test where none is installed."""
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium is installed (on Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()
