"""NiceGUI, set up once a process for every console in it. Imported when the first person opens the console."""

import importlib
import mimetypes
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from nicegui import app as nicegui
from nicegui import core
from nicegui.dependencies import register_importmap_override
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from bot.console import files, frame
from bot.console.mount import PREFIX
from bot.console.pages import PAGES

RECONNECT_SECONDS = 60.0
"""So long a page that has lost its line finds what it was; later it loads anew (its drafts are in the browser)."""
PING_SECONDS, PING_WITHIN = 10, 8
KEPT_MESSAGES = 200
"""Messages of a page that are sent again when its line comes back."""

_users = 0
_life = AsyncExitStack()


@asynccontextmanager
async def running() -> AsyncIterator[ASGIApp]:
    """The pages, started. Several programs in one process (tests) share them; the last one ends them."""
    global _users
    if not nicegui.config.has_run_config:
        _set_up()
    _users += 1
    try:
        if _users == 1:
            await _life.enter_async_context(nicegui.router.lifespan_context(nicegui))
            core.sio.eio.ping_interval, core.sio.eio.ping_timeout = PING_SECONDS, PING_WITHIN
        yield nicegui
    finally:
        _users -= 1
        if not _users:
            await _life.aclose()


def _set_up() -> None:
    """What `ui.run_with` does, but for several programs in a process, and without middleware that makes tasks."""
    nicegui.config.add_run_config(
        reload=False,
        title="Carebot",
        viewport="width=device-width, initial-scale=1",
        favicon=frame.ASSETS / "favicon.svg",
        dark=False,
        language=None,
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECT_SECONDS,
        message_history_length=KEPT_MESSAGES,
        tailwind=False,
        unocss=None,
        prod_js=True,
        show_welcome_message=False,
        markdown=False,
    )
    nicegui.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    mimetypes.add_type("text/javascript", ".js")
    nicegui.add_static_files(f"/assets/{frame.version()}", frame.ASSETS)
    register_importmap_override("carebot-desk", f"{PREFIX}/assets/{frame.version()}/desk/desk.js")
    frame.install()
    files.install()
    for name in PAGES:
        importlib.import_module(f"bot.console.pages.{name}").install()
