"""The console in a real browser, on a real server: who works at the desk, and what lies there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests import databases
from tests.clock import FakeClock
from tests.console.desk import Office, open_office
from tests.fakes.browser import chromium


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as found:
        yield found


@pytest.fixture
async def office(tmp_path: Path, clock: FakeClock, browser: Browser) -> AsyncIterator[Office]:
    """A shop with its console served; nobody has signed in yet. nlu does not run: nothing here is answered by it.

    What the pages read and do is tested on both databases without a browser; test_day.py is a day on either.
    """
    url = await databases.create("sqlite", tmp_path)
    async with open_office(url, tmp_path, clock, browser) as found:
        yield found
