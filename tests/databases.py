"""A fresh database for a test: SQLite in a file, or a schema of its own in the PostgreSQL of this machine."""

import os
import uuid
from pathlib import Path

import asyncpg

POSTGRESQL = os.environ.get("CAREBOT_TEST_POSTGRESQL", "postgresql://root@127.0.0.1:5432/postgres")


async def postgresql_is_up() -> bool:
    try:
        connection = await asyncpg.connect(POSTGRESQL, timeout=3)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True


async def create(kind: str, folder: Path) -> str:
    """The address of a new empty database."""
    if kind == "sqlite":
        return f"sqlite+aiosqlite:///{folder / 'test.sqlite3'}"
    name = f"carebot_test_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(POSTGRESQL)
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return POSTGRESQL.rsplit("/", 1)[0] + f"/{name}"


async def drop(url: str) -> None:
    if url.startswith("sqlite"):
        return
    connection = await asyncpg.connect(POSTGRESQL)
    await connection.execute(f'DROP DATABASE IF EXISTS "{url.rsplit("/", 1)[1]}" WITH (FORCE)')
    await connection.close()
