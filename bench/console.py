"""How fast the staff console is with a shop's history behind it: `python -m bench.console [--quick] [--only NAME]`.

100,000 conversations with 1,000,000 messages on SQLite and on PostgreSQL. README.md beside this file says what is
measured. It ends by itself; `--strict` gives exit code 1 when a target is missed.
"""

import argparse
import asyncio
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from bench import crowd, live, ours, questions
from bench.crowd import Size
from bench.kept import OUT, keep
from bench.live import Lived
from bench.measure import quantile
from bench.questions import Ask
from bot import migrate
from bot.conversations.tables import Conversation
from bot.db import Database
from bot.search.indexer import Indexer

FULL, QUICK = Size(100_000, 1_000_000), Size(5_000, 50_000)
TIMES = 25
BATCH = 2_000
"""Texts of one transaction: nobody else writes here. The worker of the program takes 100."""
LIST_MS, OPEN_MS = 100.0, 150.0
"""Targets for the slowest kind of list, and for opening a conversation: 95 of 100."""
SEARCH_MS = 150.0
"""Our own: as quick as opening a conversation."""


@dataclass(frozen=True, slots=True)
class Line:
    """Of the table."""

    name: str
    value: Callable[[Lived], str]
    target: str = ""
    holds: Callable[[Lived], bool] = lambda _: True


LIVE = (
    Line("in a console after: median", lambda r: f"{r.p50:.0f}"),
    Line("in a console after: 95 of 100", lambda r: f"{r.p95:.0f}", "< 500", lambda r: r.p95 < 500),
    Line("in a console after: slowest", lambda r: f"{r.worst:.0f}"),
    Line("missed", lambda r: f"{r.missed}", "0", lambda r: not r.missed),
    Line("app: most memory, MB", lambda r: f"{r.app_mb:.0f}", "< 500", lambda r: r.app_mb < 500),
    Line("app: of one core", lambda r: f"{r.app_cpu:.2f}"),
)


@dataclass
class Result:
    name: str
    fill_s: float = 0.0
    index_s: float = 0.0
    indexed: int = 0
    size_mb: float = 0.0
    lived: Lived | None = None
    ms: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """By question: the fastest, the median and 95 of 100, milliseconds of the server."""


async def timed(db: Database, asked: dict[str, Ask], result: Result) -> None:
    """Each question some times, on the event loop as the console asks it."""
    for name, ask in asked.items():
        taken = []
        for n in range(TIMES):
            began = time.perf_counter()
            async with db.read() as session:
                await ask(session, n)
            taken.append((time.perf_counter() - began) * 1000)
        ordered = sorted(taken[1:])  # the first one compiles its statements
        fastest, usual, slow = (round(quantile(ordered, percent), 2) for percent in (0, 50, 95))
        result.ms[name] = fastest, usual, slow


async def measure(name: str, db: Database, size: Size) -> Result:
    result = Result(name)
    print(f"• {name}: {size.conversations:,} conversations, {size.messages:,} messages", flush=True)
    if not await _is_filled(db):
        result.fill_s = round(await crowd.fill(db, size), 1)
    await _index(db, result)
    for asked in (questions.lists(size), questions.opening(size), questions.searches()):
        await timed(db, asked, result)
    print(f"• {name}: {live.CONSOLES} consoles, {live.RATE:g} messages a second", flush=True)
    result.lived = await live.live(db, 60 if size == FULL else 10)
    return result


async def _index(db: Database, result: Result) -> None:
    indexer, began, told = Indexer(db, BATCH), time.perf_counter(), 0
    while done := await indexer.tick(5):
        result.indexed += done
        if result.indexed - told >= 100_000:
            told = result.indexed
            rate = result.indexed / (time.perf_counter() - began)
            print(f"  indexed: {told:,} texts, {rate:,.0f} a second", flush=True)
    result.index_s = round(time.perf_counter() - began, 1)


@contextlib.asynccontextmanager
async def sqlite(keep_it: bool) -> AsyncIterator[Database]:
    kept_file = OUT / "console.sqlite3"
    folder = kept_file.parent if keep_it else Path(tempfile.mkdtemp(prefix="carebot-bench-"))
    try:
        async with _migrated(f"sqlite+aiosqlite:///{folder / kept_file.name}") as db:
            yield db
    finally:
        if not keep_it:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def postgresql(keep_it: bool) -> AsyncIterator[Database]:
    async with ours.own_database("console", keep_it) as url, _migrated(url) as db:
        yield db


@contextlib.asynccontextmanager
async def _migrated(url: str) -> AsyncIterator[Database]:
    db = Database(url)
    await migrate.upgrade(db)
    yield db
    await db.close()


async def _is_filled(db: Database) -> bool:
    async with db.read() as session:
        return await session.scalar(select(Conversation.id).limit(1)) is not None


SIDES: dict[str, Callable[[bool], Any]] = {"sqlite": sqlite, "postgresql": postgresql}


def show(results: list[Result]) -> bool:
    """The table. Gives whether every target was met."""
    table = Table(
        "", *(r.name for r in results), "target", title="Staff console: fastest, median and 95 of 100, ms of the server"
    )
    met = True
    for name in results[0].ms:
        target = (
            LIST_MS
            if name.startswith(("list", "filter", "counts"))
            else OPEN_MS
            if name.startswith("open")
            else SEARCH_MS
        )
        missed = any(r.ms[name][2] > target for r in results)
        met = met and not missed
        cells = (" / ".join(f"{ms:.1f}" for ms in r.ms[name]) for r in results)
        table.add_row(name, *cells, f"< {target:g}", style="red" if missed else None)
    for line in LIVE:
        missed = any(r.lived is not None and not line.holds(r.lived) for r in results)
        met = met and not missed
        cells = (line.value(r.lived) if r.lived is not None else "" for r in results)
        table.add_row(line.name, *cells, line.target, style="red" if missed else None)
    table.add_row("filled, s", *(f"{r.fill_s:.0f}" for r in results))
    table.add_row("indexed, texts a second", *(f"{r.indexed / max(r.index_s, 0.1):,.0f}" for r in results))
    Console().print(table)
    return met


async def main(options: argparse.Namespace) -> bool:
    size, results = QUICK if options.quick else FULL, []
    for name, opened in SIDES.items():
        if options.only not in (None, name):
            continue
        async with opened(options.keep) as db:
            results.append(await measure(name, db, size))
    met = show(results)
    print(f"kept in {keep('console', results, options.quick)}")
    return met


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a twentieth of it")
    parser.add_argument("--only", choices=list(SIDES))
    parser.add_argument("--keep", action="store_true", help="use the databases of the last run with --keep again")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    is_met = asyncio.run(main(options))
    sys.exit(0 if is_met or not options.strict else 1)
