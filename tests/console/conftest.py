"""The console as people reach it: a real server on loopback, accounts in a real database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.async_api import Browser

from bot.app import App
from bot.db import Database
from bot.staff import secret
from bot.staff.account import Role
from tests import databases
from tests.clock import FakeClock
from tests.console import desk as at_desk
from tests.console.browsing import Visit
from tests.fakes.browser import chromium
from tests.openshop import open_shop
from tests.staff.people import Office
from tests.ways.serving import served

NO_ENGINE = "http://127.0.0.1:9"
"""Nothing listens there: these tests understand no messages."""


@dataclass
class Served:
    """A shop with its console, and the office of those who use it."""

    app: App
    office: Office
    address: str
    visits: list[Visit] = field(default_factory=list)

    def visitor(self, language: str = "en") -> Visit:
        self.visits.append(Visit(self.address, language))
        return self.visits[-1]

    async def close(self) -> None:
        for visit in self.visits:
            await visit.http.aclose()

    async def signed_in(self, login: str = "anna", role: Role = Role.ADMINISTRATOR) -> Visit:
        """A browser of somebody new."""
        await self.office.hires(login, role)
        found = self.visitor()
        await found.signs_in(login)
        return found


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "HASHER", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    secret._nobodys.cache_clear()


@pytest.fixture
def office(db: Database, clock: FakeClock) -> Office:
    return Office(db, clock)


@pytest.fixture
async def console(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Served]:
    async with open_shop(database_url, NO_ENGINE, tmp_path, clock) as shop, served(shop.app, "auto") as address:
        opened = Served(shop.app, office_of(shop.app, clock), address)
        yield opened
        await opened.close()


@pytest.fixture
async def one_console(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Served]:
    """The same on SQLite alone, for what the kind of database cannot change."""
    url = await databases.create("sqlite", tmp_path)
    async with open_shop(url, NO_ENGINE, tmp_path, clock) as shop, served(shop.app, "auto") as address:
        opened = Served(shop.app, office_of(shop.app, clock), address)
        yield opened
        await opened.close()


def office_of(app: App, clock: FakeClock) -> Office:
    office = Office(app.db, clock)
    office.door = app.door
    return office


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as found:
        yield found


@pytest.fixture
async def desks(database_url: str, tmp_path: Path, clock: FakeClock, browser: Browser) -> AsyncIterator[at_desk.Office]:
    """A shop with its console served; nobody has signed in yet. nlu does not run: nothing here is answered by it."""
    async with at_desk.open_office(database_url, tmp_path, clock, browser) as found:
        yield found
