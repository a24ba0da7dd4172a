"""The console as people reach it: a real server on loopback, accounts in a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.app import App
from bot.staff.account import Role
from tests.clock import FakeClock
from tests.console.browsing import Visit
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


@asynccontextmanager
async def open_console(url: str, folder: Path, clock: FakeClock) -> AsyncIterator[Served]:
    async with open_shop(url, NO_ENGINE, folder, clock) as shop, served(shop.app, "auto") as address:
        office = Office(shop.app.db, clock)
        office.door = shop.app.door
        opened = Served(shop.app, office, address)
        yield opened
        await opened.close()
