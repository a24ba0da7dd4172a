"""`carebot run`: everything, in order, with its progress."""

import asyncio
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from rich.console import Console
from sqlalchemy import func, select

from bot.api import server
from bot.app import App
from bot.commands import data, setup
from bot.customers.tables import Customer
from bot.engine import Engine
from bot.errors import NotAllowed
from bot.models.registry import Registry
from bot.models.service import at_start
from bot.settings import Settings
from bot.staff import accounts

console = Console(stderr=True, highlight=False)


class _Web(uvicorn.Server):
    """Signals are ours: uvicorn would raise them again after its own end, before anything else is ended."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.open = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.open.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def run(roles: frozenset[str]) -> None:
    """Until Ctrl-C or SIGTERM: then everything is ended in order, and a second one hurries it.

    Raises what keeps it from starting, in words.
    """
    began = time.monotonic()
    asked = _cancel_when_asked()
    settings = Settings()
    line = _listen(settings)
    try:
        async with setup.app(settings) as app:
            await _demo(app)
            if "web" in roles:
                await _first_administrator(app)
            engine = await _engine(app)
            try:
                await _serve(app, roles, line, began)
            finally:
                if engine is not None:
                    await engine.stop()
    except asyncio.CancelledError:
        if not asked.is_set():
            raise
    finally:
        line.close()


def _cancel_when_asked() -> asyncio.Event:
    """From now on a signal cancels this task, whatever it is doing; the event tells that it was a signal."""
    asked, me, loop = asyncio.Event(), asyncio.current_task(), asyncio.get_running_loop()
    assert me is not None

    def stop() -> None:
        asked.set()
        me.cancel()

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop)
    return asked


def _listen(settings: Settings) -> socket.socket:
    """The address of the web server, taken before anything slow is begun. Raises NotAllowed when it cannot be had."""
    line = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line.bind((settings.host, settings.port))
    except OSError as error:
        line.close()
        where = f"port {settings.port} on {settings.host}"
        raise NotAllowed(f"{where} cannot be used ({error.strerror}); stop what uses it or set CAREBOT_PORT") from error
    return line


async def _demo(app: App) -> None:
    """The demo shop, into an empty database only."""
    if not app.settings.demo:
        return
    async with app.db.read() as session:
        known = await session.scalar(select(func.count()).select_from(Customer))
    if not known:
        console.print("• loading the demo shop")
        await data.load_demo(app)


async def _first_administrator(app: App) -> None:
    """Somebody must be able to sign in. The password goes to the terminal only, never to a log."""
    if (made := await accounts.first_administrator(app.db, app.clock.now())) is not None:
        login, password = made
        console.print("\n• the first administrator of the console; this is shown once, change it at the first sign-in")
        console.print(f"    login     {login}\n    password  {password}\n", markup=False)


async def _engine(app: App) -> Engine | None:
    """Start nlu unless one answers at CAREBOT_RASA_URL already."""
    settings = app.settings
    if await app.rasa.ready() or not settings.rasa_manage:
        return None
    models = Registry(settings.var_dir.resolve() / "models")
    console.print("• the model (trained when its files have changed: about a minute)")
    await at_start(models, settings.data_dir.resolve(), app.data.now.guards, _tell)
    console.print("• starting nlu")
    engine = Engine(settings.rasa_url, models.active_file, settings.var_dir / "nlu.log")
    await engine.start()
    return engine


def _tell(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)


async def _serve(app: App, roles: frozenset[str], line: socket.socket, began: float) -> None:
    settings = app.settings
    web = _Web(
        uvicorn.Config(
            server.build(app, manage=False),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=3,
        )
    )
    serving = asyncio.create_task(_start_and_serve(app, roles, web, line))
    ready = asyncio.create_task(_announce(app, web, began))
    try:
        await asyncio.shield(serving)
    finally:
        app.hub.close()  # streams and polls that are open end
        web.should_exit = True
        ready.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await app.stop()


async def _start_and_serve(app: App, roles: frozenset[str], web: uvicorn.Server, line: socket.socket) -> None:
    await app.start(roles)
    await web.serve([line])


async def _announce(app: App, web: _Web, began: float) -> None:
    await web.open.wait()
    settings = app.settings
    here = f"http://{settings.host}:{settings.port}"
    console.print(f"\nCarebot is ready ({time.monotonic() - began:.1f} s).")
    console.print(f"  chat      {here}/chat   (?lang=zh or ?lang=en)")
    console.print(f"  console   {here}/console")
    console.print(f"  API       {here}/api/openapi.json")
    console.print(f"  health    {here}/health/ready   metrics {here}/metrics")
    telegram = f"on, by {settings.telegram_mode}" if app.telegram else "off (set CAREBOT_TELEGRAM_TOKEN)"
    console.print(f"  Telegram  {telegram}")
    console.print("  Ctrl-C stops everything.")
