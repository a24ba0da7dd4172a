"""The console in a real browser, on a real server: who works at the desk, and what lies there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.async_api import Browser

from bot.staff import secret
from tests import databases
from tests.clock import FakeClock
from tests.console.desk import Office, open_office
from tests.console.serving import Served, open_console
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


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as always, with less work."""
    monkeypatch.setattr(secret, "HASHER", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    secret._nobodys.cache_clear()


@pytest.fixture
async def console(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Served]:
    """The console for tests of what is reached over HTTP, on both databases."""
    async with open_console(database_url, tmp_path, clock) as opened:
        yield opened


@pytest.fixture
async def one_console(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Served]:
    """The same on SQLite alone, for what the kind of database cannot change."""
    url = await databases.create("sqlite", tmp_path)
    async with open_console(url, tmp_path, clock) as opened:
        yield opened
