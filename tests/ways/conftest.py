"""The shop of these tests: one database of each kind for the whole run, emptied before every test.

A test that asks for `shop` runs on both kinds. What only talks need not: `EACH_LANGUAGE` and `ONE_DATABASE`
(tests/ways/tables.py) say so, and then the languages share the kinds between them.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import migrate, tables
from bot.db import Database
from tests import databases
from tests.clock import FakeClock
from tests.conftest import DATABASES, IN_CI
from tests.openshop import Shop, open_shop


@pytest.fixture(scope="session")
async def postgresql_is_up() -> bool:
    return await databases.postgresql_is_up()


@pytest.fixture(scope="session")
async def migrated(postgresql_is_up: bool, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, str]]:
    """The address of a database with the newest schema, by kind."""
    folder = tmp_path_factory.mktemp("ways")
    kinds = DATABASES if postgresql_is_up else ("sqlite",)
    addresses = {kind: await databases.create(kind, folder) for kind in kinds}
    for kind, address in addresses.items():
        db = Database(address)
        await migrate.upgrade(db)
        if kind == "postgresql":  # what is tested here is not the disk
            async with db.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                name = db.url.database
                await connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        await db.close()
    yield addresses
    for address in addresses.values():
        await databases.drop(address)


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database; "other" is PostgreSQL where it is up, and SQLite where a developer has none."""
    return str(request.param)


@pytest.fixture
async def database_url(kind: str, migrated: dict[str, str], postgresql_is_up: bool) -> str:
    """The address of a migrated and empty database of this kind."""
    if kind != "sqlite" and not postgresql_is_up:
        if IN_CI:
            pytest.fail(f"PostgreSQL does not answer at {databases.POSTGRESQL}; CI must test on it")
        if kind == "postgresql":
            pytest.skip(f"PostgreSQL does not answer at {databases.POSTGRESQL} (CAREBOT_TEST_POSTGRESQL)")
        kind = "sqlite"
    address = migrated["postgresql" if kind == "other" else kind]
    await _empty(address)
    return address


async def _empty(address: str) -> None:
    db = Database(address)
    async with db.write() as session:
        for table in reversed(tables.Base.metadata.sorted_tables):
            await session.execute(sa.delete(table))
    await db.close()


@pytest.fixture
async def shop(database_url: str, rasa_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Shop]:
    """A shop that is open: real Rasa, real database, a clock that we move."""
    async with open_shop(database_url, rasa_url, tmp_path, clock, is_migrated=True) as opened:
        yield opened
