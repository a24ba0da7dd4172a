"""SQLite under asyncio: nothing waits on the event loop, and a transaction is whole or not there."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot import sqlite
from bot.db import Database, is_gone


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """One table with one number, 0."""
    found = Database(f"sqlite:///{tmp_path / 'numbers.db'}")
    async with found.write() as session:
        await session.execute(text("CREATE TABLE number (value INTEGER)"))
        await session.execute(text("INSERT INTO number VALUES (0)"))
    yield found
    await found.close()


async def number(db: Database) -> int:
    async with db.read() as session:
        return int((await session.execute(text("SELECT value FROM number"))).scalar_one())


async def add_one(db: Database) -> None:
    async with db.write() as session:
        await session.execute(text("UPDATE number SET value = value + 1"))


def another_process(db: Database) -> sqlite3.Connection:
    """Somebody else with the same file."""
    return sqlite3.connect(str(db.url.database), isolation_level=None, check_same_thread=False)


async def test_what_is_acknowledged_survives_a_power_cut(db: Database) -> None:
    async with db.read() as session:
        found = [
            (await session.execute(text(f"PRAGMA {name}"))).scalar_one() for name in ("journal_mode", "synchronous")
        ]
    assert found == ["wal", 2], "2 is FULL"


async def test_many_writers_take_turns(db: Database) -> None:
    await asyncio.gather(*(add_one(db) for _ in range(50)))
    assert await number(db) == 50


async def test_a_transaction_that_raises_leaves_nothing(db: Database) -> None:
    async def breaks() -> None:
        async with db.write() as session:
            await session.execute(text("UPDATE number SET value = 9"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await breaks()
    assert await number(db) == 0
    await add_one(db)
    assert await number(db) == 1


async def test_while_another_process_writes_the_loop_goes_on_and_readers_read(db: Database) -> None:
    other = another_process(db)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(add_one(db))
    for _ in range(20):
        assert await number(db) == 0
    assert not writing.done(), "it waits for its turn"
    other.execute("COMMIT")
    await writing
    assert await number(db) == 1
    other.close()


async def test_who_is_cancelled_while_waiting_to_write_leaves_a_connection_that_works(db: Database) -> None:
    other = another_process(db)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(add_one(db))
    for _ in range(20):
        await number(db)
    writing.cancel()
    other.execute("COMMIT")
    with pytest.raises(asyncio.CancelledError):
        await writing
    await add_one(db)
    assert await number(db) in (1, 2), "whole or not at all"
    other.close()


async def test_a_file_that_cannot_be_opened_means_that_the_database_is_gone(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    db = Database(f"sqlite:///{tmp_path / 'folder.db'}")
    with pytest.raises(OperationalError) as caught:
        await number(db)
    assert is_gone(caught.value)
    await db.close()


async def test_a_broken_statement_does_not_mean_that_the_database_is_gone(db: Database) -> None:
    async def asks() -> None:
        async with db.read() as session:
            await session.execute(text("SELECT nonsense"))

    with pytest.raises(OperationalError) as caught:
        await asks()
    assert not is_gone(caught.value)


async def test_a_closed_connection_says_so(tmp_path: Path) -> None:
    connection = await sqlite.connect(str(tmp_path / "a.db"))
    await connection.close()
    await connection.close()
    with pytest.raises(ValueError, match="no active connection"):
        connection.cursor()
