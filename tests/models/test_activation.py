"""A model is exchanged while customers write: nobody is left without an answer, and a restart keeps the new one."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot import engine
from bot.errors import Unreadable
from bot.models import service
from bot.models.registry import Standing
from bot.rasa import Rasa
from tests.conftest import free_port
from tests.faults.waiting import eventually
from tests.models.conftest import Shelf

AT_ONCE = 8
CALLS = 200
"""So many messages are answered while models are being loaded."""
LONGEST_WAIT = 2.0
"""Seconds that one answer may take while another model is loaded beside the one that answers."""
TEXTS = ("where is my order LJ20261103-0042", "东西坏了，我要退货", "转人工", "are you kidding me, it broke again")


@pytest.fixture(scope="module")
def two_models(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    found = Shelf(tmp_path_factory.mktemp("var"))
    for name in ("first", "second"):
        shutil.copy(trained, found.registry.file(name))
    found.is_active("first")
    return found


@pytest.fixture(scope="module")
async def nlu(two_models: Shelf) -> AsyncIterator[engine.Engine]:
    """Supervised as in the program; one for all tests here."""
    port = free_port()
    found = engine.Engine(f"http://127.0.0.1:{port}", two_models.registry.active_file, two_models.var / "nlu.log")
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def rasa(nlu: engine.Engine) -> AsyncIterator[Rasa]:
    client = Rasa(nlu.url)
    yield client
    await client.close()


@pytest.fixture
async def shelf(two_models: Shelf, rasa: Rasa) -> Shelf:
    """Every test begins with the first model active, and served."""
    two_models.registry.write(Standing("first"))
    await rasa.activate(two_models.registry.file("first"))
    return two_models


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as client:
        yield client


async def served(http: aiohttp.ClientSession, nlu: engine.Engine) -> str:
    """The fingerprint of the model that answers, "" while none does."""
    try:
        async with http.get(f"{nlu.url}/status") as answer:
            return str((await answer.json())["fingerprint"])
    except aiohttp.ClientError:
        return ""


class Customers:
    """They write without a pause until they are told to stop."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url
        self.waits: list[float] = []
        self.failures: list[str] = []
        self.enough = asyncio.Event()

    async def write(self) -> None:
        place = 0
        while not self.enough.is_set():
            began = time.perf_counter()
            place += 1
            try:
                body = {"text": TEXTS[place % len(TEXTS)], "context": {}}
                async with self._http.post(f"{self._url}/decide", json=body) as answer:
                    if answer.status != 200 or not (await answer.json())["action"].startswith("action_"):
                        self.failures.append(f"{answer.status}")
            except aiohttp.ClientError as error:
                self.failures.append(repr(error))
            self.waits.append(time.perf_counter() - began)


async def test_a_model_is_exchanged_under_load_without_dropping_a_turn(
    shelf: Shelf, nlu: engine.Engine, rasa: Rasa, http: aiohttp.ClientSession
) -> None:
    customers = Customers(http, nlu.url)
    writing = [asyncio.create_task(customers.write()) for _ in range(AT_ONCE)]
    during, active = 0, "first"
    async with asyncio.timeout(60):
        while during < CALLS:
            active = "second" if active == "first" else "first"
            before = len(customers.waits)
            assert await service.activate(shelf.registry, active, rasa)
            during += len(customers.waits) - before
    customers.enough.set()
    await asyncio.gather(*writing)
    assert customers.failures == []
    assert max(customers.waits) < LONGEST_WAIT
    assert await served(http, nlu) == shelf.registry.read().active == active


@pytest.mark.slow
async def test_after_a_crash_the_active_model_is_started_and_not_the_first(
    shelf: Shelf, nlu: engine.Engine, rasa: Rasa, http: aiohttp.ClientSession
) -> None:
    await service.activate(shelf.registry, "second", rasa)
    first_pid = nlu.pid
    assert first_pid is not None
    os.kill(first_pid, signal.SIGKILL)

    async def is_back() -> bool:
        return nlu.pid not in (None, first_pid) and await served(http, nlu) != ""

    await eventually(is_back, 60)
    assert await served(http, nlu) == "second"


async def test_a_file_that_is_no_model_is_refused_and_the_current_one_answers(
    shelf: Shelf, nlu: engine.Engine, rasa: Rasa, http: aiohttp.ClientSession
) -> None:
    shelf.has("broken")
    with pytest.raises(Unreadable, match="cannot be loaded"):
        await service.activate(shelf.registry, "broken", rasa)
    assert shelf.registry.read().active == "first"
    assert await served(http, nlu) == "first"
    assert (await rasa.decide("where is my order", {})).intent == "track_order"


@pytest.mark.slow
async def test_a_broken_active_json_does_not_keep_nlu_from_coming_back(
    shelf: Shelf, nlu: engine.Engine, http: aiohttp.ClientSession
) -> None:
    first_pid = nlu.pid
    assert first_pid is not None
    (shelf.registry.folder / "active.json").write_text("{")
    os.kill(first_pid, signal.SIGKILL)

    async def is_back() -> bool:
        return nlu.pid not in (None, first_pid) and await served(http, nlu) != ""

    await eventually(is_back, 60)
