"""The inbox in a browser."""

import pytest
from playwright.async_api import expect

from tests.console.desk import Office

pytestmark = pytest.mark.slow


async def test_the_queue_shows_who_waits_and_why(desks: Office):
    emma = await desks.shop.customer("en")
    await desks.queued(emma, "I want to talk to a person")
    anna = await desks.clerk("Anna")
    await anna.goes_to()
    await anna.shows("queue")
    row = anna.rows().first
    await expect(row).to_contain_text("guest-1")
    await expect(row).to_contain_text("Asked for a person")
    await expect(row).to_contain_text("I want to talk to a person")
    assert not anna.troubles
    await anna.leaves()
