"""Brings a database to the newest schema, from nothing or from an older version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from bot.db import Database

FOLDER = Path(__file__).parent / "migrations"


def config(connection: Connection) -> Config:
    found = Config()
    found.set_main_option("script_location", str(FOLDER))
    found.attributes["connection"] = connection
    return found


async def upgrade(db: Database, to: str = "head") -> None:
    """Run what is missing, or only up to a revision (tests of migrations).

    On PostgreSQL only one process does at a time; the others wait and find nothing to do.
    """
    async with db.engine.begin() as connection:
        if not db.is_sqlite:
            await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7293001)")
        await connection.run_sync(lambda c: command.upgrade(config(c), to))
