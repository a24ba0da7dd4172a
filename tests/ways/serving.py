"""The shop behind a real web server on loopback, and a database that can be gone for a while."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import uvicorn
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.api import server
from bot.app import App
from bot.db import Database


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def served(app: App, ws: Any = "none") -> AsyncIterator[str]:
    """The address where this program's HTTP is served. Starting and stopping the program itself is left to the test.

    `ws` "auto": with websockets, which the console needs.
    """
    config = uvicorn.Config(
        server.build(app, manage=False), port=0, log_level="warning", ws=ws, timeout_graceful_shutdown=2
    )
    web = _Server(config)
    serving = asyncio.create_task(web.serve())
    async with asyncio.timeout(20):
        await web.up.wait()
    (listening,) = web.servers
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    app.is_stopping = True  # or a stream would be waited for
    web.should_exit = True
    await serving


@asynccontextmanager
async def visitor(address: str, token: str = "") -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
        yield client


@contextmanager
def gone(db: Database) -> Iterator[None]:
    """While this lasts the database answers nothing."""

    def refuse(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        raise OperationalError(statement, None, ConnectionRefusedError("the database is gone"))

    engine = db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
