"""`carebot nlu train | serve`."""

import asyncio
import signal

from rich.console import Console

from bot.engine import Engine, model
from bot.settings import Settings

console = Console(stderr=True, highlight=False)


async def train() -> None:
    settings = Settings()
    found = await model(settings.var_dir.resolve(), settings.data_dir.resolve())
    console.print(f"model: {found}")


async def serve() -> None:
    """Until Ctrl-C or SIGTERM."""
    settings = Settings()
    found = await model(settings.var_dir.resolve(), settings.data_dir.resolve())
    engine = Engine(settings.rasa_url, found, settings.var_dir / "nlu.log")
    done = asyncio.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(stop, done.set)
    await engine.start()
    console.print(f"nlu answers at {settings.rasa_url} (log: {settings.var_dir / 'nlu.log'})")
    await done.wait()
    await engine.stop()
