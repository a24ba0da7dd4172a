"""What every test may ask for: a database of each kind, the clock, a trained nlu that answers, a whole shop."""

import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot import engine, migrate
from bot.db import Database
from bot.settings import ROOT
from tests import databases
from tests.clock import FakeClock
from tests.openshop import Shop, open_shop

RUNNING_NLU = os.environ.get("CAREBOT_TEST_RASA_URL", "")
"""An nlu that runs already, for whoever runs the tests again and again."""
IN_CI = os.environ.get("CI") == "true"
# A busy machine is no failure: properties are judged by what holds, not by how fast examples are found.
settings.register_profile(
    "carebot", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=os.environ.get("CI") == "true"
)
settings.load_profile("carebot")

DATABASES = ("sqlite", "postgresql")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=DATABASES)
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database; every test that uses it runs on both kinds."""
    if request.param == "postgresql" and not await databases.postgresql_is_up():
        if IN_CI:
            pytest.fail(f"PostgreSQL does not answer at {databases.POSTGRESQL}; CI must test on it")
        pytest.skip(f"PostgreSQL does not answer at {databases.POSTGRESQL} (CAREBOT_TEST_POSTGRESQL)")
    url = await databases.create(request.param, tmp_path)
    yield url
    await databases.drop(url)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """The same with the newest schema, by its migrations."""
    found = Database(database_url)
    await migrate.upgrade(found)
    yield found
    await found.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
async def rasa_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A real nlu on a free port for the whole run; its model is trained here when it is not there yet."""
    if RUNNING_NLU:
        yield RUNNING_NLU
        return
    model = await engine.model(ROOT / "var", ROOT / "data")
    url = f"http://127.0.0.1:{free_port()}"
    nlu = engine.Engine(url, model, tmp_path_factory.mktemp("nlu") / "nlu.log")
    await nlu.start()
    yield url
    await nlu.stop()


@pytest.fixture
async def shop(database_url: str, rasa_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Shop]:
    """A shop that is open: real Rasa, real database, a Telegram that is ours, a clock that we move."""
    async with open_shop(database_url, rasa_url, tmp_path, clock) as opened:
        yield opened
