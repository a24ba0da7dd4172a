"""A short day at the desk, on either database: from the queue to the end."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.clock import FakeClock
from tests.console.desk import open_office

pytestmark = pytest.mark.slow


async def test_a_customer_is_taken_from_the_queue_answered_and_let_go(
    database_url: str, tmp_path: Path, clock: FakeClock, browser: Browser
):
    async with open_office(database_url, tmp_path, clock, browser) as office:
        emma = await office.shop.customer("en")
        await office.queued(emma, "Is anybody there?")
        anna = await office.clerk("Anna")
        await anna.goes_to()
        await anna.shows("queue")
        await anna.rows().first.click()
        await anna.page.get_by_role("button", name="Claim").click()
        await expect(anna.page.locator(".head .owner")).to_have_text("Me")
        await anna.writes("Yes, I am")
        await expect(anna.said("staff").last).to_have_text("Yes, I am")
        await emma.sends("Thank you")
        await expect(anna.said("customer").last).to_have_text("Thank you")
        await anna.page.get_by_role("button", name="Close").click()
        await anna.page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
        await expect(anna.page.locator(".head .owner")).to_have_text("Bot")
        assert await emma.owner() == "bot"
        assert [row.text for row in await emma.heard() if not row.text_key] == ["Yes, I am"]
        assert not anna.troubles
        await anna.leaves()
