"""The migrations give exactly the schema that the tables declare, from nothing, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from bot import migrate
from bot.db import Database
from bot.tables import Base


def _is_declared(name: str) -> bool:
    """The words of the full-text search are a table that no class can declare (FTS5, tsvector)."""
    return not name.startswith("search_words")


OPTIONS = {
    "compare_type": True,
    "include_object": lambda _object, name, kind, *_: kind != "table" or _is_declared(name),
}


async def test_the_migrations_give_the_schema_of_the_tables(db: Database):
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), Base.metadata))

    async with db.engine.begin() as connection:
        assert await connection.run_sync(differences) == []


async def test_there_is_one_newest_schema(db: Database):
    async with db.engine.begin() as connection:
        scripts = await connection.run_sync(lambda c: ScriptDirectory.from_config(migrate.config(c)))
    assert len(scripts.get_heads()) == 1


async def test_upgrading_twice_changes_nothing(db: Database):
    await migrate.upgrade(db)
    async with db.engine.begin() as connection:
        names = await connection.run_sync(lambda c: inspect(c).get_table_names())
    assert set(Base.metadata.tables) | {"alembic_version"} == {name for name in names if _is_declared(name)}
    assert "search_words" in names
