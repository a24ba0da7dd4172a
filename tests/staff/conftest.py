"""An office whose passwords are hashed with little work: argon2 is the same, the tests are not about its price."""

import pytest
from argon2 import PasswordHasher

from bot.db import Database
from bot.staff import secret
from tests.clock import FakeClock
from tests.staff.people import Office

LITTLE_WORK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "HASHER", LITTLE_WORK)
    secret._nobodys.cache_clear()


@pytest.fixture
def office(db: Database, clock: FakeClock) -> Office:
    return Office(db, clock)
