"""The migrations give exactly the schema that the tables declare, from nothing, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from bot import migrate
from bot.db import Database
from bot.tables import Base


async def test_the_migrations_give_the_schema_of_the_tables(db: Database):
    def differences(connection: Connection) -> list[object]:
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
        )

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
    assert set(Base.metadata.tables) | {"alembic_version"} == set(names)
