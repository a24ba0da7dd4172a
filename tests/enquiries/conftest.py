"""A chat with the bot's actions: real data files, a real database of each kind, no nlu and no outbox."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot import tables
from bot.data import Data, load
from bot.db import Database
from bot.settings import ROOT
from tests import databases
from tests.clock import FakeClock
from tests.enquiries.chat import Chat, open_chat
from tests.enquiries.people import the_shop


@pytest.fixture(scope="session")
def data() -> Data:
    return load(ROOT / "data")


@pytest.fixture(scope="session", params=("sqlite", "postgresql"))
async def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """One database of each kind for all tests of this folder: every test undoes what it has done."""
    if request.param == "postgresql" and not await databases.postgresql_is_up():
        pytest.skip(f"PostgreSQL does not answer at {databases.POSTGRESQL}")
    url = await databases.create(request.param, tmp_path_factory.mktemp("enquiries"))
    found = Database(url)
    async with found.engine.begin() as connection:
        await connection.run_sync(tables.Base.metadata.create_all)
    async with found.write() as session:
        await the_shop(session)
    yield found
    await found.close()
    await databases.drop(url)


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction that is rolled back."""
    async with AsyncSession(database.engine, expire_on_commit=False) as found:
        await found.connection()
        yield found
        await found.rollback()


@pytest.fixture(params=("zh", "en"))
async def chat(session: AsyncSession, data: Data, clock: FakeClock, request: Any) -> Chat:
    """A chat that is linked to nobody; every test speaks both languages."""
    return await open_chat(session, data, clock, request.param)


@pytest.fixture
async def lin(chat: Chat) -> Chat:
    """A chat that is linked to Lin."""
    return await chat.is_linked_to("K1")
