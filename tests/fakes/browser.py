"""A real browser on the chat page, and the words for what one does and sees there."""

import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Locator, Page, async_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
"""How long to wait for something to appear: a loaded machine is slow, a broken page is not in time anyway."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


def watched(page: Page) -> list[str]:
    """Errors of the page: exceptions, and what it or the browser (policy violations) logs, failing requests aside."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))

    def keep(text: str) -> None:
        if "Failed to load resource" not in text:
            troubles.append(text)

    page.on("console", lambda message: keep(message.text) if message.type == "error" else None)
    return troubles


async def write(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.press("#text", "Enter")


def own(page: Page, state: str = "sent") -> Locator:
    return page.locator(f".row.customer[data-state={state}] .text")


def bot(page: Page) -> Locator:
    return page.locator("#messages .row.bot .text")


def open_choices(page: Page) -> Locator:
    return page.locator("button.choice")


async def width_beyond(page: Page) -> int:
    """Pixels by which anything sticks out of the window or of the thread, sideways."""
    widest = """() => Math.max(document.documentElement.scrollWidth - innerWidth,
        document.querySelector('#scroller').scrollWidth - document.querySelector('#scroller').clientWidth,
        ...[...document.querySelectorAll('#app *:not(.unseen)')]
            .map((element) => Math.ceil(element.getBoundingClientRect().right) - innerWidth))"""
    return int(await page.evaluate(widest))


def picture(side: int = 8) -> bytes:
    """A valid grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = (b"\0" + b"\x80" * side) * side
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
