"""`carebot run`: everything, in order, with its progress."""

import asyncio
import time

import uvicorn
from rich.console import Console
from sqlalchemy import func, select

from bot.api import server
from bot.app import App
from bot.commands import data, setup
from bot.customers.tables import Customer
from bot.engine import Engine, model

console = Console(stderr=True, highlight=False)


async def run(roles: frozenset[str]) -> None:
    """Until Ctrl-C or SIGTERM. Raises what keeps it from starting, in words."""
    began = time.monotonic()
    async with setup.app() as app:
        await _demo(app)
        engine = await _engine(app)
        try:
            await _serve(app, roles, began)
        finally:
            if engine is not None:
                await engine.stop()


async def _demo(app: App) -> None:
    """The demo shop, into an empty database only."""
    if not app.settings.demo:
        return
    async with app.db.read() as session:
        known = await session.scalar(select(func.count()).select_from(Customer))
    if not known:
        console.print("• loading the demo shop")
        await data.load_demo(app)


async def _engine(app: App) -> Engine | None:
    """Start nlu unless one answers at CAREBOT_RASA_URL already."""
    settings = app.settings
    if await app.rasa.ready() or not settings.rasa_manage:
        return None
    console.print("• the model (trained when it is absent or stale: about a minute)")
    found = await model(settings.var_dir.resolve(), settings.data_dir.resolve())
    console.print("• starting nlu")
    engine = Engine(settings.rasa_url, found, settings.var_dir / "nlu.log")
    await engine.start()
    return engine


async def _serve(app: App, roles: frozenset[str], began: float) -> None:
    settings = app.settings
    web = uvicorn.Server(uvicorn.Config(
        server.build(app, manage=False), host=settings.host, port=settings.port, log_level="warning", access_log=False,
        timeout_graceful_shutdown=3,
    ))
    await app.start(roles)
    ready = asyncio.create_task(_announce(app, web, began))
    stopping = asyncio.create_task(_notice_stop(app, web))
    try:
        await web.serve()
    finally:
        ready.cancel()
        stopping.cancel()
        await app.stop()


async def _notice_stop(app: App, web: uvicorn.Server) -> None:
    """Streams that are open end when the server is asked to stop."""
    while not web.should_exit:
        await asyncio.sleep(0.2)
    app.is_stopping = True


async def _announce(app: App, web: uvicorn.Server, began: float) -> None:
    while not web.started:
        await asyncio.sleep(0.05)
    settings = app.settings
    here = f"http://{settings.host}:{settings.port}"
    console.print(f"\nCarebot is ready ({time.monotonic() - began:.1f} s).")
    console.print(f"  chat      {here}/chat   (?lang=zh or ?lang=en)")
    console.print(f"  API       {here}/api/openapi.json")
    console.print(f"  health    {here}/health/ready   metrics {here}/metrics")
    console.print(f"  Telegram  {'on, by ' + settings.telegram_mode if app.telegram else 'off (set CAREBOT_TELEGRAM_TOKEN)'}")
    console.print("  Ctrl-C stops everything.")
