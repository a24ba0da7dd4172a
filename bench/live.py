"""Consoles that are connected while customers write: how soon they know, and what it costs the program."""

import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update

from bench import consoles, programs
from bench.measure import quantile
from bench.programs import ROOT
from bot.clock import SystemClock
from bot.console.gate import COOKIE
from bot.conversations.tables import Conversation
from bot.db import Database
from bot.staff import sessions
from bot.staff.stage import Stage
from bot.staff.tables import Staff
from bot.staff.tries import Visitor

CONSOLES, CHATS, RATE, SETTLE = 50, 40, 20.0, 5.0


@dataclass(frozen=True, slots=True)
class Lived:
    """Milliseconds from the writing of a message until it had arrived in a console, over all of both."""

    p50: float
    p95: float
    worst: float
    missed: int
    """Messages that did not arrive in a console, over all consoles."""
    app_mb: float
    """The kernel's high-water mark."""
    app_cpu: float
    """Of one core."""


async def live(db: Database, seconds: float) -> Lived:
    """The program as a user starts it, with consoles on the list of all and customers who write to people.

    nlu does not run: a message for a person is not shown to it.
    """
    with tempfile.TemporaryDirectory(prefix="carebot-bench-") as folder:
        port, log = programs.free_port(), Path(folder) / "carebot.log"
        environment = programs.with_environment(
            CAREBOT_VAR_DIR=folder,
            CAREBOT_DATABASE_URL=db.url.render_as_string(hide_password=False),
            CAREBOT_PORT=str(port),
            CAREBOT_RASA_URL="http://127.0.0.1:9",
            CAREBOT_RASA_MANAGE="0",
            CAREBOT_TELEGRAM_TOKEN="",
            CAREBOT_DEMO="0",
            CAREBOT_LOG_LEVEL="warning",
        )
        url = f"http://127.0.0.1:{port}"
        async with programs.running([sys.executable, "-m", "bot", "run"], ROOT, log, environment) as app:
            await programs.ready(f"{url}/health/live", app, log)
            chats = await consoles.open_chats(url, CHATS)
            cookies = await _staff(db, CHATS)
            arrivals = consoles.Arrivals()
            async with consoles.opened(url, cookies, arrivals):
                before, began = programs.usage([app]).cpu, time.perf_counter()
                many = await consoles.write(url, chats, RATE, seconds, arrivals)
                await asyncio.sleep(SETTLE)
                used = programs.usage([app])
                share = (used.cpu - before) / (time.perf_counter() - began)
    ordered = arrivals.latencies()
    usual, slow, slowest = (round(quantile(ordered, percent), 1) for percent in (50, 95, 100))
    return Lived(usual, slow, slowest, many * len(cookies) - len(ordered), round(used.peak_mb), round(share, 2))


async def _staff(db: Database, chats: int) -> list[str]:
    """Everybody signed in; the newest chats are given to them. Gives their cookies."""
    at, cookies = SystemClock().now(), []
    async with db.write() as session:
        ids = list(await session.scalars(select(Staff.id).order_by(Staff.id).limit(CONSOLES)))
        for id in ids:
            await session.execute(update(Staff).where(Staff.id == id).values(login=f"bench{id}", password_hash="x"))
            token = await sessions.start(session, id, Stage.OPEN, Visitor("127.0.0.1", "bench", ""), at)
            cookies.append(f"{COOKIE}={token}")
        newest = await session.scalars(select(Conversation.id).order_by(Conversation.id.desc()).limit(chats))
        for place, conversation in enumerate(newest.all()):
            mine = update(Conversation).where(Conversation.id == conversation)
            given = {"owner": str(ids[place % len(ids)]), "owner_since": at, "ready_at": None, "waiting_since": None}
            await session.execute(mine.values(**given, fence=Conversation.fence + 1))
    return cookies
