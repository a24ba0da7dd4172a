"""A shop with a desk. These tests speak to its services; nlu is not asked, so none has to run."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clock import FakeClock
from tests.handoff.people import Office
from tests.openshop import open_shop
from tests.ways.conftest import database_url, kind, migrated, postgresql_is_up

__all__ = ["database_url", "kind", "migrated", "postgresql_is_up"]

NOBODY = "http://127.0.0.1:9"
"""Where no nlu answers."""


@pytest.fixture
async def office(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Office]:
    async with open_shop(database_url, NOBODY, tmp_path, clock, is_migrated=True) as opened:
        yield Office(opened)
