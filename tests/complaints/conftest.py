"""The desk of these tests: one database of each kind for the whole folder, emptied before every test."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from bot import migrate, tables
from bot.db import Database
from tests import databases
from tests.complaints.desk import Desk, opened_desk
from tests.conftest import DATABASES, IN_CI


@pytest.fixture(scope="session", params=DATABASES)
async def migrated_db(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Database]:
    if request.param == "postgresql" and not await databases.postgresql_is_up():
        if IN_CI:
            pytest.fail(f"PostgreSQL does not answer at {databases.POSTGRESQL}; CI must test on it")
        pytest.skip(f"PostgreSQL does not answer at {databases.POSTGRESQL} (CAREBOT_TEST_POSTGRESQL)")
    url = await databases.create(request.param, tmp_path_factory.mktemp("cases"))
    found = Database(url)
    await migrate.upgrade(found)
    yield found
    await found.close()
    await databases.drop(url)


async def emptied(db: Database) -> None:
    async with db.write() as session:
        await session.execute(sa.update(tables.complaints.Case).values(merged_into=None, repeat_of=None))
        await session.execute(sa.update(tables.customers.Customer).values(merged_into=None))
        for table in reversed(tables.Base.metadata.sorted_tables):
            await session.execute(sa.delete(table))


@pytest.fixture
async def desk(migrated_db: Database) -> Desk:
    await emptied(migrated_db)
    return await opened_desk(migrated_db)
