"""The chat page in a browser, in front of a server that misbehaves on request."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.clock import SystemClock
from tests.fakes.browser import PATIENCE_MS, chromium, watched
from tests.fakes.web_server import FakeChat


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def server() -> AsyncIterator[FakeChat]:
    server = FakeChat(SystemClock().now)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext, server: FakeChat) -> AsyncIterator[Page]:
    """The page, just opened. Any error it logs fails the test."""
    expect.set_options(timeout=PATIENCE_MS)
    page = await context.new_page()
    troubles = watched(page)
    await page.goto(f"{server.url}?lang=en")
    await expect(page.locator("#empty")).to_be_visible()
    yield page
    assert troubles == []
