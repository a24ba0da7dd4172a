"""The words for what people do at the desk, in a browser, and for what they see there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from bot.api import server
from bot.console.gate import COOKIE
from bot.handoff import service as handoff
from bot.handoff.queue import Reason
from bot.staff import sessions
from bot.staff.account import Role
from bot.staff.stage import Stage
from bot.staff.tables import Staff
from bot.staff.tries import Visitor
from tests.clock import FakeClock
from tests.fakes.browser import PATIENCE_MS, watched
from tests.openshop import Guest, Shop, open_shop

NOBODY = "http://127.0.0.1:9"
"""No nlu answers there."""
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Clerk:
    """Somebody at a page of the console."""

    office: "Office"
    id: int
    name: str
    context: BrowserContext
    page: Page
    troubles: list[str] = field(default_factory=list)

    async def goes_to(self, path: str = "/inbox") -> None:
        await self.page.goto(f"{self.office.address}/console{path}")
        await expect(self.page.locator(".desk")).to_be_visible()
        await expect(self.page.locator("#rows")).to_have_attribute("aria-busy", "false")

    async def opens(self, guest: Guest) -> None:
        await self.goes_to(f"/conversation/{(await guest.conversation()).id}")
        await expect(self.page.locator(".thread")).to_be_visible()

    async def shows(self, tab: str) -> None:
        await self.page.click(f"#tab-{tab}")
        await expect(self.page.locator(f"#tab-{tab}")).to_have_attribute("aria-selected", "true")
        await expect(self.page.locator("#rows")).to_have_attribute("aria-busy", "false")

    def rows(self) -> Locator:
        return self.page.locator("#rows .row")

    def said(self, author: str = "") -> Locator:
        return self.page.locator(f".thread .said{f'.{author}' if author else ''} .text")

    @property
    def box(self) -> Locator:
        return self.page.locator(".composer textarea")

    async def writes(self, text: str) -> None:
        await self.box.fill(text)
        await self.box.press("Enter")

    async def is_offline(self, yes: bool) -> None:
        """The network is gone, for what the page asks and for the line that is open."""
        await self.context.set_offline(yes)
        if yes:  # Chromium leaves open websockets alone
            await self.page.evaluate("() => window.socket.io.engine.close()")
            await expect(self.page.locator(".desk")).to_have_attribute("data-online", "false")

    async def leaves(self) -> None:
        await self.context.close()


@dataclass
class Office:
    shop: Shop
    address: str
    browser: Browser
    clock: FakeClock

    async def clerk(
        self, name: str, language: str = "en", role: Role = Role.AGENT, width: int = 1280, height: int = 800
    ) -> Clerk:
        """Somebody who works here and has signed in with a browser of their own."""
        at = self.clock.now()
        async with self.shop.app.db.write() as session:
            row = await session.scalar(select(Staff).where(Staff.name == name))
            if row is None:
                row = Staff(name=name, login=name.lower(), role=role, language=language, created_at=at)
                session.add(row)
                await session.flush()
            token = await sessions.start(session, row.id, Stage.OPEN, Visitor("127.0.0.1", "test", ""), at)
        context = await self.browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE_MS)
        await context.add_cookies([{"name": COOKIE, "value": token, "url": f"{self.address}/console"}])
        page = await context.new_page()
        return Clerk(self, row.id, name, context, page, watched(page))

    async def queued(self, guest: Guest, text: str = "I want a person", reason: Reason = Reason.ASKED) -> None:
        """This customer has written and waits for a person."""
        await guest.sends(text)
        app = self.shop.app
        async with app.at_desk((await guest.conversation()).id) as (session, conversation):
            conversation.name = conversation.name or guest.chat
            conversation.language = guest.language
            await handoff.request(session, conversation, reason, self.clock.now(), app.data.now.desk)


@asynccontextmanager
async def open_office(
    database_url: str, folder: Path, clock: FakeClock, browser: Browser, **settings: Any
) -> AsyncIterator[Office]:
    async with open_shop(database_url, NOBODY, folder, clock, **settings) as shop, served(shop.app) as address:
        yield Office(shop, address, browser, clock)


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """The program's HTTP with websockets, on a free port of loopback."""
    config = uvicorn.Config(server.build(app, manage=False), port=0, log_level="warning", timeout_graceful_shutdown=2)
    web = uvicorn.Server(config)
    up = asyncio.Event()
    startup = web.startup

    async def started(sockets: Any = None) -> None:
        await startup(sockets)
        up.set()

    web.startup = started  # type: ignore[method-assign]
    serving = asyncio.create_task(web.serve())
    async with asyncio.timeout(20):
        await up.wait()
    yield f"http://127.0.0.1:{web.servers[0].sockets[0].getsockname()[1]}"
    app.hub.close()
    web.should_exit = True
    await serving
