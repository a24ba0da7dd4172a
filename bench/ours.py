"""Our side: `carebot run` as a user starts it, on SQLite or on PostgreSQL, with a var folder of its own."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import psutil

from bench import programs
from bench.programs import ROOT
from bench.side import Chat, Side

POSTGRESQL = os.environ.get("CAREBOT_BENCH_POSTGRESQL", "postgresql://root@127.0.0.1:5432")
AT_ONCE = 10
"""Chats that are opened at the same time."""
SHOP = {"Authorization": "Bearer bench"}


@contextlib.asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[Side]:
    async with _carebot("Carebot, SQLite", folder / "sqlite", "") as side:
        yield side


@contextlib.asynccontextmanager
async def postgresql(folder: Path) -> AsyncIterator[Side]:
    """With a database of its own, dropped at the end."""
    async with own_database() as url, _carebot("Carebot, PostgreSQL", folder / "postgresql", url) as side:
        yield side


@contextlib.asynccontextmanager
async def own_database(what: str = "turns", keep_it: bool = False) -> AsyncIterator[str]:
    """The address of a new PostgreSQL database, dropped at the end; `keep_it`: of one that stays for the next run."""
    name = f"carebot_bench_{what}" if keep_it else f"carebot_bench_{what}_{os.getpid()}"
    with contextlib.suppress(asyncpg.DuplicateDatabaseError):
        await _postgresql(f'CREATE DATABASE "{name}"')
    try:
        yield f"{POSTGRESQL}/{name}"
    finally:
        if not keep_it:
            await _postgresql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def postgresql_answers() -> bool:
    try:
        await _postgresql("SELECT 1")
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    return True


async def _postgresql(statement: str) -> None:
    connection = await asyncpg.connect(f"{POSTGRESQL}/postgres", timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def _carebot(name: str, var: Path, database: str) -> AsyncIterator[Side]:
    var.mkdir(parents=True)
    models = ROOT / "var" / "models"
    models.mkdir(parents=True, exist_ok=True)
    (var / "models").symlink_to(models)  # the model of these files is trained once, not by every run
    web, nlu, log = programs.free_port(), programs.free_port(), var / "carebot.log"
    environment = programs.with_environment(
        CAREBOT_VAR_DIR=str(var),
        CAREBOT_DATABASE_URL=database,
        CAREBOT_PORT=str(web),
        CAREBOT_API_TOKEN="bench",
        CAREBOT_RASA_URL=f"http://127.0.0.1:{nlu}",
        CAREBOT_TELEGRAM_TOKEN="",
        CAREBOT_DEMO="1",
        CAREBOT_TURN_PAUSE_MS="0",
        CAREBOT_LISTEN_PAUSE_MS="0",
        CAREBOT_LOG_LEVEL="warning",
    )
    url = f"http://127.0.0.1:{web}"
    async with programs.running([sys.executable, "-m", "bot", "run"], ROOT, log, environment) as app:
        await programs.ready(f"{url}/health/ready", app, log)
        engine = programs.named(app, "server.py")
        processes = {"app": lambda: [app], "nlu": lambda: [engine]}
        if database:
            processes["database"] = lambda: _backends(database.rsplit("/", 1)[1])
        shop = _Shop(url)
        yield Side(name, "carebot", url, processes, shop.open_chats)


def _backends(database: str) -> list[psutil.Process]:
    """PostgreSQL's processes that serve this database; their shared work (WAL, checkpoints) is not in it."""
    return [
        p
        for p in psutil.process_iter(["cmdline"])
        if any(database in part for part in p.info["cmdline"] or []) and (p.info["cmdline"][0].startswith("postgres:"))
    ]


class _Shop:
    """Opens chats of customers with an account and an order each, as the shop would: by its API and a one-time code."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = count(1)

    async def open_chats(self, many: int) -> list[Chat]:
        async with aiohttp.ClientSession(raise_for_status=True, timeout=aiohttp.ClientTimeout(total=30)) as http:
            numbers = [next(self._numbers) for _ in range(many)]
            await self._put(http, "customers", [_customer(n) for n in numbers])
            await self._put(http, "orders", [_order(n) for n in numbers])
            return [
                chat
                for start in range(0, many, AT_ONCE)
                for chat in await asyncio.gather(*(self._open(http, n) for n in numbers[start : start + AT_ONCE]))
            ]

    async def _put(self, http: aiohttp.ClientSession, what: str, rows: list[dict[str, Any]]) -> None:
        async with http.put(f"{self._url}/api/v1/{what}", json=rows, headers=SHOP):
            pass

    async def _open(self, http: aiohttp.ClientSession, number: int) -> Chat:
        async with http.post(f"{self._url}/api/v1/chat/sessions", json={}) as answer:
            token = (await answer.json())["token"]
        codes = f"{self._url}/api/v1/customers/{_customer(number)['id']}/link-codes"
        async with http.post(codes, headers=SHOP) as answer:
            code = (await answer.json())["code"]
        messages, who = f"{self._url}/api/v1/chat/messages", {"Authorization": f"Bearer {token}"}
        async with http.post(messages, json={"client_id": "link", "text": code}, headers=who) as answer:
            after = (await answer.json())["seq"]
        async with http.get(messages, params={"after": str(after), "wait": "10"}, headers=who) as answer:
            if not await answer.json():
                raise SystemExit("a chat could not be linked to its account: no answer to the code")
        return Chat(token, _order(number)["id"])


def _customer(number: int) -> dict[str, Any]:
    return {"id": f"BENCH-{number:04}", "name": f"Customer {number}", "phone": f"139{number:08}"}


def _order(number: int) -> dict[str, Any]:
    placed = datetime.now(UTC) - timedelta(days=3)
    return {
        "id": f"LJ20260102-{number:04}",
        "customer_id": _customer(number)["id"],
        "state": "shipped",
        "placed_at": placed.isoformat(),
        "total_cents": 59900,
        "phone": _customer(number)["phone"],
        "promised_on": (placed + timedelta(days=5)).date().isoformat(),
        "items": [{"name": {"zh": "电饭煲", "en": "Rice cooker"}, "price_cents": 59900}],
    }
