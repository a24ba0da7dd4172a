"""The console as a part of the app's own ASGI server. NiceGUI is loaded when the first person opens it, in a thread:

it takes some seconds and 50 MB, and neither the start of the program nor a customer should wait for it.
"""

import asyncio
import importlib
from contextlib import AsyncExitStack
from types import ModuleType
from typing import Protocol

import structlog
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.app import App
from bot.desk.news import Watch

PREFIX = "/console"
STATIC = f"{PREFIX}/_nicegui/", f"{PREFIX}/assets/"
FOR_EVER = "public, max-age=31536000, immutable"
"""For files whose address changes with them; everything else holds what customers wrote and is never stored."""

log = structlog.get_logger()


class Closing(Protocol):
    async def end(self) -> None: ...


class Console:
    """Everything below /console. `close` ends what it has begun."""

    def __init__(self, carebot: App) -> None:
        self.carebot = carebot
        self.watch = Watch(carebot.db, carebot.clock, carebot.hub)
        self._loading: asyncio.Task[ASGIApp] | None = None
        self.sittings: set[Closing] = set()
        """Open pages that must be ended with the program."""
        self._running = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/") == PREFIX:
            return await RedirectResponse(f"{PREFIX}/inbox")(scope, receive, send)
        if self._loading is None or (self._loading.done() and self._loading.exception() is not None):
            self._loading = asyncio.create_task(self._load())
        pages = await asyncio.shield(self._loading)
        scope["console"] = self

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_static = scope["path"].startswith(STATIC) and message["status"] == 200
                headers["Cache-Control"] = FOR_EVER if is_static else "no-store"
            await send(message)

        return await pages(scope, receive, headed)

    async def _load(self) -> ASGIApp:
        shell = await asyncio.to_thread(_import)
        app: ASGIApp = await self._running.enter_async_context(shell.running())
        log.info("the console is loaded")
        return app

    async def close(self) -> None:
        """The program is ending: no more news, and everybody's page is let go."""
        if self._loading is not None:
            await asyncio.gather(self._loading, return_exceptions=True)
        for sitting in list(self.sittings):
            await sitting.end()
        await self.watch.close()
        await self._running.aclose()


def _import() -> ModuleType:
    return importlib.import_module("bot.console.shell")
