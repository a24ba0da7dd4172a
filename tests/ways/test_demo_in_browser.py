"""The demo shop as a visitor sees it: the real program, its chat page in headless Chromium, both languages, two widths.

`CAREBOT_PICTURES=1` keeps the screenshots in docs/pictures, where the README shows them.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from actions.executor import execute
from bot import migrate
from bot.api import server
from bot.app import App
from bot.commands.data import load_demo
from bot.settings import ROOT, Settings
from tests.conftest import free_port
from tests.fakes.browser import PATIENCE_MS, chromium

pytestmark = pytest.mark.slow
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@pytest.fixture
async def address(rasa_url: str, tmp_path: Path) -> AsyncIterator[str]:
    """Where the demo shop's chat page is served."""
    port = free_port()
    chosen = Settings(
        rasa_url=rasa_url, var_dir=tmp_path, port=port, turn_pause_ms=50, listen_pause_ms=50, _env_file=None
    )
    app = App(chosen, execute)
    await migrate.upgrade(app.db)
    await load_demo(app)
    web = uvicorn.Server(uvicorn.Config(server.build(app), port=port, log_level="warning", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(web.serve())
    async with asyncio.timeout(20):
        while not web.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0)  # the server comes up in its own task
    yield f"http://127.0.0.1:{port}"
    app.hub.close()  # open streams end
    web.should_exit = True
    await serving


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


async def visit(browser: Browser, address: str, language: str, size: dict[str, int]) -> Page:
    context = await browser.new_context(
        viewport=size,
        locale="zh-CN" if language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        device_scale_factor=2,
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.goto(f"{address}/chat?lang={language}")
    return page


async def says(page: Page, text: str, answer: str) -> None:
    await page.locator("textarea").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(answer).last).to_be_visible(timeout=PATIENCE_MS)


async def picture(page: Page, name: str) -> None:
    if os.environ.get("CAREBOT_PICTURES"):
        await page.screenshot(path=ROOT / "docs" / "pictures" / f"{name}.png")


async def has_slipped(page: Page) -> bool:
    """Whether the page is wider than the window, or was pushed out of it: only the thread may scroll."""
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    pushed = await page.evaluate("document.querySelector('header').getBoundingClientRect().top < 0")
    return bool(wide or pushed)


async def test_a_dented_fridge_on_a_phone_in_chinese(browser: Browser, address: str):
    page = await visit(browser, address, "zh", PHONE)
    await says(page, "刚收到的冰箱门是凹的，太气人了！", "还有什么要让我知道的")
    await says(page, "你们打算怎么处理", "请发一下订单号")
    await says(page, "LJ20260101-0001 13900000001", "拍张照片")
    await says(page, "没有照片", "您希望我们怎么处理")
    await page.get_by_role("button", name="换一件").click()
    await expect(page.get_by_text("我复述一下")).to_be_visible(timeout=PATIENCE_MS)
    await page.get_by_role("button", name="对", exact=True).click()
    await expect(page.get_by_text("有两个办法")).to_be_visible(timeout=PATIENCE_MS)
    await picture(page, "complaint-zh-phone")
    await page.get_by_role("button", name="换新").click()
    await expect(page.get_by_text("说定了")).to_be_visible(timeout=PATIENCE_MS)
    assert not await has_slipped(page)


@pytest.mark.parametrize(
    ("language", "words", "answer"),
    [
        ("zh", "我的洗衣机到哪了", "订单号"),
        ("en", "Where is my washing machine?", "order number"),
    ],
)
async def test_nothing_personal_is_shown_before_the_customer_is_known(
    browser: Browser, address: str, language: str, words: str, answer: str
):
    page = await visit(browser, address, language, PHONE)
    await says(page, words, answer)
    assert await page.get_by_text("LJ2026").count() == 0
    assert not await has_slipped(page)


async def test_a_late_washing_machine_on_a_desktop_in_english(browser: Browser, address: str):
    page = await visit(browser, address, "en", DESKTOP)
    await says(page, "Where is my washing machine?", "order number")
    await says(page, "LJ20260101-0003 13900000002", "days late")
    await says(page, "What payment methods do you accept?", "Source")
    await picture(page, "enquiry-en-desktop")
    assert not await has_slipped(page)
